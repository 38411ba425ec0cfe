"""The project file of a new repository, with the ids that only this repository has."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.api.regions import domain_of
from reconciler.errors import InvalidManifests
from reconciler.kinds import KINDS
from reconciler.manifest import read_project
from reconciler.manifest.writing import is_misread

_HEAD: Final = """\
# yaml-language-server: $schema=../schemas/reconciler.schema.json
# The project file: what holds for every manifest in this folder.
apiVersion: reconciler/v1
kind: Project
"""
_CLASSES: Final = """
retentionClasses:
  short: {retention: 30d, description: Operational data that nobody needs after a month}
  standard: {retention: 180d, description: Support and quality data}
  long: {retention: 365d, description: What a law or a contract makes us keep}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An environment: its name, and as far as it is known where its organisation is and which it is."""

    name: str
    region: str = ""
    organisation_id: str = ""


def project_file(places: tuple[Place, ...]) -> bytes:
    """The file, with a newly minted id for the ledger of each environment. Raises UsageError, InvalidManifests."""
    for place in places:
        if place.region:
            domain_of(place.region)
    text = _HEAD + _CLASSES + (_single(places[0]) if len(places) == 1 else _several(places))
    _, problems = read_project("reconciler.yaml", text.encode(), KINDS)
    if problems:
        raise InvalidManifests(problems)
    return text.encode()


def _single(place: Place) -> str:
    return "\n" + "".join(
        f"{row}\n" for row in (f"environment: {_braced(_members(place, named=True))}", *_pin(indent=""))
    )


def _several(places: tuple[Place, ...]) -> str:
    rows = ["environments:"]
    for place in places:
        rows += [f"  {_scalar(place.name)}:"]
        rows += [f"    {name}: {_scalar(value)}" for name, value in _members(place, named=False).items()]
        rows += _pin(indent="    ")
    rows.append(f"defaultEnvironment: {_scalar(places[0].name)}")
    return "\n" + "".join(f"{row}\n" for row in rows)


def _members(place: Place, *, named: bool) -> Mapping[str, str]:
    known = {"name": place.name if named else "", "region": place.region, "organisationId": place.organisation_id}
    return {name: value for name, value in known.items() if value}


def _pin(*, indent: str) -> list[str]:
    """The ledger's id, so that another ledger, or a lost one, is noticed before anything is written."""
    return [f"{indent}ledgerId: {uuid.uuid4()}"]


def _braced(members: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {_scalar(value)}" for name, value in members.items()) + "}"


def _scalar(text: str) -> str:
    return f'"{text}"' if is_misread(text) else text
