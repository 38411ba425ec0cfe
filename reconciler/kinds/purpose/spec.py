"""What a purpose's manifest may say, and how it maps to the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.duration import parse_days, spell_days
from reconciler.model.project import Project
from reconciler.model.register import Processing
from reconciler.model.shape import Member, Record, Scalar
from reconciler.model.values import Json, Normal, Path

LEGAL_BASES: Final = (
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
)
"""GDPR Art. 6(1)(a) to (f), as the seed spells them."""


def _retention(value: Json) -> Json:
    """`P180D` and `180d` are the same value, spelled `180d` on the wire. Anything else stays as it is."""
    try:
        return spell_days(parse_days(value)) if isinstance(value, str) else value
    except ValueError:
        return value


def _lower(value: Json) -> Json:
    return value.lower() if isinstance(value, str) else value


SHAPE: Final = Record(
    (
        Member("name", Scalar()),
        Member("description", Scalar()),
        Member("retention", Scalar(_retention), wire="retentionPeriod"),
        Member("retentionClass", Scalar(), local=True),
        Member("legalBasis", Scalar(_lower)),
        Member("active", Scalar(), wire="isActive", default=True),
    )
)

SCHEMA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Purpose",
    "description": "Why personal data is kept, on which legal basis and for how long.",
    "additionalProperties": False,
    "required": ["description", "retention", "legalBasis"],
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "title": "Name in the organisation",
            "description": "The purpose's name in the organisation; by default metadata.name.",
            "examples": ["Customer_Support_Analytics"],
        },
        "description": {
            "type": "string",
            "minLength": 1,
            "title": "Description",
            "description": "Why the data is kept, in words that a data subject understands.",
            "examples": ["Retention of support interaction data for quality assurance."],
        },
        "retention": {
            "title": "Retention",
            "description": "How long: days (180d), ISO 8601 days (P180D), or a class of the project file.",
            "examples": ["180d", "P180D", {"class": "standard"}],
            "oneOf": [
                {"type": "string", "pattern": "^([0-9]{1,6}d|P[0-9]{1,6}D)$"},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["class"],
                    "properties": {"class": {"type": "string", "minLength": 1}},
                },
            ],
        },
        "retentionClass": {
            "type": "string",
            "minLength": 1,
            "title": "Retention class",
            "description": "The class whose period a retention stated in days must not exceed. Kept in the ledger "
            "only; `retention: {class: NAME}` states it already.",
            "examples": ["standard"],
        },
        "legalBasis": {
            "type": "string",
            "title": "Legal basis",
            "description": "GDPR Art. 6(1): " + ", ".join(LEGAL_BASES) + ". Compared without case.",
            "examples": ["legitimate_interests"],
        },
        "active": {
            "type": "boolean",
            "default": True,
            "title": "Active",
            "description": "Whether the purpose is in use. Switching one off blocks until acknowledged.",
        },
    },
    "not": {"required": ["retentionClass"], "properties": {"retention": {"type": "object"}}},
    "x-hint": "State `retentionClass` beside days, or `retention: {class: NAME}`; not both.",
}

EXAMPLE: Final = """\
apiVersion: reconciler/v1
kind: Purpose
metadata: {name: Customer_Support_Analytics}
spec:
  description: Support interaction data kept for quality assurance.
  retention: 180d
  legalBasis: legitimate_interests
"""


def processing(normal: Normal) -> Processing:
    """As the record of processing has it."""
    return Processing(
        name=str(normal.get("name", "")),
        description=str(normal.get("description", "")),
        legal_basis=str(normal.get("legalBasis", "")),
        retention=str(normal.get("retention", "")),
        active=normal.get("active") is not False,
    )


def resolve(spec: Mapping[str, Json], project: Project) -> Mapping[str, Json]:
    """A retention class becomes its days, and is remembered; an unknown one is left for `check` to report."""
    retention = spec.get("retention")
    if not isinstance(retention, dict):
        return spec
    name = retention.get("class", "")
    retention_class = project.retention_classes.get(name)
    if retention_class is None:
        return spec
    return {**spec, "retention": spell_days(retention_class.days), "retentionClass": name}


def origins(before: Normal, after: Normal) -> Mapping[Path, str]:
    """A retention that changes while its class does not: the class has another period in the project file."""
    name, was, becomes = after.get("retentionClass"), before.get("retention"), after.get("retention")
    if name is None or before.get("retentionClass") != name or was == becomes:
        return {}
    return {("retention",): f"class {name}: {was} -> {becomes}"}
