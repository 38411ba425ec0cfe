"""Where the organisation of the moment lives: a reset or a load puts another one in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from reconciler.sandbox.clock import clock_from
from reconciler.sandbox.environment import Addresses
from reconciler.sandbox.exports.signing import Signer
from reconciler.sandbox.ids import Ids
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.statefile import dump, furnish

CALM = 10
"""Looks at the network without a request, a millisecond apart, after which none is on its way. Time alone would prove
nothing: where the machine is busy it passes without a look, and a connection takes several from its arrival on."""


class House:
    """`signer` signs for the file host, whichever organisation lives here; `addresses` are known once it listens.

    `stopping` is set when the server goes down, so that nothing that waits outlives it.
    """

    def __init__(self, build: Callable[[], Organisation], signer: Signer) -> None:
        self._build = build
        self.signer = signer
        self.addresses = Addresses.at("", "")
        self.organisation = build()
        self.stopping = asyncio.Event()
        self._arrived = 0
        self._in_flight = 0

    @contextmanager
    def serving(self) -> Iterator[None]:
        """While one request is being served, on any of the hosts."""
        self._arrived += 1
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    async def rest(self) -> None:
        """Until every request sent before has had its effect, those of a client that is gone included."""
        while True:
            known = self._arrived
            for _ in range(CALM):
                await asyncio.sleep(0.001)
            if not self._in_flight and self._arrived == known:
                return

    def reset(self) -> None:
        """Everything as it was at the start: state, settings, clock, ids, faults; no token outlives it."""
        self.organisation = self._build()

    def load(self, state: Mapping[str, Any]) -> None:
        """Another state under the same clock, ids, faults and journal, and with the tokens still good."""
        present = self.organisation
        replacement = Organisation(clock=present.clock, ids=present.ids)
        furnish(replacement, state, where="state")
        replacement.tokens, replacement.budgets = present.tokens, present.budgets
        replacement.journal, replacement.faults = present.journal, present.faults
        replacement.file_journal, replacement.outbox = present.file_journal, present.outbox
        replacement.deliveries, replacement.user_journal = present.deliveries, present.user_journal
        replacement.signer = present.signer
        self.organisation = replacement

    def dump(self) -> dict[str, Any]:
        return dump(self.organisation)


def build_house(
    state: Mapping[str, Any],
    faults: Sequence[object],
    *,
    where: str,
    faults_where: str,
    seed: int | str | None,
    clock: str | datetime | None,
) -> House:
    """A house whose resets come back to this; SandboxError at once where something does not fit."""

    signer = Signer()

    def build() -> Organisation:
        organisation = Organisation(clock=clock_from(clock), ids=Ids(seed))
        organisation.signer = signer
        furnish(organisation, state, where=where)
        organisation.faults.add_all(faults, where=faults_where)
        return organisation

    return House(build, signer)
