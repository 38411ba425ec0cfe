"""The outcome of a three-way merge."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.values import ABSENT, Absent, Json, Normal, Path


@dataclass(frozen=True, slots=True)
class Overlap:
    """One path that both sides changed, differently. ABSENT where a side has nothing."""

    path: Path
    base: Json | Absent = ABSENT
    ours: Json | Absent = ABSENT
    theirs: Json | Absent = ABSENT


@dataclass(frozen=True, slots=True)
class Merged:
    """`value` is to be used only where nothing overlaps; `theirs` lists the paths taken from them."""

    value: Normal
    overlaps: tuple[Overlap, ...]
    theirs: tuple[Path, ...]
