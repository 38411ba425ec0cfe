"""What deleting means is a fact of the kind: a deletion, being disabled, or nothing that can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from reconciler.model.finding import FindingClass
from reconciler.model.kind import Deletion, Kind, Lock, Origin, Scopes
from reconciler.model.observed import Origin as How
from reconciler.model.plan import Action, Cause, FieldChange, Plan
from reconciler.model.project import DeletionLimit, Limits, Project
from reconciler.model.shape import Member, Record, Scalar
from reconciler.planning.situation import Choices

from builders import blocking, manifest, observed, only, plan_of, recorded, removal

LAMP = Kind(
    name="Lamp",
    title="Something that can be switched off",
    origin=Origin.PUBLISHED,
    path="/lamps",
    server_owned=frozenset({"id", "version"}),
    schema={},
    scopes=Scopes("read", "write"),
    example="",
    shape=Record((Member("name", Scalar()), Member("lit", Scalar(), default=True))),
    lock=Lock.BODY_VERSION,
    disabled={"lit": False},
)


def kinds(deletion: Deletion) -> Mapping[str, Kind]:
    return {"Lamp": replace(LAMP, deletion=deletion)}


def without(deletion: Deletion, *, lit: bool = True, delete: bool | None = True, **more: Any) -> Plan:
    """The plan once the manifest of a lamp is gone; `delete` is what `removed:` says, None where there is none."""
    lamp = manifest(LAMP, "hall", {"lit": lit})
    rows = [recorded(lamp, protect=more.pop("protect", False), origin=more.pop("origin", How.CREATED))]
    removals = [] if delete is None else [removal(lamp.address, delete=delete)]
    return plan_of([], rows, [observed(lamp, kind=LAMP)], removals=removals, kinds=kinds(deletion), **more)


@pytest.mark.parametrize(
    ("deletion", "action", "says"),
    [
        (Deletion.DELETE, Action.DELETE, "removed: says to delete it"),
        (Deletion.DELETE_OR_DISABLE, Action.DELETE, "where the organisation does not allow that, it is disabled"),
        (Deletion.DISABLE, Action.DISABLE, "it cannot be deleted, so it is disabled and then forgotten"),
    ],
)
def test_the_plan_says_which_it_will_be(deletion: Deletion, action: Action, says: str) -> None:
    change = only(without(deletion))
    assert (change.action, change.destructive, change.writes) == (action, True, True)
    assert says in change.reason


def test_disabling_writes_the_object_as_it_is_but_out_of_use() -> None:
    change = only(without(Deletion.DISABLE))
    assert (change.before, change.after) == ({"name": "hall", "lit": True}, {"name": "hall", "lit": False})
    assert change.fields == (FieldChange(("lit",), Cause.UPDATE, True, False, True),)
    assert change.precondition is not None


def test_what_is_disabled_already_is_only_forgotten() -> None:
    change = only(without(Deletion.DISABLE, lit=False))
    assert (change.action, change.writes) == (Action.FORGET, False)


def test_what_can_be_deleted_is_deleted_though_it_is_disabled() -> None:
    assert only(without(Deletion.DELETE_OR_DISABLE, lit=False)).action is Action.DELETE


def test_what_cannot_end_at_all_blocks_until_it_is_only_forgotten() -> None:
    made = without(Deletion.IMPOSSIBLE)
    assert (made.changes, blocking(made)) == ((), ["RC306"])
    assert made.findings[0].cls is FindingClass.PLATFORM
    assert "delete: false" in made.findings[0].hint
    assert only(without(Deletion.IMPOSSIBLE, delete=False)).action is Action.FORGET


@pytest.mark.parametrize("deletion", [Deletion.DELETE, Deletion.DISABLE])
def test_disabling_takes_the_same_word_as_deleting(deletion: Deletion) -> None:
    assert blocking(without(deletion, delete=None)) == ["RC301"]
    assert blocking(without(deletion, delete=None, choices=Choices(allow_delete=True))) == []
    assert blocking(without(deletion, protect=True)) == ["RC302"]


def test_an_adopted_object_is_forgotten_and_not_disabled() -> None:
    assert only(without(Deletion.DISABLE, delete=None, origin=How.ADOPTED)).action is Action.FORGET


@pytest.mark.parametrize(("deletion", "fate"), [(Deletion.DELETE, "deleted"), (Deletion.DISABLE, "disabled")])
def test_disabling_many_is_counted_like_deleting_many(deletion: Deletion, fate: str) -> None:
    lamps = [manifest(LAMP, f"l{number}", {}) for number in range(3)]
    made = plan_of(
        [], map(recorded, lamps), [observed(lamp, kind=LAMP) for lamp in lamps], kinds=kinds(deletion),
        removals=[removal(lamp.address, delete=True) for lamp in lamps],
        project=Project(limits=Limits(deletions=DeletionLimit(2, 100))),
    )  # fmt: skip
    assert blocking(made) == ["RC303"]
    assert f"3 of 3 objects of Lamp would be {fate}" in made.findings[0].detail


@pytest.mark.parametrize(
    ("deletion", "lock", "calls"),
    [
        (Deletion.DELETE, Lock.IF_MATCH, 1),
        (Deletion.DELETE, Lock.BODY_VERSION, 2),
        (Deletion.DISABLE, Lock.BODY_VERSION, 1),
    ],
)
def test_the_budget_knows_what_ending_an_object_costs(deletion: Deletion, lock: Lock, calls: int) -> None:
    lamp = manifest(LAMP, "hall", {})
    made = plan_of(
        [], [recorded(lamp)], [observed(lamp, kind=LAMP)], removals=[removal(lamp.address, delete=True)],
        kinds={"Lamp": replace(LAMP, deletion=deletion, lock=lock)},
    )  # fmt: skip
    assert made.budget.apply_calls == calls
