"""A manifest's document after an environment's values and patches: each part is where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from reconciler.manifest.reader import YamlDocument, index_of
from reconciler.model.source import Problem, Source
from reconciler.model.values import Json

Place: TypeAlias = tuple[str | int, ...]


class Readable(Protocol):
    """A document as far as explaining its problems needs it."""

    @property
    def problems(self) -> list[Problem]: ...

    def locate(self, path: Place) -> Source: ...

    def locate_value(self, path: Place) -> Source: ...

    def raw(self, path: Place) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Use:
    """A value that stands somewhere: the place in the manifest, and where the values state it."""

    name: str
    document: YamlDocument
    path: Place


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part comes from: a document and the path in it. `parts` are those below that come from elsewhere.

    `use` says which value stands for the whole of it.
    """

    document: YamlDocument
    path: Place = ()
    parts: Mapping[str | int, Part] = field(default_factory=dict)
    use: Use | None = None

    def inside(self, segment: str | int) -> Part:
        return self.parts.get(segment) or Part(self.document, (*self.path, segment))


class VariedDocument:
    """What `value` says, with `locate` for where each part of it comes from: manifest, patch or values."""

    __slots__ = ("_document", "origin", "value")

    def __init__(self, document: YamlDocument, value: Json, origin: Part) -> None:
        self.value = value
        self._document = document
        self.origin = origin

    @property
    def problems(self) -> list[Problem]:
        return self._document.problems

    @property
    def source(self) -> Source:
        return self._document.source

    def locate(self, path: Place) -> Source:
        part, rest = self.part(path)
        if part.use is not None:
            return part.use.document.locate((*part.use.path, *rest))
        return part.document.locate((*part.path, *rest))

    def locate_value(self, path: Place) -> Source:
        part, rest = self.part(path)
        return part.document.locate_value((*part.path, *rest))

    def uses(self) -> Iterator[tuple[Use, Source, Source]]:
        """Every value that stands for a whole part: with its place in the values, and in the manifest."""
        for part in _below(self.origin):
            if part.use is not None:
                where = part.use.document.locate(part.use.path)
                yield part.use, where, part.document.locate_value(part.path)

    def part(self, path: Place) -> tuple[Part, Place]:
        """The part at a path, and what of the path is left below it."""
        part, value = self.origin, self.value
        for step, segment in enumerate(path):
            if not part.parts:
                return part, path[step:]
            key = segment if isinstance(value, dict) else index_of(value, segment)
            if key is None or (isinstance(value, dict) and key not in value):
                return part, ()
            part, value = part.inside(key), value[key]
        return part, ()


class AsStated:
    """The same document for those who explain what is wrong: a value is wrong where the manifest uses it."""

    __slots__ = ("_varied",)

    def __init__(self, varied: VariedDocument) -> None:
        self._varied = varied

    @property
    def problems(self) -> list[Problem]:
        return self._varied.problems

    def locate(self, path: Place) -> Source:
        part, rest = self._varied.part(path)
        return part.document.locate((*part.path, *rest))

    def locate_value(self, path: Place) -> Source:
        return self._varied.locate_value(path)

    def raw(self, path: Place) -> str | None:
        part, rest = self._varied.part(path)
        return None if part.use else part.document.raw((*part.path, *rest))


def _below(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts.values():
        yield from _below(inner)
