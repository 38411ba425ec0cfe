"""One archive: sent, copied, told of. Each is noted in the ledger, so that what is missing is made by the next run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jsonschema_rs import Draft202012Validator as Schema

from reconciler.apply.doubt import written
from reconciler.apply.records import stamp
from reconciler.apply.run import Run
from reconciler.errors import ArchiveOutOfReach, ArchiveRefused, ArchiveUnconfirmed, ReconcilerError
from reconciler.model.archive import Archive, Archiving, Notice, Order, Receipt
from reconciler.model.observed import Intent
from reconciler.model.plan import Action
from reconciler.model.ports import AuditEntry, Deposit, Outbox
from reconciler.model.values import Json, canonical


@dataclass(frozen=True, slots=True)
class Desk:
    """What working on archives of one kind needs: the ledger's receipts and open intents, as they were at the start,
    and what every payload is held against."""

    run: Run
    archiving: Archiving
    outbox: Outbox
    receipts: Mapping[tuple[str, str], Receipt]
    intents: Mapping[str, Intent]
    schema: Schema


def deposit(desk: Desk, order: Order, archive: Archive) -> tuple[Receipt, Deposit]:
    """Send one archive, and file its receipt. An interrupted run's is sent again as it was, to the letter.

    Raises ReconcilerError; what may be there all the same keeps its intent open.
    """
    run, begun = desk.run, desk.run.clock.monotonic()
    resumed = desk.intents.get(archive.key)
    intent = resumed or run.ledger.begin(_intent(desk, order, archive))
    lacks_copy = bool(order.backup) and not desk.outbox.is_backed_up(order, archive)
    try:
        made = desk.outbox.deposit(order, archive.key, canonical(intent.body))
    except ReconcilerError as error:
        entry = _entry(desk, order, archive, begun=begun, error=error)
        if isinstance(error, ArchiveRefused | ArchiveOutOfReach) and resumed is None:
            run.ledger.settle(intent, entry)
        else:
            run.ledger.note(entry)
        raise
    is_ours = resumed is not None or made.is_ours or lacks_copy
    notice = Notice.DUE if order.notify and is_ours else Notice.UNWANTED
    receipt = _receipt(desk, order, archive, intent.body, made.archive_id, notice)
    with written():
        run.ledger.settle(intent, _entry(desk, order, archive, begun=begun, made=made), receipt=receipt)
    return receipt, made


def back_up(desk: Desk, order: Order, archive: Archive, receipt: Receipt) -> None:
    """Write the copy of an archive that is there. Raises BackupFailed."""
    payload = desk.archiving.payload(order, archive, receipt.timestamp)
    copy = {"endpoint": receipt.endpoint, "archiveId": receipt.archive_id, "payload": payload}
    try:
        desk.outbox.back_up(order, archive, canonical(copy) + b"\n")
    except ReconcilerError as error:
        desk.run.ledger.note(_entry(desk, order, archive, action="ARCHIVE_BACKED_UP", error=error))
        raise
    desk.run.ledger.note(_entry(desk, order, archive, action="ARCHIVE_BACKED_UP"))


def notify(desk: Desk, order: Order, archive: Archive, receipt: Receipt) -> str:
    """Tell of an archive. Answers what went wrong, or nothing; either is filed, and a failure is tried again later."""
    begun = desk.run.clock.monotonic()
    trouble = desk.outbox.notify(order, canonical(desk.archiving.notice(receipt)))
    notice = Notice.DUE if trouble else Notice.SENT
    after = replace(receipt, notice=notice, tries=receipt.tries + 1, trouble=trouble)
    entry = _entry(desk, order, archive, action="ARCHIVE_NOTIFIED", begun=begun)
    result = "FAILED" if trouble else "SUCCESS"
    desk.run.ledger.file(after, replace(entry, result=result, detail=trouble))
    return trouble


def refused(desk: Desk, order: Order, archive: Archive, error: ReconcilerError) -> None:
    """Note that nothing was sent, and why."""
    desk.run.ledger.note(_entry(desk, order, archive, error=error))


def superseded(desk: Desk, intent: Intent) -> None:
    """Close the intent of an archive that nobody wants any more; whether it was made stays unknown."""
    entry = AuditEntry(
        at=stamp(desk.run.clock.now()),
        action="ARCHIVE_FAILED",
        address=str(intent.address),
        live_id=intent.live_id,
        result="RESOLVED",
        seal=intent.seal,
        request_id=intent.step,
        detail="An interrupted run's archive: the history has another head since.",
    )
    desk.run.ledger.settle(intent, entry)


def _intent(desk: Desk, order: Order, archive: Archive) -> Intent:
    """What is about to be sent. Raises ReconcilerError where it is not what its own schema says."""
    now = desk.run.clock.now()
    body = desk.archiving.payload(order, archive, stamp(now))
    unfit = next(desk.schema.iter_errors(body), None)
    if unfit is not None:
        place = ".".join(map(str, unfit.instance_path))
        error = ReconcilerError("The archive does not fit its schema", detail=f"{place}: {unfit.message[:200]}.")
        refused(desk, order, archive, error)
        raise error
    return Intent(
        number=0,
        seal=desk.run.seal,
        step=archive.key,
        address=order.address,
        action=Action.ARCHIVE.value,
        live_id=archive.live_id,
        declared={"endpoint": order.endpoint},
        protect=False,
        at=now,
        body=body,
    )


def _receipt(
    desk: Desk, order: Order, archive: Archive, body: Mapping[str, Json], archive_id: str, notice: Notice
) -> Receipt:
    return Receipt(
        endpoint=order.endpoint,
        key=archive.key,
        address=order.address,
        live_id=archive.live_id,
        archive_id=archive_id,
        versions=archive.retained,
        timestamp=str(body["archiveTimestamp"]),
        seal=desk.run.seal,
        notice=notice,
    )


def _entry(
    desk: Desk,
    order: Order,
    archive: Archive,
    *,
    action: str = "",
    begun: float | None = None,
    made: Deposit | None = None,
    error: ReconcilerError | None = None,
) -> AuditEntry:
    """With what contract §7 asks for: version count, latency, retention days, key."""
    clock = desk.run.clock
    known = "ALREADY" if made is not None and made.is_known else "SUCCESS"
    result = known if error is None else "UNCONFIRMED" if isinstance(error, ArchiveUnconfirmed) else "FAILED"
    return AuditEntry(
        at=stamp(clock.now()),
        action=action or ("ARCHIVE_FAILED" if error else "ARCHIVE_SUBMITTED"),
        address=str(order.address),
        live_id=archive.live_id,
        result=result,
        seal=desk.run.seal,
        latency_ms=0 if begun is None else round((clock.monotonic() - begun) * 1000),
        request_id=archive.key,
        summary=(f"versions:{archive.retained}", f"retentionDays:{order.days}", f"maxVersions:{order.most}"),
        detail=f"{error.summary}: {error.detail}" if error else (made.archive_id if made else ""),
    )
