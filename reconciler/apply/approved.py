"""What the audit says of a whole apply: what approved it, before its first effect, and that it is over, last of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.apply.records import stamp
from reconciler.model.address import Address
from reconciler.model.ports import AuditEntry, Clock, Ledger

APPROVED: Final = "APPROVED"
APPLIED: Final = "APPLIED"


def note_approved(
    ledger: Ledger, clock: Clock, *, seal: str, approvals: Mapping[str, str], standing: Mapping[Address, str]
) -> None:
    """The reviewed plans (name by seal) that approve the plan `seal`, and the manifests that stand from now on.

    By this a run that was cut off is known again by the next one, and a request may wait in the queue for as long as
    its manifest says the same.
    """
    plans = [_entry(clock, APPROVED, seal, "", tuple(approvals), detail=", ".join(approvals.values()))]
    stands = [_entry(clock, APPROVED, seal, str(address), (said,)) for address, said in sorted(standing.items())]
    if entries := [*(plans if approvals else []), *stands]:
        ledger.note(*entries)


def note_applied(ledger: Ledger, clock: Clock, *, seal: str, approvals: Sequence[str], succeeded: bool) -> None:
    """That a whole plan was applied, or failed to be. Of a partial plan nothing is noted: something is left to do."""
    ledger.note(_entry(clock, APPLIED, seal, "", approvals, result="SUCCESS" if succeeded else "FAILED"))


def _entry(
    clock: Clock,
    action: str,
    seal: str,
    address: str,
    summary: Sequence[str],
    *,
    result: str = "RECORDED",
    detail: str = "",
) -> AuditEntry:
    return AuditEntry(
        at=stamp(clock.now()),
        action=action,
        address=address,
        live_id="",
        result=result,
        seal=seal,
        summary=tuple(summary),
        detail=detail,
    )
