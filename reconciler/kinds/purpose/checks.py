"""What is wrong with a purpose, and what is unsafe about changing one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from reconciler.kinds.purpose.spec import LEGAL_BASES
from reconciler.model.duration import parse_days
from reconciler.model.finding import Finding, Severity
from reconciler.model.kind import Checkup, Transition
from reconciler.model.pattern import whole
from reconciler.model.source import Problem
from reconciler.model.values import Json, same


def check(checkup: Checkup) -> Iterator[Problem]:
    """The organisation's rules of contract §2: name, retention, legal basis."""
    yield from _check_name(checkup)
    yield from _check_retention(checkup)
    yield from _check_legal_basis(checkup)


def _check_name(checkup: Checkup) -> Iterator[Problem]:
    pattern, name = checkup.project.purpose_rules.name_pattern, checkup.manifest.normal["name"]
    if not whole(pattern)(name):
        yield Problem(
            "PU001",
            "Purpose name breaks the organisation's rule",
            f"{name!r} does not match {pattern} as a whole.",
            "Rename it, or change policies.purposes.namePattern in the project file.",
            checkup.manifest.locate(("name",)),
        )


def _check_retention(checkup: Checkup) -> Iterator[Problem]:
    rules = checkup.project.purpose_rules
    retention = checkup.manifest.normal["retention"]
    if isinstance(retention, dict):
        yield _unknown_class(checkup, retention["class"])
    elif not rules.min_retention_days <= parse_days(retention) <= rules.max_retention_days:
        yield Problem(
            "PU002",
            "Retention outside the organisation's bounds",
            f"{retention} is not between {rules.min_retention_days}d and {rules.max_retention_days}d.",
            "Choose a period within them, or change policies.purposes in the project file.",
            checkup.manifest.locate(("retention",)),
        )


def _unknown_class(checkup: Checkup, name: str) -> Problem:
    classes = checkup.project.retention_classes
    near = difflib.get_close_matches(name, classes, 1)
    known = f"The project file has: {', '.join(sorted(classes))}." if classes else "The project file has no classes."
    return Problem(
        "PU003",
        "Unknown retention class",
        f"No retention class is called {name!r}. {known}",
        f"Did you mean `{near[0]}`?" if near else "Add it under retentionClasses in the project file.",
        checkup.manifest.locate(("retention", "class")),
    )


def _check_legal_basis(checkup: Checkup) -> Iterator[Problem]:
    basis = checkup.manifest.normal["legalBasis"]
    if basis not in LEGAL_BASES:
        near = difflib.get_close_matches(basis, LEGAL_BASES, 1)
        yield Problem(
            "PU004",
            "Unknown legal basis",
            f"{basis!r} is not a legal basis of GDPR Art. 6: {', '.join(LEGAL_BASES)}.",
            f"Did you mean `{near[0]}`?" if near else "Use one of them.",
            checkup.manifest.locate(("legalBasis",)),
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
