"""The migration table and the other destructive changes of a flex schema."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from reconciler.kinds import KINDS
from reconciler.kinds.flex_schema.spec import TYPES
from reconciler.model.evidence import NO_EVIDENCE, Evidence, Question, Tally
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Transition
from reconciler.model.manifest import Manifest
from reconciler.model.project import Project
from reconciler.model.values import Json

from builders import blocking, codes, edited, field, observed, plan_of, recorded, relation, schema

FLEX = KINDS["FlexSchema"]
FREE, ASK, NEVER = "free", "acknowledge", "platform"
NONE_EXIST = Evidence("organisation", 0, 0, complete=True)


def verdict(finding: Finding) -> str:
    if finding.severity is Severity.INFO:
        return FREE
    assert finding.blocks
    return NEVER if finding.cls is FindingClass.PLATFORM else ASK


def judged(before: Manifest, after: Manifest, evidence: Evidence = NO_EVIDENCE) -> list[Finding]:
    return list(FLEX.judge(Transition(before.address, before.normal, after.normal, Project(), evidence)))


def evidence(question: Question, *, complete: bool = True, **counts: int) -> Evidence:
    tally = Tally(**counts, culprits=("c0ffee",) if counts.get("fails") else ())
    return Evidence("organisation", tally.read, tally.read if complete else 99, complete, "", ((question, tally),))


def retyped(was: str, becomes: str, state: str) -> Finding:
    question = Question(("fields", "a", "type"), "a", f"{was} -> {becomes}")
    states = {
        "clean": lambda: evidence(question, lossless=9, empty=1),
        "lossy": lambda: evidence(question, lossless=9, lossy=1),
        "fails": lambda: evidence(question, lossless=9, fails=1),
        "clean sample": lambda: evidence(question, complete=False, lossless=9),
        "lossy sample": lambda: evidence(question, complete=False, lossless=9, lossy=1),
        "failing sample": lambda: evidence(question, complete=False, lossless=9, fails=1),
        "none": lambda: NO_EVIDENCE,
        "no records": lambda: NONE_EXIST,
    }
    [finding] = judged(schema("s", field("a", was)), schema("s", field("a", becomes)), states[state]())
    assert finding.code == "FS102"
    return finding


PERMITTED = [("string", "date"), ("number", "boolean"), ("boolean", "number")]
REFUSED = [pair for pair in permutations(TYPES, 2) if pair not in PERMITTED and pair != ("string", "number")]
STATES = ["clean", "lossy", "fails", "clean sample", "lossy sample", "failing sample", "none"]


@pytest.mark.parametrize("pair", PERMITTED, ids=" -> ".join)
@pytest.mark.parametrize(("state", "expected"), [*zip(STATES, [FREE, ASK, NEVER, ASK, ASK, NEVER, ASK], strict=True)])
def test_a_permitted_change_is_decided_by_evidence(pair: tuple[str, str], state: str, expected: str) -> None:
    assert verdict(retyped(*pair, state)) == expected


@pytest.mark.parametrize(
    ("state", "expected"), [*zip(STATES, [FREE, ASK, NEVER, NEVER, NEVER, NEVER, NEVER], strict=True)]
)
def test_a_string_becomes_a_number_only_on_complete_evidence(state: str, expected: str) -> None:
    assert verdict(retyped("string", "number", state)) == expected


@pytest.mark.parametrize("pair", REFUSED, ids=" -> ".join)
@pytest.mark.parametrize("state", STATES)
def test_any_other_change_of_type_is_the_platform_s_to_refuse(pair: tuple[str, str], state: str) -> None:
    assert verdict(retyped(*pair, state)) == NEVER


@pytest.mark.parametrize("pair", list(permutations(TYPES, 2)), ids=" -> ".join)
def test_a_schema_without_records_takes_any_change_of_type(pair: tuple[str, str]) -> None:
    assert verdict(retyped(*pair, "no records")) == FREE


def test_the_facet_and_the_path_say_which_change_is_meant() -> None:
    finding = retyped("string", "date", "none")
    assert (finding.dotted, finding.facet) == ("fields.a.type", {"change": "string -> date"})


def test_evidence_that_answers_another_question_is_no_evidence() -> None:
    other = evidence(Question(("fields", "b", "type"), "b", "string -> date"), lossless=9)
    sides = schema("s", field("a")), schema("s", field("a", "date"))
    assert [verdict(each) for each in judged(*sides, other)] == [ASK]
    sides = schema("s", field("a")), schema("s", field("a", "number"))
    assert [verdict(each) for each in judged(*sides, other)] == [NEVER]


def test_the_text_says_how_much_was_read_and_never_claims_a_sample_is_all() -> None:
    sample = retyped("string", "date", "clean sample").detail
    assert "9 of 99 records read, a sample" in sample
    assert "complete" not in sample
    assert "10 of 10 records read, complete" in retyped("string", "date", "fails").detail
    assert "c0ffee" in retyped("string", "date", "fails").detail
    assert "Evidence: none" in retyped("string", "date", "none").detail


def test_a_total_that_the_organisation_does_not_tell_is_said_to_be_unknown() -> None:
    question = Question(("fields", "a", "type"), "a", "string -> date")
    partial = Evidence("file", 3, None, False, "from records.jsonl", ((question, Tally(lossless=3)),))
    [finding] = judged(schema("s", field("a")), schema("s", field("a", "date")), partial)
    assert "3 of an unknown total records read, a sample (from records.jsonl)" in finding.detail


def facets(before: Manifest, after: Manifest, evidence: Evidence = NO_EVIDENCE) -> list[Any]:
    return [(each.code, each.dotted, each.facet, verdict(each)) for each in judged(before, after, evidence)]


def test_a_removed_field_asks() -> None:
    assert facets(schema("s", field("a"), field("b")), schema("s", field("b"))) == [
        ("FS101", "fields.a", {"removes": ["a"]}, ASK)
    ]


def test_a_renamed_field_is_one_removed_and_one_added() -> None:
    assert [each[0] for each in facets(schema("s", field("a")), schema("s", field("b")))] == ["FS101"]


@pytest.mark.parametrize("target", [("other", "id"), ("t", "name"), ({"id": "x"}, "id")])
def test_a_retargeted_relationship_is_the_platform_s_to_refuse(target: tuple[Json, str]) -> None:
    before, after = schema("s", relation("a", "t", "id")), schema("s", relation("a", *target))
    [(code, path, _, said)] = facets(before, after)
    assert (code, path, said) == ("FS103", "fields.a.relationship", NEVER)
    assert judged(before, after, NONE_EXIST) == []


def test_the_facet_of_a_retargeted_relationship_names_both_targets() -> None:
    [finding] = judged(schema("s", relation("a", "t")), schema("s", relation("a", {"id": "x"}, "b")))
    assert finding.facet == {"change": "t.id -> x.b"}


@pytest.mark.parametrize(
    ("counts", "complete", "expected"),
    [
        ({"lossless": 5}, True, []),
        ({"lossless": 5, "empty": 1}, True, [ASK]),
        ({"lossless": 5}, False, [ASK]),
        ({}, False, [ASK]),
        ({}, True, []),
    ],
)
def test_becoming_required_asks_unless_every_record_has_a_value(
    counts: dict[str, int], complete: bool, expected: list[str]
) -> None:
    said = evidence(Question(("fields", "a", "required"), "a", "required"), complete=complete, **counts)
    found = judged(schema("s", field("a")), schema("s", field("a", required=True)), said)
    assert [verdict(each) for each in found] == expected
    assert codes(found) == ["FS104"] * len(expected)


def test_becoming_optional_is_free() -> None:
    assert judged(schema("s", field("a", required=True)), schema("s", field("a"))) == []


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (NO_EVIDENCE, [ASK]),
        (NONE_EXIST, []),
        (Evidence("organisation", 1, 9), [NEVER]),
        (Evidence("organisation", 0, 9), [NEVER]),
        (Evidence("file", 0, None), [ASK]),
    ],
)
def test_a_new_required_field_is_refused_where_records_are_certain(evidence: Evidence, expected: list[str]) -> None:
    found = judged(schema("s"), schema("s", field("a", required=True)), evidence)
    assert [verdict(each) for each in found] == expected
    assert codes(found) == ["FS105"] * len(expected)


def test_a_new_optional_field_is_free() -> None:
    assert judged(schema("s"), schema("s", field("a"))) == []


def test_a_removed_option_asks_and_says_which() -> None:
    before, after = (schema("s", field("a", options=options)) for options in ([1, "1", "x"], ["1"]))
    assert facets(before, after) == [("FS106", "fields.a.options", {"removes": [1, "x"]}, ASK)]


def test_options_where_there_were_none_warn() -> None:
    [finding] = judged(schema("s", field("a")), schema("s", field("a", options=["x"])))
    assert (finding.code, finding.severity) == ("FS107", Severity.WARN)


def test_lifting_all_options_and_adding_one_are_free() -> None:
    assert judged(schema("s", field("a", options=["x"])), schema("s", field("a"))) == []
    assert judged(schema("s", field("a", options=["x"])), schema("s", field("a", options=["y", "x"]))) == []


def test_a_change_of_type_does_not_hide_what_else_changes() -> None:
    question = Question(("fields", "a", "type"), "a", "string -> date")
    before = schema("s", field("a", options=["2024-01-01"]))
    after = schema("s", field("a", "date", required=True, options=["2025-01-01"]))
    found = judged(before, after, evidence(question, lossless=9))
    assert [(each.code, verdict(each)) for each in found] == [("FS102", FREE), ("FS104", ASK), ("FS106", ASK)]


def test_creating_and_deleting_are_not_judged() -> None:
    stated = schema("s", field("a", required=True))
    for sides in ((None, stated.normal), (stated.normal, None)):
        assert list(FLEX.judge(Transition(stated.address, *sides, Project()))) == []


def test_records_are_asked_what_matters_and_nothing_else() -> None:
    before = schema("s", field("a"), field("b"), field("c"), field("gone"), relation("r", "t"))
    after = schema("s", field("a", "date"), field("b", required=True), field("c"), field("new"), relation("r", "u"))
    assert FLEX.questions(before.normal, after.normal) == (
        Question(("fields", "a", "type"), "a", "string -> date"),
        Question(("fields", "b", "required"), "b", "required"),
        Question(("fields", "r", "relationship"), "r", "required"),
    )


def test_a_new_required_field_asks_whether_there_are_records() -> None:
    [question] = FLEX.questions(schema("s").normal, schema("s", field("a", required=True)).normal)
    assert question == Question(("fields", "a", "required"), "a", "required")


def full(count: int) -> Manifest:
    return schema("s", *(field(f"f{number}") for number in range(count)))


@pytest.mark.parametrize(("ours", "expected"), [(50, []), (51, ["FS110"])])
def test_a_hundred_fields_are_the_limit_foreign_ones_included(ours: int, expected: list[str]) -> None:
    now = edited(observed(full(40)))
    now.body["fields"].extend({"name": f"theirs{number}", "type": "string"} for number in range(50))
    made = plan_of([full(ours)], [recorded(full(40))], [now])
    assert blocking(made) == expected
    [room] = made.headroom
    assert (room.before, room.after, room.maximum) == (90, 50 + ours, 100)


def test_a_creation_is_held_to_the_limit_too() -> None:
    assert blocking(plan_of([full(101)])) == ["FS110"]
    assert blocking(plan_of([full(100)])) == []
