"""Who accepted what: an audit entry for each acknowledgement that lets a plan go on, before its first write."""

from __future__ import annotations

from collections.abc import Container, Iterator

from reconciler.apply.records import stamp
from reconciler.apply.run import Run
from reconciler.model.finding import Finding
from reconciler.model.manifest import Acknowledgement
from reconciler.model.ports import AuditEntry

ACKNOWLEDGE = "ACKNOWLEDGE"


def note_acknowledgements(run: Run, done: Container[str]) -> None:
    """Those of the steps that are still to be done."""
    left = {change.address for change in run.plan.changes if change.step not in done}
    accepted = [
        _entry(run, finding, finding.acknowledged)
        for finding in run.plan.findings
        if finding.acknowledged is not None and finding.address in left
    ]
    if accepted:
        run.ledger.note(*accepted)


def _entry(run: Run, finding: Finding, said: Acknowledgement) -> AuditEntry:
    return AuditEntry(
        at=stamp(run.clock.now()),
        action=ACKNOWLEDGE,
        address=str(finding.address),
        live_id="",
        result="RECORDED",
        seal=run.seal,
        summary=tuple(_said(finding, said)),
        detail=said.reason,
    )


def _said(finding: Finding, said: Acknowledgement) -> Iterator[str]:
    yield f"code:{finding.code}"
    yield f"path:{finding.dotted}"
    for name, value in finding.facet.items():
        yield f"{name}:{', '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
    yield f"by:{said.by}"
    yield f"expires:{said.expires.isoformat()}"
