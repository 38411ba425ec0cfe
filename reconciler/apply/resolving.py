"""Submissions that were cut off: found out by looking, or by a person's word where several could be the one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from reconciler.apply.records import stamp
from reconciler.apply.run import Run
from reconciler.apply.submitting import (
    RequestInDoubt,
    can_be,
    candidates,
    claimed_by,
    entry_of,
    look,
    requested,
    submission_of,
    submit,
)
from reconciler.errors import NotOffered, ReconcilerError
from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Action
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Requested


def resolve_submissions(run: Run, kinds: Mapping[str, Kind]) -> tuple[Requested, ...]:
    """Close the open intent of every submission that was cut off. One that stays in doubt stays open: whoever wants its
    request learns that, and nobody else is held up."""
    begun, found = run.clock.monotonic(), []
    for intent in _open(run):
        kind = kinds.get(intent.address.kind)
        if kind is not None and kind.asking is not None:
            try:
                request = resolved(run, kind, intent, begun=begun)
            except RequestInDoubt:
                continue
            found += [request] if request else []
    return tuple(found)


def resolved(run: Run, kind: Kind, intent: Intent, *, begun: float) -> Requested | None:
    """Close one: the request that it made, or None for nothing. Raises RequestInDoubt."""
    entity = look(run, kind, intent, begun=begun)
    request = None if entity is None else requested(run, kind, intent, entity)
    run.ledger.settle(intent, entry_of(run, intent, "SUCCESS" if request else "RESOLVED", request), request=request)
    return request


def open_intent(run: Run, key: str) -> Intent | None:
    """The intent of a submission that is still in doubt."""
    return next((intent for intent in _open(run) if intent.step == key), None)


def adopt(run: Run, kinds: Mapping[str, Kind], address: Address, live_id: str) -> int:
    """Close the open submission that a person says has made this request. Returns how many of the address stay open.

    Raises ReconcilerError where there is no such request, where it is somebody's, or where it asks for something else.
    """
    intents = _open(run, address)
    if not intents:
        raise _nothing_in_doubt(address)
    kind = kinds[address.kind]
    entity = _listed(run, kind, live_id) or run.api.get(kind, live_id)
    if entity is None:
        raise ReconcilerError("The request is not there", detail=f"The organisation does not know {live_id}.")
    fitting = [intent for intent in intents if can_be(run, kind, submission_of(intent), entity)]
    if (kind.name, entity.live_id) in claimed_by(run, kind) or not fitting:
        raise _not_the_one(run, kind, address, entity, bool(fitting))
    request = requested(run, kind, fitting[0], entity)
    run.ledger.settle(fitting[0], entry_of(run, fitting[0], "RESOLVED", request), request=request)
    return len(intents) - 1


def resubmit(run: Run, kinds: Mapping[str, Kind], address: Address) -> int:
    """Submit again what a person says none of the candidates is. Returns how many submissions that were.

    The candidates are disowned first: no later run takes them for ours.
    """
    intents = _open(run, address)
    if not intents:
        raise _nothing_in_doubt(address)
    kind = kinds[address.kind]
    ruled_out: set[tuple[str, str]] = set()
    with suppress(NotOffered):  # without a list nobody will take one for ours
        ruled_out = {
            (kind.name, each.live_id)
            for intent in intents
            for each in candidates(run, kind, intent)
            if each.live_id != intent.step
        }
    run.ledger.disown(sorted(ruled_out), _disowned(run, address, sorted(live_id for _, live_id in ruled_out)))
    for intent in intents:
        run.ledger.settle(intent, entry_of(run, intent, "RESOLVED", None))
        submit(run, kind, submission_of(intent))
    return len(intents)


def _open(run: Run, address: Address | None = None) -> list[Intent]:
    return [
        intent
        for intent in run.ledger.intents()
        if intent.action == Action.SUBMIT.value and address in (None, intent.address)
    ]


def _listed(run: Run, kind: Kind, live_id: str) -> Observed | None:
    """As the list shows it, with what it asks for."""
    with suppress(NotOffered):
        return next((each for each in run.api.list(kind) if each.live_id == live_id), None)
    return None


def _nothing_in_doubt(address: Address) -> ReconcilerError:
    return ReconcilerError("Nothing is in doubt", detail=f"No submission of {address} is open.")


def _not_the_one(run: Run, kind: Kind, address: Address, entity: Observed, fits: bool) -> ReconcilerError:
    owners = [
        str(each.address)
        for each in run.ledger.requests().values()
        if each.address.kind == kind.name and each.live_id == entity.live_id
    ]
    why = f"it is {owners[0]}'s" if owners else "a person ruled it out" if fits else "it asks for something else"
    detail = f"{entity.live_id} cannot be {address}'s: {why}."
    return ReconcilerError("The request is not the one", detail=detail, hint="Name another, or --resubmit.")


def _disowned(run: Run, address: Address, ids: list[str]) -> AuditEntry:
    return AuditEntry(
        stamp(run.clock.now()), "EXPORT_DISOWNED", str(address), "", "RECORDED", run.seal, detail=", ".join(ids)
    )
