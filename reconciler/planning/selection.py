"""Planning a part: which addresses `--target` and `--exclude` mean, and what a target cannot do without.

A selector is `KIND`, `KIND/NAME` (both may hold `*`, `?` and `[...]`), or `LABEL=VALUE` for manifests with that label.
What only the ledger knows has no labels any more. `KIND/` selects nothing: it is what is left of `KIND/$NAME` where the
name is not set.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.planning.situation import Situation, owner_of
from reconciler.planning.splitting import targets_of


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that can be selected: addresses with their labels, and the names of the kinds."""

    labels: Mapping[Address, Mapping[str, str]]
    kinds: tuple[str, ...]


def selected(situation: Situation) -> Situation:
    """The situation with `choices.left_out`: what the selectors in `choices` leave out of this plan.

    A target brings along what it refers to and the ledger does not have, what it stands for, and the other end of a
    move, each in turn. An exclusion wins, and takes along what it stands for and the other end of a move: half a move
    would be a deletion and a creation. Raises UsageError for a selector that selects nothing: it is a slip, and what
    was meant would be changed, or would not.
    """
    choices = situation.choices
    if not (choices.targets or choices.excluded):
        return situation
    known, dependants = _known(situation), _dependants(situation)
    left_out = _reached(_matching(known, choices.excluded, "--exclude"), lambda address: dependants.get(address, ()))
    if choices.targets:
        targets = _matching(known, choices.targets, "--target")
        left_out |= known.labels.keys() - _reached(targets, lambda address: _needed(situation, dependants, address))
    return replace(situation, choices=replace(choices, left_out=frozenset(left_out)))


def _known(situation: Situation) -> _Known:
    estate = situation.estate
    moved = (address for move in estate.moves for address in (move.before, move.after))
    asked = (request.address for request in situation.requests.values())
    unlabelled: Iterable[Address] = (*situation.recorded, *estate.removals, *moved, *asked)
    labels: dict[Address, Mapping[str, str]] = {address: {} for address in unlabelled}
    return _Known(labels | {address: each.labels for address, each in estate.manifests.items()}, tuple(situation.kinds))


def _matching(known: _Known, selectors: Iterable[str], option: str) -> set[Address]:
    found: set[Address] = set()
    for selector in sorted(selectors):
        matches = {address for address in known.labels if _selects(selector, address, known.labels[address])}
        # A kind may be left out before there is anything of it.
        if not matches and not (option == "--exclude" and selector in known.kinds):
            raise _slip(known, selector, option)
        found |= matches
    return found


def _selects(selector: str, address: Address, labels: Mapping[str, str]) -> bool:
    label, assigned, value = selector.partition("=")
    if assigned:
        return label in labels and fnmatchcase(labels[label], value)
    kind, named, name = selector.partition("/")
    return fnmatchcase(address.kind, kind) and (not named or fnmatchcase(address.name, name))


def _slip(known: _Known, selector: str, option: str) -> UsageError:
    kind = selector.partition("/")[0]
    if "=" not in selector and not any(fnmatchcase(name, kind) for name in known.kinds):
        return UsageError("Unknown kind", detail=f"{option} {selector}: the kinds are {', '.join(known.kinds)}.")
    near = difflib.get_close_matches(selector, _selectors(known), 1)
    return UsageError(
        f"Nothing to {option.removeprefix('--')}",
        detail=f"{option} {selector}: neither a manifest nor the ledger knows it.",
        hint=f"Did you mean {near[0]}?" if near else "Write KIND, KIND/NAME, both with * or ?, or LABEL=VALUE.",
    )


def _selectors(known: _Known) -> Sequence[str]:
    """What could have been written."""
    labels = {f"{label}={value}" for each in known.labels.values() for label, value in each.items()}
    return sorted({*map(str, known.labels), *labels})


def _reached(start: Iterable[Address], following: Callable[[Address], Iterable[Address]]) -> set[Address]:
    """The addresses and what follows from them, found from one to the next."""
    reached, waiting = set[Address](), sorted(start)
    while waiting:
        address = waiting.pop()
        if address not in reached:
            reached.add(address)
            waiting += following(address)
    return reached


def _needed(situation: Situation, dependants: Mapping[Address, list[Address]], address: Address) -> Iterator[Address]:
    """What a target cannot do without."""
    yield from _missing_references(situation, address)
    yield from dependants.get(address, ())


def _missing_references(situation: Situation, address: Address) -> Iterator[Address]:
    manifest = situation.estate.manifests.get(address)
    if manifest is not None:
        needed = targets_of(manifest.normal, situation.kinds[address.kind].shape)
        yield from sorted(target for target in needed if target not in situation.recorded)


def _dependants(situation: Situation) -> Mapping[Address, list[Address]]:
    """What stands and falls with an address: what its manifest stands for, or stood for, and where it moved."""
    found: dict[Address, list[Address]] = {}
    for address, manifest in situation.estate.manifests.items():
        kind = situation.kinds[address.kind]
        owner = manifest.normal.get(kind.owner) if kind.owner else None
        if isinstance(owner, str):
            found.setdefault(Address.parse(owner), []).append(address)
    for row in situation.recorded.values():
        if (owner_address := owner_of(situation, row)) is not None:
            found.setdefault(owner_address, []).append(row.address)
    for move in situation.estate.moves:
        found.setdefault(move.before, []).append(move.after)
        found.setdefault(move.after, []).append(move.before)
    return found
