"""Acknowledgements bind to code, path and facet, and expire (ARCHITECTURE §4.5)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.manifest import Acknowledgement
from reconciler.model.plan import Plan
from reconciler.model.values import Json
from reconciler.planning.judgement import acknowledged, fits
from reconciler.planning.situation import Choices

from builders import (
    AS_OF,
    acknowledgement,
    blocking,
    codes,
    edited,
    field,
    observed,
    only,
    plan,
    plan_of,
    purpose,
    recorded,
    relation,
    schema,
    situation,
)

TODAY = AS_OF.date()
RETYPED = Finding("FS102", Severity.BLOCK, "", None, ("fields", "a", "type"), facet={"change": "string -> date"})
REMOVED = Finding("FS106", Severity.BLOCK, "", None, ("fields", "a", "options"), facet={"removes": ["x", 1]})
AGREED = acknowledgement("FS102", "fields.a.type", change="string -> date")


def removing(*elements: Json) -> Acknowledgement:
    return acknowledgement("FS106", "fields.a.options", removes=elements)


def test_an_acknowledgement_lifts_the_finding_that_it_names() -> None:
    lifted = acknowledged(RETYPED, [AGREED], TODAY)
    assert (lifted.acknowledged, lifted.blocks) == (AGREED, False)


@pytest.mark.parametrize(
    ("code", "path", "more"),
    [
        ("FS101", "fields.a.type", {"change": "string -> date"}),
        ("FS102", "fields.b.type", {"change": "string -> date"}),
        ("FS102", "fields.a", {"change": "string -> date"}),
        ("FS102", "fields.a.type", {"change": "string -> number"}),
        ("FS102", "fields.a.type", {"change": ""}),
        ("FS102", "fields.a.type", {"removes": ("a",)}),
    ],
)
def test_any_other_acknowledgement_does_not(code: str, path: str, more: Any) -> None:
    assert acknowledged(RETYPED, [acknowledgement(code, path, **more)], TODAY).blocks


@pytest.mark.parametrize("elements", [("x", 1), (1, "x"), ("x", 1, "y")])
def test_what_is_removed_may_be_less_than_what_was_agreed(elements: tuple[Json, ...]) -> None:
    assert fits(removing(*elements), REMOVED)


@pytest.mark.parametrize("elements", [(), ("x",), ("x", "1"), ("x", True), ("y",)])
def test_what_is_removed_may_not_be_more(elements: tuple[Json, ...]) -> None:
    assert not fits(removing(*elements), REMOVED)


def until(day: datetime.date) -> Acknowledgement:
    return acknowledgement("FS102", "fields.a.type", change="string -> date", expires=day)


def test_the_last_day_counts() -> None:
    assert not acknowledged(RETYPED, [until(TODAY)], TODAY).blocks


def test_the_day_after_does_not_and_says_so() -> None:
    expired = acknowledged(RETYPED, [until(TODAY - datetime.timedelta(days=1))], TODAY)
    assert expired.blocks
    assert "expired on 2026-09-30" in expired.detail


def test_one_that_expired_does_not_hide_one_that_counts() -> None:
    assert not acknowledged(RETYPED, [until(datetime.date(2000, 1, 1)), until(TODAY)], TODAY).blocks


@pytest.mark.parametrize(
    ("severity", "cls"), [(Severity.BLOCK, FindingClass.PLATFORM), (Severity.WARN, FindingClass.POLICY)]
)
def test_what_the_platform_refuses_and_what_does_not_block_is_never_acknowledged(
    severity: Severity, cls: FindingClass
) -> None:
    refused = Finding("FS102", severity, "", None, RETYPED.path, cls, facet=RETYPED.facet)
    assert acknowledged(refused, [AGREED], TODAY).acknowledged is None


def test_a_finding_without_a_facet_is_never_acknowledged() -> None:
    bare = Finding("RC303", Severity.BLOCK, "")
    assert acknowledged(bare, [acknowledgement("RC303", "", change="x")], TODAY).blocks


BEFORE = schema("s", field("a"), field("b", options=["x", "y"]))
DATED = [field("a", "date"), field("b", options=["x", "y"])]


def planned(*given: Acknowledgement, **more: Any) -> Plan:
    return plan_of([schema("s", *DATED, acknowledge=given)], [recorded(BEFORE)], [observed(BEFORE)], **more)


def test_a_plan_carries_its_acknowledgements_for_apply() -> None:
    made = planned(AGREED)
    assert not made.blocked
    assert made.acknowledgements == {Address("FlexSchema", "s"): (AGREED,)}
    assert only(made).destructive


def test_a_plan_without_one_blocks_at_the_place_in_the_manifest() -> None:
    made = planned()
    assert blocking(made) == ["FS102"]
    assert str(made.findings[0].where) == "manifest.yaml:1:1"
    assert made.findings[0].where.text == "spec.fields.a.type"  # type: ignore[union-attr]


def test_an_expired_one_is_explained() -> None:
    made = planned(until(datetime.date(2026, 9, 30)))
    assert codes(made) == ["FS102", "RC502"]
    assert made.blocked


@pytest.mark.parametrize(
    ("as_of", "lifted"),
    [("2026-10-01T23:59:59+00:00", True), ("2026-10-02T00:00:00+00:00", False), ("2026-10-02T01:00:00+02:00", True)],
)
def test_days_end_at_midnight_utc(as_of: str, lifted: bool) -> None:
    made = planned(until(datetime.date(2026, 10, 1)), as_of=datetime.datetime.fromisoformat(as_of))
    assert made.blocked is not lifted


def test_one_that_fits_nothing_is_an_information() -> None:
    made = planned(AGREED, acknowledgement("FS101", "fields.gone", removes=("gone",)))
    assert codes(made) == ["FS102", "RC501"]
    assert made.findings[1].severity is Severity.INFO
    assert "FS101 at fields.gone" in made.findings[1].detail


def test_one_for_what_the_platform_refuses_is_unused() -> None:
    before, after = schema("s", relation("a", {"id": "t"})), schema("s", relation("a", {"id": "u"}))
    [agreed] = [acknowledgement("FS103", "fields.a.relationship", change="t.id -> u.id")]
    stated = schema("s", relation("a", {"id": "u"}), acknowledge=(agreed,))
    made = plan_of([stated], [recorded(before)], [observed(before)])
    assert stated.normal == after.normal
    assert blocking(made) == ["FS103"]
    assert "RC501" in codes(made)


def test_those_of_an_excluded_manifest_are_not_called_unused() -> None:
    made = planned(AGREED, choices=Choices(excluded=frozenset({"FlexSchema/s"})))
    assert codes(made) == []


def test_evidence_that_lifts_a_finding_goes_along_with_the_change() -> None:
    none_exist = Evidence("organisation", 0, 0, complete=True)
    given = ([schema("s", *DATED)], [recorded(BEFORE)], [observed(BEFORE)])
    made = plan(situation(*given), {BEFORE.address: none_exist})
    assert not made.blocked
    assert only(made).evidence == none_exist


def test_a_reversal_that_an_acknowledgement_accepts_is_made() -> None:
    agreed = acknowledgement("PU101", "retention", change="300d -> 180d")
    stated = purpose("Support", acknowledge=(agreed,))
    made = plan_of([stated], [recorded(stated)], [edited(observed(stated), retentionPeriod="300d")])
    assert (only(made).after or {})["retention"] == "180d"
    assert codes(made) == ["PU101"]
    assert not made.blocked
