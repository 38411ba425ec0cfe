"""What one environment changes about the manifests: its values, and its patches. Which manifests it has at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.varied import Place
from reconciler.model.address import Address
from reconciler.model.values import Json


@dataclass(frozen=True, slots=True)
class Values:
    """Named values, and the document and path at which they are stated; None where there are none."""

    stated: Mapping[str, Json] = field(default_factory=dict)
    document: YamlDocument | None = None
    path: Place = ()

    def find(self, name: str) -> tuple[Json, Place] | None:
        """A value by its name, whose dots lead into maps, with its place in the document."""
        value: Json = self.stated
        segments = name.split(".")
        for segment in segments:
            if not isinstance(value, dict) or segment not in value:
                return None
            value = value[segment]
        return value, (*self.path, *segments)

    @property
    def names(self) -> list[str]:
        """Everything that `find` finds."""
        return list(_names(self.stated))


def _names(stated: Mapping[str, Json], before: str = "") -> list[str]:
    found = []
    for name, value in stated.items():
        found.append(before + name)
        if isinstance(value, dict):
            found += _names(value, f"{before}{name}.")
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A change to every manifest whose address is `target` or fits it. `path` is where it stands in the document."""

    target: str
    labels: Mapping[str, Json]
    spec: Mapping[str, Json]
    document: YamlDocument
    path: Place

    @property
    def is_glob(self) -> bool:
        return any(mark in self.target for mark in "*?[")

    def fits(self, address: Address) -> bool:
        return fnmatchcase(str(address), self.target)


@dataclass(frozen=True, slots=True)
class Variation:
    """`name` is the environment's, `known` are all that the project has.

    `is_part` says that not all manifests are read, so that a patch whose target is missing proves nothing.
    """

    name: str = "default"
    known: tuple[str, ...] = ("default",)
    values: Values = Values()
    patches: tuple[Patch, ...] = ()
    is_part: bool = False

    def includes(self, environments: Collection[Json]) -> bool:
        """Whether something that is limited to these environments is there; to none = it is everywhere."""
        return not environments or self.name in environments
