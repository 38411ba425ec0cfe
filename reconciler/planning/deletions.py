"""Whether what is to be deleted may be (ARCHITECTURE §4.2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Deletion
from reconciler.model.plan import Action, Change
from reconciler.model.shape import Record, references
from reconciler.model.values import Normal
from reconciler.planning.binding import Bindings, observed_normal
from reconciler.planning.situation import Situation, word_on


def deletion_findings(situation: Situation, bindings: Bindings, changes: Iterable[Change]) -> Iterator[Finding]:
    """A reviewed word, no protection, a bounded count, and nobody left who points at it."""
    changes = tuple(changes)
    gone = [change for change in changes if change.action.ends or change.action is Action.FORGET]
    endings = [change for change in gone if change.action.ends]
    deletions = [change for change in gone if change.action is Action.DELETE]
    yield from _unprotected(bindings, changes)
    for change in gone:
        if change.protect and change.address in bindings.live:
            yield _blocked("RC302", "The object is protected", change.address, "It was applied with protect: true.")
    for change in endings:
        row = bindings.recorded.get(change.address)
        word = row and word_on(situation, row)
        if word is None and not situation.choices.allow_delete:
            yield _unauthorised(change.address)
    yield from _too_many(situation, bindings, endings)
    if deletions:
        yield from _still_referenced(situation, bindings, changes, deletions)


def _unprotected(bindings: Bindings, changes: Iterable[Change]) -> Iterator[Finding]:
    """Lifting protection is no deletion yet, and nobody should overlook it beside other changes."""
    for change in changes:
        row = bindings.recorded.get(change.address)
        if row is not None and row.protect and not change.protect:
            detail = "It was applied with protect: true, and the manifest no longer says so: it may be deleted later."
            yield Finding("RC305", Severity.WARN, "Protection lifted", change.address, detail=detail)


def _blocked(code: str, summary: str, address: Address, detail: str, hint: str = "") -> Finding:
    return Finding(code, Severity.BLOCK, summary, address, detail=detail, hint=hint)


def _unauthorised(address: Address) -> Finding:
    return _blocked(
        "RC301",
        "Deletion not authorised",
        address,
        "No manifest describes it any more, and nothing says that it is to be deleted.",
        f"removed: [{{address: {address}, delete: true}}]",
    )


def _too_many(situation: Situation, bindings: Bindings, endings: Iterable[Change]) -> Iterator[Finding]:
    ours = Counter(address.kind for address in bindings.recorded)
    limit = situation.project.limits.deletions
    for kind, count in sorted(Counter(change.address.kind for change in endings).items()):
        allowed = limit.allowed(ours[kind])
        if count > allowed:
            fate = "disabled" if situation.kinds[kind].deletion is Deletion.DISABLE else "deleted"
            detail = f"{count} of {ours[kind]} objects of {kind} would be {fate}; at most {allowed} at once."
            yield Finding("RC303", Severity.BLOCK, "Too many deletions", detail=detail)


def _still_referenced(
    situation: Situation, bindings: Bindings, changes: Iterable[Change], deletions: Iterable[Change]
) -> Iterator[Finding]:
    """The platform answers 409 while another object points at what is to be deleted (contract §3)."""
    doomed = {(change.address.kind, change.live_id): change.address for change in deletions}
    referrers: dict[Address, set[str]] = defaultdict(set)
    for kind_name, name, normal in _remaining(situation, bindings, changes, doomed.keys()):
        for target in _targets(normal, situation.kinds[kind_name].shape, bindings):
            if target in doomed:
                referrers[doomed[target]].add(name)
    for address, by in sorted(referrers.items()):
        detail = f"Referenced by {', '.join(sorted(by))}."
        yield Finding(
            "RC304", Severity.BLOCK, "The object is still referenced", address, (), FindingClass.PLATFORM, detail=detail
        )


def _remaining(
    situation: Situation, bindings: Bindings, changes: Iterable[Change], doomed: Collection[tuple[str, str]]
) -> Iterator[tuple[str, str, Normal]]:
    """Every object as it will be: its kind, what to call it, its normal form."""
    after = {(change.address.kind, change.live_id): change.after for change in changes if change.after is not None}
    for change in changes:
        if change.after is not None and not change.live_id:
            yield change.address.kind, str(change.address), change.after
    for kind_name, entities in situation.observed.items():
        for entity in entities:
            key = (kind_name, entity.live_id)
            normal = after[key] if key in after else observed_normal(situation.kinds[kind_name], entity, bindings)
            if key not in doomed and normal is not None:
                name = bindings.named(*key)
                yield kind_name, f"{kind_name}/{name}" if name else f"{kind_name} {entity.live_id}", normal


def _targets(normal: Normal, shape: Record, bindings: Bindings) -> Iterator[tuple[str, str]]:
    """The (kind, live id) of everything that a normal form points at and keeps from being deleted."""
    for _, reference, value in references(shape, normal):
        if reference.watching:
            continue
        if isinstance(value, dict):
            yield reference.kind, value["id"]
        else:
            yield reference.kind, live_id_of(bindings, Address(reference.kind, value))


def live_id_of(bindings: Bindings, address: Address) -> str:
    """The live id bound to an address, or nothing. An id that is confirmed to be gone is nothing to point at."""
    if address in bindings.live:
        return bindings.live[address].live_id
    row = bindings.recorded.get(address)
    return row.live_id if row and address not in bindings.gone else ""
