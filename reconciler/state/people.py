"""Who holds a lock, for people."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock. `since` is RFC 3339, UTC."""

    pid: int
    host: str
    user: str
    since: str
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user} on {self.host}, since {self.since}: {self.command}"


NAMELESS: Final = Holder(0, "an unknown host", "an unknown user", "just now", "it has not said yet what it does")
"""A holder between taking the lock and saying so."""


def user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run a user that has no name
        return str(os.getuid())
