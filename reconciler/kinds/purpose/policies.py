"""What organisations want of purposes. The first three are the seed's GDPR rules (contract §2); all can be replaced."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.kinds.purpose.spec import LEGAL_BASES
from reconciler.model.duration import parse_days
from reconciler.model.finding import Severity
from reconciler.model.kind import Checkup, DefaultPolicy, Settings
from reconciler.model.pattern import whole
from reconciler.model.policy import Objection
from reconciler.model.values import Json


def _days(title: str, description: str, **more: Json) -> Mapping[str, Json]:
    return {
        "type": "integer",
        "minimum": 0,
        "maximum": 999_999,
        **more,
        "title": title,
        "description": description,
    }


_NAME: Final = "[A-Z][a-zA-Z0-9_ ]{3,49}"
SETTINGS: Final = Settings(
    "purposes",
    {
        "type": "object",
        "title": "Purposes",
        "description": "The organisation's own rules for purposes.",
        "additionalProperties": False,
        "properties": {
            "namePattern": {
                "type": "string",
                "minLength": 1,
                "maxLength": 500,
                "default": _NAME,
                "title": "Name pattern",
                "description": "Regular expression that the whole name must match.",
                "examples": [_NAME],
            },
            "minRetentionDays": _days("Shortest retention", "In days.", default=1),
            "maxRetentionDays": _days("Longest retention", "In days.", default=365),
            "maxRetentionDaysByLegalBasis": {
                "type": "object",
                "title": "Longest retention by legal basis",
                "description": "In days, for purposes on one legal basis.",
                "default": {},
                "additionalProperties": False,
                "properties": {basis: _days(basis, "In days.") for basis in LEGAL_BASES},
                "examples": [{"consent": 180}],
            },
        },
    },
    expressions=("namePattern",),
    ranges=(("minRetentionDays", "maxRetentionDays"),),
)


def _object_to_name(checkup: Checkup) -> Iterator[Objection]:
    pattern, name = SETTINGS.value(checkup.project, "namePattern"), checkup.manifest.normal["name"]
    if not whole(pattern)(name):
        yield Objection(
            ("name",),
            name,
            f"{name!r} does not match {pattern} as a whole.",
            "Rename it, or change policies.purposes.namePattern in the project file.",
        )


def _object_to_retention(checkup: Checkup) -> Iterator[Objection]:
    least, most = (SETTINGS.value(checkup.project, name) for name in ("minRetentionDays", "maxRetentionDays"))
    retention, days = _retention(checkup)
    if days is not None and not least <= days <= most:
        yield Objection(
            ("retention",),
            retention,
            f"{retention} is not between {least}d and {most}d.",
            "Choose a period within them, or change policies.purposes in the project file.",
        )


def _object_to_legal_basis(checkup: Checkup) -> Iterator[Objection]:
    basis = checkup.manifest.normal["legalBasis"]
    if basis not in LEGAL_BASES:
        near = difflib.get_close_matches(basis, LEGAL_BASES, 1)
        yield Objection(
            ("legalBasis",),
            basis,
            f"{basis!r} is not a legal basis of GDPR Art. 6: {', '.join(LEGAL_BASES)}.",
            f"Did you mean `{near[0]}`?" if near else "Use one of them.",
        )


def _object_to_exceeding_class(checkup: Checkup) -> Iterator[Objection]:
    retention, days = _retention(checkup)
    stated = checkup.project.retention_classes.get(checkup.manifest.normal.get("retentionClass", ""))
    if days is not None and stated is not None and days > stated.days:
        yield Objection(
            ("retention",),
            f"{retention}, {stated.name} {stated.days}d",
            f"{retention} is longer than the {stated.days}d of the class {stated.name}.",
            "Shorten it, or state another class.",
        )


def _object_to_exceeding_legal_basis(checkup: Checkup) -> Iterator[Objection]:
    retention, days = _retention(checkup)
    basis = checkup.manifest.normal["legalBasis"]
    most = SETTINGS.value(checkup.project, "maxRetentionDaysByLegalBasis").get(basis)
    if days is not None and most is not None and days > most:
        yield Objection(
            ("retention",),
            f"{retention}, {basis} {int(most)}d",
            f"{retention} is longer than the {int(most)}d that the organisation allows on the basis of {basis}.",
            "Shorten it, or change policies.purposes.maxRetentionDaysByLegalBasis in the project file.",
        )


def _retention(checkup: Checkup) -> tuple[str, int | None]:
    """The period and its days; None for a class that is not known, of which `check` speaks."""
    retention = checkup.manifest.normal["retention"]
    return (retention, parse_days(retention)) if isinstance(retention, str) else ("", None)


POLICIES: Final = (
    DefaultPolicy("PU001", Severity.BLOCK, "Purpose name breaks the organisation's rule", _object_to_name),
    DefaultPolicy("PU002", Severity.BLOCK, "Retention outside the organisation's bounds", _object_to_retention),
    DefaultPolicy("PU004", Severity.BLOCK, "Unknown legal basis", _object_to_legal_basis),
    DefaultPolicy("PU005", Severity.BLOCK, "Retention beyond its class", _object_to_exceeding_class),
    DefaultPolicy("PU006", Severity.BLOCK, "Retention beyond its legal basis", _object_to_exceeding_legal_basis),
)
