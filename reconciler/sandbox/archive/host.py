"""The user's own host, another listener: an archive and two receivers, with every header that came on record.

No token of the organisation belongs here; `strays` says whether one came.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from functools import partial
from typing import cast

from starlette.types import Receive, Scope, Send

from reconciler.sandbox.archive.routes import answer
from reconciler.sandbox.arrivals import arrived, read_body
from reconciler.sandbox.clock import http_date
from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.fault_actions import Action
from reconciler.sandbox.house import House
from reconciler.sandbox.journal import Entry
from reconciler.sandbox.mischief import play
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.replies import TRANSPORT, Reply, Silence, deliver, stay_silent


class UserHost:
    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        organisation = self._house.organisation
        journal = organisation.user_journal
        exchange = arrived(organisation, journal, scope, await read_body(receive), stream="user")
        entry = journal.open(exchange)
        transport: asyncio.Transport = scope[TRANSPORT]
        with organisation.archive.flight() if exchange.path == "/archives" else nullcontext():
            reply = await self._reply(organisation, exchange, entry)
            if isinstance(reply, Silence):
                await stay_silent(reply, transport, receive)
                return
            entry.status = reply.answer.status
            headers = [("Date", http_date(organisation.clock.now())), *reply.answer.headers]
            await deliver(reply, headers, transport, receive, send)

    async def _reply(self, organisation: Organisation, exchange: Exchange, entry: Entry) -> Reply | Silence:
        faults = organisation.faults.hitting(exchange, host="user")
        entry.faults = tuple(fault.id for fault in faults)
        actions = [cast("Action", fault.action) for fault in faults]
        work = partial(answer, organisation, exchange)
        return await play(work, organisation, exchange, actions, self._house.stopping)
