"""What the manifests ask for: each window in its parts, each part with the key by which it is known for ever (§4.9)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from reconciler.model.address import Address
from reconciler.model.callback import Callback
from reconciler.model.manifest import Manifest
from reconciler.model.request import Asking, Requested, Submission, key_of
from reconciler.model.window import read_window
from reconciler.planning.situation import Situation


def asked_for(situation: Situation) -> tuple[Submission, ...]:
    """Everything that the manifests ask for, whether or not it was submitted already, in the order of addresses."""
    return tuple(
        submission
        for address, manifest in sorted(situation.estate.manifests.items())
        if (kind := situation.kinds.get(address.kind)) is not None and kind.asking is not None
        if not situation.choices.excludes(address)
        for submission in _asks(situation, manifest, kind.asking)
    )


def _asks(situation: Situation, manifest: Manifest, asking: Asking) -> Iterator[Submission]:
    normal = manifest.normal
    window = read_window(normal["window"])
    longest = asking.longest(situation.project)
    parts = window.parts(longest) if longest is not None and normal["split"] else (window,)
    fields = {name: sorted(value) if isinstance(value := normal[name], list) else value for name in asking.fields}
    original = _original(situation, manifest.address)
    known = tuple(sorted(key for key, each in situation.requests.items() if each.address == manifest.address))
    for number, part in enumerate(parts, 1):
        yield Submission(
            key=key_of(situation.organisation.live_id, original, fields, window, part, normal["generation"]),
            address=manifest.address,
            original=original,
            body=dict(asking.body(normal, part)),
            window=str(part),
            part=number,
            parts=len(parts),
            taken=manifest.live_id,
            callback=Callback(**(normal.get("callback") or {})),
            generation=normal["generation"],
            known=known,
        )


def _original(situation: Situation, address: Address) -> Address:
    """The address that the manifest's first request was made under.

    Of requests that were made under this address, those count that a manifest still asks for, then what was moved here,
    then those that are forgotten. Where the name was first another manifest's, who has moved on since, it gets a mark.
    """
    former = {move.after: move.before for move in situation.estate.moves}
    moved_on = {move.before for move in situation.estate.moves}
    forgotten: list[Requested] = []
    seen: set[Address] = set()
    at: Address | None = address
    while at is not None and at not in seen:
        seen.add(at)
        here = [each for each in situation.requests.values() if each.address == at]
        here = [] if at == address and at in moved_on else here
        if standing := [each for each in here if not each.forgotten]:
            return max(standing, key=lambda each: each.asked).original
        forgotten += here
        first, at = at, former.get(at)
    if forgotten:
        return max(forgotten, key=lambda each: each.asked).original
    return _unused(first, {each.original for each in situation.requests.values()})


def _unused(address: Address, originals: set[Address]) -> Address:
    """No manifest can be called so: `~` is in no name."""
    marked = (Address(address.kind, f"{address.name}~{number}") for number in itertools.count(2))
    return address if address not in originals else next(each for each in marked if each not in originals)
