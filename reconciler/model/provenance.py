"""On whose behalf a run writes, as far as its surroundings say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who, for which commit, reviewed where. What is not known is empty; nothing of it is proven."""

    actor: str = ""
    commit: str = ""
    pull_request: str = ""


UNKNOWN: Final = Provenance()
