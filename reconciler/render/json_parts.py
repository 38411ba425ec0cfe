"""The parts that the JSON documents share. Every member is always there, unless its description says otherwise.

**Place**: `file`, `line` and `column` (from 1), `text` (the line itself).

**Finding**: `code`; `severity` (`block`, `warn`, `info`); `class` (`policy`: a person may accept it, `platform`: nobody
can); `blocks` (whether it stops an apply now); `acknowledgeable`; `summary`; `detail`; `hint`; `address` (null: the
whole plan); `path` (dotted); `facet` (what an acknowledgement must repeat); `where` (a place, or null); `acknowledged`
(null, or `by`, `reason`, `expires`).

**Field change**: `path` (dotted), `cause` (`update`, `drift`, `override`, `record`, `foreign`), and `before`, `after`,
`base` (what was recorded), each left out where that side has nothing: null is a value.

**Evidence**: `source` (`organisation`, `file`, `none`), `read`, `total` (null: unknown), `complete`, `note`, `answers`:
for each question `path`, `ask`, `lossless`, `lossy`, `fails`, `empty`, `records` (ids, hashed).
"""

from __future__ import annotations

from reconciler.model.evidence import Evidence
from reconciler.model.finding import Finding
from reconciler.model.plan import FieldChange
from reconciler.model.source import Source
from reconciler.model.values import ABSENT, Absent, Json, dotted


def place(where: Source | None) -> Json:
    if where is None:
        return None
    return {"file": where.file, "line": where.line, "column": where.column, "text": where.text}


def finding_part(finding: Finding) -> dict[str, Json]:
    said = finding.acknowledged
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "class": finding.cls.value,
        "blocks": finding.blocks,
        "acknowledgeable": finding.acknowledgeable,
        "summary": finding.summary,
        "detail": finding.detail,
        "hint": finding.hint,
        "address": None if finding.address is None else str(finding.address),
        "path": finding.dotted,
        "facet": dict(finding.facet),
        "where": place(finding.where),
        "acknowledged": said and {"by": said.by, "reason": said.reason, "expires": said.expires.isoformat()},
    }


def field_part(change: FieldChange) -> dict[str, Json]:
    return {
        "path": dotted(change.path),
        "cause": change.cause.value,
        **sides(before=change.before, after=change.after, base=change.base),
    }


def sides(**values: Json | Absent) -> dict[str, Json]:
    """The named values that are there."""
    return {name: value for name, value in values.items() if value is not ABSENT}


def evidence_part(evidence: Evidence) -> dict[str, Json]:
    return {
        "source": evidence.source,
        "read": evidence.read,
        "total": evidence.total,
        "complete": evidence.complete,
        "note": evidence.note,
        "answers": [
            {
                "path": dotted(question.path),
                "ask": question.ask,
                "lossless": tally.lossless,
                "lossy": tally.lossy,
                "fails": tally.fails,
                "empty": tally.empty,
                "records": list(tally.culprits),
            }
            for question, tally in evidence.tallies
        ],
    }
