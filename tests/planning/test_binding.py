"""Which live object is whose, and what is known only after an apply."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.observed import Origin
from reconciler.model.plan import Action, Cause
from reconciler.planning.binding import bind
from reconciler.planning.situation import Choices

from builders import (
    blocking,
    codes,
    edited,
    field,
    intent,
    observed,
    only,
    plan_of,
    purpose,
    recorded,
    relation,
    removal,
    schema,
    situation,
)

P = purpose("Support")
TARGET, REFERRER = schema("t", field("id")), schema("r", relation("a", "t"))


def test_an_object_is_found_by_its_recorded_id_whatever_its_name() -> None:
    renamed = edited(observed(P), name="Renamed_by_hand")
    change = only(plan_of([P], [recorded(P)], [renamed]))
    assert (change.action, change.live_id) == (Action.UPDATE, "id-Support")
    assert [part.cause for part in change.fields] == [Cause.DRIFT]


def test_a_manifest_that_names_an_id_is_bound_to_it() -> None:
    bound = purpose("Support", live_id="id-7", adopt=True)
    change = only(plan_of([bound], [], [edited(observed(P, live_id="id-7"), name="Other_name")]))
    assert (change.action, change.live_id) == (Action.ADOPT, "id-7")


def test_a_named_id_that_no_list_shows_is_asked_for() -> None:
    assert bind(situation([purpose("Support", live_id="id-7")])).unconfirmed == (("Purpose", "id-7"),)


def test_a_named_id_that_does_not_exist_is_an_error() -> None:
    bound = purpose("Support", live_id="id-7")
    assert blocking(plan_of([bound], confirmed={("Purpose", "id-7"): None})) == ["RC103"]


def test_a_recorded_and_named_id_that_is_gone_is_not_recreated_under_another() -> None:
    bound = purpose("Support", live_id="id-Support")
    made = plan_of([bound], [recorded(P)], confirmed={("Purpose", "id-Support"): None})
    assert blocking(made) == ["RC103"]


def test_a_named_id_works_where_the_kind_has_no_list() -> None:
    bound = purpose("Support", live_id="id-Support")
    given = situation([bound], confirmed={("Purpose", "id-Support"): observed(P)})
    without_list = replace(given, observed={})
    assert bind(without_list).live[P.address].live_id == "id-Support"


def test_an_object_that_another_manifest_names_by_id_is_not_taken_by_name() -> None:
    bound = purpose("Other", live_id="id-Support", adopt=True)
    made = plan_of([P, bound], [], [observed(P)])
    assert [(change.address.name, change.action) for change in made.changes] == [
        ("Other", Action.ADOPT),
        ("Support", Action.CREATE),
    ]


def test_two_addresses_of_one_live_object_are_an_error() -> None:
    bound = purpose("Other", live_id="id-Support", spec={"name": "Support"})
    made = plan_of([bound], [recorded(P)], [observed(P)], removals=[removal(P.address, delete=True)])
    assert [(finding.code, finding.address) for finding in made.findings if finding.blocks] == [
        ("RC107", Address("Purpose", "Other")),
        ("RC107", P.address),
    ]


def test_an_object_may_be_forgotten_under_one_address_and_adopted_under_another() -> None:
    bound = purpose("Other", live_id="id-Support", spec={"name": "Support"})
    made = plan_of([bound], [recorded(P)], [observed(P)], removals=[removal(P.address, delete=False)])
    assert [change.action for change in made.changes] == [Action.ADOPT, Action.FORGET]
    assert not made.blocked


def test_what_points_at_it_then_knows_it_by_its_manifest() -> None:
    former, latter = schema("z", field("id")), schema("b", field("id"), live_id="id-z", adopt=True)
    referrer = schema("r", relation("a", "b"))
    now = observed(schema("r", relation("a", "z")))
    word = [removal(former.address, delete=False)]
    made = plan_of([latter, referrer], [recorded(former), recorded(referrer)], [observed(former), now], removals=word)
    assert [change.address.name for change in made.changes if change.writes] == ["b"]
    assert codes(made) == []


def test_a_rename_to_a_taken_name_is_an_error() -> None:
    renamed = replace(purpose("Support"), normal={**P.normal, "name": "Taken"})
    made = plan_of([renamed], [recorded(P)], [observed(P), observed(purpose("Taken"))])
    assert blocking(made) == ["RC105"]
    assert "id-Taken" in made.findings[0].detail


def test_a_creation_under_a_name_that_another_of_ours_has_is_an_error() -> None:
    same_name = purpose("Other", spec={"name": "Support"})
    made = plan_of([same_name], [recorded(P)], [observed(P)], removals=[removal(P.address, delete=True)])
    assert blocking(made) == ["RC105"]


def test_keeping_one_s_own_name_is_no_rename() -> None:
    changed = purpose("Support", spec={"description": "now"})
    assert not plan_of([changed], [recorded(P)], [observed(P)]).blocked


def test_the_id_of_what_is_created_is_known_after_apply() -> None:
    made = plan_of([TARGET, REFERRER])
    assert [(change.step, change.depends_on) for change in made.changes] == [
        ("FlexSchema/t", ()),
        ("FlexSchema/r", ("FlexSchema/t",)),
    ]
    assert made.changes[1].after["fields"][0]["relationship"]["schema"] == "t"  # type: ignore[index]
    assert made.bindings == {}


def test_the_ids_of_what_the_changes_point_at_go_along() -> None:
    made = plan_of([TARGET, REFERRER], [recorded(TARGET)], [observed(TARGET)])
    assert made.bindings == {TARGET.address: "id-t"}


def test_a_target_that_is_excluded_and_not_there_is_an_error() -> None:
    made = plan_of([TARGET, REFERRER], choices=Choices(excluded=frozenset({"FlexSchema/t"})))
    assert blocking(made) == ["RC402"]
    assert "FlexSchema/t" in made.findings[0].detail


def test_a_target_that_is_excluded_and_recorded_is_known() -> None:
    made = plan_of([TARGET, REFERRER], [recorded(TARGET)], choices=Choices(excluded=frozenset({"FlexSchema/t"})))
    assert not made.blocked
    assert made.bindings == {TARGET.address: "id-t"}


def test_a_purpose_that_a_field_is_kept_for_need_not_be_in_the_organisation() -> None:
    assert not plan_of([schema("s", field("a", purpose="P"))]).blocked


def test_what_points_at_a_recreated_object_is_pointed_at_the_new_one() -> None:
    rows = [recorded(TARGET), recorded(REFERRER)]
    gone = {("FlexSchema", "id-t"): None}
    made = plan_of([TARGET, REFERRER], rows, [observed(REFERRER)], confirmed=gone)
    assert only(made).action is Action.RECREATE
    assert codes(made) == ["RC202", "RC204"]
    assert TARGET.address not in made.bindings


def test_a_target_that_is_gone_and_not_recreated_is_an_error() -> None:
    gone = {("FlexSchema", "id-t"): None}
    made = plan_of([REFERRER], [recorded(TARGET)], confirmed=gone)
    assert blocking(made) == ["RC402"]


def test_an_interrupted_creation_whose_object_is_there_as_sent_is_ours() -> None:
    made = plan_of([P], [], [observed(P)], intents=(intent(P),))
    assert only(made).action is Action.RECORD
    assert not only(made).adopted
    bindings = bind(situation([P], [], [observed(P)], intents=(intent(P),)))
    assert bindings.recorded[P.address].origin is Origin.CREATED


def test_an_interrupted_creation_is_recognised_though_the_organisation_added_something() -> None:
    made = plan_of([P], [], [edited(observed(P), region="eu")], intents=(intent(P),))
    assert only(made).action is Action.RECORD


def test_one_that_differs_is_somebody_else_s() -> None:
    made = plan_of([P], [], [edited(observed(P), description="theirs")], intents=(intent(P),))
    assert blocking(made) == ["RC101"]


def test_two_that_could_be_it_are_in_doubt() -> None:
    both = [observed(P, live_id="id-a"), observed(P, live_id="id-b")]
    made = plan_of([P], [], both, intents=(intent(P),))
    assert blocking(made) == ["RC102"]


def test_an_interrupted_creation_that_is_not_to_be_seen_is_in_doubt_and_said_so() -> None:
    made = plan_of([P], intents=(intent(P),))
    assert only(made).action is Action.CREATE
    assert codes(made) == ["RC601"]
    assert not made.blocked


def test_an_interrupted_creation_that_nobody_wants_any_more_is_ours_to_delete() -> None:
    made = plan_of([], [], [observed(P)], intents=(intent(P),))
    assert only(made).action is Action.DELETE
    assert blocking(made) == ["RC301"]


def test_an_interrupted_recreation_is_ours_too() -> None:
    new = observed(P, live_id="id-new")
    gone = {("Purpose", "id-Support"): None}
    made = plan_of([P], [recorded(P)], [new], intents=(intent(P, action="recreate"),), confirmed=gone)
    assert [change.live_id for change in made.changes] in ([], ["id-new"])
    assert not made.blocked


def test_an_interrupted_update_needs_no_looking() -> None:
    made = plan_of([P], [recorded(P)], [observed(P)], intents=(intent(P, action="update"),))
    assert (made.changes, made.findings) == ((), ())


def test_intents_of_what_is_excluded_are_left_alone() -> None:
    choices = Choices(excluded=frozenset({"Purpose/Support"}))
    made = plan_of([P], [], [observed(P)], intents=(intent(P),), choices=choices)
    assert (made.changes, made.findings) == ((), ())


def test_an_answer_that_does_not_fit_is_a_finding() -> None:
    stated = schema("s", field("a"))
    for rows in ([], [recorded(stated)]):
        made = plan_of([stated], rows, [edited(observed(stated), fields="?")])
        assert made.changes == ()
        assert blocking(made) == ["RC106"]


@pytest.mark.parametrize("name", [None, 7, ["Support"], {"x": 1}])
def test_an_object_without_a_name_is_nobody_s(name: object) -> None:
    made = plan_of([P], [], [edited(observed(P), name=name)])
    assert only(made).action is Action.CREATE
    assert made.foreign_objects["Purpose"] == 1


def test_a_row_of_a_kind_that_this_program_does_not_know_is_left_alone() -> None:
    made = plan_of([], [recorded(P)], [], kinds={"FlexSchema": KINDS["FlexSchema"]})
    assert made.changes == ()
