"""Putting a client together from the environment and the project file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from random import Random

from reconciler.api.calls import Caller, Observer, Wire
from reconciler.api.client import Client
from reconciler.api.credentials import credentials
from reconciler.api.limiter import Limiter
from reconciler.api.persistence import Persistence
from reconciler.api.repeat import POLICY
from reconciler.api.servertime import ServerTime
from reconciler.api.tokens import Given, Granted, Tokens
from reconciler.api.transport import Transport
from reconciler.model.ports import Clock
from reconciler.model.project import Project


def connect(
    environ: Mapping[str, str],
    project: Project,
    *,
    clock: Clock,
    random: Random,
    parallelism: int = 8,
    deadline: float = math.inf,
    observer: Observer | None = None,
) -> Client:
    """A client for the organisation that `environ` and `project` name. Sends nothing yet.

    `deadline` is an instant of `clock.monotonic()` that no wait goes beyond. Raises AuthenticationFailed, UsageError.
    """
    known = credentials(environ, project.environment)
    time = ServerTime(clock)
    transport = Transport(project.timing, clock, deadline=deadline)
    wire = Wire(transport, time, observer)
    # The token endpoint has a rate limit of its own, so that its pauses stop nobody else.
    login, work = (Limiter(project.limits.requests_per_minute, clock, deadline=deadline) for _ in range(2))
    persistence = Persistence(POLICY, login, clock, random)
    tokens: Tokens = Given(known.access_token) if known.access_token else Granted(known, wire.send, persistence)
    caller = Caller(wire, tokens, replace(persistence, limiter=work), time)

    def interrupt() -> None:
        login.close()
        work.close()

    return Client(
        known.api_url, caller, wire, time, parallelism=parallelism, interrupt=interrupt, close=transport.close
    )
