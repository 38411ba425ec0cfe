"""Remarks as SARIF 2.1.0 (OASIS, errata 01), for code scanning.

A result's fingerprint is made of what it is about, not of the line where it stands, so that an alert survives edits
above it. A result without a place stands at the project file: code scanning takes none without.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import orjson

from reconciler.model.finding import Explanation
from reconciler.model.values import Json
from reconciler.render.legible import legible
from reconciler.render.remarks import Level, Remark

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT: Final = "%SRCROOT%"
FINGERPRINT: Final = "primaryLocationLineHash"
"""The one that code scanning looks at, with the file and the rule; without it, it would hash the line of the file, and
take two findings at one line for one."""
MOST: Final = 5_000
"""Results that code scanning keeps of a run; a file with 25,000 it refuses."""
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def sarif_json(
    remarks: Sequence[Remark],
    explanations: Mapping[str, Explanation],
    *,
    category: str,
    version: str,
    project_file: str,
    succeeded: bool,
) -> bytes:
    """One run. `category` keeps the runs of several environments apart; `succeeded` is whether the program could do its
    work, whatever it found."""
    rules = sorted({remark.code for remark in remarks})
    shown = _weightiest(remarks)
    run = {
        "tool": {
            "driver": {
                "name": "reconciler",
                "semanticVersion": version,
                "rules": [_rule(code, explanations.get(code), remarks) for code in rules],
            }
        },
        "automationDetails": {"id": f"{category}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": succeeded} | _left_out(len(remarks) - len(shown))],
        "results": [_result(remark, rules.index(remark.code), project_file, mark) for remark, mark in _marked(shown)],
    }
    return orjson.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, option=orjson.OPT_INDENT_2)


def _rule(code: str, explanation: Explanation | None, remarks: Iterable[Remark]) -> dict[str, Json]:
    if explanation is None:
        summary = next(remark.summary for remark in remarks if remark.code == code)
        return {"id": code, "shortDescription": _text(summary)}
    return {
        "id": code,
        "shortDescription": _text(explanation.title),
        "fullDescription": _text(explanation.why),
        "help": _text(explanation.mend),
    }


def _weightiest(remarks: Sequence[Remark]) -> Sequence[Remark]:
    """All in their order, or where they are too many, the weightiest of them."""
    if len(remarks) <= MOST:
        return remarks
    order = list(Level)
    return sorted(remarks, key=lambda remark: (bool(remark.accepted), order.index(remark.level)))[:MOST]


def _left_out(count: int) -> dict[str, Json]:
    if not count:
        return {}
    text = f"{count:,} more, which weigh no more than these, are left out."
    return {"toolExecutionNotifications": [{"level": "warning", "message": _text(text)}]}


def _marked(remarks: Iterable[Remark]) -> Iterator[tuple[Remark, str]]:
    """Each with its fingerprint: those that say the same of the same are numbered."""
    times: Counter[str] = Counter()
    for remark in remarks:
        said = _fingerprint(remark)
        times[said] += 1
        yield remark, f"{said}:{times[said]}"


def _result(remark: Remark, index: int, project_file: str, mark: str) -> dict[str, Json]:
    result: dict[str, Json] = {
        "ruleId": remark.code,
        "ruleIndex": index,
        "level": remark.level.value,
        "message": _text(remark.message),
        "locations": [{"physicalLocation": _place(remark, project_file)}],
        "partialFingerprints": {FINGERPRINT: mark},
    }
    if remark.accepted:
        result["suppressions"] = [{"kind": "inSource", "justification": legible(remark.accepted)}]
    return result


def _place(remark: Remark, project_file: str) -> dict[str, Json]:
    where = remark.where
    file, line, column = (where.file, where.line, where.column) if where and where.file else (project_file, 1, 1)
    return {
        "artifactLocation": {"uri": _relative(file), "uriBaseId": ROOT},
        "region": {"startLine": max(line, 1), "startColumn": max(column, 1)},
    }


def _relative(file: str) -> str:
    """A path as a relative URI: no part of it is a scheme, whatever it is called."""
    escaped = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in file.encode(errors="replace"))
    return escaped.removeprefix("./").lstrip("/") or "."


def _fingerprint(remark: Remark) -> str:
    said = "\0".join((remark.code, remark.where.file if remark.where else "", remark.subject))
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()


def _text(text: str) -> dict[str, Json]:
    """A plain message: line ends stay, what is invisible does not. Nor does a link, which a viewer would show as ours:
    2.1.0 knows no way to write `](` that is none (§3.11.6)."""
    return {"text": "\n".join(map(legible, text.split("\n"))).replace("](", "] (") or "-"}
