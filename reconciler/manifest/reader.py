"""YAML files as documents: plain values at once, places only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from reconciler.manifest.careful import Reading, readings
from reconciler.manifest.nodes import Node
from reconciler.manifest.quick import Quick
from reconciler.manifest.text import Text, check, offset_of_line
from reconciler.model.source import Problem, Source
from reconciler.model.values import Json


class YamlDocument:
    """One document. `value` is None where it could not be read, and then `lost` is its text; `source` is its begin."""

    __slots__ = ("_line", "_offset", "_root", "_text", "lost", "problems", "source", "value")

    def __init__(self, text: Text, reading: Reading, *, offset: int, value: Json, source: Source) -> None:
        self.value = value
        self.source = source
        self.problems = reading.problems
        self.lost = reading.lost
        self._text = text
        self._line = reading.line
        self._offset = offset
        self._root = reading.root

    @property
    def root(self) -> Node:
        """The tree of places, read when first needed."""
        if self._root is None:
            self._root = next(readings(self._text, line=self._line, offset=self._offset)).root
        return self._root or Node(None, self.source.line, self.source.column)

    def locate(self, path: tuple[str | int, ...]) -> Source:
        """The place of a key or element, or of its nearest ancestor that exists (see `model.source.Document`).

        An int is an index; a string names an element by its `name`, `key` or `value`, by what it is, or by its
        index, in this order.
        """
        return self._source(_descend(self.root, path)[0])

    def locate_value(self, path: tuple[str | int, ...]) -> Source:
        """The place of the value at a path, behind its key."""
        node = _descend(self.root, path)[1]
        return self._source((node.line, node.column))

    def raw(self, path: tuple[str | int, ...]) -> str | None:
        """The text of the plain scalar at a path; None for all else."""
        return _descend(self.root, path)[1].raw

    def _source(self, place: tuple[int, int]) -> Source:
        line, column = place
        offset = offset_of_line(self._text.content, line, known=(self._line, self._offset))
        return self._text.source(line, column, offset=offset)


def read(file: str, content: bytes) -> tuple[list[YamlDocument], list[Problem]]:
    """The documents of a file that are not empty, and everything that is wrong with its YAML. Raises nothing."""
    text = check(file, content)
    if not isinstance(text, Text):
        return [], [text]
    documents = list(_documents(text))
    return documents, [problem for document in documents for problem in document.problems]


def _documents(text: Text) -> Iterator[YamlDocument]:
    line, offset = 1, 0
    quick = Quick(text.content)
    while (found := quick.document()) is not None:
        begins, at, column, value = found
        offset = offset_of_line(text.content, begins, known=(line, offset))
        line = begins
        if value is not None:
            start = offset_of_line(text.content, at, known=(line, offset))
            yield YamlDocument(
                text, Reading(line), offset=offset, value=value, source=text.source(at, column, offset=start)
            )
    if not quick.ended:
        offset = offset_of_line(text.content, quick.line, known=(line, offset))
        yield from _carefully(text, line=quick.line, offset=offset, skip=1 if quick.complete else 0)


def _carefully(text: Text, *, line: int, offset: int, skip: int) -> Iterator[YamlDocument]:
    for reading in islice(readings(text, line=line, offset=offset), skip, None):
        offset = offset_of_line(text.content, reading.line, known=(line, offset))
        line = reading.line
        root = reading.root or Node(None, line, 1)
        if root.value is not None or reading.problems:
            source = text.source(root.line, root.column)
            yield YamlDocument(text, reading, offset=offset, value=root.value, source=source)


def _descend(node: Node, path: tuple[str | int, ...]) -> tuple[tuple[int, int], Node]:
    """Where the part at a path begins with its key, and its node; as far as the path exists."""
    place = (node.line, node.column)
    for segment in path:
        if isinstance(node.value, dict):
            child = node.members.get(str(segment))
            place = node.keys[str(segment)] if child is not None else place
        else:
            child = _element(node.elements, segment)
            place = (child.line, child.column) if child is not None else place
        if child is None:
            break
        node = child
    return place, node


_TELLING: Final = ("name", "key", "value")
"""The members by which the elements of lists in manifests are told apart."""


def _element(elements: list[Node], segment: str | int) -> Node | None:
    index = index_of([node.value for node in elements], segment)
    return None if index is None else elements[index]


def index_of(values: Json, segment: str | int) -> int | None:
    """Which element of a list a segment of a path means; None where it has none such, or is no list."""
    if not isinstance(values, list):
        return None
    if isinstance(segment, int):
        return segment if segment < len(values) else None
    for index, value in enumerate(values):
        told_apart = [value.get(name) for name in _TELLING] if isinstance(value, dict) else [value]
        if segment in told_apart:
            return index
    return int(segment) if segment.isdecimal() and int(segment) < len(values) else None
