"""Several files at a time, a process each. A process that nobody listens to any more stops, and leaves nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from reconciler.errors import ReconcilerError
from reconciler.exports.normalising.file import Request, prepare
from reconciler.exports.normalising.prepared import Prepared
from reconciler.exports.normalising.result import Progress

Heard = Progress | Prepared | ReconcilerError


def prepare_all(
    requests: Sequence[Request],
    *,
    processes: int,
    prepared: dict[Path, Prepared],
    emit: Callable[[Progress], None],
) -> None:
    """Prepare each, and put it into `prepared` under its source: there are some even where one fails and it raises."""
    if min(len(requests), processes) <= 1:
        for request in requests:
            prepared[request.source] = prepare(request, emit=emit)
        return
    crew = _Crew(list(reversed(requests)))
    try:
        for _ in range(min(len(requests), processes)):
            crew.hire()
        while crew.members:
            for connection in crew.ready():
                heard = crew.hear(connection)
                if isinstance(heard, Progress):
                    emit(heard)
                elif isinstance(heard, Prepared):
                    prepared[heard.result.source] = heard
                    crew.tell(connection)
                else:
                    raise heard
    finally:
        crew.dismiss()


class _Crew:
    """Processes, and what is left for them to do. `members` are those that are at work."""

    def __init__(self, waiting: list[Request]) -> None:
        self.waiting = waiting
        self.members: list[Connection] = []
        self._hired: list[BaseProcess] = []

    def hire(self) -> None:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,))
        process.start()
        theirs.close()
        self._hired.append(process)
        self.members.append(ours)
        self.tell(ours)

    def tell(self, connection: Connection) -> None:
        """What to do next, or None for nothing: either says that what was done has been taken."""
        request = self.waiting.pop() if self.waiting else None
        try:
            connection.send(request)
        except OSError as reason:
            raise _died() from reason
        if request is None:
            self.members.remove(connection)
            connection.close()

    def ready(self) -> list[Connection]:
        return cast("list[Connection]", wait(self.members))

    def hear(self, connection: Connection) -> Heard:
        try:
            return cast("Heard", connection.recv())
        except (EOFError, OSError) as reason:
            raise _died() from reason

    def dismiss(self) -> None:
        for connection in self.members:
            connection.close()
        for process in self._hired:
            process.join()


def _work(connection: Connection) -> None:
    """In the other process. Interrupting the run interrupts all of its processes; the first one says so."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        request = connection.recv()
        while request is not None:
            try:
                prepared = prepare(request, emit=connection.send)
            except ReconcilerError as reason:
                connection.send(reason)
                return
            try:
                connection.send(prepared)
                request = connection.recv()
            except BaseException:
                prepared.discard()
                raise


def _died() -> ReconcilerError:
    return ReconcilerError(
        "A process that normalised an export file died",
        detail="The system may have run out of memory. Nothing was written.",
        hint="Run the same command again, with fewer processes.",
    )
