"""An answer of the file host on its way: status, headers, and a body that is produced while it is sent."""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from starlette.types import Receive, Send

from reconciler.sandbox.exports.parts import Repeated
from reconciler.sandbox.replies import hung_up

Ending = Literal["whole", "reset", "close", "stall"]


@dataclass(slots=True)
class Shipment:
    """`length` is what Content-Length says (None: chunks). `ending` is what happens after `after` bytes of the body.

    Where `seconds` is a number a stall ends with the rest of the body.
    """

    status: int
    headers: dict[str, str]
    body: Iterator[bytes] = field(default_factory=lambda: iter(()))
    length: int | None = 0
    ending: Ending = "whole"
    after: int = 0
    seconds: float | None = None


async def ship(
    shipment: Shipment, transport: asyncio.Transport, receive: Receive, send: Send, stopping: asyncio.Event
) -> None:
    """Send it, as far as it goes. The connection ends wherever less comes than was promised."""
    headers = {name.lower(): value for name, value in shipment.headers.items()}
    if shipment.length is not None:
        headers["content-length"] = str(shipment.length)
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": shipment.status, "headers": raw})
    line = _Line(transport, send, shipment.length)
    if shipment.ending != "whole":
        before, shipment.body = split(shipment.body, shipment.after)
        await line.carry(before)
    if shipment.ending == "stall":
        await _pause(shipment.seconds, stopping)
    elif shipment.ending != "whole":
        await _end(shipment.ending, transport)
    await line.carry(shipment.body)
    if transport.is_closing() or line.left:
        transport.close()
        await hung_up(receive)
    else:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(slots=True)
class _Line:
    """The connection, and how much may still go over it (None: any amount)."""

    transport: asyncio.Transport
    send: Send
    left: int | None

    async def carry(self, body: Iterator[bytes]) -> None:
        """No more than was promised, and nothing any more when the other side has gone."""
        while not self.transport.is_closing() and self.left != 0 and (chunk := next(body, None)) is not None:
            piece = chunk[: self.left]
            if self.left is not None:
                self.left -= len(piece)
            await self.send({"type": "http.response.body", "body": piece, "more_body": True})


async def _end(ending: Ending, transport: asyncio.Transport) -> None:
    if ending == "close":
        transport.close()
    elif ending == "reset":
        # What is still in the buffer has to leave first: it was to come to `after` bytes, not to any fewer.
        while transport.get_write_buffer_size() and not transport.is_closing():
            await asyncio.sleep(0.005)
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()


async def _pause(seconds: float | None, stopping: asyncio.Event) -> None:
    """For ever is as long as the sandbox lives."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return


def split(body: Iterator[bytes], after: int) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """The first `after` bytes, and the rest, which is there once those are read."""
    rest: list[bytes] = []

    def first() -> Iterator[bytes]:
        left = after
        while left > 0 and (chunk := next(body, None)) is not None:
            rest.append(chunk[left:])
            yield chunk[:left]
            left -= len(chunk)

    def second() -> Iterator[bytes]:
        yield from rest[-1:]
        yield from body

    return first(), second()


def limited(body: Iterator[bytes], size: int) -> Iterator[bytes]:
    return split(body, size)[0]


def padded(body: Iterator[bytes], size: int) -> Iterator[bytes]:
    return chain(body, Repeated(b"x", size).read(0, size))


def corrupted(body: Iterator[bytes], at: int, count: int, *, start: int) -> Iterator[bytes]:
    """The bits of the bytes from `at` turned over; the body begins at byte `start` of the file."""
    position = start
    for chunk in body:
        first, last = max(at - position, 0), min(at + count - position, len(chunk))
        position += len(chunk)
        if first < last:
            chunk = chunk[:first] + bytes(byte ^ 0xFF for byte in chunk[first:last]) + chunk[last:]
        yield chunk


def gzipped(body: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for chunk in body:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
