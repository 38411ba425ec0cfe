"""The project file's policies: what is read, and what is refused with its place (issue 5.4)."""

from __future__ import annotations

import textwrap

import pytest
from reconciler.kinds import KINDS
from reconciler.manifest import read_project
from reconciler.model.finding import Severity
from reconciler.model.policy import Freeze, Policies, Policy, Scope, Threshold, Thresholds
from reconciler.model.source import Problem

HEAD = "apiVersion: reconciler/v1\nkind: Project\npolicies:\n"


def read(text: str) -> tuple[Policies, tuple[Problem, ...]]:
    body = textwrap.indent(textwrap.dedent(text), "  ")
    project, problems = read_project("reconciler.yaml", (HEAD + body).encode(), KINDS)
    return project.any.project.policies, problems


def stated(text: str) -> Policies:
    policies, problems = read(text)
    assert not problems
    return policies


def refused(text: str) -> Problem:
    _, problems = read(text)
    assert len(problems) == 1, problems
    return problems[0]


def test_every_member_is_read() -> None:
    text = """\
        defaults: {PU001: off, ER005: block}
        purposes: {maxRetentionDaysByLegalBasis: {consent: 180}}
        rules:
          - code: ORG001
            severity: warn
            message: Says whom to ask
            kinds: [FlexSchema]
            labels: {team: crm}
            schema: {required: [description]}
            explain: So that questions find an answer.
        thresholds: {changes: {count: 20}, deletions: {percent: 5}}
        freezes:
          - {from: "2026-12-23T18:00:00+01:00", until: "2027-01-04T00:00Z", reason: Holidays, kinds: [Purpose]}
        """
    said = "So that questions find an answer."
    scope = Scope(("FlexSchema",), {"team": "crm"})
    assert stated(text) == Policies(
        (Policy("ORG001", Severity.WARN, "Says whom to ask", {"required": ["description"]}, scope, said),),
        True,
        {"PU001": None, "ER005": Severity.BLOCK},
        {"purposes": {"maxRetentionDaysByLegalBasis": {"consent": 180}}},
        Thresholds(Threshold(20), Threshold(None, 5)),
        (Freeze("2026-12-23T17:00:00.000Z", "2027-01-04T00:00:00.000Z", "Holidays", Scope(("Purpose",))),),
    )


def test_a_rule_blocks_everything_unless_it_says_otherwise() -> None:
    [policy] = stated("rules: [{code: ORG001, message: m, schema: {}}]").own
    assert (policy.severity, policy.scope) == (Severity.BLOCK, Scope())


def test_where_it_is_stated_is_remembered() -> None:
    policies = stated(
        "rules:\n- {code: ORG001, message: m, schema: {}}\nthresholds:\n  changes: {count: 1}\nfreezes:\n"
        "- {from: 2026-01-01T00:00Z, until: 2026-01-02T00:00Z, reason: r}\n"
    )
    places = [policies.own[0].where, policies.thresholds.changes.where, policies.freezes[0].where]
    assert [where and where.line for where in places] == [5, 7, 9]


def test_the_default_policies_can_be_left_out() -> None:
    assert stated("defaults: false") == Policies(defaults=False)


def schema(text: str) -> str:
    return f"rules: [{{code: ORG001, message: m, schema: {text}}}]"


def freeze(start: str, until: str, more: str = "") -> str:
    return f'freezes: [{{from: "{start}", until: "{until}", reason: r{more}}}]'


TWICE = "rules:\n- {code: ORG001, message: m, schema: {}}\n- {code: ORG001, message: n, schema: {}}\n"
CASES = {
    "a schema that is text": (schema("required"), "MF106", "4:46", ""),
    "a schema with an unknown type": (schema("{type: text}"), "MF125", "4:53", "JSON Schema 2020-12"),
    "a bound that is text, deep inside": (
        schema("{properties: {retention: {minLength: '3'}}}"),
        "MF125",
        "4:83",
        "JSON Schema 2020-12",
    ),
    "a misspelt keyword": (schema("{properties: {a: {minLenght: 3}}}"), "MF125", "4:64", "`minLength`?"),
    "a misspelt keyword in a list": (schema("{anyOf: [{}, {requierd: [a]}]}"), "MF125", "4:60", "`required`?"),
    "another document": (schema("{$ref: 'https://x.example/s.json'}"), "MF125", "4:53", "$defs"),
    "a file": (schema("{items: {$ref: 'common.json#/a'}}"), "MF125", "4:61", "$defs"),
    "a reference to nothing": (schema("{$ref: '#/$defs/none'}"), "MF125", "4:46", ""),
    "a base of its own": (schema("{$id: 'https://x.example'}"), "MF125", "4:47", "Delete it"),
    "another version of JSON Schema": (
        schema("{$schema: 'http://json-schema.org/draft-07/schema#'}"),
        "MF125",
        "4:56",
        "2020-12",
    ),
    "a pattern that is none": (schema("{pattern: '['}"), "MF125", "4:56", "look-around"),
    "a pattern that looks around": (schema("{pattern: '(?=a)'}"), "MF125", "4:56", "look-around"),
    "a code without digits": ("rules: [{code: ORG, message: m, schema: {}}]", "MF108", "4:18", "ORG001"),
    "one code twice": (TWICE, "MF126", "6:12", "of its own"),
    "a code of the engine": ("rules: [{code: RC999, message: m, schema: {}}]", "MF126", "4:18", "ORG001"),
    "a code of the manifests": ("rules: [{code: MF999, message: m, schema: {}}]", "MF126", "4:18", "ORG001"),
    "a code of a kind": ("rules: [{code: PU999, message: m, schema: {}}]", "MF126", "4:18", "ORG001"),
    "a rule without a message": ("rules: [{code: ORG001, schema: {}}]", "MF104", "4:11", "message"),
    "a severity that there is not": (
        "rules: [{code: ORG001, severity: error, message: m, schema: {}}]",
        "MF107",
        "4:36",
        "Choose",
    ),
    "an unknown kind": (
        "rules: [{code: ORG001, message: m, kinds: [Purposes], schema: {}}]",
        "MF107",
        "4:46",
        "`Purpose`?",
    ),
    "a default policy that there is not": ("defaults: {PU999: off}", "MF107", "4:14", "reconciler policies"),
    "the code of what is no policy": ("defaults: {PU101: off}", "MF107", "4:14", ""),
    "a weight that there is not": ("defaults: {PU001: ignore}", "MF107", "4:21", "Choose"),
    "a time without a zone": (freeze("2026-01-01T00:00", "2026-01-02T00:00Z"), "MF108", "4:20", "zone"),
    "a day that there is not": (freeze("2026-02-30T00:00Z", "2026-03-02T00:00Z"), "MF108", "4:20", "exists"),
    "a freeze that is over before it begins": (
        freeze("2026-01-02T00:00Z", "2026-01-01T00:00Z"),
        "MF124",
        "4:41",
        "Exchange",
    ),
    "a freeze of no length": (
        freeze("2026-01-01T01:00+01:00", "2026-01-01T00:00Z"),
        "MF124",
        "4:46",
        "Exchange",
    ),
    "a freeze of an unknown kind": (
        freeze("2026-01-01T00:00Z", "2026-01-02T00:00Z", ", kinds: [Porpoise]"),
        "MF107",
        "4:88",
        "`Purpose`?",
    ),
    "a threshold of nothing": ("thresholds: {changes: {}}", "MF109", "4:25", ""),
    "more than all": ("thresholds: {deletions: {percent: 101}}", "MF109", "4:37", ""),
    "a legal basis that there is not": (
        "purposes: {maxRetentionDaysByLegalBasis: {consnet: 9}}",
        "MF105",
        "4:45",
        "`consent`?",
    ),
}


@pytest.mark.parametrize(("text", "code", "place", "hint"), CASES.values(), ids=CASES)
def test_policies_are_judged(text: str, code: str, place: str, hint: str) -> None:
    problem = refused(text)
    assert (problem.code, str(problem.where)) == (code, f"reconciler.yaml:{place}")
    assert hint in problem.hint


GOOD = {
    "references within": "{$defs: {text: {type: string}}, properties: {description: {$ref: '#/$defs/text'}}}",
    "a member called $ref": "{properties: {$ref: {type: string}}}",
    "words in a constant": "{const: {minLenght: 3, $ref: 'https://x.example'}}",
    "its own keyword": "{x-owner: dpo}",
    "the dialect": "{$schema: 'https://json-schema.org/draft/2020-12/schema'}",
    "conditions": "{if: {required: [a]}, then: false, else: true}",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_schema_is_taken_as_it_is(text: str) -> None:
    assert len(stated(schema(text)).own) == 1


def test_several_mistakes_are_several_problems() -> None:
    _, problems = read("defaults: {XX001: off}\nrules:\n- {code: PU001, message: m, schema: {typ: string}}\n")
    assert [problem.code for problem in problems] == ["MF107", "MF126", "MF125"]
