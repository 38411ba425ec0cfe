"""`moved:` blocks: the same object under another address, without deleting and creating it."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.observed import Recorded
from reconciler.planning.situation import Situation


def with_moves(situation: Situation) -> Situation:
    """The situation with every moved row under its present address, as a row that the ledger does not have yet.

    `moved_from` keeps the former rows, which the plan forgets. A move that has been made already changes nothing, and
    one cut off half-way (both rows are there, of one object) is finished.
    """
    recorded, former = dict(situation.recorded), dict[Address, Recorded]()
    for move in situation.estate.moves:
        before, after = situation.recorded.get(move.before), situation.recorded.get(move.after)
        if before is None or move.after in former or _excluded(situation, move.before, move.after):
            continue
        if after is None:
            recorded[move.after] = replace(before, address=move.after, fingerprint="", revision=0)
        elif after.live_id != before.live_id:
            continue
        former[move.after] = recorded.pop(move.before)
    return replace(situation, recorded=recorded, moved_from=former)


def _excluded(situation: Situation, *addresses: Address) -> bool:
    return any(situation.choices.excludes(address) for address in addresses)
