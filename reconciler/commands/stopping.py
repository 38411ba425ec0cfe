"""Ctrl-C and SIGTERM while an apply is under way."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from reconciler.commands.session import Session

INTERRUPTED: Final = 130


@contextmanager
def stopping(run: Session) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask to stop: nothing new is started, what is in flight ends, the ledger stays true.

    The second one ends the process as a power cut would: intents tell the next run what was under way.
    """

    def ask(_number: int, _frame: FrameType | None) -> None:
        if run.stop.is_set():
            os._exit(INTERRUPTED)
        run.stop.set()
        run.say("Stopping: what is in flight is finished first. Once more to stop at once.")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
