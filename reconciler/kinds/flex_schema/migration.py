"""Which changes of a flex schema are unsafe, and what its records have to say about them.

The migration table of seed 004 (contract §3), and where we are stricter: permitted does not mean lossless, so a
permitted change is free only when complete evidence shows that no value is lost.

| from         | to                         | complete, lossless | complete, lossy | a value fails | sample or none  |
|--------------|----------------------------|--------------------|-----------------|---------------|-----------------|
| string       | date                       | free               | acknowledge     | platform      | acknowledge     |
| number       | boolean                    | free               | acknowledge     | platform      | acknowledge     |
| boolean      | number                     | free               | acknowledge     | platform      | acknowledge     |
| string       | number                     | free               | acknowledge     | platform      | platform        |
| any other    | any other                  | platform           | platform        | platform      | platform        |
| relationship | another schema or field    | platform           | platform        | platform      | platform        |

A schema that is certain to have no records takes any change.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.model.evidence import Evidence, Question, Tally, Verdict
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Transition
from reconciler.model.values import Json, Normal, same

PERMITTED: Final = frozenset({("string", "date"), ("number", "boolean"), ("boolean", "number")})
ON_EVIDENCE: Final = frozenset({("string", "number")})
"""Permitted by the platform only where every record's value can be parsed."""

REQUIRED: Final = "required"
"""The question whether every record has a value."""

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_LOOSE_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATE_TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)


def questions(before: Normal, after: Normal) -> tuple[Question, ...]:
    """What to ask of the records before judging this change. Empty = no record matters."""
    return tuple(_questions(_by_name(before), _by_name(after)))


def _questions(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Question]:
    for name, field in after.items():
        was = before.get(name)
        if was is not None and was.get("type") != field.get("type"):
            yield Question(("fields", name, "type"), name, _change(_type(was), _type(field)))
        elif was is not None and not same(was.get("relationship"), field.get("relationship")):
            yield Question(("fields", name, "relationship"), name, REQUIRED)
        if field.get("required") and not (was and was.get("required")):
            yield Question(("fields", name, "required"), name, REQUIRED)


def classify(question: Question, value: Json) -> Verdict:
    """What would become of one record's value. None = the record has none."""
    if value is None:
        return Verdict.EMPTY
    match question.ask:
        case "required":
            return Verdict.LOSSLESS
        case "string -> number":
            return _to_number(value)
        case "string -> date":
            return _to_date(value)
        case "number -> boolean":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return (Verdict.LOSSLESS if value in (0, 1) else Verdict.LOSSY) if is_number else Verdict.FAILS
        case "boolean -> number":
            return Verdict.LOSSLESS if isinstance(value, bool) else Verdict.FAILS
        case _:
            return Verdict.FAILS


def _to_number(value: Json) -> Verdict:
    """Lossless only in JSON's own spelling: "007" and "+7" become 7 and cannot become what they were."""
    if not isinstance(value, str) or not _LOOSE_NUMBER.fullmatch(value) or not math.isfinite(float(value)):
        return Verdict.FAILS
    number = float(value)
    spellings = {repr(number), str(int(number)) if number.is_integer() and abs(number) < 2**53 else ""}
    return Verdict.LOSSLESS if _NUMBER.fullmatch(value) and value in spellings else Verdict.LOSSY


def _to_date(value: Json) -> Verdict:
    """A calendar date is lossless; a date with a time loses the time."""
    if not isinstance(value, str):
        return Verdict.FAILS
    with_time = _DATE_TIME.fullmatch(value)
    if not with_time and not _DATE.fullmatch(value):
        return Verdict.FAILS
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return Verdict.FAILS
    return Verdict.LOSSY if with_time else Verdict.LOSSLESS


def judge(transition: Transition) -> Iterator[Finding]:
    """The findings of ARCHITECTURE §4.3 and §4.4 for one schema."""
    if transition.before is None or transition.after is None:
        return
    before, after = _by_name(transition.before), _by_name(transition.after)
    for name, field in before.items():
        if name not in after:
            yield _removed(transition, name)
        else:
            yield from _edited(transition, name, field, after[name])
    for name, field in after.items():
        if field.get("required") and name not in before:
            yield from _new_required(transition, name)


def _removed(transition: Transition, name: str) -> Finding:
    return Finding(
        "FS101",
        Severity.BLOCK,
        "Field removed",
        transition.address,
        ("fields", name),
        facet={"removes": [name]},
        detail=f"Field {name!r} goes, and with it every value that records hold in it.",
    )


def _retyped(transition: Transition, name: str, was: str, becomes: str) -> Finding:
    change = _change(was, becomes)
    path = ("fields", name, "type")
    severity, cls, detail = _type_verdict((was, becomes), transition.evidence, Question(path, name, change))
    return Finding(
        "FS102",
        severity,
        "Type changed",
        transition.address,
        path,
        cls,
        facet={"change": change},
        detail=detail,
    )


def _type_verdict(pair: tuple[str, str], evidence: Evidence, question: Question) -> tuple[Severity, FindingClass, str]:
    """One row of the migration table: severity, who objects, and the text that says which evidence there is."""
    said = describe(evidence, evidence.tally(question))
    answers = evidence.tally(question)
    complete = evidence.complete and answers is not None
    if evidence.none_exist:
        return Severity.INFO, FindingClass.POLICY, "There are no records, so any change of type is safe."
    if pair not in PERMITTED | ON_EVIDENCE:
        text = f"The platform does not convert {question.ask}: it requires a manual data migration. {said}"
        return Severity.BLOCK, FindingClass.PLATFORM, text
    if answers is not None and answers.fails:
        return Severity.BLOCK, FindingClass.PLATFORM, f"Some values do not convert. {said}"
    if not complete and pair in ON_EVIDENCE:
        text = f"The platform permits {question.ask} only if every value converts, which is not shown. {said}"
        return Severity.BLOCK, FindingClass.PLATFORM, text
    if complete and answers is not None and not answers.lossy:
        return Severity.INFO, FindingClass.POLICY, f"Every value converts without loss. {said}"
    return Severity.BLOCK, FindingClass.POLICY, f"Values may be lost. {said}"


def describe(evidence: Evidence, tally: Tally | None) -> str:
    """The evidence in words: how much was read of how much, and what it says. Record ids only as hashes."""
    if tally is None or evidence.source == "none":
        return f"Evidence: none ({evidence.note})." if evidence.note else "Evidence: none."
    total = "an unknown total" if evidence.total is None else str(evidence.total)
    extent = "complete" if evidence.complete else "a sample"
    counts = f"{tally.lossless} convert, {tally.lossy} with loss, {tally.fails} fail, {tally.empty} empty"
    culprits = f"; records {', '.join(tally.culprits)}" if tally.culprits else ""
    note = f" ({evidence.note})" if evidence.note else ""
    return f"Evidence: {evidence.read} of {total} records read, {extent}{note}: {counts}{culprits}."


def _edited(
    transition: Transition, name: str, was: Mapping[str, Json], becomes: Mapping[str, Json]
) -> Iterator[Finding]:
    if _type(was) != _type(becomes):
        yield _retyped(transition, name, _type(was), _type(becomes))
    elif not same(was.get("relationship"), becomes.get("relationship")) and not transition.evidence.none_exist:
        yield _retargeted(transition, name, was, becomes)
    if becomes.get("required") and not was.get("required"):
        yield from _now_required(transition, name)
    yield from _options(transition, name, was.get("options"), becomes.get("options"))


def _retargeted(transition: Transition, name: str, was: Mapping[str, Json], becomes: Mapping[str, Json]) -> Finding:
    return Finding(
        "FS103",
        Severity.BLOCK,
        "Relationship retargeted",
        transition.address,
        ("fields", name, "relationship"),
        FindingClass.PLATFORM,
        facet={"change": _change(_target(was), _target(becomes))},
        detail="A relationship never changes where records exist: their values point into the former target. "
        "Add a new field instead.",
    )


def _target(field: Mapping[str, Json]) -> str:
    relationship = field.get("relationship")
    if not isinstance(relationship, dict):
        return "nothing"
    schema = relationship.get("schema")
    return f"{schema['id'] if isinstance(schema, dict) else schema}.{relationship.get('field')}"


def _now_required(transition: Transition, name: str) -> Iterator[Finding]:
    path, evidence = ("fields", name, "required"), transition.evidence
    answers = evidence.tally(Question(path, name, REQUIRED))
    if evidence.none_exist or (evidence.complete and answers is not None and not answers.empty):
        return
    yield Finding(
        "FS104",
        Severity.BLOCK,
        "Field becomes required",
        transition.address,
        path,
        facet={"change": "optional -> required"},
        detail=f"Records without a value may become invalid. {describe(evidence, answers)}",
    )


def _new_required(transition: Transition, name: str) -> Iterator[Finding]:
    evidence = transition.evidence
    if evidence.none_exist:
        return
    path = ("fields", name, "required")
    certain = evidence.some_exist
    yield Finding(
        "FS105",
        Severity.BLOCK,
        "New required field",
        transition.address,
        path,
        FindingClass.PLATFORM if certain else FindingClass.POLICY,
        facet={"change": "absent -> required"},
        detail=(
            "Records exist, and none of them has a value for it: the platform refuses."
            if certain
            else "Records may exist, and none of them would have a value for it."
        )
        + f" {describe(evidence, evidence.tally(Question(path, name, REQUIRED)))}",
        hint="Add it as optional, fill it, then make it required.",
    )


def _options(transition: Transition, name: str, was: Json, becomes: Json) -> Iterator[Finding]:
    path = ("fields", name, "options")
    if was and becomes:
        gone = [option for option in was if not any(same(option, other) for other in becomes)]
        if gone:
            yield Finding(
                "FS106",
                Severity.BLOCK,
                "Option removed",
                transition.address,
                path,
                facet={"removes": gone},
                detail=f"Records that hold {', '.join(map(str, gone))} have a value that is no longer allowed.",
            )
    elif becomes and not was:
        yield Finding(
            "FS107",
            Severity.WARN,
            "Values restricted to options",
            transition.address,
            path,
            facet={"change": "any value -> options"},
            detail="Records that hold another value have one that is no longer allowed.",
        )


def _change(was: str, becomes: str) -> str:
    return f"{was} -> {becomes}"


def _type(field: Mapping[str, Json]) -> str:
    return str(field.get("type"))


def _by_name(schema: Normal) -> dict[str, Json]:
    return {field["name"]: field for field in schema.get("fields", ())}
