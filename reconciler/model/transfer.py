"""How far the files of one export have come, whatever is being done with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transfer:
    """`bytes` of `total` are done, `files` of `of_files` whole. `total` is None as long as a size is unknown.

    `rate` is in bytes a second; `remaining` in seconds, None where nobody can tell.
    """

    bytes: int
    total: int | None
    files: int
    of_files: int
    rate: float
    remaining: float | None
