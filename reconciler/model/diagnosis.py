"""What an examination of the surroundings found: one verdict for each thing that a run needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """From fine to what would make a run fail. What could not be looked at is no verdict on it."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing. `hint` says how to mend it; `exit_code` is what a run that fails by it would end with. No secret."""

    name: str
    verdict: Verdict
    detail: str
    hint: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All of them, in the order in which a run would meet them."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """The gravest: 7 before 1 before 0."""
        return max((check.exit_code for check in self.checks if check.verdict is Verdict.ERROR), default=0)
