"""`reconciler` in a process of its own, at a terminal or in a pipe, for what cannot be seen from inside."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from .project import Project

COMMAND = (sys.executable, "-m", "reconciler")
PATIENCE = 120


def environment(project: Project, **changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return kept | project.environment | {"TERM": "xterm", **changes}


def piped(project: Project, script: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A line of shell, in which `reconciler` is the program."""
    function = f"reconciler() {{ '{sys.executable}' -m reconciler \"$@\"; }}\n"
    return subprocess.run(
        ["bash", "-c", function + script],
        cwd=project.root,
        env=environment(project, **changes),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )


@dataclass
class Running:
    """A program under way; `seen` is what it has shown so far."""

    process: subprocess.Popen[bytes]
    stream: IO[bytes]
    seen: str = ""

    def until(self, words: str) -> None:
        """Read on until the program has shown these words."""
        while words not in " ".join(self.seen.split()):
            part = self._read()
            assert part, f"it ended before {words!r}:\n{self.seen}"

    def say(self, text: str) -> None:
        os.write(self.stream.fileno(), text.encode())

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def interrupted(self) -> int:
        """Ctrl-C until it ends: one that comes just before a read begins is noticed only after it."""
        self.interrupt()
        while not select.select([self.stream], [], [], 1)[0]:
            self.interrupt()
        return self.ended()

    def ended(self) -> int:
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> str:
        assert select.select([self.stream], [], [], PATIENCE)[0], f"it has hung:\n{self.seen}"
        try:
            part = os.read(self.stream.fileno(), 65536).decode(errors="replace")
        except OSError:  # a terminal whose other side has gone
            part = ""
        self.seen += part
        return part


@contextmanager
def at_a_terminal(project: Project, *words: str, **changes: str) -> Iterator[Running]:
    """Everything is the terminal: what is typed, what is shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=project.root,
        env=environment(project, **changes),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=_as_from_a_shell,  # noqa: PLW1509
    )
    os.close(theirs)
    with os.fdopen(ours, "r+b", buffering=0) as stream:
        yield from _ending(Running(process, stream))


@contextmanager
def in_the_background(project: Project, *words: str) -> Iterator[Running]:
    """Without a terminal; both streams in one."""
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=project.root,
        env=environment(project),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_as_from_a_shell,  # noqa: PLW1509
    )
    assert process.stdout is not None
    with process.stdout as stream:
        yield from _ending(Running(process, stream))


def _as_from_a_shell() -> None:
    """Whoever runs the tests may ignore Ctrl-C, and a child would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _ending(running: Running) -> Iterator[Running]:
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait(PATIENCE)


def plain(text: str) -> str:
    """Without what colours it, in one line."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).split())
