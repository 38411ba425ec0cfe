"""The recipes by which approvals are made: what they give today they give for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reconciler.model.address import Address
from reconciler.model.approval import Changed, Verdict, hash_of, standing_of
from reconciler.model.plan import Action
from reconciler.model.values import ABSENT, Absent, Json

SUPPORT = Address("Purpose", "Support")
CHANGED = Changed(
    SUPPORT,
    Action.UPDATE,
    ("spec", "retention"),
    "180d",
    "90d",
    (Verdict("PU101", "retention", "acknowledged"), Verdict("PU100", "", "warn")),
)


def approval(changed: Changed, *, organisation: str = "org-1", environment: str = "prod") -> str:
    return hash_of(changed, organisation=organisation, environment=environment)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (CHANGED, "sha256:6fdc4c9381f09a20828b188753489b115a0f74a84d547297ef9575a5611eb65b"),
        (
            Changed(SUPPORT, Action.CREATE, ("spec",), ABSENT, {"b": [1, None], "a": "ü"}),
            "sha256:796ca37c5c9eda377bf1f9800c3efb1aebee2c6773469cdf6111533c84b6c384",
        ),
        (
            Changed(None, Action.FORGET, ("requests", "k"), "k", ABSENT),
            "sha256:d11f9c8b40707b9ac53603a4d185ccd5eb24ee05cd552e8bfde95c295474a04c",
        ),
    ],
    ids=["update", "create", "request"],
)
def test_the_recipe_never_changes(changed: Changed, expected: str) -> None:
    assert approval(changed) == expected


def test_the_recipe_of_what_stands_never_changes() -> None:
    given = standing_of(SUPPORT, {"b": 1, "a": None}, "", organisation="org-1", environment="prod")
    assert given == "standing/v1 sha256:6d1a7a9221535f7053bf964a2dd0d839b166961393791a32325a2c57c58e2817"


@pytest.mark.parametrize(
    "other",
    [
        replace(CHANGED, address=Address("Purpose", "Other")),
        replace(CHANGED, action=Action.ADOPT),
        replace(CHANGED, path=("spec", "description")),
        replace(CHANGED, before="200d"),
        replace(CHANGED, after="30d"),
        replace(CHANGED, verdicts=()),
        replace(CHANGED, verdicts=(replace(CHANGED.verdicts[0], word="blocking"), CHANGED.verdicts[1])),
    ],
    ids=["address", "action", "path", "before", "after", "findings", "verdict"],
)
def test_another_change_has_another_approval(other: Changed) -> None:
    assert approval(other) != approval(CHANGED)


@pytest.mark.parametrize(
    "place", [{"organisation": "org-2"}, {"environment": "dev"}], ids=lambda place: next(iter(place))
)
def test_another_place_has_another_approval(place: dict[str, str]) -> None:
    assert approval(CHANGED, **place) != approval(CHANGED)


@pytest.mark.parametrize(("one", "other"), [(ABSENT, None), (1, True), (1, 1.0), ([], ABSENT)])
def test_values_that_are_told_apart_have_approvals_that_are(one: Json | Absent, other: Json | Absent) -> None:
    assert approval(replace(CHANGED, after=one)) != approval(replace(CHANGED, after=other))


def test_the_order_of_findings_and_what_helps_to_look_are_no_part_of_it() -> None:
    same = replace(CHANGED, verdicts=CHANGED.verdicts[::-1], live_id="id-9", recorded_only=True)
    assert approval(same) == approval(CHANGED)
