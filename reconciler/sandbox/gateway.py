"""The ASGI application in front of the organisation: reads, counts, records, lets faults strike, answers.

Every answer carries `ININ-Correlation-Id`, the rate headers and the organisation's own `Date`.
"""

from __future__ import annotations

import asyncio
from typing import cast

from starlette.types import Receive, Scope, Send

from reconciler.sandbox.arrivals import LARGEST_BODY, arrived, read_body
from reconciler.sandbox.budgets import Charge
from reconciler.sandbox.clock import http_date
from reconciler.sandbox.exchange import Answer, Exchange
from reconciler.sandbox.exports.progress import settle
from reconciler.sandbox.fault_actions import Action
from reconciler.sandbox.house import House
from reconciler.sandbox.journal import Entry
from reconciler.sandbox.mischief import handle
from reconciler.sandbox.oauth import TOKEN_PATHS, bearer, throttled
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.platform import family_of
from reconciler.sandbox.problems import Problem
from reconciler.sandbox.replies import TRANSPORT, Reply, Silence, deliver, stay_silent


class Gateway:
    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        organisation = self._house.organisation
        body = await read_body(receive)
        settle(organisation)
        exchange = _exchange(organisation, scope, body)
        entry = organisation.journal.open(exchange)
        charge = _charge(organisation, exchange)
        transport: asyncio.Transport = scope[TRANSPORT]
        reply = await self._reply(organisation, exchange, charge, entry)
        if isinstance(reply, Silence):
            await stay_silent(reply, transport, receive)
            return
        entry.status = reply.answer.status
        date = ("Date", http_date(organisation.clock.now()))
        headers = [date, ("ININ-Correlation-Id", exchange.correlation_id), *charge.headers, *reply.answer.headers]
        await deliver(reply, headers, transport, receive, send)

    async def _reply(
        self, organisation: Organisation, exchange: Exchange, charge: Charge, entry: Entry
    ) -> Reply | Silence:
        refusal = _refusal(exchange, charge)
        if refusal is not None:
            return Reply(refusal, declared=len(refusal.body))
        faults = organisation.faults.hitting(exchange)
        entry.faults = tuple(fault.id for fault in faults)
        actions = [cast("Action", fault.action) for fault in faults]
        return await handle(organisation, exchange, actions, self._house.stopping)


def _exchange(organisation: Organisation, scope: Scope, body: bytes) -> Exchange:
    exchange = arrived(organisation, organisation.journal, scope, body, stream="correlation")
    token = organisation.tokens.valid(bearer(exchange) or "", exchange.time)
    exchange.client_id = token.client_id if token else None
    return exchange


def _charge(organisation: Organisation, exchange: Exchange) -> Charge:
    """Two budgets at once: the token's (all requests without a valid one share one) and the route family's."""
    settings = organisation.settings
    if exchange.path in TOKEN_PATHS:
        rates = {"login": settings.login_rate}
    else:
        payer = bearer(exchange) if exchange.client_id is not None else "anonymous"
        rates = {f"token {payer}": settings.token_rate}
        if (family := family_of(exchange.path)) is not None:
            rates[f"family {family}"] = settings.family_rates.get(family)
    return organisation.budgets.charge(rates, exchange.time)


def _refusal(exchange: Exchange, charge: Charge) -> Answer | None:
    """What is answered before anybody looks at the request."""
    if charge.exceeded is not None and exchange.path in TOKEN_PATHS:
        return throttled(charge.exceeded).answer()
    if charge.exceeded is not None:
        headers = (("Retry-After", str(charge.exceeded)),)
        problem = Problem(429, "too.many.requests", "Rate limit exceeded.", headers=headers)
        return problem.answer(exchange.correlation_id)
    if len(exchange.body) > LARGEST_BODY:
        problem = Problem(413, "request.entity.too.large", f"A body may have {LARGEST_BODY} bytes.")
        return problem.answer(exchange.correlation_id)
    return None
