"""Posts callbacks, on the server's own loop but beside its requests: nobody waits for a receiver.

Only to this machine: the sandbox never talks to the outside, follows no redirect and asks no name server.
"""

from __future__ import annotations

import asyncio
import ssl
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import orjson

from reconciler.sandbox.exports.outbox import Callback

PATIENCE = 5.0
LARGEST_ANSWER = 65_536


async def deliver(callback: Callback) -> None:
    """Post it once and record what came of it; anything that is not on this machine is not sent."""
    parts = urlsplit(callback.url)
    host = _loopback(parts.hostname)
    if host is None or parts.scheme.lower() not in ("http", "https"):
        callback.outcome, callback.reason = "not sent", f"{parts.scheme}://{parts.netloc} is not on this machine"
        return
    try:
        callback.status, callback.answer = await asyncio.wait_for(_post(parts, host, callback), PATIENCE)
        callback.outcome = "answered"
    except (OSError, ValueError, TimeoutError) as broken:
        callback.outcome, callback.reason = "failed", f"{type(broken).__name__}: {broken}"


def _loopback(host: str | None) -> str | None:
    """The address to connect to; None where it is another machine's, or a name that would have to be looked up."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        return host if host is not None and ip_address(host).is_loopback else None
    except ValueError:
        return None


async def _post(parts: SplitResult, host: str, callback: Callback) -> tuple[int, str]:
    secure = parts.scheme.lower() == "https"
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(host, parts.port or (443 if secure else 80), ssl=context)
    try:
        writer.write(_request(parts, orjson.dumps(callback.body)))
        await writer.drain()
        answer = b""
        while len(answer) < LARGEST_ANSWER and (more := await reader.read(LARGEST_ANSWER)):
            answer += more
        head, _, body = answer.partition(b"\r\n\r\n")
        return _status(head), body[:LARGEST_ANSWER].decode(errors="replace")
    finally:
        writer.close()


def _status(head: bytes) -> int:
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/"):
        raise ValueError(f"{head[:40]!r} is not HTTP")
    return int(rest[:3])


def _request(parts: SplitResult, body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = (
        f"POST {target} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nUser-Agent: sandbox\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii", "replace") + body
