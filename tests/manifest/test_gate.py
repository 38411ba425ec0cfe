"""The two validators hold together."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.manifest.envelope import manifest_schema
from reconciler.manifest.gate import Gate
from reconciler.manifest.reader import read
from reconciler.model.values import Json

from .builders import kind

GATES = [Gate(manifest_schema(each)) for each in (kind(), *KINDS.values())]
SLOW = [
    jsonschema.Draft202012Validator(gate.schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    for gate in GATES
]
EXAMPLES = [
    {
        "apiVersion": "reconciler/v1",
        "kind": "Gadget",
        "metadata": {"name": "one", "labels": {"team": "crm"}},
        "spec": {"colour": "red", "since": "2024-02-29", "period": "30d", "tags": ["a"], "parts": [{"name": "a"}]},
        "lifecycle": {
            "foreign": "keep",
            "acknowledge": [{"code": "AB123", "path": "p", "reason": "r", "by": "b", "expires": "2026-12-31"}],
        },
    },
    *(read("example.yaml", each.example.encode())[0][0].value for each in KINDS.values()),
]
NASTY: st.SearchStrategy[Json] = st.sampled_from(
    [
        None,
        True,
        0,
        1,
        1.0,
        -1,
        1.5,
        2**62,
        "",
        "a",
        "red",
        "30d",
        "2024-02-30",
        "2024-2-9",
        "x" * 200,
        "é",
        "a b",
        [],
        {},
    ]
) | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=5)


def places_in(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in items for place in places_in(part, (*path, key)))]


def with_change(value: Json, path: tuple[str | int, ...], change: Json) -> Json:
    if not path:
        return change
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_change(copy[path[0]], path[1:], change)
    return copy


@pytest.mark.parametrize("index", range(len(GATES)))
def test_both_validators_admit_what_is_right(index: int) -> None:
    assert GATES[index].admits(EXAMPLES[index])
    assert SLOW[index].is_valid(EXAMPLES[index])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_both_validators_judge_alike(data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(GATES) - 1))
    document = EXAMPLES[index]
    for _ in range(data.draw(st.integers(1, 2))):
        document = with_change(document, data.draw(st.sampled_from(places_in(document))), data.draw(NASTY))
    assert GATES[index].admits(document) == SLOW[index].is_valid(document)


def test_what_only_the_gate_refuses_is_still_explained() -> None:
    gate = Gate({"pattern": "^a$"})
    assert not gate.admits("a\n")
    assert [violation.path for violation in gate.violations("a\n")] == [()]


def test_formats_are_checked() -> None:
    assert not Gate({"format": "date"}).admits("2026-02-30")


def test_no_schema_is_fetched() -> None:
    with pytest.raises(Exception, match="not part of it"):
        Gate({"$ref": "https://example.com/schema.json"})
