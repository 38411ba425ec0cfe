"""What a data schema's manifest may say, and the names under which the opened answer shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.kinds.data_schema.bases import Base
from reconciler.model.project import Project
from reconciler.model.shape import Keyed, Member, Record, Reference, Scalar
from reconciler.model.values import Json, Normal

LIMITS: Final = (
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "itemMinLength",
    "itemMaxLength",
)
PAIRS: Final = tuple(zip(LIMITS[::2], LIMITS[1::2], strict=True))
"""Least and most of the same thing."""


def is_number(value: Json) -> bool:
    """A number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: Json) -> Json:
    """1.0 and 1 are one number. Beyond what both can say exactly a number stays as it is."""
    exact = isinstance(value, float) and value.is_integer() and abs(value) <= 2**53
    return int(value) if exact else value


OPTION: Final = Record(
    (
        Member("value", Scalar(), wire="$value"),
        Member("title", Scalar()),
        Member("disabled", Scalar(), wire="_disabled", default=False),
    )
)
FIELD: Final = Record(
    (
        Member("key", Scalar(), wire="$key"),
        Member("type", Scalar(), wire="$type"),
        Member("title", Scalar()),
        Member("description", Scalar()),
        Member("required", Scalar(), wire="$required", default=False),
        Member("minLength", Scalar(whole)),
        Member("maxLength", Scalar(whole)),
        Member("minimum", Scalar(whole)),
        Member("maximum", Scalar(whole)),
        Member("minItems", Scalar(whole)),
        Member("maxItems", Scalar(whole)),
        Member("itemMinLength", Scalar(whole), wire="$itemMinLength"),
        Member("itemMaxLength", Scalar(whole), wire="$itemMaxLength"),
        Member("uniqueItems", Scalar()),
        Member("options", Keyed("value", OPTION), wire="$options"),
        Member("personalData", Scalar(), local=True),
        Member("purpose", Reference("Purpose"), local=True),
    )
)
SHAPE: Final = Record(
    (
        Member("name", Scalar(), wire="title"),
        Member("description", Scalar()),
        Member("enabled", Scalar(), default=True),
        Member("fields", Keyed("key", FIELD, type_member="type")),
    )
)
"""`name` is the title of the schema's document; the name beside it follows (see `wire`)."""


def _text(title: str, description: str, **more: Json) -> Mapping[str, Json]:
    return {"type": "string", "title": title, "description": description, **more}


def _count(title: str, description: str) -> Mapping[str, Json]:
    return {"type": "integer", "minimum": 0, "title": title, "description": description}


_OPTION_SCHEMA: Final[Mapping[str, Json]] = {
    "oneOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "title": "Option",
            "additionalProperties": False,
            "required": ["value"],
            "properties": {
                "value": _text("Value", "What is stored. Never changes: a new value is another option.", minLength=1),
                "title": _text("Title", "What people see; by default the value.", minLength=1),
                "disabled": {
                    "type": "boolean",
                    "default": False,
                    "title": "Disabled",
                    "description": "Whether the option is no longer offered. Existing values keep it.",
                },
            },
        },
    ],
}

_FIELD_SCHEMA: Final[Mapping[str, Json]] = {
    "type": "object",
    "title": "Field",
    "additionalProperties": False,
    "required": ["key", "type"],
    "properties": {
        "key": _text(
            "Key", "The field's identity, unique in the schema. It can never be renamed.", minLength=1,
            examples=["claim_amount"],
        ),
        "type": _text(
            "Core type", "One of the core types that the organisation offers for this kind; `plan` checks it.",
            minLength=1, examples=["text", "integer", "date", "enum"],
        ),
        "title": _text("Title", "What people see, unique in the schema; by default the key.", minLength=1),
        "description": _text("Description", "Shown beside the field.", minLength=1),
        "required": {
            "type": "boolean",
            "default": False,
            "title": "Required",
            "description": "Whether a value must be given.",
        },
        "minLength": _count("Least length", "Characters of a text. Texts need both lengths."),
        "maxLength": _count("Greatest length", "Characters of a text."),
        "minimum": {"type": "number", "title": "Least", "description": "Of a number. Numbers need both bounds."},
        "maximum": {"type": "number", "title": "Greatest", "description": "Of a number."},
        "minItems": _count("Fewest items", "Of a list."),
        "maxItems": _count("Most items", "Of a list."),
        "itemMinLength": _count("Least length of an item", "Characters of each item of a list."),
        "itemMaxLength": _count("Greatest length of an item", "Characters of each item of a list."),
        "uniqueItems": {"type": "boolean", "title": "Unique items", "description": "Whether no item may come twice."},
        "options": {
            "type": "array",
            "minItems": 1,
            "items": _OPTION_SCHEMA,
            "title": "Options",
            "description": "The allowed values of an enum. Options that others added stay.",
            "examples": [["open", "closed"], [{"value": "open", "title": "Open"}]],
        },
        "personalData": {
            "type": "boolean",
            "title": "Personal data",
            "description": "Whether the field holds personal data. Kept in the ledger; the organisation never sees it.",
        },
        "purpose": _text(
            "Purpose", "The name of the Purpose manifest for which the field is kept. Kept in the ledger only.",
            minLength=1,
        ),
    },
}  # fmt: skip


def schema_of(base: Base) -> Mapping[str, Json]:
    """The JSON Schema of `spec`."""
    return {
        "type": "object",
        "title": base.kind,
        "description": f"{base.title}.",
        "additionalProperties": False,
        "required": ["fields"],
        "properties": {
            "name": _text(
                "Title in the organisation", "The schema's title in the organisation; by default metadata.name.",
                minLength=1, examples=["Claim"],
            ),
            "description": _text("Description", "Shown to administrators.", minLength=1),
            "enabled": {
                "type": "boolean",
                "default": True,
                "title": "Enabled",
                "description": "A disabled schema is given to nothing new; what has it keeps its data. Each change of "
                "this makes a new version, which consumers may be pinned to.",
            },
            "fields": {
                "type": "array",
                "items": _FIELD_SCHEMA,
                "title": "Fields",
                "description": "Fields that others added to the schema are kept unless lifecycle.foreign is remove.",
            },
        },
    }  # fmt: skip


def resolve(spec: Mapping[str, Json], _project: Project) -> Mapping[str, Json]:
    """A title that is not stated is the key; an option that is only a value becomes a whole one.

    An option whose title is its value has none, here as in what the organisation shows (see `wire`).
    """
    return {**spec, "fields": [_resolved(field) for field in spec.get("fields", ())]}


def _resolved(field: Mapping[str, Json]) -> Mapping[str, Json]:
    options = {"options": [_option(option) for option in field["options"]]} if "options" in field else {}
    return {"title": field["key"], **field, **options}


def _option(option: Json) -> Mapping[str, Json]:
    stated = option if isinstance(option, dict) else {"value": option}
    return {name: part for name, part in stated.items() if name != "title" or part != stated["value"]}


def express(spec: Normal) -> Normal:
    """Without titles that are the key, and an option that is nothing but a value as that value."""
    return {**spec, "fields": [_expressed(field) for field in spec.get("fields", ())]}


def _expressed(field: Normal) -> Normal:
    options = {"options": [_plain(option) for option in field["options"]]} if "options" in field else {}
    return {name: part for name, part in field.items() if name != "title" or part != field["key"]} | options


def _plain(option: Normal) -> Json:
    return option["value"] if option.keys() == {"value"} else option


def example_of(base: Base) -> str:
    """A manifest as one would write it."""
    return f"""\
apiVersion: reconciler/v1
kind: {base.kind}
metadata: {{name: claim}}
spec:
  name: Claim
  description: What is known of a claim
  fields:
    - {{key: claim_number, type: {base.text}, title: Claim number, minLength: 1, maxLength: 40, required: true}}
    - {{key: claim_amount, type: integer, title: Amount, minimum: 0, maximum: 1000000}}
    - {{key: claim_state, type: enum, title: State, options: [open, settled, refused]}}
"""
