"""A manifest as a person would have written it: short things on one line, nothing in quotes that needs none.

What is written is what our own reader takes for the same values, also where other readers of YAML would not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import yaml

from reconciler.manifest.envelope import API_VERSION
from reconciler.manifest.scalars import WORDS, number
from reconciler.model.values import Json

WIDTH: Final = 110
"""Columns of a line that holds a list or a map in braces."""

_INDENT: Final = 2
_UNWELCOME: Final = frozenset({"y", "n", "yes", "no", "on", "off", "=", "<<"})
"""Words that some readers of YAML take for something else than text."""


def manifest_text(
    kind: str, metadata: Mapping[str, Json], spec: Mapping[str, Json], lifecycle: Mapping[str, Json] | None = None
) -> str:
    """One document with its final line end. The values are as they are meant: what would be taken for a placeholder is
    escaped here."""
    document: dict[str, Json] = {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": dict(metadata),
        "spec": escaped(dict(spec)),
    }
    if lifecycle:
        document["lifecycle"] = dict(lifecycle)
    node = cast("yaml.MappingNode", _Dumper("").represent_data(document))
    for name, part in node.value:
        _lay_out(part, depth=1)
        if name.value in ("spec", "lifecycle"):
            part.flow_style = False
    node.flow_style = False
    text: str = yaml.serialize(node, Dumper=_Dumper, width=10**6, allow_unicode=True)
    return text


def escaped(value: Json) -> Json:
    """The value with every `${` as `$${`."""
    match value:
        case str():
            return value.replace("${", "$${")
        case dict():
            return {name: escaped(part) for name, part in value.items()}
        case list():
            return [escaped(part) for part in value]
        case _:
            return value


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key; order is as it comes; nothing is written once and pointed at."""

    def __init__(self, stream: Any, **options: Any) -> None:
        super().__init__(stream, **{**options, "sort_keys": False})

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _lay_out(node: yaml.Node, *, depth: int) -> int:
    """Choose the styles of a node and everything in it. How long it is on one line, with its punctuation."""
    match node:
        case yaml.ScalarNode():
            node.style = _style(node)
            return len(node.value) + 2 * (node.style is not None)
        case yaml.SequenceNode():
            sizes = [_lay_out(part, depth=depth + 1) for part in node.value]
            holds_maps = any(isinstance(part, yaml.MappingNode) and part.value for part in node.value)
            size = sum(sizes) + 2 * len(sizes) + 2
            node.flow_style = not holds_maps and _fits(size, depth)
            return size if node.flow_style or not holds_maps else WIDTH
        case yaml.MappingNode():
            sizes = [_lay_out(name, depth=depth + 1) + _lay_out(part, depth=depth + 1) for name, part in node.value]
            size = sum(sizes) + 4 * len(sizes) + 2
            node.flow_style = _fits(size, depth)
            return size
    raise TypeError(f"{node.tag} is no part of a manifest")


def _fits(size: int, depth: int) -> bool:
    return size <= WIDTH - _INDENT * depth


def _style(node: yaml.ScalarNode) -> str | None:
    """Quotes where our reader, or another one, would take plain text for something else."""
    text = node.value
    if node.tag != "tag:yaml.org,2002:str":
        return None
    if "\n" in text and text.isascii() and all(row == row.strip() and row for row in text.rstrip("\n").split("\n")):
        return "|"
    return '"' if "\n" in text or is_misread(text) else None


def is_misread(text: str) -> bool:
    """Whether our reader, or another one, takes plain text for something else."""
    try:
        return text in WORDS or text.lower() in _UNWELCOME or not isinstance(number(text), str)
    except ValueError:
        return True
