"""A list of live requests is searched as if each were compared with each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.observed import Observed
from reconciler.planning.listing import Listing, asks_the_same

TIMES = st.sampled_from(
    ["2026-10-01T00:00:00Z", "2026-10-01T02:00:00+02:00", "2026-10-01T00:00:00.000Z", "2026-10-02T00:00:00Z", "soon"]
)
BODIES = st.fixed_dictionaries(
    {
        "format": st.sampled_from(["csv", "jsonl"]),
        "dataTypes": st.permutations(["a", "b"]) | st.just(["a"]),
        "range": st.fixed_dictionaries({"start": TIMES}, optional={"end": TIMES}),
    },
    optional={"status": st.sampled_from(["QUEUED", None, 7])},
)


@given(sent=BODIES, listed=st.lists(BODIES, max_size=8))
def test_the_index_finds_what_comparing_finds(sent: dict[str, Any], listed: list[dict[str, Any]]) -> None:
    entities = [Observed("DataExport", str(number), body, None) for number, body in enumerate(listed)]
    found = Listing(entities).like(sent)
    assert list(found) == [entity for entity in entities if asks_the_same(sent, entity.body)]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({"start": "2026-10-01T00:00:00Z", "more": 1}, True),
        ({"start": "2026-10-01T02:00:00+02:00"}, True),
        ({"start": "2026-10-01T00:00:01Z"}, False),
        ({"start": None}, False),
        ({}, False),
    ],
)
def test_times_are_compared_by_their_instant(listed: dict[str, Any], expected: bool) -> None:
    assert asks_the_same({"start": "2026-10-01T00:00:00Z"}, listed) is expected


def test_true_is_not_one() -> None:
    assert not asks_the_same({"a": True}, {"a": 1})
