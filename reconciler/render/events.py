"""What apply does, as it does it: one plain line for each event, for logs."""

from __future__ import annotations

from typing import assert_never

from reconciler.model.address import Address
from reconciler.model.report import Event, StepFinished, StepResult, StepStarted, Waiting
from reconciler.render.legible import legible
from reconciler.render.wording import duration


def event_line(event: Event) -> str:
    """One line, without a line end."""
    match event:
        case StepStarted(step, address, action):
            return legible(f"{action} {step_name(step, address)}: started")
        case StepFinished(result):
            return legible(f"{result.action} {step_name(result.step, result.address)}: {_outcome(result)}")
        case Waiting(seconds, reason):
            return legible(f"waiting {duration(seconds)}: {reason}")
        case _:
            assert_never(event)


def step_name(step: str, address: Address) -> str:
    """The address, and for one of several steps which one: `Kind/name (references)`."""
    suffix = step.removeprefix(str(address))
    if suffix == step:
        return f"{address} ({step})"
    return f"{address} ({suffix.removeprefix('+')})" if suffix else str(address)


def _outcome(result: StepResult) -> str:
    took = f" in {duration(result.latency_ms / 1000)}" if result.latency_ms else ""
    because = f" ({result.because})" if result.because else ""
    summary = f": {result.summary}" if result.summary else ""
    return f"{result.outcome}{took}{because}{summary}"
