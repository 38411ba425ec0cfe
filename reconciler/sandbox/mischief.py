"""Makes fault actions happen around the handling of one request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from reconciler.sandbox import colleague
from reconciler.sandbox.disfigurement import disfigure
from reconciler.sandbox.edits import Edit
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.fault_actions import (
    Action,
    Cut,
    Delay,
    Edits,
    Hang,
    Html,
    Late,
    NextPage,
    Redirect,
    Shift,
    Status,
    When,
)
from reconciler.sandbox.next_pages import bend
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.platform import answer, family_of
from reconciler.sandbox.problems import error_body
from reconciler.sandbox.replies import Reply, Silence
from reconciler.sandbox.store import Stored, Veil

_PAGE = b"<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Try again later</h1></body></html>"


async def handle(
    organisation: Organisation, exchange: Exchange, actions: list[Action], stopping: asyncio.Event
) -> Reply | Silence:
    """The organisation's answer with everything that its faults do to it."""

    def work() -> Answer:
        formers = {name: each.snapshot() for name, each in organisation.collections.items()} if actions else {}
        whole = answer(organisation, exchange)
        _veil_effects(organisation, exchange, actions, formers)
        for action in actions:
            if isinstance(action, NextPage):
                whole = bend(whole, exchange, action, lambda asked: answer(organisation, asked))
        return whole

    return await play(work, organisation, exchange, actions, stopping)


async def play(
    work: Callable[[], Answer],
    organisation: Organisation,
    exchange: Exchange,
    actions: list[Action],
    stopping: asyncio.Event,
) -> Reply | Silence:
    """The work with everything that faults do around it; the first that ends it ends it.

    A script that cannot be played is 500 with its own code: it must not look like the doing of whoever answers.
    """
    try:
        if (ending := await _strike(organisation, exchange, actions, stopping, when="before")) is not None:
            return ending
        whole = work()
        if (ending := await _strike(organisation, exchange, actions, stopping, when="after")) is not None:
            return ending
        reply = Reply(whole, declared=len(whole.body))
        for action in actions:
            reply = disfigure(reply, action)
        return reply
    except SandboxError as broken:
        refusal = json_answer(500, error_body(500, "sandbox.fault.failed", str(broken), exchange.correlation_id))
        return Reply(refusal, declared=len(refusal.body))


async def _strike(
    organisation: Organisation, exchange: Exchange, actions: list[Action], stopping: asyncio.Event, *, when: When
) -> Reply | Silence | None:
    for action in actions:
        match action:
            case Delay(when=side, seconds=seconds) if side == when:
                await _pause(seconds, stopping)
            case Edits(when=side, edits=edits) if side == when:
                for edit in edits:
                    colleague.perform(organisation, edit, target=_addressed(exchange), request=exchange.number)
            case Shift(by=by) if when == "before":
                _shift(organisation, exchange, by)
            case Hang(when=side) | Cut(when=side) if side == when:
                return Silence(cut=isinstance(action, Cut))
            case Status(when=side) | Html(when=side) | Redirect(when=side) if side == when:
                instead = _instead(action, exchange)
                return Reply(instead, declared=len(instead.body))
            case _:
                pass
    return None


def _instead(action: Status | Html | Redirect, exchange: Exchange) -> Answer:
    match action:
        case Status():
            headers = () if action.retry_after is None else (("Retry-After", str(action.retry_after)),)
            if action.bare:
                return Answer(action.status, headers=headers)
            body = error_body(action.status, action.code, action.message, exchange.correlation_id)
            return json_answer(action.status, body, headers=headers)
        case Html():
            return Answer(action.status, _PAGE, content_type="text/html; charset=utf-8")
        case Redirect():
            query = f"?{exchange.query_string}" if exchange.query_string else ""
            rest = "" if urlsplit(action.location).path else exchange.path + query
            return Answer(action.status, headers=(("Location", action.location + rest),))


async def _pause(seconds: float, stopping: asyncio.Event) -> None:
    """Wait, but never longer than the sandbox lives."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


def _addressed(exchange: Exchange) -> str | None:
    """The id in the request's path, if it has one."""
    family = family_of(exchange.path)
    if family is None:
        return None
    return exchange.path.removeprefix(RESOURCES[family].path).strip("/").partition("/")[0] or None


def _shift(organisation: Organisation, exchange: Exchange, by: str) -> None:
    family = family_of(exchange.path)
    if family is None or not len(collection := organisation.collection(family)):
        return
    first = next(iter(collection))
    name: Any = family
    copy = RESOURCES[family].renamed(first.body, f"{first.name} moved {exchange.number}")
    request = exchange.number
    if by == "rotate":
        collection.rotate()
    if by in ("delete", "swap"):
        colleague.perform(organisation, Edit("delete", name, target=first.id, force=True), request=request)
    if by in ("insert", "swap"):
        at = 0 if by == "insert" else len(collection)
        colleague.perform(organisation, Edit("create", name, body=copy, at=at, force=True), request=request)


def _veil_effects(
    organisation: Organisation, exchange: Exchange, actions: list[Action], formers: dict[str, dict[str, Stored]]
) -> None:
    for late in (action for action in actions if isinstance(action, Late)):
        until = None if late.seconds is None else organisation.clock.now() + late.seconds
        for effect in organisation.journal.effects_of(exchange.number):
            if effect.by == exchange.client_id:
                veil = Veil(None, 0, late.reach, until, late.reads)
                organisation.collection(effect.collection).veil(effect.id, formers[effect.collection], veil)
