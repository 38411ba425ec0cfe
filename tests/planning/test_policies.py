"""Policies: the project file's own, and the severities of the default ones (issue 5.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from reconciler.kinds import KINDS
from reconciler.model.finding import Finding, Severity
from reconciler.model.manifest import Lifecycle, Manifest
from reconciler.model.policy import Policies, Policy, Scope
from reconciler.model.project import Project
from reconciler.model.source import Source
from reconciler.model.values import Json
from reconciler.planning.policies import policy_findings
from reconciler.planning.situation import Choices

from builders import AS_OF, acknowledgement, blocking, codes, field, observed, plan_of, purpose, recorded, schema

SUPPORT = purpose("Support")
CUSTOMER = schema("customer", field("a"), field("b", required=True))
HERE = Source("reconciler.yaml", 7, 5)


def rule(schema: Json, **more: Any) -> Policy:
    values: dict[str, Any] = {"code": "ORG001", "severity": Severity.BLOCK, "message": "Not so", "where": HERE, **more}
    return Policy(schema=schema, **values)


def under(*own: Policy, **more: Any) -> Project:
    return Project(policies=Policies(own, **{"defaults": False, **more}))


def found(project: Project, *manifests: Manifest) -> list[Finding]:
    return list(policy_findings({each.address: each for each in manifests}, project, KINDS, AS_OF.date()))


def said(schema: Json, manifest: Manifest = SUPPORT) -> list[tuple[str, Json]]:
    """Where a rule objects, and what an acknowledgement must repeat."""
    return [(each.dotted, each.facet["change"]) for each in found(under(rule(schema)), manifest)]


def test_a_spec_that_satisfies_the_schema_is_not_mentioned() -> None:
    assert said({"required": ["retention"], "properties": {"retention": {"const": "180d"}}}) == []


def test_a_finding_has_the_rule_s_code_severity_and_message_and_stands_at_the_offending_part() -> None:
    policy = rule({"properties": {"retention": {"pattern": "^9"}}}, severity=Severity.WARN, message="Too long")
    [finding] = found(under(policy), SUPPORT)
    assert (finding.code, finding.severity, finding.summary) == ("ORG001", Severity.WARN, "Too long")
    assert (finding.address, finding.path, finding.blocks) == (SUPPORT.address, ("retention",), False)
    assert finding.where is not None
    assert finding.where.text == "spec.retention"
    assert '"180d" does not match "^9"' in finding.detail


def test_the_spec_is_judged_as_it_is_meant() -> None:
    spelt = purpose("Support", spec={"retention": "P180D"})
    assert said({"properties": {"retention": {"const": "180d"}, "active": {"const": False}}}, spelt) == [
        ("active", "true")
    ]


WRONG: dict[str, tuple[Json, list[tuple[str, Json]]]] = {
    "what is missing": ({"required": ["owner"]}, [("owner", "missing")]),
    "what is not allowed": (
        {"additionalProperties": False, "properties": {"name": {}, "fields": {}}},
        [("description", "not allowed")],
    ),
    "an element by its key": (
        {"properties": {"fields": {"items": {"properties": {"required": {"const": False}}}}}},
        [("fields.b.required", "true")],
    ),
    "a list as a whole": ({"properties": {"fields": {"maxItems": 1}}}, [("fields", "sha256:...")]),
    "a spec as a whole": ({"not": {}}, [("spec", "sha256:...")]),
    "a false schema": ({"properties": {"description": False}}, [("description", "Why")]),
    "two keywords, one place": (
        {"properties": {"description": {"minLength": 9, "pattern": "^x"}}},
        [("description", "Why")],
    ),
    "an option that is one of a set": (
        {"properties": {"fields": {"items": {"properties": {"options": {"items": {"pattern": "^y"}}}}}}},
        [("fields.c.options.x", "x")],
    ),
}


@pytest.mark.parametrize(("schema", "expected"), WRONG.values(), ids=WRONG)
def test_an_objection_names_the_place_and_the_value(schema: Json, expected: list[tuple[str, Json]]) -> None:
    stated = replace(CUSTOMER, normal={**CUSTOMER.normal, "description": "Why"})
    if "option" in str(expected):
        stated = replace(stated, normal={**stated.normal, "fields": [field("c", options=["x", "y"])]})
    shown = [(path, "sha256:..." if str(text).startswith("sha256:") else text) for path, text in said(schema, stated)]
    assert shown == expected


SCOPES = {
    "every manifest": (Scope(), True),
    "its kind": (Scope(("Purpose", "FlexSchema")), True),
    "another kind": (Scope(("FlexSchema",)), False),
    "its label": (Scope(labels={"team": "crm"}), True),
    "another label": (Scope(labels={"team": "hr"}), False),
    "a label too many": (Scope(labels={"team": "crm", "tier": "1"}), False),
    "its kind and its label": (Scope(("Purpose",), {"team": "crm"}), True),
}


@pytest.mark.parametrize(("scope", "meant"), SCOPES.values(), ids=SCOPES)
def test_a_rule_is_for_the_kinds_and_labels_that_it_names(scope: Scope, meant: bool) -> None:
    labelled = replace(SUPPORT, labels={"team": "crm", "site": "Berlin"})
    assert bool(found(under(rule({"not": {}}, scope=scope)), labelled)) is meant


RULE = rule({"properties": {"retention": {"const": "90d"}}})


def test_a_rule_blocks_an_object_that_has_not_changed() -> None:
    made = plan_of([SUPPORT], [recorded(SUPPORT)], [observed(SUPPORT)], project=under(RULE))
    assert (made.changes, blocking(made)) == ((), ["ORG001"])


@pytest.mark.parametrize(("value", "expected"), [("180d", []), ("181d", ["ORG001"])])
def test_an_objection_is_accepted_for_its_value_only(value: str, expected: list[str]) -> None:
    accepted = acknowledgement("ORG001", "retention", change="180d")
    stated = purpose("Support", spec={"retention": value}, acknowledge=(accepted,))
    assert blocking(plan_of([stated], project=under(RULE))) == expected


def test_an_acknowledgement_of_a_policy_is_not_called_unused() -> None:
    stated = replace(SUPPORT, lifecycle=Lifecycle(acknowledge=(acknowledgement("ORG001", "retention", change="180d"),)))
    assert codes(plan_of([stated], project=under(RULE))) == ["ORG001"]


def test_a_policy_does_not_make_a_change_destructive() -> None:
    made = plan_of([SUPPORT], project=under(RULE))
    assert [change.destructive for change in made.changes] == [False]


def test_what_is_excluded_is_not_judged() -> None:
    choices = Choices(excluded=frozenset({"Purpose"}))
    assert codes(plan_of([SUPPORT], project=under(RULE), choices=choices)) == []


def test_a_pattern_that_would_never_end_elsewhere_is_matched_at_once() -> None:
    stated = purpose("Support", spec={"description": "a" * 5000 + "!"})
    assert said({"properties": {"description": {"pattern": "^(a+)+$"}}}, stated)[0][0] == "description"


def test_a_schema_that_refers_to_itself_ends() -> None:
    assert said({"$ref": "#"}) == []


WEIGHTS: dict[str, tuple[Policies, Severity | None]] = {
    "as it comes": (Policies(), Severity.BLOCK),
    "lighter": (Policies(severities={"PU002": Severity.WARN}), Severity.WARN),
    "off": (Policies(severities={"PU002": None}), None),
    "none at all": (Policies(defaults=False), None),
}


@pytest.mark.parametrize(("policies", "expected"), WEIGHTS.values(), ids=WEIGHTS)
def test_a_default_policy_weighs_what_the_project_file_says(policies: Policies, expected: Severity | None) -> None:
    judged = found(Project(policies=policies), purpose("Support", spec={"retention": "999d"}))
    assert [each.severity for each in judged] == ([] if expected is None else [expected])


def test_a_default_policy_can_be_acknowledged() -> None:
    accepted = acknowledgement("PU002", "retention", change="999d")
    stated = purpose("Support", spec={"retention": "999d"}, acknowledge=(accepted,))
    assert not plan_of([stated], project=Project()).blocked


def test_every_default_policy_is_explained_under_its_message() -> None:
    for kind in KINDS.values():
        assert {p.code: p.message for p in kind.policies}.items() <= {
            code: text.title for code, text in kind.explanations.items()
        }.items()
