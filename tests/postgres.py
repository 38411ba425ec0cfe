"""A real PostgreSQL server, started by the tests that need one: Debian's, without the safety of a disk.

One for each process that runs tests, a schema in it for each test. Where no server is installed these tests are
skipped.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

PASSWORD: Final = "the-ledgers-own-password"
"""No output and no file may hold it."""
ATTEMPTS: Final = 5
_MISSING: Final = "no PostgreSQL server here: `apt-get install postgresql` brings one"
_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True)
class Server:
    """A server on loopback. `admin` may everything; `reader` may read what is there."""

    port: int

    def url(self, *, user: str = "admin", password: str = PASSWORD, database: str = "ledgers", schema: str = "") -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}" + (
            f"?schema={schema}" if schema else ""
        )

    def fresh(self) -> str:
        """The URL of a schema that is not there yet."""
        return self.url(schema=f"s_{os.getpid()}_{next(_NUMBERS)}")

    def run(self, statement: str, *parameters: Any) -> list[Any]:
        """As a database's administrator."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(statement, parameters or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, newest first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def running() -> Iterator[Server]:
    """Skips the test where there is none."""
    home = programs()
    if home is None:
        pytest.skip(_MISSING)
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    as_whom: dict[str, Any] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        as_whom = {"user": "postgres", "group": "postgres"}
        shutil.chown(folder, **as_whom)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if as_whom:
        shutil.chown(secret, **as_whom)
    data = folder / "data"

    def call(*words: str) -> None:
        subprocess.run([str(home / words[0]), *words[1:]], check=True, capture_output=True, timeout=300, **as_whom)

    def start() -> int:
        """The port. Between our finding it free and the server's listening there another program may have taken it."""
        for left in reversed(range(ATTEMPTS)):
            port = _free_port()
            options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
            options += " -c max_connections=50"
            try:
                call("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-t", "240", "-w", "start")
                break
            except subprocess.CalledProcessError:
                if not left:
                    raise
        return port

    try:
        call(
            "initdb",
            "-D",
            str(data),
            "-U",
            "admin",
            "--pwfile",
            str(secret),
            "-A",
            "scram-sha-256",
            "--no-sync",
            "-E",
            "UTF8",
        )
        port = start()
        try:
            yield _prepared(Server(port))
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(server: Server) -> Server:
    import psycopg

    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE ledgers")
        connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
