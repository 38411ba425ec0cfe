"""The organisation's own time: tokens, budgets, dates and late effects follow it, not the machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate

from reconciler.sandbox.errors import SandboxError


class Clock:
    """Seconds since 1970, running with the machine or frozen at an instant; either can be advanced."""

    def __init__(self, instant: float | None = None) -> None:
        """Run with the machine's time, or stand still at `instant`."""
        self._frozen = instant
        self._offset = 0.0

    def now(self) -> float:
        return time.time() + self._offset if self._frozen is None else self._frozen

    @property
    def is_frozen(self) -> bool:
        return self._frozen is not None

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`; time never goes back by this, as no server's does while somebody watches."""
        if seconds < 0:
            raise SandboxError("A clock is only advanced", f"{seconds} seconds would turn it back; set it instead")
        if self._frozen is None:
            self._offset += seconds
        else:
            self._frozen += seconds

    def freeze(self, instant: float | None = None) -> None:
        self._frozen = self.now() if instant is None else instant

    def run(self) -> None:
        """Go on from the present instant with the machine's pace."""
        self._offset = self.now() - time.time()
        self._frozen = None


def clock_from(spec: str | datetime | None) -> Clock:
    """None or `real`: the machine's time; `frozen`: now, standing still; an ISO 8601 instant: that, standing still."""
    if spec is None or spec == "real":
        return Clock()
    if spec == "frozen":
        return Clock(time.time())
    return Clock(parse_instant(spec))


def parse_instant(text: object) -> float:
    try:
        instant = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    except ValueError:
        raise SandboxError("Not an instant", f"{text!r} is not like 2026-11-01T09:00:00Z") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def wire_date(instant: float) -> str:
    """As the API writes dates: `2024-01-15T10:30:00.000Z`."""
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(instant: float) -> str:
    return formatdate(instant, usegmt=True)
