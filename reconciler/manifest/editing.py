"""A manifest edited where it stands: comments, order, quotes and the form of everything else stay.

A round trip through a YAML library keeps all that, but not every space. So its result is only where the changed lines
come from: they are put into the file as it was, and the rest of the file is not touched.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

from reconciler.manifest.placeholders import placeholders, unescaped
from reconciler.manifest.writing import escaped, is_misread
from reconciler.model.address import Address
from reconciler.model.values import Json, same

_PLAIN: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 _./+()-]*[A-Za-z0-9_./+()-])?")
"""Text that needs no quotes, wherever it stands."""
_TELLING: Final = ("name", "key", "value")
"""The members by one of which the elements of a list are told apart, in a manifest."""


def edited(content: bytes, address: Address, before: Mapping[str, Json], after: Mapping[str, Json]) -> bytes:
    """The file in which the spec of one manifest, which said `before`, says `after`.

    Both are specs as a person would write them, without escapes. Raises ValueError where that cannot be done. Whoever
    writes the result has to read it first: what an anchor stands for, say, changes in every place.
    """
    text = content.decode()
    ending = "\r\n" if "\r\n" in text else "\n"
    rows = text.replace("\r\n", "\n")
    yaml = _round_trip(rows)
    documents = list(yaml.load_all(rows))
    plain = _dumped(yaml, documents)
    document = next((each for each in documents if _is(each, address)), None)
    if document is None:
        raise ValueError(f"{address} is not in this file")
    _apply(document["spec"], before, after)
    return _spliced(rows, plain, _dumped(yaml, documents)).replace("\n", ending).encode()


def _round_trip(text: str) -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 10**6
    yaml.allow_duplicate_keys = False
    indented = any(
        row.lstrip().startswith("- ") and row.startswith(" ") and above.rstrip().endswith(":")
        and len(row) - len(row.lstrip()) > len(above) - len(above.lstrip())
        for above, row in itertools.pairwise(text.split("\n"))
    )  # fmt: skip
    yaml.indent(mapping=2, sequence=4 if indented else 2, offset=2 if indented else 0)
    return yaml


def _dumped(yaml: Any, documents: list[Any]) -> str:
    stream = io.StringIO()
    yaml.dump_all(documents, stream)
    return stream.getvalue()


def _is(document: Any, address: Address) -> bool:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return isinstance(metadata, dict) and document.get("kind") == address.kind and metadata.get("name") == address.name


def _apply(node: Any, before: Json, after: Json) -> None:
    """Change in a map what differs."""
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            node.pop(name, None)
        elif name not in before or not same(before[name], after[name]):
            node[name] = _value(node.get(name), before.get(name), after[name])


def _value(node: Any, before: Json, after: Json) -> Any:
    """What stands in the place of a node. Raises ValueError for a value of the environment: others use it, too."""
    if isinstance(node, str) and any(placeholders(str(node))):
        raise ValueError(f"it is `{node}`, a value of the environment: change that")
    if isinstance(node, dict) and isinstance(before, dict) and isinstance(after, dict):
        _apply(node, before, after)
        return node
    if (
        isinstance(node, list)
        and isinstance(before, list)
        and isinstance(after, list)
        and _is_told_apart(before, after)
    ):
        _elements(node, before, after)
        return node
    return _written(after, like=node)


def _is_told_apart(*sides: list[Json]) -> bool:
    """Whether every element of these lists can be named, and none twice."""
    names = [[_name(element) for element in side] for side in sides]
    return all(None not in each and len(each) == len({*each}) for each in names)


def _name(element: Json) -> str | None:
    if isinstance(element, dict):
        return next((f"{element[name]}" for name in _TELLING if name in element), None)
    return None if isinstance(element, list) or element is None else repr(unescaped(_plain(element)))


def _plain(scalar: Any) -> Json:
    """The value of a scalar, whatever class keeps its quotes."""
    for cls in (bool, int, float, str):
        if isinstance(scalar, cls):
            return cls(scalar)
    return scalar


def _elements(node: Any, before: list[Json], after: list[Json]) -> None:
    """Change, take out and append elements; what order they have among each other stays as the file has it."""
    was, becomes = ({_name(element): element for element in side} for side in (before, after))
    for index in range(len(node) - 1, -1, -1):
        name = _name_of_node(node[index])
        if name in was and name not in becomes:
            del node[index]
        elif name in was and not same(was[name], becomes[name]):
            node[index] = _value(node[index], was[name], becomes[name])
    like = node[-1] if len(node) else None
    for name, element in becomes.items():
        if name not in was:
            node.append(_written(element, like=like))


def _name_of_node(node: Any) -> str | None:
    if isinstance(node, dict):
        return next((f"{unescaped(_plain(node[name]))}" for name in _TELLING if name in node), None)
    return _name(node)


def _written(value: Json, *, like: Any) -> Any:
    """A value as the library keeps it, in the style of what stands there or beside it."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    match value:
        case dict():
            made = CommentedMap((name, _written(part, like=None)) for name, part in value.items())
            if like is None or not isinstance(like, CommentedMap) or like.fa.flow_style():
                made.fa.set_flow_style()
            return made
        case list():
            listed = CommentedSeq(_written(part, like=None) for part in value)
            listed.fa.set_flow_style()
            return listed
        case str():
            return _quoted(escaped(value), like)
        case _:
            return value


def _quoted(text: str, like: Any) -> Any:
    """Text in the quotes of what it replaces; in some where our reader would take it for something else."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    if isinstance(like, DoubleQuotedScalarString | SingleQuotedScalarString):
        return type(like)(text)
    return text if _PLAIN.fullmatch(text) and not is_misread(text) else DoubleQuotedScalarString(text)


def _spliced(original: str, plain: str, changed: str) -> str:
    """The original with the lines that differ between two round trips, one without and one with the edit."""
    if original == plain:
        return changed
    rows, dumped, wanted = (text.split("\n") for text in (original, plain, changed))
    place = _places(dumped, rows)
    result: list[str] = []
    at = 0
    for tag, start, end, first, last in SequenceMatcher(a=dumped, b=wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        begin, finish = place(start), place(end)
        beside = (begin, start) if tag == "replace" else (begin - 1, start - 1)
        shift = _margin(rows[beside[0]]) - _margin(dumped[beside[1]])
        result += [*rows[at:begin], *(_shifted(row, shift) for row in wanted[first:last])]
        at = finish
    return "\n".join([*result, *rows[at:]])


def _margin(row: str) -> int:
    return len(row) - len(row.lstrip())


def _shifted(row: str, shift: int) -> str:
    """A row of the round trip, as far from the left as its neighbours in the file are."""
    return " " * max(0, _margin(row) + shift) + row.lstrip() if row.strip() else row


def _places(dumped: list[str], rows: list[str]) -> Callable[[int], int]:
    """Where a line of the round trip stands in the original. Raises ValueError where that is not clear."""
    known = {len(dumped): len(rows)}
    ours, theirs = (["".join(row.split()) for row in side] for side in (dumped, rows))
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for start, other, size in matcher.get_matching_blocks():
        known |= {start + step: other + step for step in range(size)}

    def place(index: int) -> int:
        if index not in known:
            raise ValueError("the file is laid out so that an edit cannot leave the rest as it is")
        return known[index]

    return place
