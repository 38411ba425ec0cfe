"""Purposes (contract §2): what a manifest may say, the wire both ways, what is unsafe."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.kinds import KINDS
from reconciler.manifest import load
from reconciler.model.finding import Finding
from reconciler.model.kind import Checkup, Transition
from reconciler.model.normal import complete, to_wire
from reconciler.model.policy import Policies
from reconciler.model.project import Project, RetentionClass
from reconciler.model.source import Problem
from reconciler.model.values import Json
from reconciler.planning.policies import policy_findings

from builders import AS_OF, codes, normal, purpose

PURPOSE = KINDS["Purpose"]
TODAY = AS_OF.date()
CLASSES = {"standard": RetentionClass("standard", 90), "forever": RetentionClass("forever", 9999)}


def problems(slug: str = "Support", *, project: Project | None = None, **spec: Json) -> list[Problem]:
    return list(PURPOSE.check(Checkup(purpose(slug, spec=spec), project or Project(), {})))


def objections(slug: str = "Support", *, project: Project | None = None, **spec: Json) -> list[Finding]:
    stated = purpose(slug, spec=spec)
    return list(policy_findings({stated.address: stated}, project or Project(), KINDS, TODAY))


def found(slug: str = "Support", **more: Any) -> list[str]:
    return codes(objections(slug, **more))


def ruled(**purposes: Json) -> Project:
    return Project(retention_classes=CLASSES, policies=Policies(settings={"purposes": purposes}))


@pytest.mark.parametrize("name", ["Abcd", "A" * 50, "Quality 2_x", "Z000"])
def test_a_name_of_the_organisation_s_pattern_passes(name: str) -> None:
    assert found(name) == []


@pytest.mark.parametrize(
    "name", ["Abc", "A" * 51, "abcd", "Abcd\n", "Ab-cd", "Abcd.", " Abcd", "Äbcd", "Abcdé", "1bcd"]
)
def test_a_name_that_does_not_match_as_a_whole_is_refused(name: str) -> None:
    assert found(name) == ["PU001"]


def test_the_pattern_is_the_project_s() -> None:
    project = ruled(namePattern="[a-z-]+")
    assert found("a-b", project=project) == []
    assert found("Support", project=project) == ["PU001"]


def test_the_name_is_that_in_the_organisation_not_the_slug() -> None:
    assert found("a-slug", name="Support") == []


@pytest.mark.parametrize(("retention", "expected"), [("0d", ["PU002"]), ("1d", []), ("365d", []), ("366d", ["PU002"])])
def test_retention_has_bounds(retention: str, expected: list[str]) -> None:
    assert found(retention=retention) == expected


@pytest.mark.parametrize(("retention", "expected"), [("P9D", ["PU002"]), ("P10D", []), ("21d", ["PU002"])])
def test_the_bounds_are_the_project_s(retention: str, expected: list[str]) -> None:
    project = ruled(minRetentionDays=10, maxRetentionDays=20)
    assert found(retention=retention, project=project) == expected


def resolved(name: str) -> Json:
    spec = {"name": "Support", "retention": {"class": name}}
    return complete(PURPOSE.shape, PURPOSE.resolve(spec, Project(retention_classes=CLASSES)))["retention"]


def test_a_class_becomes_its_days() -> None:
    assert resolved("standard") == "90d"


def test_a_class_obeys_the_bounds_too() -> None:
    assert found(retention=resolved("forever")) == ["PU002"]


def test_an_unknown_class_is_named_with_its_neighbour() -> None:
    [problem] = problems(retention=resolved("standrad"), project=Project(retention_classes=CLASSES))
    assert (problem.code, problem.hint) == ("PU003", "Did you mean `standard`?")
    assert "forever, standard" in problem.detail


def test_a_class_without_any_in_the_project_says_so() -> None:
    [problem] = problems(retention={"class": "standard"})
    assert "no classes" in problem.detail


@pytest.mark.parametrize("spelling", ["180d", "P180D", "0180d"])
def test_spellings_of_one_period_are_one_value(spelling: str) -> None:
    assert purpose("Support", spec={"retention": spelling}).normal["retention"] == "180d"


@pytest.mark.parametrize(
    "basis", ["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]
)
def test_the_six_legal_bases_pass_in_any_case(basis: str) -> None:
    assert found(legalBasis=basis.upper()) == []
    assert purpose("Support", spec={"legalBasis": basis.title()}).normal["legalBasis"] == basis


def test_another_legal_basis_is_refused_with_its_neighbour() -> None:
    [finding] = objections(legalBasis="legitimate_interest")
    assert (finding.code, finding.hint) == ("PU004", "Did you mean `legitimate_interests`?")


@pytest.mark.parametrize(("days", "expected"), [("90d", []), ("91d", ["PU005"])])
def test_a_period_of_its_own_stays_within_the_stated_class(days: str, expected: list[str]) -> None:
    assert found(retention=days, retentionClass="standard", project=ruled()) == expected


def test_an_unknown_class_beside_days_is_named_too() -> None:
    [problem] = problems(retention="5d", retentionClass="standrad", project=ruled())
    assert (problem.code, problem.where.text) == ("PU003", "spec.retentionClass")


def test_a_class_is_stated_once() -> None:
    twice = PURPOSE.example.replace("retention: 180d", "retention: {class: standard}\n  retentionClass: forever")
    _, found_there = load([("p.yaml", twice.encode())], kinds=KINDS, project=ruled())
    assert [(each.code, each.hint) for each in found_there] == [("MF111", PURPOSE.schema["x-hint"])]


@pytest.mark.parametrize(("basis", "expected"), [("consent", ["PU006"]), ("contract", [])])
def test_the_project_may_bound_retention_by_legal_basis(basis: str, expected: list[str]) -> None:
    project = ruled(maxRetentionDaysByLegalBasis={"consent": 100})
    assert found(retention="101d", legalBasis=basis, project=project) == expected
    assert found(retention="100d", legalBasis=basis, project=project) == []


def test_every_objection_is_made_at_its_place() -> None:
    several = objections("x", retention="999d", legalBasis="none")
    assert [(each.code, each.where and each.where.text) for each in several] == [
        ("PU001", "spec.name"),
        ("PU002", "spec.retention"),
        ("PU004", "spec.legalBasis"),
    ]


BODY = {
    "name": "Support",
    "description": "Why.",
    "retentionPeriod": "180d",
    "legalBasis": "consent",
    "isActive": False,
}
NORMAL = {"name": "Support", "description": "Why.", "retention": "180d", "legalBasis": "consent", "active": False}


def test_every_field_goes_over_the_wire_and_back() -> None:
    assert normal(PURPOSE, BODY) == NORMAL
    assert to_wire(PURPOSE.shape, NORMAL, live=lambda _kind, name: name) == BODY


def test_what_only_the_server_writes_is_no_part_of_it() -> None:
    owned = {"id": "1", "version": 3, "createdDate": "x", "modifiedDate": "y", "diversionIds": ["d"]}
    assert normal(PURPOSE, {**BODY, **owned}) == NORMAL


def test_the_organisation_s_spellings_are_read_as_ours() -> None:
    answer = normal(PURPOSE, {**BODY, "retentionPeriod": "P180D", "legalBasis": "CONSENT"})
    assert answer == NORMAL


def test_a_purpose_is_active_by_default() -> None:
    assert purpose("Support").normal["active"] is True
    assert normal(PURPOSE, {"name": "Support"})["active"] is True


def judged(before: Json, after: Json) -> list[Any]:
    return list(PURPOSE.judge(Transition(purpose("Support").address, before, after, Project())))


def change(member: str, before: Json, after: Json) -> list[Any]:
    sides = ({**NORMAL, "active": True, member: value} for value in (before, after))
    return judged(*({name: value for name, value in side.items() if value is not ...} for side in sides))


def test_a_shorter_retention_blocks() -> None:
    [finding] = change("retention", "180d", "90d")
    assert (finding.code, finding.blocks, finding.facet) == ("PU101", True, {"change": "180d -> 90d"})


def test_a_longer_retention_is_free() -> None:
    assert change("retention", "90d", "180d") == []


@pytest.mark.parametrize("before", ["P6M", "six months", 180, None, ...])
def test_a_retention_that_cannot_be_read_may_be_longer(before: Json) -> None:
    assert codes(change("retention", before, "180d")) == ["PU101"]


def test_a_retention_that_stays_unreadable_is_not_shortened() -> None:
    assert change("retention", "P6M", "P6M") == []


@pytest.mark.parametrize("before", [True, ..., "yes"])
def test_switching_off_blocks(before: Json) -> None:
    [finding] = change("active", before, False)
    assert (finding.code, finding.blocks, finding.facet) == ("PU102", True, {"change": "true -> false"})


def test_switching_on_and_staying_off_are_free() -> None:
    assert change("active", False, True) == change("active", False, False) == []


def test_another_legal_basis_warns() -> None:
    [finding] = change("legalBasis", "consent", "contract")
    assert (finding.code, finding.blocks) == ("PU103", False)


def test_creating_and_deleting_are_not_judged() -> None:
    assert judged(None, NORMAL) == judged(NORMAL, None) == []
