"""Names that the organisation holds unique only among some objects: those in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model.kind import Deletion, Kind, Lock, Origin, Scopes
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Observed
from reconciler.model.plan import Action, Plan
from reconciler.model.shape import Member, Record, Scalar

from builders import blocking, live, manifest, observed, only, plan_of, recorded, removal

LAMP = Kind(
    name="Lamp",
    title="Something whose name counts while it is lit",
    origin=Origin.PUBLISHED,
    path="/lamps",
    schema={},
    scopes=Scopes("read", "write"),
    example="",
    shape=Record((Member("name", Scalar()), Member("lit", Scalar(), default=True))),
    server_owned=frozenset({"id", "version"}),
    lock=Lock.BODY_VERSION,
    deletion=Deletion.DISABLE,
    disabled={"lit": False},
    unique_while={"lit": True},
)
HALL = manifest(LAMP, "hall", {})
DARK = manifest(LAMP, "hall", {"lit": False})


def old(live_id: str, **members: Any) -> Observed:
    return live(LAMP, live_id, {"name": "hall", **members})


def planned(*args: Any, **more: Any) -> Plan:
    return plan_of(*args, kinds={"Lamp": LAMP}, **more)


def lit(stated: Manifest) -> Observed:
    return observed(stated, kind=LAMP)


def test_a_namesake_out_of_use_is_neither_adopted_nor_in_the_way() -> None:
    assert only(planned([HALL], [], [old("o1", lit=False), old("o2", lit=False)])).action is Action.CREATE


def test_the_one_in_use_is_adopted() -> None:
    change = only(planned([HALL], [], [old("o1", lit=False), old("o2")]))
    assert (change.action, change.live_id) == (Action.ADOPT, "o2")


def test_what_is_to_be_out_of_use_finds_a_namesake_out_of_use() -> None:
    """Else every lost ledger would make one more."""
    change = only(planned([DARK], [], [old("o1", lit=False)]))
    assert (change.action, change.live_id) == (Action.ADOPT, "o1")


def test_a_new_object_has_its_name_at_birth_whatever_it_becomes() -> None:
    born = replace(LAMP, at_birth={"lit": True})
    made = plan_of([DARK], [], [old("o1")], kinds={"Lamp": born})
    assert blocking(made) == ["RC105"]


def test_taking_into_use_what_has_a_namesake_in_use_is_refused() -> None:
    rows, there = [recorded(DARK)], [lit(DARK), old("o1")]
    assert blocking(planned([HALL], rows, there)) == ["RC105"]
    assert blocking(planned([HALL], rows, [lit(DARK), old("o1", lit=False)])) == []


def test_taking_out_of_use_never_minds_namesakes() -> None:
    there = [lit(HALL), old("o1", lit=False)]
    assert blocking(planned([DARK], [recorded(HALL)], there)) == []
    away = planned([], [recorded(HALL)], there, removals=[removal(HALL.address, delete=True)])
    assert (only(away).action, blocking(away)) == (Action.DISABLE, [])
