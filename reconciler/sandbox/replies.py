"""How an answer goes over the wire: whole, in part, padded, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Send

from reconciler.sandbox.exchange import Answer

TRANSPORT = "reconciler.sandbox.transport"
"""The key under which the server's protocol hands the connection's transport to the application."""

_CHUNK = b" " * 65_536


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and how much of it goes out: `keep` bytes, then `padding`; Content-Length says `declared`."""

    answer: Answer
    keep: int | None = None
    padding: int = 0
    declared: int | None = None

    @property
    def sent(self) -> bytes:
        return self.answer.body[: self.keep]


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer: the connection is `cut`, or left hanging until the other side hangs up."""

    cut: bool


async def deliver(
    reply: Reply, headers: list[tuple[str, str]], transport: asyncio.Transport, receive: Receive, send: Send
) -> None:
    answer, length = reply.answer, reply.declared
    if answer.status != 204:
        headers.append(("Content-Type", answer.content_type))
        if length is not None:
            headers.append(("Content-Length", str(length)))
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    start: MutableMapping[str, Any] = {"type": "http.response.start", "status": answer.status, "headers": raw}
    await send(start)
    left = reply.padding
    promised_more = length is not None and length > len(reply.sent) + reply.padding
    await send({"type": "http.response.body", "body": reply.sent, "more_body": bool(left) or promised_more})
    while left and not transport.is_closing():
        chunk = _CHUNK[:left]
        left -= len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": bool(left)})
    if promised_more:
        transport.close()
        await hung_up(receive)


async def stay_silent(silence: Silence, transport: asyncio.Transport, receive: Receive) -> None:
    if silence.cut:
        transport.abort()
    await hung_up(receive)


async def hung_up(receive: Receive) -> None:
    """Return when the connection is gone: to return before is, for uvicorn, an application that broke its word."""
    while (await receive())["type"] != "http.disconnect":
        pass
