"""The seeds' totals over the audit (contract §7), for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from reconciler.model.performance import PERCENTS, Performance, Summary
from reconciler.model.values import Json
from reconciler.render.lines import BLANK, Line, line, put
from reconciler.render.problems import WIDTH
from reconciler.render.table import table_lines
from reconciler.render.wording import duration

_TITLES: Final = ("updates", "successful", "rate", "average", *(f"p{percent}" for percent in PERCENTS))


def stats_text(summary: Summary, *, styled: bool, width: int = WIDTH) -> str:
    """Tables: everything, by action, by kind; and the entries by result. Without a final line end."""
    lines = table_lines(("", *_TITLES), [("all", *_row(summary.whole))], width=width)
    for word, groups in (("action", summary.by_action), ("kind", summary.by_kind)):
        lines += _table(word, groups, width)
    results = [(result, f"{count:,}") for result, count in summary.by_result.items()]
    lines += (
        [BLANK, *table_lines(("result", "entries"), results, width=width)] if results else [BLANK, line("no entry")]
    )
    return put(lines, styled=styled)


def _table(word: str, groups: Mapping[str, Performance], width: int) -> list[Line]:
    rows = [(name, *_row(each)) for name, each in groups.items()]
    return [BLANK, *table_lines((word, *_TITLES), rows, width=width)] if rows else []


def _row(each: Performance) -> tuple[str, ...]:
    rate = "none" if each.success_rate is None else f"{each.success_rate:.1%}"
    percentiles = (each.percentile(percent) for percent in PERCENTS)
    return (f"{each.total:,}", f"{each.successful:,}", rate, _took(each.average), *map(_took, percentiles))


def _took(milliseconds: float | None) -> str:
    return "none" if milliseconds is None else duration(milliseconds / 1000)


def stats_json(summary: Summary) -> bytes:
    """The seed's `totalUpdates`, `successfulUpdates`, `successRate`, `totalLatencyMs`, `avgLatencyMs` (null: nothing
    was measured), and `percentilesMs` (`p50`, ...); the same by action in `byAction` and by kind in `byKind`;
    `byResult` is the number of entries."""
    document = {
        "format_version": 1,
        "document": "audit statistics",
        **_members(summary.whole),
        "byAction": {name: _members(each) for name, each in summary.by_action.items()},
        "byKind": {name: _members(each) for name, each in summary.by_kind.items()},
        "byResult": dict(summary.by_result),
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _members(each: Performance) -> dict[str, Json]:
    return {
        "totalUpdates": each.total,
        "successfulUpdates": each.successful,
        "successRate": each.success_rate,
        "totalLatencyMs": sum(each.latencies),
        "avgLatencyMs": each.average,
        "percentilesMs": {f"p{percent}": each.percentile(percent) for percent in PERCENTS},
    }
