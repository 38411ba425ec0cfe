"""Telling what apply does while it does it: a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.commands.log_lines import is_watched, tell
from reconciler.commands.session import Session
from reconciler.model.plan import Plan
from reconciler.model.report import Event, StepFinished
from reconciler.render import event_line, event_members


@contextmanager
def telling(run: Session, plan: Plan) -> Iterator[Callable[[Event], None]]:
    """A function that tells of events, from any thread."""
    if run.log_level == "quiet":
        yield lambda _: None
    elif is_watched() and _steps(plan):
        with _bar(_steps(plan)) as emit:
            yield emit
    else:
        guard = threading.Lock()

        def emit_line(event: Event) -> None:
            with guard:
                tell(event_line(event), **event_members(event))

        yield emit_line


def _steps(plan: Plan) -> int:
    return len(plan.changes) + len(plan.submissions) + sum(archive.works for archive in plan.archives)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[Event], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("applying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("apply", total=total)

        def emit(event: Event) -> None:
            if isinstance(event, StepFinished):
                progress.advance(task)
            progress.console.print(escape(event_line(event)))

        yield emit
