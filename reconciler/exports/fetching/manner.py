"""How to fetch: how many at once, how long to wait, when to give up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum


class Checksum(Enum):
    """What proves a file to be right."""

    STATED = "the organisation states it: a file without one is refused (data exports, contract §6)"
    OURS = "nobody states it: ours is made while the file arrives (privacy downloads, contract §5)"


@dataclass(frozen=True, slots=True)
class Manner:
    """Waits are in seconds; `deadline` is an instant of `clock.monotonic()`.

    `attempts` are those in a row that brought next to nothing; `listings` is how often one file's URI may be asked for
    anew; a `Retry-After` beyond `patience` ends it. `read` bounds every silence, and a host that trickles for so long.
    """

    parallel: int = 4
    connect: float = 10.0
    read: float = 60.0
    attempts: int = 5
    listings: int = 3
    patience: float = 300.0
    deadline: float = math.inf
    checksum: Checksum = Checksum.STATED
