"""What was asked for and not done at all: an audit entry for the whole apply, under no address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from reconciler.apply.records import stamp
from reconciler.errors import ApprovalRefused, Blocked, Declined, PlanRefused, ReconcilerError
from reconciler.model.finding import Finding
from reconciler.model.ports import AuditEntry, Clock, Ledger
from reconciler.model.values import dotted

APPLY = "APPLY"


@contextmanager
def refusals_noted(ledger: Ledger, clock: Clock, seal: str = "") -> Iterator[None]:
    """A plan that is refused, blocked or declined inside is noted, and the error goes on."""
    try:
        yield
    except (PlanRefused, Blocked, Declined) as error:
        note_refusal(ledger, clock, seal=seal, error=error)
        raise


def note_refusal(
    ledger: Ledger, clock: Clock, *, seal: str, error: ReconcilerError, findings: Iterable[Finding] = ()
) -> None:
    """`findings` are those that stopped it: `FS101:FlexSchema/contract`, ... Of differences from what was approved only
    the places are kept: values have no place in the audit."""
    differences = error.differences if isinstance(error, ApprovalRefused) else ()
    detail = "" if differences else error.detail
    ledger.note(
        AuditEntry(
            at=stamp(clock.now()),
            action=APPLY,
            address="",
            live_id="",
            result="REFUSED",
            seal=seal,
            summary=(
                *(f"{each.code}:{each.address or ''}" for each in findings),
                *(f"{each.gap}:{each.shown.address or ''} {dotted(each.shown.path)}" for each in differences),
            ),
            detail=f"{error.summary}: {detail}".removesuffix(": "),
        )
    )
