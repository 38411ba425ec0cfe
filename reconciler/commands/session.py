"""What a verb that talks to the organisation works with: clock, client, log lines on stderr."""

from __future__ import annotations

import math
import os
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from reconciler.api import Client, Exchange, connect
from reconciler.commands.clock import SystemClock
from reconciler.commands.keys import SERVER_KEY, key_of, secrets_of
from reconciler.commands.log_lines import tell as tell
from reconciler.commands.options import Calling
from reconciler.commands.workspace import Workspace
from reconciler.errors import OutOfTime
from reconciler.model.secret import NONE, Secret


@dataclass(frozen=True, slots=True)
class Session:
    """One run's clock, client and request to stop."""

    clock: SystemClock
    stop: threading.Event
    client: Client
    log_level: str
    parallelism: int
    server_key: Secret = NONE
    deadline: float = math.inf
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    def pause(self, seconds: float) -> None:
        """Wait. Raises OutOfTime where the deadline comes before, Interrupted."""
        if self.clock.monotonic() + seconds >= self.deadline:
            raise OutOfTime(
                "The time is up", detail="What goes on, goes on without us.", hint="Use a larger --timeout."
            )
        self.clock.sleep(seconds)

    def say(self, text: str) -> None:
        """A line for people, on stderr."""
        if self.log_level != "quiet":
            tell(text)


@contextmanager
def session(workspace: Workspace, calling: Calling) -> Iterator[Session]:
    """Connect, and close at the end. Raises AuthenticationFailed, UsageError."""
    server_key = key_of(os.environ, SERVER_KEY)
    stop = threading.Event()
    clock = SystemClock(stop)
    deadline = math.inf if calling.timeout is None else clock.monotonic() + calling.timeout
    client = connect(
        os.environ,
        workspace.project,
        clock=clock,
        random=random.Random(),  # noqa: S311
        parallelism=calling.parallelism,
        deadline=deadline,
        observer=_log if calling.log_level == "debug" else None,
    )
    try:
        secrets = secrets_of(os.environ, workspace.project.environment.name)
        yield Session(clock, stop, client, calling.log_level, calling.parallelism, server_key, deadline, secrets)
    except (KeyboardInterrupt, click.Abort):
        raise  # at once: closing would wait for the calls that are under way
    except BaseException:
        client.close()
        raise
    client.close()


def _log(exchange: Exchange) -> None:
    """One line a call: no query, no body, no secret."""
    line = f"{exchange.method} {exchange.path} {exchange.status} {exchange.milliseconds} ms {exchange.correlation_id}"
    tell(
        line.rstrip(), event="call", method=exchange.method, path=exchange.path, status=exchange.status,
        milliseconds=exchange.milliseconds, correlation_id=exchange.correlation_id,
    )  # fmt: skip
