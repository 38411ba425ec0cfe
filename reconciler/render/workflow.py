"""What a runner of GitHub Actions reads: annotations, and outputs of a step.

A runner obeys whatever line begins with `::`, after any spaces, and whatever holds `##[`; those of Azure Pipelines and
TeamCity obey `##vso[` and `##teamcity[`. Here these are ours alone, and everything foreign in them is escaped; `inert`
keeps other lines from being obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

from reconciler.render.legible import LONGEST_TEXT, cut, legible
from reconciler.render.remarks import Level, Remark

MOST: Final = 10
"""Annotations of one level that are shown of a step."""

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_OBEYED: Final = re.compile(r"(?:\A|(?<=[\r\n]))(\s*):(?=:)|(?<=#)#(?=(?:vso|teamcity)?\[)")


def annotated(remarks: Iterable[Remark]) -> str:
    """A line for each remark that nobody has accepted, the weightiest first, at most `MOST` of a level; where there are
    more, the last one says how many."""
    order = list(Level)
    ranked = sorted((each for each in remarks if not each.accepted), key=lambda each: order.index(each.level))
    levels = groupby(ranked, key=lambda each: each.level)
    return "\n".join(row for level, group in levels for row in _rows(level, group))


def step_outputs(values: Mapping[str, str]) -> str:
    """Lines for the file that `GITHUB_OUTPUT` names. Raises ValueError for a value of several lines."""
    for name, value in values.items():
        if not (name.replace("_", "").isalnum() and value.isprintable()):
            raise ValueError(f"{name} is not one line of text")
    return "".join(f"{name}={value}\n" for name, value in values.items())


def inert(text: str) -> str:
    """Lines that a runner takes for text, and a person still reads: the first sign of a command is spelled out."""
    return _OBEYED.sub(lambda found: f"{found[1]}\\x3a" if found[0].endswith(":") else "\\x23", text)


def _rows(level: Level, remarks: Iterable[Remark]) -> Iterator[str]:
    remarks = list(remarks)
    shown = remarks if len(remarks) <= MOST else remarks[: MOST - 1]
    for remark in shown:
        yield f"::{_COMMANDS[level]} {_properties(remark)}::{_data(_message(remark))}"
    if len(shown) < len(remarks):
        more = f"{len(remarks) - len(shown):,} more are in the summary of this run"
        yield f"::{_COMMANDS[level]} title=reconciler::{more}"


def _properties(remark: Remark) -> str:
    title = f"title={_property(legible(f'{remark.code} {remark.summary}'))}"
    if remark.where is None or not remark.where.file:
        return title
    file = _property(legible(remark.where.file.removeprefix("./")))
    return f"file={file},line={remark.where.line},col={remark.where.column},{title}"


def _message(remark: Remark) -> str:
    rows = [legible(row) for part in (remark.detail, remark.hint) for row in part.split("\n") if row.strip()]
    return cut("\n".join(rows) or legible(remark.summary), LONGEST_TEXT)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
