"""One POST to an address on this machine: the sandbox never talks to the outside.

It follows no redirect and asks no name server.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

PATIENCE = 5.0
LARGEST_ANSWER = 65_536


@dataclass(frozen=True, slots=True)
class Posted:
    status: int
    answer: str


class ElsewhereError(Exception):
    """The address is not on this machine: nothing was sent."""


async def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Posted:
    """What the receiver answered within 5 s; ElsewhereError, or OSError, ValueError, TimeoutError for what broke."""
    parts = urlsplit(url)
    host = _loopback(parts.hostname)
    if host is None or parts.scheme.lower() not in ("http", "https"):
        raise ElsewhereError(f"{parts.scheme}://{parts.netloc} is not on this machine")
    return await asyncio.wait_for(_post(parts, host, _request(parts, body, headers or {})), PATIENCE)


def _loopback(host: str | None) -> str | None:
    """The address to connect to; None where it is another machine's, or a name that would have to be looked up."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        return host if host is not None and ip_address(host).is_loopback else None
    except ValueError:
        return None


def _request(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = {"content-type": ("Content-Type", "application/json")}
    named |= {name.lower(): (name, value) for name, value in headers.items()}
    lines = [
        f"POST {target} HTTP/1.1",
        f"Host: {parts.netloc.rpartition('@')[2]}",
        *(f"{name}: {value}" for name, value in named.values()),
        f"Content-Length: {len(body)}",
        "User-Agent: sandbox",
        "Connection: close",
    ]
    if any(not line.isprintable() for line in lines):
        raise ValueError("a header is not printable")
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body


async def _post(parts: SplitResult, host: str, request: bytes) -> Posted:
    secure = parts.scheme.lower() == "https"
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(host, parts.port or (443 if secure else 80), ssl=context)
    try:
        writer.write(request)
        await writer.drain()
        answer = b""
        while len(answer) < LARGEST_ANSWER and (more := await reader.read(LARGEST_ANSWER)):
            answer += more
        head, _, body = answer.partition(b"\r\n\r\n")
        return Posted(_status(head), body[:LARGEST_ANSWER].decode(errors="replace"))
    finally:
        writer.close()


def _status(head: bytes) -> int:
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/"):
        raise ValueError(f"{head[:40]!r} is not HTTP")
    return int(rest[:3])
