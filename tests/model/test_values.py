"""JSON values, their canonical bytes, and addresses."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.address import Address
from reconciler.model.values import ABSENT, Json, canonical, dotted, fingerprint, same

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(values)
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(value: Json) -> None:
    mixed = dict(reversed(value.items())) if isinstance(value, dict) else value
    assert canonical(mixed) == canonical(value)
    assert same(mixed, value)


@given(values)
def test_canonical_bytes_read_back_are_canonical(value: Json) -> None:
    assert canonical(orjson.loads(canonical(value))) == canonical(value)


@pytest.mark.parametrize(
    ("left", "right"), [(1, True), (0, False), (1, "1"), (1, 1.0), (None, ABSENT), ([], {}), ("", None)]
)
def test_values_of_different_types_differ(left: Json, right: Json) -> None:
    assert not same(left, right)
    assert not same(right, left)


def test_a_fingerprint_names_its_method() -> None:
    assert fingerprint({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_a_path_is_written_with_dots() -> None:
    assert dotted(("fields", "risk_band", "type")) == "fields.risk_band.type"


def test_an_address_reads_back() -> None:
    assert Address.parse("Purpose/a.b_c-1") == Address("Purpose", "a.b_c-1")
    assert str(Address("Purpose", "x")) == "Purpose/x"


@pytest.mark.parametrize(
    "text", ["", "Purpose", "Purpose/", "/x", "Purpose/a b", "Purpose/a/b", "Pur pose/x", "Purpose/x\n"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not of the form Kind/name"):
        Address.parse(text)


def test_addresses_sort_by_kind_then_name() -> None:
    texts = ["Purpose/a", "FlexSchema/b", "FlexSchema/a"]
    assert [str(each) for each in sorted(map(Address.parse, texts))] == ["FlexSchema/a", "FlexSchema/b", "Purpose/a"]
