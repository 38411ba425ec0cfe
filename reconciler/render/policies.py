"""Which policies are in force, where they come from, and what else holds a run back: `reconciler policies`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from reconciler.model.finding import Severity
from reconciler.model.kind import Kind
from reconciler.model.policy import Freeze, Policies, Scope, Threshold
from reconciler.model.values import Json
from reconciler.render.json_output import written
from reconciler.render.lines import BLANK, Line, Tone, line, prose, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.table import table_lines

BY_DEFAULT: Final = "default"
OFF: Final = "off"
_TITLES: Final = ("code", "severity", "from", "for", "message")


@dataclass(frozen=True, slots=True)
class _Row:
    """One policy. `source` is where it is stated, or that it is a default one."""

    code: str
    severity: str
    source: str
    scope: str
    message: str


def policies_text(policies: Policies, kinds: Mapping[str, Kind], *, styled: bool, width: int = WIDTH) -> str:
    """Every policy on a line, by code; then thresholds and freezes, where there are any. Without a final line end."""
    rows = [(row.code, row.severity, row.source, row.scope, row.message) for row in _rows(policies, kinds)]
    lines = table_lines(_TITLES, rows, width=width) if rows else [line("No policies.")]
    for title, texts in (("thresholds", _thresholds(policies)), ("freezes", map(_freeze, policies.freezes))):
        lines += _section(title, list(texts), width)
    return put(lines, styled=styled)


def policies_json(policies: Policies, kinds: Mapping[str, Kind]) -> bytes:
    """Which policies are in force, and what else holds a run back.

    - `policies`, by code: `code`, `severity` (or `off`), `source` (a place, or `default`), `scope`, `message`.
    - `thresholds`: `changes` and `deletions`, each with `count` and `percent` (null: any number).
    - `freezes`: `from`, `until`, `reason`, `kinds` and `labels` (empty: all).
    """
    thresholds = policies.thresholds
    members: dict[str, Json] = {
        "policies": [asdict(row) for row in _rows(policies, kinds)],
        "thresholds": {"changes": _numbers(thresholds.changes), "deletions": _numbers(thresholds.deletions)},
        "freezes": [
            {
                "from": freeze.start,
                "until": freeze.until,
                "reason": freeze.reason,
                "kinds": list(freeze.scope.kinds),
                "labels": dict(freeze.scope.labels),
            }
            for freeze in policies.freezes
        ],
    }
    return written("policies", members)


def _rows(policies: Policies, kinds: Mapping[str, Kind]) -> list[_Row]:
    return sorted([*_default_rows(policies, kinds), *_own_rows(policies)], key=lambda row: row.code)


def _default_rows(policies: Policies, kinds: Mapping[str, Kind]) -> Iterator[_Row]:
    """A family of kinds brings one policy along; it is shown once."""
    bringing: dict[str, list[str]] = {}
    found = {policy.code: policy for kind in kinds.values() for policy in kind.policies}
    for kind in kinds.values():
        for policy in kind.policies:
            bringing.setdefault(policy.code, []).append(kind.name)
    for code, policy in found.items():
        yield _Row(
            code,
            _spelt(policies.severity(code, policy.severity)),
            BY_DEFAULT,
            _scope(Scope(tuple(bringing[code]))),
            policy.message,
        )


def _own_rows(policies: Policies) -> Iterator[_Row]:
    for policy in policies.own:
        place = f"{policy.where.file}:{policy.where.line}" if policy.where else ""
        yield _Row(policy.code, _spelt(policy.severity), place, _scope(policy.scope), policy.message)


def _spelt(severity: Severity | None) -> str:
    return severity.value if severity else OFF


_MOST: Final = 2


def _scope(scope: Scope) -> str:
    """`FlexSchema (team: crm)`; a long list of kinds is cut."""
    kinds, more = scope.kinds[:_MOST], len(scope.kinds) - _MOST
    names = ", ".join(kinds) + (f" and {more} more" if more > 0 else "") if kinds else "every kind"
    labels = ", ".join(f"{name}: {value}" for name, value in scope.labels.items())
    return f"{names} ({labels})" if labels else names


def _section(title: str, texts: list[str], width: int) -> list[Line]:
    rows = [row for text in texts for row in prose(text, width=width, indent=2)]
    return [BLANK, line(span(title, Tone.FAINT)), *rows] if rows else []


def _thresholds(policies: Policies) -> Iterator[str]:
    for name, threshold in (("changes", policies.thresholds.changes), ("deletions", policies.thresholds.deletions)):
        said = [f"{threshold.count}"] if threshold.count is not None else []
        said += [f"{threshold.percent} % of what is ours"] if threshold.percent is not None else []
        if said:
            yield f"{name} in one run: at most {', and '.join(said)}"


def _freeze(freeze: Freeze) -> str:
    return f"{freeze.start} until {freeze.until}, {_scope(freeze.scope)}: {freeze.reason}"


def _numbers(threshold: Threshold) -> dict[str, Json]:
    return {"count": threshold.count, "percent": threshold.percent}
