"""Cases as JUnit XML, which CI systems show as tests: failed is what something stops.

No clock and no host: equal cases give equal documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.render.cases import Case, Verdict
from reconciler.render.legible import cut, legible
from reconciler.render.remarks import Remark
from reconciler.render.wording import counted

LONGEST: Final = 10_000
"""Characters of what is said of one case."""


def junit_xml(cases: Sequence[Case], name: str) -> bytes:
    """One document; a suite for each group of cases, in the order of the groups."""
    ranked = sorted(cases, key=lambda case: case.group)
    root = Element("testsuites", {"name": legible(name), **_counts(ranked)})
    for group, members in groupby(ranked, key=lambda case: case.group):
        _suite(root, group, list(members))
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(_count(cases, Verdict.FAILED)),
        "errors": str(_count(cases, Verdict.ERROR)),
        "skipped": str(_count(cases, Verdict.SKIPPED)),
        "time": _seconds(cases),
    }


def _count(cases: Iterable[Case], verdict: Verdict) -> int:
    return sum(case.verdict is verdict for case in cases)


def _seconds(cases: Iterable[Case]) -> str:
    return f"{sum(case.milliseconds for case in cases) / 1000:.3f}"


def _suite(root: Element, group: str, cases: Sequence[Case]) -> None:
    suite = SubElement(root, "testsuite", {"name": legible(group), **_counts(cases)})
    for case in cases:
        _case(suite, case)


def _case(suite: Element, case: Case) -> None:
    where = next((remark.where for remark in case.remarks if remark.where is not None), None)
    place = {"file": legible(where.file), "line": str(where.line)} if where else {}
    said = {"classname": legible(case.group), "name": legible(case.name), "time": _seconds([case]), **place}
    element = SubElement(suite, "testcase", said)
    weighing, others = _parted(case)
    if case.verdict is not Verdict.PASSED:
        _outcome(element, case.verdict, weighing)
    if others:
        SubElement(element, "system-out").text = _text(others)


def _parted(case: Case) -> tuple[Sequence[Remark], Sequence[Remark]]:
    """What is said of the outcome, and what beside it."""
    if case.verdict is Verdict.PASSED:
        return (), case.remarks
    weighing = [remark for remark in case.remarks if remark.weighs]
    return (weighing, [remark for remark in case.remarks if not remark.weighs]) if weighing else (case.remarks, ())


def _outcome(element: Element, verdict: Verdict, remarks: Sequence[Remark]) -> None:
    """One element, since many readers take no second: it tells all, and its message the first."""
    first = f"{remarks[0].code} {remarks[0].summary}" if remarks else "not tried"
    more = f" (and {counted(len(remarks) - 1, 'more', 'more')})" if len(remarks) > 1 else ""
    said = {"message": legible(first) + more}
    if verdict is not Verdict.SKIPPED:
        said["type"] = legible(remarks[0].code) if remarks else "unknown"
    SubElement(element, verdict.value, said).text = _text(remarks)


def _text(remarks: Iterable[Remark]) -> str:
    """Line ends stay; what XML cannot hold, or nobody sees, is spelled out."""
    rows = [row for remark in remarks for row in _rows(remark)]
    return cut("\n".join(map(legible, rows)), LONGEST)


def _rows(remark: Remark) -> list[str]:
    place = [str(remark.where)] if remark.where else []
    accepted = [f"Accepted by {remark.accepted}"] if remark.accepted else []
    return [f"{remark.level.value} {remark.code}", *place, *remark.message.split("\n"), *accepted, ""]
