"""Small kinds and files that tests are about."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping

from reconciler.manifest import load
from reconciler.model.kind import Checkup, Kind, Origin, Scopes
from reconciler.model.manifest import Estate, Manifest
from reconciler.model.project import Project
from reconciler.model.shape import Keyed, Member, Record, Reference, Scalar
from reconciler.model.source import Problem
from reconciler.model.values import Json

PART = Record((Member("name", Scalar()), Member("weight", Scalar(), default=1), Member("like", Reference("Gadget"))))
SHAPE = Record(
    (
        Member("name", Scalar()),
        Member("colour", Scalar(), default="red"),
        Member("parts", Keyed("name", PART)),
        Member("owner", Reference("Owner")),
        Member("inside", Reference("Gadget", needed_to_create=True)),
    )
)
REFERENCE = {
    "oneOf": [
        {"type": "string"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["id"],
            "properties": {"id": {"type": "string"}},
        },
    ]
}
SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["colour"],
    "properties": {
        "name": {"type": "string", "maxLength": 40},
        "colour": {"enum": ["red", "green", "blue"]},
        "note": {"type": "string", "description": "Free text."},
        "active": {"type": "boolean"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "ratio": {"type": "number"},
        "since": {"type": "string", "format": "date"},
        "serialNumber": {"type": "string", "pattern": "^[A-Z][0-9]+$", "x-hint": "A capital letter, then digits."},
        "period": {
            "description": "How long.",
            "examples": ["30d"],
            "oneOf": [
                {"type": "string", "pattern": "^[0-9]+d$"},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["class"],
                    "properties": {"class": {"type": "string"}},
                },
            ],
        },
        "tags": {"type": "array", "maxItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "weight": {"type": "integer"},
                    "like": REFERENCE,
                    "bolts": {"type": "integer"},
                },
            },
        },
        "owner": REFERENCE,
        "inside": REFERENCE,
    },
}


def kind(name: str = "Gadget", **facts: Json) -> Kind:
    """A kind of which only the facts that matter to a test are stated."""
    plain = {
        "title": "A thing for tests",
        "origin": Origin.DESIGN_DOCUMENTS,
        "path": "/things",
        "shape": SHAPE,
        "schema": SCHEMA,
        "scopes": Scopes("read", "write"),
        "example": "",
    }
    return Kind(name=name, **{**plain, **facts})


OWNER_SCHEMA = {"type": "object", "additionalProperties": False, "properties": {"title": {"type": "string"}}}
OWNER = kind("Owner", shape=Record((Member("title", Scalar()),)), schema=OWNER_SCHEMA, natural_key=("title",))
KINDS = {"Gadget": kind(), "Owner": OWNER}


def gadget(name: str = "one", spec: str = "{colour: red}", more: str = "") -> str:
    """A manifest on five lines: `spec` begins on the fourth."""
    return f"apiVersion: reconciler/v1\nkind: Gadget\nmetadata: {{name: {name}}}\nspec: {spec}\n{textwrap.dedent(more)}"


def loaded(
    *texts: str, kinds: Mapping[str, Kind] = KINDS, project: Project | None = None
) -> tuple[Estate, tuple[Problem, ...]]:
    """Load texts as files f1.yaml, f2.yaml, ..."""
    files = [(f"f{number}.yaml", textwrap.dedent(text).encode()) for number, text in enumerate(texts, 1)]
    return load(files, kinds=kinds, project=project or Project())


def problems_of(*texts: str, kinds: Mapping[str, Kind] = KINDS) -> tuple[Problem, ...]:
    return loaded(*texts, kinds=kinds)[1]


def problem_of(*texts: str, kinds: Mapping[str, Kind] = KINDS) -> Problem:
    """The only problem."""
    problems = problems_of(*texts, kinds=kinds)
    assert len(problems) == 1, problems
    return problems[0]


def manifest_of(text: str) -> Manifest:
    """The only manifest of a text without problems."""
    estate, problems = loaded(text)
    assert not problems
    (manifest,) = estate.manifests.values()
    return manifest


def complaining(complaint: Callable[[Checkup], Iterable[Problem]]) -> Mapping[str, Kind]:
    """Kinds of which Gadget has a check of its own."""
    return {**KINDS, "Gadget": kind(check=complaint)}
