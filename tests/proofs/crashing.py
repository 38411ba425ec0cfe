"""A `reconciler` in a process of its own that is killed, interrupted or held at a point of our choosing.

A point is one side of a call or of a ledger write: before and after each request, before and after each commit that
changes something. The hooks are in the child alone; the program knows nothing of them. Children are forked from a
server that has everything imported, so that a hundred of them take seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

from reconciler.sandbox import Control

KILLED = -9
PATIENCE = 120
"""Seconds after which a child that does not end has hung: nothing else takes so long on a busy machine."""


class Act(Enum):
    """What happens at the point."""

    COUNT = "nothing, but the names of all points are told"
    KILL = "SIGKILL"
    INTERRUPT = "SIGINT, as Ctrl-C sends it"
    INTERRUPT_TWICE = "SIGINT, and once more at the next point"
    TERMINATE = "SIGTERM"
    HOLD = "wait there until told to go on"


@dataclass
class Child:
    process: BaseProcess
    channel: Connection
    log: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """A held child must not hold a failed test, too."""
        self.process.kill()
        self.process.join(PATIENCE)

    def wait(self) -> int:
        """The exit code; negative for a signal."""
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None, f"still running\n{self.told}"
        return self.process.exitcode

    def points(self) -> list[str]:
        """The names of the points passed, after the end of a child that counted."""
        assert self.wait() == 0, self.told
        assert self.channel.poll(PATIENCE)
        return self.channel.recv()

    def reached(self) -> None:
        """Wait until the child is held."""
        assert self.channel.poll(PATIENCE), f"never got there\n{self.told}"
        self.channel.recv()

    def go_on(self) -> None:
        self.channel.send("go on")

    def says(self, words: str) -> None:
        """Wait until the child has said these."""
        give_up = time.monotonic() + PATIENCE
        while words not in self.told:
            assert time.monotonic() < give_up, self.told
            time.sleep(0.01)

    @property
    def told(self) -> str:
        return self.log.read_text()


def started(arguments: Sequence[str], environment: Mapping[str, str], log: Path, act: Act, at: int | str = 0) -> Child:
    """A child under way; `at` counts points from 1, or is the name of one: the first that has it."""
    ours, its = _context().Pipe()
    given = (list(arguments), dict(environment), str(log), act, at, its)
    process = _context().Process(target=_run, args=given)
    process.start()
    its.close()
    return Child(process, ours, log)


def killed(child: Child, control: Control) -> None:
    """Wait for the kill, and for the effects of whatever other threads had under way: a late one is another story."""
    assert child.wait() == KILLED, child.told
    control.rest()


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    verbs = ["apply", "plan", "session"]
    context.set_forkserver_preload(
        ["reconciler.cli", *(f"reconciler.commands.{verb}" for verb in verbs), "reconciler.state.ledger", "requests"]
    )
    return context


def _run(
    arguments: list[str], environment: dict[str, str], log: str, act: Act, at: int | str, channel: Connection
) -> None:
    """In the child: the program from its command line on."""
    for name in [name for name in os.environ if name.startswith(("GENESYSCLOUD_", "RECONCILER_"))]:
        del os.environ[name]
    os.environ.update(environment)
    # As at a terminal: where the tests themselves run in the background, they inherit that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    sys.argv = ["reconciler", *arguments]
    points = _Points(act, at, channel)
    _hook(points.passed)

    from reconciler.cli import main

    try:
        main()
    finally:
        if act is Act.COUNT:
            channel.send(points.names)


class _Points:
    def __init__(self, act: Act, at: int | str, channel: Connection) -> None:
        self.names: list[str] = []
        self._act = act
        self._at = at
        self._channel = channel
        self._guard = threading.Lock()

    def passed(self, name: str) -> None:
        with self._guard:
            self.names.append(name)
            if name == self._at:
                self._at = len(self.names)
            at, acts = len(self.names), len(self.names) == self._at
        if at - 1 == self._at and self._act is Act.INTERRUPT_TWICE:
            _signal(signal.SIGINT)
        if not acts:
            return
        match self._act:
            case Act.COUNT:
                return
            case Act.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Act.INTERRUPT | Act.INTERRUPT_TWICE:
                _signal(signal.SIGINT)
            case Act.TERMINATE:
                _signal(signal.SIGTERM)
            case Act.HOLD:
                self._channel.send(name)
                self._channel.recv()


def _signal(number: signal.Signals) -> None:
    """To the thread that handles it: as from outside, but at this very point."""
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    signal.pthread_kill(main_thread, number)


def _hook(passed: Callable[[str], None]) -> None:
    from requests.adapters import HTTPAdapter
    from sqlalchemy.engine.default import DefaultDialect

    send, commit = HTTPAdapter.send, DefaultDialect.do_commit

    def sending(self: HTTPAdapter, request: Any, *args: Any, **kwargs: Any) -> Any:
        name = f"{request.method} {request.path_url.partition('?')[0]}"
        passed(f"before {name}")
        answer = send(self, request, *args, **kwargs)
        passed(f"after {name}")
        return answer

    def has_written(connection: Any) -> bool:
        """Since its last commit."""
        driver = connection.dbapi_connection
        if not hasattr(driver, "total_changes"):  # PostgreSQL numbers only what writes
            return driver.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()[0] is not None
        known = connection.info  # lives as long as the driver's connection, whoever borrows it
        before, known[driver] = known.get(driver, 0), driver.total_changes
        return known[driver] != before

    def committing(self: DefaultDialect, connection: Any) -> None:
        writes = has_written(connection)
        if writes:
            passed("before a ledger write")
        commit(self, connection)
        if writes:
            passed("after a ledger write")

    HTTPAdapter.send = sending  # type: ignore[method-assign]
    DefaultDialect.do_commit = committing  # type: ignore[method-assign]
