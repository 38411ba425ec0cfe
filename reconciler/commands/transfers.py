"""Telling how far an export's files have come: a progress bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.commands.log_lines import is_watched, tell
from reconciler.model.ports import Clock
from reconciler.model.transfer import Transfer
from reconciler.render import legible, transfer_text

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PAUSE: Final = 10.0
"""Seconds between two plain lines, at least: a log is read afterwards."""


class Watcher(Protocol):
    """Whoever wants to know. Called in one thread."""

    def move(self, transfer: Transfer) -> None:
        """This far now."""
        ...

    def say(self, text: str) -> None:
        """Something that happened, on a line of its own."""
        ...


@contextmanager
def watching(name: str, *, log_level: str, clock: Clock) -> Iterator[Watcher]:
    """Someone to tell of one export, for as long as its files are worked on."""
    if log_level == "quiet":
        yield _Nobody()
    elif is_watched():
        with _bar(name) as bar:
            yield bar
    else:
        lines = _Lines(name, clock)
        try:
            yield lines
        finally:
            lines.end()


class _Nobody:
    def move(self, transfer: Transfer) -> None:
        pass

    def say(self, text: str) -> None:
        pass


class _Lines:
    """The first line comes after a pause: what is done before is told at the end only."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._next = clock.monotonic() + PAUSE
        self._untold: Transfer | None = None

    def move(self, transfer: Transfer) -> None:
        self._untold = transfer
        if self._clock.monotonic() >= self._next:
            self._next = self._clock.monotonic() + PAUSE
            self.end()

    def say(self, text: str) -> None:
        tell(legible(f"{self._name}: {text}"))

    def end(self) -> None:
        if self._untold is not None:
            self.say(transfer_text(self._untold))
            self._untold = None


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def move(self, transfer: Transfer) -> None:
        self._progress.update(self._task, completed=transfer.bytes, total=transfer.total, said=transfer_text(transfer))

    def say(self, text: str) -> None:
        self._progress.console.print(legible(text), markup=False, soft_wrap=True)


@contextmanager
def _bar(name: str) -> Iterator[_Bar]:
    """Lines on stderr appear above the bar; stdout is left alone, since it may be a file."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(20), TextColumn("{task.fields[said]}", markup=False),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        yield _Bar(progress, progress.add_task(legible(name), total=None, said=""))
