"""The host that has the files: another listener, which knows signed URIs and no tokens.

A request with an Authorization header is refused before anything else, as S3 refuses it next to a signature, and stays
on record: a bearer token that comes here has leaked.
"""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from reconciler.sandbox.arrivals import arrived, read_body
from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.exports import downloads
from reconciler.sandbox.exports.download_faults import afflict, instead
from reconciler.sandbox.exports.file_actions import FileAction, FileCut, FileDelay
from reconciler.sandbox.exports.progress import settle
from reconciler.sandbox.exports.refusals import refusal
from reconciler.sandbox.exports.shipments import Shipment, ship
from reconciler.sandbox.fault_actions import Action
from reconciler.sandbox.house import House
from reconciler.sandbox.journal import Entry
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.replies import TRANSPORT, Silence, stay_silent


class FileHost:
    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        organisation = self._house.organisation
        body = await read_body(receive)
        settle(organisation)
        exchange = arrived(organisation, organisation.file_journal, scope, body, stream="files")
        entry = organisation.file_journal.open(exchange)
        transport: asyncio.Transport = scope[TRANSPORT]
        reply = await self._reply(organisation, exchange, entry)
        if isinstance(reply, Silence):
            await stay_silent(reply, transport, receive)
            return
        entry.status = reply.status
        reply.headers.setdefault("Server", "SandboxFiles")
        await ship(reply, transport, receive, send, self._house.stopping)

    async def _reply(self, organisation: Organisation, exchange: Exchange, entry: Entry) -> Shipment | Silence:
        if "authorization" in exchange.headers:
            return refusal(400, "InvalidArgument", "Only one auth mechanism allowed.", exchange)
        faults = organisation.faults.hitting(exchange, host="files")
        entry.faults = tuple(fault.id for fault in faults)
        actions = [fault.action for fault in faults]
        for action in actions:
            if isinstance(action, FileDelay):
                await _pause(action.seconds, self._house.stopping)
            elif isinstance(action, FileCut) and action.after is None:
                return Silence(cut=True)
            elif (ending := instead(action, exchange)) is not None:
                return ending
        return _answer(organisation, exchange, actions)


def _answer(organisation: Organisation, exchange: Exchange, actions: list[Action | FileAction]) -> Shipment:
    download = downloads.find(organisation, exchange)
    if isinstance(download, Shipment):
        return download
    return afflict(organisation, exchange, download, actions)


async def _pause(seconds: float, stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
