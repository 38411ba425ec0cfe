"""A manifest owns the scalars it states and the elements it declared; the rest is foreign and stays."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.kinds import KINDS
from reconciler.model.manifest import ForeignElements
from reconciler.model.normal import imprint, to_wire
from reconciler.model.plan import Action, Cause, Plan
from reconciler.model.values import Json
from reconciler.planning.situation import Choices, Drift

from builders import (
    PURPOSE_SPEC,
    blocking,
    codes,
    edited,
    field,
    manifest,
    observed,
    only,
    plan_of,
    print_of,
    purpose,
    recorded,
    relation,
    schema,
)

REMOVE = ForeignElements.REMOVE


def wire(*names: str, **more: Json) -> list[dict[str, Json]]:
    return [{"name": name, "type": "string", "required": False, **more} for name in names]


def causes(made: Plan) -> dict[str, Cause]:
    return {".".join(part.path): part.cause for part in only(made).fields}


def field_names(made: Plan) -> list[str]:
    return [each["name"] for each in (only(made).after or {})["fields"]]


def test_a_colleague_s_field_is_nothing_to_do() -> None:
    ours = schema("s", field("a"))
    made = plan_of([ours], [recorded(ours)], [edited(observed(ours), fields=wire("a", "theirs"))])
    assert made.changes == ()


def test_a_colleague_s_field_is_kept_and_shown_in_every_update() -> None:
    ours = schema("s", field("a"))
    now = edited(observed(ours), fields=wire("theirs", "a"))
    made = plan_of([schema("s", field("a"), field("b"))], [recorded(ours)], [now])
    assert field_names(made) == ["theirs", "a", "b"]
    assert only(made).foreign == (("fields", "theirs"),)
    assert causes(made) == {"fields.b": Cause.UPDATE}


def test_a_foreign_field_goes_only_where_the_manifest_says_so() -> None:
    ours = schema("s", field("a"), foreign=REMOVE)
    now = edited(observed(ours), fields=wire("a", "theirs"))
    made = plan_of([ours], [recorded(ours)], [now])
    assert causes(made) == {"fields.theirs": Cause.FOREIGN}
    assert blocking(made) == ["FS101"]


def test_foreign_fields_go_also_where_the_ledger_has_seen_them_before() -> None:
    ours, agreed = schema("s", field("a"), foreign=REMOVE), schema("s", field("a"), field("theirs"))
    row = recorded(ours, fingerprint=print_of(agreed))
    assert causes(plan_of([ours], [row], [observed(agreed)])) == {"fields.theirs": Cause.FOREIGN}


def test_a_foreign_option_of_our_field_is_kept() -> None:
    ours, wanted = schema("s", field("a", options=["x"])), schema("s", field("a", options=["x", "y"]))
    now = edited(observed(ours), fields=wire("a", options=["theirs", "x"]))
    made = plan_of([wanted], [recorded(ours)], [now])
    assert (only(made).after or {})["fields"][0]["options"] == ["theirs", "x", "y"]
    assert only(made).foreign == (("fields", "a", "options", '"theirs"'),)


def test_options_that_nobody_stated_are_foreign_and_shown() -> None:
    ours, wanted = schema("s", field("a")), schema("s", field("a"), field("b"))
    now = edited(observed(ours), fields=wire("a", options=["theirs"]))
    made = plan_of([wanted], [recorded(ours)], [now])
    assert only(made).foreign == (("fields", "a", "options", '"theirs"'),)
    assert (only(made).after or {})["fields"][0]["options"] == ["theirs"]


def test_a_reordered_and_an_inserted_field_are_no_hundred_changes() -> None:
    names = [f"f{number}" for number in range(50)]
    ours = schema("s", *(field(name) for name in names))
    wanted = schema("s", field("new"), *(field(name) for name in reversed(names)))
    made = plan_of([wanted], [recorded(ours)], [observed(ours)])
    assert causes(made) == {"fields.new": Cause.UPDATE}
    assert field_names(made) == [*names, "new"]


def test_reordering_alone_is_nothing_to_do() -> None:
    ours, mixed = schema("s", field("a"), field("b")), schema("s", field("b"), field("a"))
    assert plan_of([mixed], [recorded(ours, fingerprint=print_of(ours))], [observed(ours)]).changes == ()
    shape = KINDS["FlexSchema"].shape
    assert imprint(shape, ours.normal) == imprint(shape, mixed.normal)


def test_an_element_that_is_declared_no_longer_goes() -> None:
    ours = schema("s", field("a"), field("b"))
    made = plan_of([schema("s", field("a"))], [recorded(ours)], [observed(ours)])
    assert causes(made) == {"fields.b": Cause.UPDATE}
    assert field_names(made) == ["a"]
    assert blocking(made) == ["FS101"]


def test_an_element_that_is_declared_no_longer_and_gone_already_is_recorded() -> None:
    ours = schema("s", field("a"), field("b"))
    made = plan_of([schema("s", field("a"))], [recorded(ours)], [edited(observed(ours), fields=wire("a"))])
    assert causes(made) == {"fields.b": Cause.RECORD}
    assert only(made).action is Action.RECORD


def test_an_element_that_somebody_edited_goes_as_an_override() -> None:
    ours = schema("s", field("a"), field("b"))
    now = edited(observed(ours), fields=[*wire("a"), *wire("b", required=True)])
    made = plan_of([schema("s", field("a"))], [recorded(ours)], [now])
    assert causes(made) == {"fields.b": Cause.OVERRIDE}
    kept = plan_of([schema("s", field("a"))], [recorded(ours)], [now], choices=Choices(drift=Drift.KEEP))
    assert kept.changes == ()


def test_an_element_with_somebody_s_option_goes_as_an_override() -> None:
    ours = schema("s", field("a"), field("b", options=["x"]))
    now = edited(observed(ours), fields=[*wire("a"), *wire("b", options=["x", "theirs"])])
    made = plan_of([schema("s", field("a"))], [recorded(ours)], [now])
    assert causes(made) == {"fields.b": Cause.OVERRIDE}
    assert "RC203" in codes(made)


def test_a_default_counts_as_stated() -> None:
    ours = schema("s", field("a"))
    now = edited(observed(ours), fields=wire("a", required=True))
    made = plan_of([ours], [recorded(ours)], [now])
    assert causes(made) == {"fields.a.required": Cause.DRIFT}


def test_a_default_that_the_organisation_leaves_out_is_no_difference() -> None:
    ours = schema("s", field("a"))
    now = edited(observed(ours), fields=[{"name": "a", "type": "string"}])
    assert plan_of([ours], [recorded(ours)], [now]).changes == ()


def described(text: str | None) -> Any:
    return manifest("FlexSchema", "s", {"fields": []} | ({"description": text} if text else {}))


def test_a_scalar_that_was_never_stated_is_somebody_else_s() -> None:
    made = plan_of([described(None)], [recorded(described(None))], [observed(described("theirs"))])
    assert made.changes == ()


def test_a_scalar_that_is_stated_no_longer_goes() -> None:
    made = plan_of([described(None)], [recorded(described("ours"))], [observed(described("ours"))])
    assert causes(made) == {"description": Cause.UPDATE}
    assert "description" not in (only(made).after or {})


def test_a_scalar_that_is_stated_no_longer_and_was_edited_is_released() -> None:
    made = plan_of([described(None)], [recorded(described("ours"))], [observed(described("theirs"))])
    assert made.changes == ()


def test_unknown_members_go_back_unchanged() -> None:
    ours, wanted = schema("s", field("a")), schema("s", field("a"), field("b"))
    fields = wire("a", sortOrder=7, hint=None)
    now = edited(observed(ours), division={"id": "d"}, selfUri=None, fields=fields)
    after = only(plan_of([wanted], [recorded(ours)], [now])).after or {}
    body = to_wire(KINDS["FlexSchema"].shape, after, live=lambda _kind, name: name)
    assert (body["division"], body["selfUri"], body["fields"][0]) == ({"id": "d"}, None, fields[0])


def test_what_the_organisation_adds_to_a_relationship_is_no_difference_and_stays() -> None:
    ours = schema("s", relation("a", {"id": "t"}))
    now = edited(observed(ours))
    now.body["fields"][0]["relationship"]["cascade"] = True
    assert plan_of([ours], [recorded(ours)], [now]).changes == ()
    wanted = schema("s", relation("a", {"id": "t"}), field("b"))
    after = only(plan_of([wanted], [recorded(ours)], [now])).after or {}
    assert after["fields"][0]["relationship"]["+cascade"] is True


def test_a_relationship_is_kept_or_set_as_a_whole() -> None:
    ours, wanted = schema("s", relation("a", {"id": "t"}, "x")), schema("s", relation("a", {"id": "t"}, "y"))
    theirs = observed(schema("s", relation("a", {"id": "u"}, "x")))
    made = plan_of([wanted], [recorded(ours)], [theirs], choices=Choices(drift=Drift.KEEP))
    assert made.changes == ()
    assert [finding.dotted for finding in made.findings] == ["fields.a.relationship"]


def test_local_members_are_recorded_and_never_sent() -> None:
    bare, marked = schema("s", field("a")), schema("s", field("a", personalData=True, purpose="P"))
    made = plan_of([marked], [recorded(bare)], [observed(bare)])
    assert causes(made) == {"fields.a.personalData": Cause.RECORD, "fields.a.purpose": Cause.RECORD}
    assert only(made).action is Action.RECORD
    assert only(made).declared == marked.normal
    assert only(made).after == bare.normal


def test_local_members_are_not_sent_with_a_creation() -> None:
    change = only(plan_of([schema("s", field("a", personalData=True))]))
    assert change.after == schema("s", field("a")).normal


@pytest.mark.parametrize(("ours", "theirs"), [(1, "1"), (1, True), ("true", True), (0, False)])
def test_options_of_different_types_are_different(ours: Json, theirs: Json) -> None:
    stated = schema("s", field("a", options=[ours]))
    now = edited(observed(stated), fields=wire("a", options=[theirs]))
    made = plan_of([stated], [recorded(stated)], [now])
    assert [part.cause for part in only(made).fields] == [Cause.DRIFT]
    assert (only(made).after or {})["fields"][0]["options"] == [theirs, ours]


def test_two_spellings_of_one_value_are_no_difference() -> None:
    stated = purpose("P", spec={"retention": "P180D", "legalBasis": "Consent"})
    now = edited(observed(stated), retentionPeriod="180d", legalBasis="CONSENT")
    assert plan_of([stated], [recorded(stated)], [now]).changes == ()
    assert stated.normal["retention"] == PURPOSE_SPEC["retention"]
