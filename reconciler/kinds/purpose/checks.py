"""What is wrong with a purpose, and what is unsafe about changing one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from reconciler.model.duration import parse_days
from reconciler.model.finding import Finding, Severity
from reconciler.model.kind import Checkup, Transition
from reconciler.model.source import Problem
from reconciler.model.values import Json, Path, same


def check(checkup: Checkup) -> Iterator[Problem]:
    """A class that the project file does not have."""
    normal = checkup.manifest.normal
    if isinstance(normal["retention"], dict):
        yield from _check_class(checkup, normal["retention"]["class"], ("retention", "class"))
    elif "retentionClass" in normal:
        yield from _check_class(checkup, normal["retentionClass"], ("retentionClass",))


def _check_class(checkup: Checkup, name: str, path: Path) -> Iterator[Problem]:
    classes = checkup.project.retention_classes
    if name in classes:
        return
    near = difflib.get_close_matches(name, classes, 1)
    known = f"The project file has: {', '.join(sorted(classes))}." if classes else "The project file has no classes."
    yield Problem(
        "PU003",
        "Unknown retention class",
        f"No retention class is called {name!r}. {known}",
        f"Did you mean `{near[0]}`?" if near else "Add it under retentionClasses in the project file.",
        checkup.manifest.locate(path),
    )


def judge(transition: Transition) -> Iterator[Finding]:
    """ARCHITECTURE §4.3: a shortened retention and a switched-off purpose are destructive."""
    before, after = transition.before, transition.after
    if before is None or after is None:
        return
    if _may_shorten(before.get("retention"), after.get("retention")):
        yield Finding(
            "PU101",
            Severity.BLOCK,
            "Retention shortened",
            transition.address,
            ("retention",),
            facet={"change": f"{before.get('retention', 'none')} -> {after.get('retention', 'none')}"},
            detail="Data older than the new period becomes due for deletion, and deleted data does not come back.",
        )
    if before.get("active") is not False and after.get("active") is False:
        yield Finding(
            "PU102",
            Severity.BLOCK,
            "Purpose switched off",
            transition.address,
            ("active",),
            facet={"change": "true -> false"},
            detail="Data kept for this purpose loses its reason to be kept.",
        )
    if before.get("legalBasis") != after.get("legalBasis"):
        yield Finding(
            "PU103",
            Severity.WARN,
            "Legal basis changed",
            transition.address,
            ("legalBasis",),
            facet={"change": f"{before.get('legalBasis')} -> {after.get('legalBasis')}"},
            detail="Data subjects were told of the former basis; they may have to be told of the new one (Art. 13).",
        )


def _may_shorten(before: Json, after: Json) -> bool:
    """Whether data may become due sooner. Where the organisation shows no period that can be read, any other may."""
    was, becomes = _days(before), _days(after)
    if was is None or becomes is None:
        return not same(before, after)
    return becomes < was


def _days(retention: Json) -> int | None:
    try:
        return parse_days(retention) if isinstance(retention, str) else None
    except ValueError:
        return None
