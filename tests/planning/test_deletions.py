"""Nobody is left pointing at what is deleted (contract §3), and updates let go first."""

from __future__ import annotations

from reconciler.kinds import KINDS
from reconciler.model.plan import Action
from reconciler.planning.situation import Choices

from builders import (
    blocking,
    codes,
    edited,
    field,
    live,
    observed,
    only,
    plan_of,
    purpose,
    recorded,
    relation,
    removal,
    schema,
)

FLEX = KINDS["FlexSchema"]
TARGET = schema("t", field("id"))
REFERRER = schema("r", field("x"), relation("a", "t"))
AWAY = [removal(TARGET.address, delete=True)]
BOTH = [recorded(TARGET), recorded(REFERRER)]
LIVE = [observed(TARGET), observed(REFERRER)]


def test_what_another_object_points_at_is_not_deleted() -> None:
    made = plan_of([REFERRER], BOTH, LIVE, removals=AWAY)
    assert "RC304" in blocking(made)
    assert "FlexSchema/r" in next(each.detail for each in made.findings if each.code == "RC304")


def test_what_a_foreign_object_points_at_is_not_deleted_either() -> None:
    body = {
        "name": "foreign",
        "fields": [
            {"name": "a", "type": "relationship", "relationship": {"schemaId": "id-t", "fieldName": "id"}},
        ],
    }
    made = plan_of([], [recorded(TARGET)], [observed(TARGET), live(FLEX, "f-1", body)], removals=AWAY)
    assert blocking(made) == ["RC304"]
    assert "FlexSchema f-1" in made.findings[0].detail


def test_what_a_new_object_would_point_at_is_not_deleted_either() -> None:
    new = schema("new", relation("a", {"id": "id-t"}))
    made = plan_of([new], [recorded(TARGET)], [observed(TARGET)], removals=AWAY)
    assert blocking(made) == ["RC304"]
    assert "FlexSchema/new" in made.findings[0].detail


def test_an_update_that_lets_go_comes_before_the_deletion() -> None:
    made = plan_of([schema("r", field("x"))], BOTH, LIVE, removals=AWAY)
    assert [change.step for change in made.changes] == ["FlexSchema/r", "FlexSchema/t"]
    assert made.changes[1].depends_on == ("FlexSchema/r",)
    assert blocking(made) == ["FS101"]


def test_what_points_at_it_may_be_deleted_with_it() -> None:
    away = [*AWAY, removal(REFERRER.address, delete=True)]
    made = plan_of([], BOTH, LIVE, removals=away, choices=Choices(allow_delete=True))
    assert [change.step for change in made.changes] == ["FlexSchema/r", "FlexSchema/t"]
    assert "RC304" not in codes(made)


def test_its_own_reference_does_not_hold_an_object() -> None:
    itself = schema("t", field("id"), relation("parent", "t"))
    made = plan_of([], [recorded(itself)], [observed(itself)], removals=AWAY)
    assert only(made).action is Action.DELETE
    assert not made.blocked


def test_an_answer_that_cannot_be_read_is_not_deleted_blindly() -> None:
    broken = edited(observed(TARGET), fields="?")
    made = plan_of([], [recorded(TARGET)], [broken], removals=AWAY)
    assert made.changes == ()
    assert blocking(made) == ["RC106"]


def test_a_protected_object_that_cannot_be_read_is_not_forgotten() -> None:
    broken = edited(observed(TARGET), fields="?")
    word = [removal(TARGET.address, delete=False)]
    assert blocking(plan_of([], [recorded(TARGET, protect=True)], [broken], removals=word)) == ["RC302"]


def test_a_foreign_object_that_cannot_be_read_holds_nothing_up() -> None:
    made = plan_of(
        [], [recorded(TARGET)], [observed(TARGET), live(FLEX, "f-1", {"name": "f", "fields": 3})], removals=AWAY
    )
    assert not made.blocked


def test_the_deletion_carries_the_version_seen_when_planning() -> None:
    ours = purpose("Support")
    made = plan_of([], [recorded(ours)], [observed(ours, version=9)], removals=[removal(ours.address, delete=True)])
    assert only(made).precondition is not None
    assert only(made).precondition.version == 9  # type: ignore[union-attr]


def test_each_kind_has_its_own_limit_on_deletions() -> None:
    ours = [purpose("Support"), schema("s", field("a"))]
    rows, entities = [recorded(each) for each in ours], [observed(each) for each in ours]
    made = plan_of([], rows, entities, choices=Choices(allow_delete=True))
    assert not made.blocked
