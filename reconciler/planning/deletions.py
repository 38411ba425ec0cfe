"""Whether what is to be deleted may be (ARCHITECTURE §4.2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.normal import from_wire
from reconciler.model.plan import Action, Change
from reconciler.model.shape import Record, references
from reconciler.model.values import Json
from reconciler.planning.binding import Bindings
from reconciler.planning.situation import Situation


def deletion_findings(situation: Situation, bindings: Bindings, changes: Iterable[Change]) -> Iterator[Finding]:
    """A reviewed word, no protection, a bounded count, and nobody left who points at it."""
    changes = tuple(changes)
    gone = [change for change in changes if change.action in (Action.DELETE, Action.FORGET)]
    deletions = [change for change in gone if change.action is Action.DELETE]
    for change in gone:
        if change.protect and change.before is not None:
            yield _blocked("RC302", "The object is protected", change.address, "It was applied with protect: true.")
    for change in deletions:
        if change.address not in situation.estate.removals and not situation.choices.allow_delete:
            yield _unauthorised(change.address)
    yield from _too_many(situation, bindings, deletions)
    if deletions:
        yield from _still_referenced(situation, bindings, changes, deletions)


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


def _too_many(situation: Situation, bindings: Bindings, deletions: Iterable[Change]) -> Iterator[Finding]:
    ours = Counter(address.kind for address in bindings.recorded)
    limit = situation.project.limits.deletions
    for kind, count in sorted(Counter(change.address.kind for change in deletions).items()):
        allowed = limit.allowed(ours[kind])
        if count > allowed:
            detail = f"{count} of {ours[kind]} objects of {kind} would be deleted; at most {allowed} at once."
            yield Finding("RC303", Severity.BLOCK, "Too many deletions", detail=detail)


def _still_referenced(
    situation: Situation, bindings: Bindings, changes: Iterable[Change], deletions: Iterable[Change]
) -> Iterator[Finding]:
    """The platform answers 409 while another object points at what is to be deleted (contract §3)."""
    doomed = {(change.address.kind, change.live_id): change.address for change in deletions}
    after = {(change.address.kind, change.live_id): change.after for change in changes if change.after is not None}
    referrers: dict[Address, list[str]] = defaultdict(list)
    for kind_name, entities in situation.observed.items():
        kind = situation.kinds[kind_name]
        for entity in entities:
            key = (kind_name, entity.live_id)
            if key in doomed:
                continue
            try:
                live = from_wire(kind.shape, entity.body, named=bindings.named, ignore=kind.server_owned)
            except ValueError:
                continue
            for target in _targets(kind_name, after.get(key, live), kind.shape, bindings):
                if target in doomed:
                    name = bindings.named(*key)
                    referrers[doomed[target]].append(f"{kind_name}/{name}" if name else f"{kind_name} {entity.live_id}")
    for address, by in sorted(referrers.items()):
        detail = f"Referenced by {', '.join(sorted(set(by)))}."
        yield Finding(
            "RC304", Severity.BLOCK, "The object is still referenced", address, (), FindingClass.PLATFORM, detail=detail
        )


def _targets(kind: str, normal: Mapping[str, Json], shape: Record, bindings: Bindings) -> Iterator[tuple[str, str]]:
    """The (kind, live id) of everything that a normal form points at."""
    for _, reference, value in references(shape, normal):
        if isinstance(value, dict):
            yield reference.kind, value["id"]
        else:
            yield reference.kind, live_id_of(bindings, Address(reference.kind, value))


def live_id_of(bindings: Bindings, address: Address) -> str:
    """The live id bound to an address, or nothing."""
    if address in bindings.live:
        return bindings.live[address].live_id
    row = bindings.recorded.get(address)
    return row.live_id if row else ""
