"""How many list requests a second the sandbox answers, against a bare starlette route that returns the same bytes.

    .venv/bin/python tests/benchmarks/bench_sandbox.py [seconds] [connections]

Pages of 100 purposes, each request authenticated, budgeted and recorded. Clients are a process of their own that keeps
its connections alive and checks every answer's status and length.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import threading
import time

import requests
from reconciler.sandbox import Sandbox
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.config import Config
from uvicorn.server import Server

PATH = "/api/v2/privacy/purposes?pageSize=100&pageNumber=1"
PURPOSES = [
    {"name": f"Purpose {n}", "description": "As is", "retentionPeriod": "180d", "legalBasis": "contract"}
    for n in range(1000)
]
PLENTY = 10**9


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    settings = {"token_rate": PLENTY, "family_rates": {"purposes": PLENTY}}
    with Sandbox.start(load={"purposes": PURPOSES, "settings": settings}, seed=1) as sandbox:
        login = requests.post(
            f"{sandbox.url}/oauth/token?grant_type=client_credentials", auth=("sandbox", "sandbox"), timeout=5
        )
        authorization = f"Bearer {login.json()['access_token']}"
        page = requests.get(sandbox.url + PATH, headers={"Authorization": authorization}, timeout=5).content
        ours = _rate(sandbox.url, authorization, len(page), seconds, connections)
        recorded = len(sandbox.control.requests())
    bare = _bare_rate(page, authorization, seconds, connections)
    print(f"page of 100: {len(page)} bytes; {connections} connections; {seconds:g} s each; {recorded} recorded")  # noqa: T201
    print(f"sandbox {ours:8.0f} requests/s")  # noqa: T201
    print(f"bare    {bare:8.0f} requests/s")  # noqa: T201
    print(f"ratio   {ours / bare:8.2f}")  # noqa: T201


def _bare_rate(page: bytes, authorization: str, seconds: float, connections: int) -> float:
    async def same_bytes(_: Request) -> Response:
        return Response(page, media_type="application/json")

    app = Starlette(routes=[Route("/api/v2/privacy/purposes", same_bytes)])
    server = Server(Config(app, port=0, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        return _rate(f"http://127.0.0.1:{port}", authorization, len(page), seconds, connections)
    finally:
        server.should_exit = True
        thread.join()


def _rate(url: str, authorization: str, length: int, seconds: float, connections: int) -> float:
    """Measured in a process of its own, so that client and server do not share an interpreter."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measure, (url, authorization, length, seconds, connections))


def _measure(url: str, authorization: str, length: int, seconds: float, connections: int) -> float:
    return asyncio.run(_measure_all(url.removeprefix("http://"), authorization, length, seconds, connections))


async def _measure_all(host: str, authorization: str, length: int, seconds: float, connections: int) -> float:
    request = f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\nAccept: */*\r\n\r\n".encode()
    started = time.perf_counter()
    clients = [_ask(host, request, length, started + seconds) for _ in range(connections)]
    answered = sum(await asyncio.gather(*clients))
    return answered / (time.perf_counter() - started)


async def _ask(host: str, request: bytes, length: int, until: float) -> int:
    name, port = host.split(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    answered = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or f"content-length: {length}\r\n".encode() not in head.lower():
            raise RuntimeError(f"unexpected answer: {head!r}")
        await reader.readexactly(length)
        answered += 1
    writer.close()
    return answered


if __name__ == "__main__":
    main()
