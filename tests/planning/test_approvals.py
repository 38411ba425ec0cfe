"""A fresh plan held against approved ones: what is the same goes on, and every doubt is a difference."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.errors import PlanRefused
from reconciler.kinds import KINDS
from reconciler.model.approval import Approval, Difference, Gap
from reconciler.model.finding import Finding, Severity
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Observed, Recorded
from reconciler.model.plan import Action, Plan
from reconciler.model.values import Json, fingerprint
from reconciler.planning.approvals import Known, differences, to_confirm
from reconciler.planning.binding import bind
from reconciler.planning.changed_paths import approval_of
from reconciler.planning.fitness import unfit
from reconciler.planning.make import draft_all, make_plan
from reconciler.planning.moves import with_moves
from reconciler.planning.planfile import FORMAT_VERSION, as_json, read_plan
from reconciler.planning.situation import Choices, Drift, Situation

from builders import (
    ORGANISATION,
    acknowledgement,
    edited,
    field,
    manifest,
    move,
    observed,
    plan,
    purpose,
    recorded,
    relation,
    removal,
    schema,
    situation,
)

KEEP = Choices(drift=Drift.KEEP)
P = purpose("Support")
BETTER = purpose("Support", spec={"description": "Better"})
NAMES = (f"pr-{number}.json" for number in itertools.count(1))


def approved(made: Plan, *, seal: str = "") -> Approval:
    return approval_of(next(NAMES), seal or fingerprint(as_json(made)), made, KINDS)


def state(
    manifests: Iterable[Manifest] = (), rows: Iterable[Recorded] = (), entities: Iterable[Observed] = (), **more: Any
) -> Situation:
    return situation(manifests, rows, entities, choices=more.pop("choices", KEEP), **more)


def held(given: Situation, *approvals: Approval, findings: tuple[Finding, ...] = (), **known: Any) -> list[Difference]:
    """`findings` come on top of those of the fresh plan."""
    rows, given = given.recorded, with_moves(given)
    drafts = draft_all(given, bind(given))
    fresh = make_plan(drafts, {})
    fresh = replace(fresh, findings=(*fresh.findings, *findings))
    return list(differences(fresh, approvals, Known(drafts, rows, **known)))


def gaps(found: Iterable[Difference]) -> list[tuple[str, str]]:
    return [(each.gap.value, ".".join(each.shown.path)) for each in found]


# The same plan, whenever it is made.


def every_action() -> Situation:
    target, old = schema("t", field("id")), schema("s", field("a"), field("gone"))
    said = acknowledgement("FS101", "fields.gone", removes=("gone",))
    away, theirs = purpose("Away"), purpose("Theirs", adopt=True)
    return state(
        [target, schema("s", field("a"), relation("r", "t"), acknowledge=(said,)), P, theirs],
        [recorded(old), recorded(away)],
        [observed(old), observed(away), edited(observed(theirs), description="d")],
        removals=[removal(away.address, delete=True)],
    )


def test_a_plan_is_approved_by_itself() -> None:
    made = plan(every_action())
    assert {each.action for each in made.changes} == {Action.CREATE, Action.UPDATE, Action.ADOPT, Action.DELETE}
    assert held(every_action(), approved(made)) == []


def test_without_approvals_every_change_is_a_difference() -> None:
    assert {each.gap for each in held(every_action())} == {Gap.UNAPPROVED}


def test_what_one_does_not_approve_another_may() -> None:
    one, other = plan(state([P])), plan(state([purpose("Other")]))
    assert held(state([P, purpose("Other")]), approved(one), approved(other)) == []


def test_two_plans_of_one_object_with_a_finding_each_are_approved_together() -> None:
    old = schema("s", field("a"), field("b"), field("c"))
    accept = [acknowledgement("FS101", f"fields.{name}", removes=(name,)) for name in "bc"]
    one = schema("s", field("a"), field("c"), acknowledge=tuple(accept[:1]))
    other = schema("s", field("a"), field("b"), acknowledge=tuple(accept[1:]))
    both = schema("s", field("a"), acknowledge=tuple(accept))
    approvals = [approved(plan(state([each], [recorded(old)], [observed(old)]))) for each in (one, other)]
    assert held(state([both], [recorded(old)], [observed(old)]), *approvals) == []


# What has come about.


def test_an_update_that_others_made_is_met_and_recorded() -> None:
    update = approved(plan(state([BETTER], [recorded(P)], [observed(P)])))
    assert held(state([BETTER], [recorded(P)], [observed(BETTER)]), update) == []


def test_an_element_that_others_added_is_met_and_recorded() -> None:
    bare, wanted = schema("s", field("a")), schema("s", field("a"), field("b", description="d"))
    update = approved(plan(state([wanted], [recorded(bare)], [observed(bare)])))
    assert held(state([wanted], [recorded(bare)], [observed(wanted)]), update) == []


def test_a_deletion_of_what_is_gone_is_met_once_the_organisation_says_so() -> None:
    away = [removal(P.address, delete=True)]
    deletion = approved(plan(state(rows=[recorded(P)], entities=[observed(P)], removals=away)))
    gone = ("Purpose", "id-Support")
    later = state(rows=[recorded(P)], removals=away, confirmed={gone: None})
    drafts = draft_all(later, bind(later))
    assert to_confirm(make_plan(drafts, {}), [deletion], Known(drafts, later.recorded)) == (gone,)
    assert held(later, deletion, gone=frozenset({gone})) == []
    assert gaps(held(later, deletion)) == [("not approved", "ledger"), ("not come about", "spec")]


def test_a_move_that_is_made_already_is_met() -> None:
    renamed, moves = purpose("Help", spec={"name": "Support"}), [move("Purpose/Support", "Purpose/Help")]
    moving = approved(plan(state([renamed], [recorded(P)], [observed(P)], moves=moves)), seal="sha256:a")
    assert held(state([renamed], [recorded(P)], [observed(P)], moves=moves), moving) == []
    after = [replace(recorded(renamed), live_id="id-Support", seal="sha256:run")]
    ours: dict[str, Any] = {"ours": {"sha256:run": frozenset({"sha256:a"})}, "ended": {P.address: "sha256:run"}}
    assert held(state([renamed], after, [observed(P)], moves=moves), moving, **ours) == []


def test_what_is_left_out_of_this_run_need_not_come_about() -> None:
    both = approved(plan(state([P, purpose("Other")])))
    part = replace(KEEP, left_out=frozenset({purpose("Other").address}))
    assert held(state([P, purpose("Other")], choices=part), both) == []


def test_what_is_left_out_of_this_run_may_be_overtaken() -> None:
    update = approved(plan(state([BETTER], [recorded(P)], [observed(P)])))
    part, since = replace(KEEP, left_out=frozenset({P.address})), [recorded(P, revision=2)]
    assert held(state([BETTER], since, [observed(P)], choices=part), update) == []


# What has not.


@pytest.mark.parametrize("theirs", [{"description": "theirs"}, {"description": ...}], ids=["edited", "removed"])
def test_an_edit_of_an_approved_path_is_shown(theirs: dict[str, Json]) -> None:
    update = approved(plan(state([BETTER], [recorded(P)], [observed(P)])))
    found = held(state([BETTER], [recorded(P)], [edited(observed(P), **theirs)]), update)
    assert {each.gap for each in found} >= {Gap.UNMET}
    assert {".".join(each.shown.path) for each in found} == {"spec.description"}


def test_an_object_that_vanished_has_not_come_about() -> None:
    update = approved(plan(state([BETTER], [recorded(P)], [observed(P)])))
    later = state([BETTER], [recorded(P)], confirmed={("Purpose", "id-Support"): None})
    assert gaps(held(later, update)) == [("not come about", "spec.description")]


def test_a_like_object_of_somebody_elses_is_not_what_was_to_be_created() -> None:
    creation = approved(plan(state([P])))
    found = held(state([P], entities=[observed(P)]), creation)
    assert ("not approved", "ledger") in gaps(found)
    assert ("not come about", "spec") in gaps(found)


def test_the_nearest_approval_is_shown_beside_what_is_not_approved() -> None:
    update = approved(plan(state([BETTER], [recorded(P)], [observed(P)])), seal="sha256:a")
    other = purpose("Support", spec={"description": "Best"})
    found = held(state([other], [recorded(P)], [observed(P)]), update)
    assert [(seal, each.after) for seal, each in found[0].approved] == [("sha256:a", "Better")]


def test_a_finding_that_came_is_a_difference() -> None:
    made = plan(state([BETTER], [recorded(P)], [observed(P)]))
    found = Finding("XX100", Severity.WARN, "It was there when it was approved", P.address)
    before = approved(replace(made, findings=(found,)))
    assert gaps(held(state([BETTER], [recorded(P)], [observed(P)]), before)) == [("not approved", "spec.description")]


# Another plan in between, and an earlier run of our own.


def run_under(*seals: str) -> dict[str, Any]:
    return {"ours": {"sha256:run": frozenset(seals)}}


def half_done() -> tuple[Situation, Approval]:
    """A creation in two steps, of which an earlier run made the first."""
    circle = [schema("a", field("id"), relation("r", "b")), schema("b", field("id"), relation("r", "a"))]
    creation = approved(plan(state(circle)), seal="sha256:a")
    bare = schema("a", field("id"))
    rows = [recorded(bare, seal="sha256:run"), recorded(circle[1], seal="sha256:run")]
    return state(circle, rows, [observed(bare), observed(circle[1])]), creation


def test_what_is_left_of_our_own_run_is_approved() -> None:
    begun, creation = half_done()
    assert [each.action for each in plan(begun).changes] == [Action.UPDATE]
    assert held(begun, creation, **run_under("sha256:a")) == []


def test_what_is_left_of_another_run_is_not() -> None:
    begun, creation = half_done()
    assert {each.gap for each in held(begun, creation)} == {Gap.UNAPPROVED, Gap.UNMET, Gap.OVERTAKEN}


def test_what_is_left_of_our_own_run_is_not_approved_with_a_finding_that_came() -> None:
    begun, creation = half_done()
    found = Finding("XX100", Severity.WARN, "It came", schema("a").address)
    assert gaps(held(begun, creation, findings=(found,), **run_under("sha256:a"))) == [
        ("not approved", "spec.fields.r")
    ]


def test_our_own_run_does_not_carry_what_it_was_not_approved_for() -> None:
    begun, creation = half_done()
    sly = state(
        [schema("a", field("id"), relation("r", "b"), field("more")), schema("b", field("id"), relation("r", "a"))],
        begun.recorded.values(),
        [each for entities in begun.observed.values() for each in entities],
    )
    assert gaps(held(sly, creation, **run_under("sha256:a"))) == [("not approved", "spec.fields.more")]


def test_a_plan_on_an_address_that_another_has_written_since_is_overtaken() -> None:
    update = approved(plan(state([BETTER], [recorded(P)], [observed(P)])), seal="sha256:a")
    since = recorded(P, revision=2, seal="sha256:run")
    assert gaps(held(state([BETTER], [since], [observed(P)]), update)) == [("overtaken", "spec.description")]
    assert held(state([BETTER], [since], [observed(P)]), update, **run_under("sha256:a")) == []
    others = held(state([BETTER], [since], [observed(P)]), update, ours={"sha256:other": frozenset({"sha256:a"})})
    assert gaps(others) == [("overtaken", "spec.description")]


def test_one_that_has_been_forgotten_since_is_overtaken() -> None:
    away = [removal(P.address, delete=True)]
    deletion = approved(plan(state(rows=[recorded(P)], entities=[observed(P)], removals=away)), seal="sha256:a")
    assert gaps(held(state(removals=away), deletion)) == [("not come about", "spec"), ("overtaken", "spec")]
    assert held(state(removals=away), deletion, gone=frozenset({("Purpose", "id-Support")})) == []
    ended: dict[str, Any] = {"ended": {P.address: "sha256:run"}, **run_under("sha256:a")}
    assert held(state(removals=away), deletion, **ended) == []


def test_what_was_merged_before_and_applied_since_is_not_overtaken() -> None:
    """A pull request that is based on another one has that one's changes in its plan, too."""
    other = purpose("Other")
    both = approved(plan(state([BETTER, other], [recorded(P)], [observed(P)])), seal="sha256:b")
    since = [recorded(BETTER, revision=2, seal="sha256:run-of-the-other")]
    assert held(state([BETTER, other], since, [observed(BETTER)]), both) == []


# What stands by its manifest.


def asked(**spec: Json) -> Manifest:
    made = manifest("DataExport", "x", {"window": {"day": "2026-09-01"}, **spec})
    return replace(made, normal={name: value for name, value in made.normal.items() if name != "name"})


def test_a_request_is_approved_by_its_manifest_whatever_the_plan_was_about() -> None:
    assert held(state([asked()]), approved(replace(plan(state([asked()])), submissions=()))) == []


def test_a_changed_manifest_of_a_request_is_not_approved() -> None:
    [found] = held(state([asked(generation=2)]), approved(plan(state([asked()]))))
    assert (found.gap, found.shown.path, found.shown.action) == (Gap.UNAPPROVED, ("manifest",), Action.SUBMIT)


def test_a_request_whose_manifest_an_earlier_approval_had_stands() -> None:
    standing = plan(state([asked()])).standing
    assert held(state([asked()]), approved(plan(state())), standing=standing) == []
    assert held(state([asked(generation=2)]), approved(plan(state())), standing=standing) != []


# Altered files: sealed anew, as somebody could do who can write the artefact.

TRUE = plan(every_action())
APPROVED = as_json(TRUE)


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, name))
    else:
        yield path


PLACES = list(places(APPROVED))


def is_a_side(place: tuple[Any, ...]) -> bool:
    """Whether a person approves of what stands there. Of what only the ledger learns that is what it knew before."""
    if place[0] != "changes" or len(place) < 3:
        return False
    change = APPROVED["changes"][place[1]]
    if place[2] == "fields" and len(place) > 4:
        recorded_only = change["fields"][place[3]]["cause"] == "record"
        return place[4] in (("base", "after", "path") if recorded_only else ("before", "after", "path"))
    whole = {"create": ("after", "declared"), "delete": ("before",)}.get(change["action"], ())
    return place[2] in ("action", "address", *whole)


SIDES = [place for place in PLACES if is_a_side(place)]
CHANGES: list[Json] = ["changed by hand", 7, True, None, [], {}, "delete", "create", "90d", "Purpose/Support"]


def altered(place: tuple[Any, ...], value: Json) -> Approval | None:
    """The approval of a file with one value changed and sealed anew; None where it is refused as it is."""
    body = orjson.loads(orjson.dumps(APPROVED))
    holder = body
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    try:
        made = read_plan(orjson.dumps({"format_version": FORMAT_VERSION, "seal": fingerprint(body), "plan": body}))
        return approval_of("pr.json", fingerprint(body), made, KINDS)
    except (PlanRefused, ValueError):
        return None


def value_at(place: tuple[Any, ...]) -> Json:
    value = APPROVED
    for step in place:
        value = value[step]
    return value


@given(st.sampled_from(PLACES), st.sampled_from(CHANGES))
@settings(deadline=None)
def test_an_altered_file_approves_nothing_that_the_true_one_did_not(place: tuple[Any, ...], value: Json) -> None:
    """Whatever the merged manifests state: what goes on under the altered file goes on under the true one, too."""
    approval = altered(place, value)
    for merged in (every_action(), state([P, purpose("Other")])) if approval is not None else ():
        assert approval is not None
        if not held(merged, approval):
            assert held(merged, approved(TRUE)) == []


@given(st.sampled_from(SIDES), st.sampled_from(CHANGES))
@settings(deadline=None)
def test_an_altered_side_of_a_change_is_refused(place: tuple[Any, ...], value: Json) -> None:
    if value == value_at(place) and type(value) is type(value_at(place)):
        return
    approval = altered(place, value)
    assert approval is None or held(every_action(), approval) != []


# Whether a plan can approve anything here.


def fitness(made: Plan, *, ledger_id: str = "L1", environment: str = "default", rebases: bool = True) -> str:
    return unfit(approved(made), ORGANISATION, environment, tool="T1", ledger_id=ledger_id, rebases=rebases)


FIT = replace(plan(state([P])), ledger_id="L1", tool="T1")


def test_a_plan_of_this_place_can_approve() -> None:
    assert fitness(FIT) == ""
    assert fitness(replace(FIT, ledger_id=""), ledger_id="") == ""
    assert fitness(replace(FIT, rebase=False), rebases=False) == ""


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"organisation": replace(ORGANISATION, live_id="org-2")}, "it is for the organisation org-2"),
        ({"environment": "dev"}, "it is for the environment dev"),
        ({"tool": "T0"}, "it was made by T0, and this is T1"),
        ({"tool": ""}, "nobody knows which version"),
        ({"ledger_id": "L2"}, "it was made with the ledger L2, and this one is L1"),
        ({"ledger_id": ""}, "before there was a ledger"),
        ({"standing": {P.address: "standing/v9 sha256:0"}}, "another recipe than standing/v1"),
        ({"findings": (Finding("XX100", Severity.BLOCK, "No"),)}, "it is blocked"),
        ({"rebase": False}, "--on-conflict stop"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_a_plan_of_another_place_cannot(other: dict[str, Any], why: str) -> None:
    assert why in fitness(replace(FIT, **other))


def test_a_ledger_that_is_not_there_is_another() -> None:
    assert "here is none" in fitness(FIT, ledger_id="")
