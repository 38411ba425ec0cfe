"""What a plan's changes lay claim to: the targets of references, names, and live objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.plan import Action, Change
from reconciler.model.shape import references
from reconciler.model.values import Normal
from reconciler.planning.binding import Bindings, live_keys, name_counts, natural_key
from reconciler.planning.deletions import live_id_of
from reconciler.planning.draft import Draft
from reconciler.planning.order import CREATING
from reconciler.planning.situation import Situation
from reconciler.planning.splitting import targets_of


def missing_targets(situation: Situation, bindings: Bindings, changes: Iterable[Change]) -> Iterator[Finding]:
    """References whose target neither exists nor is made by this plan."""
    created = {change.address for change in changes if change.action in CREATING}
    vanished = {(address.kind, bindings.recorded[address].live_id): address for address in bindings.gone}
    for change in changes:
        if not change.writes or change.after is None:
            continue
        shape = situation.kinds[change.address.kind].shape
        for stated in sorted(targets_of(change.after, shape)):
            if stated not in created and not live_id_of(bindings, stated):
                yield _missing(change, stated, "is neither there nor created by this plan")
        for _, reference, value in references(shape, change.after):
            target = vanished.get((reference.kind, value["id"])) if isinstance(value, dict) else None
            if target is not None and not reference.watching:
                yield _missing(change, target, "was deleted behind our back and is left alone")


def _missing(change: Change, target: Address, why: str) -> Finding:
    return Finding(
        "RC402",
        Severity.BLOCK,
        "The target of a reference will not exist",
        change.address,
        cls=FindingClass.PLATFORM,
        detail=f"{change.address} points at {target}, which {why}.",
    )


def taken_names(situation: Situation, bindings: Bindings, items: Iterable[Draft]) -> Iterator[Finding]:
    """A creation or a rename with a name that another live object has (the platform would answer 409)."""
    named = [item for item in items if _names_anew(item)]
    holders = _holders(situation, {item.kind.name for item in named})
    for item in named:
        if item.change is None or item.change.after is None or item.address in bindings.doubles:
            continue
        key = _key_after(item.kind, item.change)
        others = [live for live in holders.get((item.kind.name, key), ()) if live != item.change.live_id]
        if others:
            detail = f"It belongs to the object with id {', '.join(sorted(others))}."
            yield Finding(
                "RC105", Severity.BLOCK, "The name is taken", item.address, (), FindingClass.PLATFORM, detail=detail
            )


def _names_anew(item: Draft) -> bool:
    """Whether a change gives an object a name that it does not have."""
    change = item.change
    if change is None or change.after is None or not change.writes:
        return False
    if not name_counts(item.kind, _named_after(item.kind, change)):
        return False
    return change.before is None or natural_key(item.kind, change.before) != _key_after(item.kind, change)


def _key_after(kind: Kind, change: Change) -> bytes:
    return natural_key(kind, _named_after(kind, change))


def _named_after(kind: Kind, change: Change) -> Normal:
    """The object as a change leaves it, for its name; a new one is first what it is at birth."""
    after = change.after or {}
    return {**after, **kind.at_birth} if change.before is None else after


def _holders(situation: Situation, kinds: Iterable[str]) -> Mapping[tuple[str, bytes], list[str]]:
    """The ids of the live objects by kind and natural key."""
    holders: dict[tuple[str, bytes], list[str]] = {}
    for name in kinds:
        for key, entity in live_keys(situation.kinds[name], situation.observed.get(name, ())):
            holders.setdefault((name, key), []).append(entity.live_id)
    return holders


def shared_objects(bindings: Bindings, items: Iterable[Draft]) -> Iterator[Finding]:
    """Live objects that several addresses claim, other than to forget them."""
    claims: dict[tuple[str, str], list[Address]] = {}
    forgotten = {item.address for item in items if item.change is not None and item.change.action is Action.FORGET}
    for address, entity in bindings.live.items():
        if address not in forgotten:
            claims.setdefault((entity.kind, entity.live_id), []).append(address)
    for (_, live_id), addresses in claims.items():
        for address in addresses if len(addresses) > 1 else ():
            detail = f"The object with id {live_id} is claimed by {', '.join(map(str, sorted(addresses)))}."
            summary = "Several addresses claim one live object"
            yield Finding("RC107", Severity.BLOCK, summary, address, (), FindingClass.PLATFORM, detail=detail)
