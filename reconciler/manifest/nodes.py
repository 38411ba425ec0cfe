"""The careful reading of YAML: a tree that knows where everything stands, and every problem on the way.

Slower than `reader`, so it is done only for documents in which something is odd, or a place is asked for. Nothing here
recurses: libyaml's own composer, and with it everything in PyYAML that is built on nodes, overflows the C stack on
30,000 brackets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from yaml import (
    AliasEvent,
    DocumentEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.scalars import NUMERIC, WORDS, number
from reconciler.manifest.text import CONTROL, Text
from reconciler.model.source import Problem
from reconciler.model.values import Json

MAX_DEPTH: Final = 32
MAX_ALIASES: Final = 100
MAX_ALIASED: Final = 10_000
"""How many values the aliases of one document may stand for."""

NO_KEY: Final = "no key"
"""Stands, by identity, for what cannot be a key."""

Event: TypeAlias = Any
"""PyYAML's events have no types worth the name."""


@dataclass(slots=True, eq=False)
class Node:
    """A value and where it begins (counted from 1). `raw` is the text of a plain scalar, None of all else."""

    value: Json
    line: int
    column: int
    raw: str | None = None
    size: int = 1
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    members: dict[str, Node] = field(default_factory=dict)
    elements: list[Node] = field(default_factory=list)


class Unreadable(Exception):
    """The rest of the document is not worth reading; the problem is reported already. `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Builder:
    """Makes the tree of one document. Marks count from 0, and from `shift` lines into the file."""

    def __init__(self, text: Text, shift: int, problems: list[Problem]) -> None:
        self._problems = problems
        self._text = text
        self._shift = shift
        self._anchors: dict[str, Node] = {}
        self._aliases = 0
        self._aliased = 0
        self._frames: list[tuple[Node, str | None, str | None]] = []
        """The collections that are open, each with its anchor, and with the key that awaits a value."""

    def version(self, event: Event) -> None:
        if event.version and tuple(event.version) != (1, 2):
            spelt = ".".join(map(str, event.version))
            self._report(Code.YAML_VERSION, event, detail=f"It says %YAML {spelt}.", hint="Delete the %YAML line.")

    def document(self, events: Event) -> Node | None:
        root: Node | None = None
        while True:
            event = events.get_event()
            if type(event) is DocumentEndEvent:
                return root
            node = self._next(event)
            if node is not None and not self._frames:
                root = node

    def _next(self, event: Event) -> Node | None:
        """Take one event in. Returns the node that it completes."""
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._open(event)
            return None
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, AliasEvent):
            node = self._alias(event)
        else:
            node = self._close()
        self._place(node)
        return node

    def _open(self, event: Event) -> None:
        self._refuse_tag(event)
        value: Json = {} if isinstance(event, MappingStartEvent) else []
        self._frames.append((self._node(value, event), event.anchor, None))
        if len(self._frames) > MAX_DEPTH:
            self._report(
                Code.TOO_DEEP,
                event,
                detail=f"Here it is more than {MAX_DEPTH} levels deep. The rest of the document was not read.",
                hint="Look for brackets that are never closed.",
            )
            raise Unreadable(event.start_mark.line + self._shift + 1)

    def _close(self) -> Node:
        node, anchor, _ = self._frames.pop()
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _scalar(self, event: Event) -> Node:
        self._refuse_tag(event)
        node = self._node(event.value, event)
        if event.implicit[0]:
            node.raw = event.value
            node.value = self._plain(event)
        elif found := CONTROL.search(event.value):
            self._report(
                Code.CONTROL_CHARACTER,
                event,
                detail=f"The string holds the character U+{ord(found[0]):04X}.",
                hint="Delete the escape sequence that stands for it.",
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _plain(self, event: Event) -> Json:
        text: str = event.value
        if text in WORDS:
            return WORDS[text]
        if text[0] not in NUMERIC:
            return text
        try:
            return number(text)
        except ValueError as error:
            shown = text if len(text) <= 40 else f"{text[:20]}... ({len(text):,} characters)"
            hint = "Quote it if it is meant as a string" + (f': "{text}"' if len(text) <= 40 else ".")
            self._report(Code.NUMBER, event, detail=f"{shown}: {error}.", hint=hint)
            return text

    def _alias(self, event: Event) -> Node:
        self._aliases += 1
        node = self._anchors.get(event.anchor)
        if node is None:
            self._report(
                Code.ALIAS_UNKNOWN,
                event,
                detail=f"No anchor &{event.anchor} is complete before this place.",
                hint="Write the value itself, or put the anchor before the alias.",
            )
            return self._node(None, event)
        self._aliased += node.size
        if self._aliases > MAX_ALIASES or self._aliased > MAX_ALIASED:
            self._report(
                Code.ALIAS_BUDGET,
                event,
                detail=f"At most {MAX_ALIASES} aliases may stand for at most {MAX_ALIASED:,} values. "
                "The rest of the document was not read.",
                hint="Write the values out.",
            )
            raise Unreadable(event.start_mark.line + self._shift + 1)
        return node

    def _place(self, node: Node) -> None:
        """Put a complete node into the collection that is open around it."""
        if not self._frames:
            return
        around, anchor, key = self._frames[-1]
        if isinstance(around.value, list):
            around.value.append(node.value)
            around.elements.append(node)
            around.size += node.size
        elif key is None:
            self._frames[-1] = (around, anchor, self._key(node, around))
        else:
            if key is not NO_KEY and key not in around.members:
                around.value[key] = node.value
                around.members[key] = node
            around.size += node.size
            self._frames[-1] = (around, anchor, None)

    def _key(self, node: Node, around: Node) -> str:
        """The key that a node is; its first place counts. NO_KEY where it cannot be one: its value is dropped."""
        key = node.value
        if node.raw == "<<":
            self._report(
                Code.MERGE_KEY,
                node,
                detail="`<<` is not read as a merge of mappings.",
                hint='State the members themselves. A key that is really called so is quoted: "<<".',
            )
            return NO_KEY
        if not isinstance(key, str):
            quoted = f': "{node.raw}"' if node.raw else "."
            self._report(
                Code.KEY_NOT_STRING,
                node,
                detail=f"The key is {_sort(key)}.",
                hint="Text in double braces must be quoted."
                if isinstance(key, dict)
                else f"Put it into quotes{quoted}",
            )
            return NO_KEY
        if key in around.keys:
            self._report(
                Code.DUPLICATE_KEY,
                node,
                detail=f"`{key}` is stated on line {around.keys[key][0]} already.",
                hint="Keep one of the two.",
            )
        around.keys.setdefault(key, (node.line, node.column))
        return str(key)

    def _refuse_tag(self, event: Event) -> None:
        if event.tag is not None:
            self._report(
                Code.TAG,
                event,
                detail=f"The tag {event.tag[:80]} is not read.",
                hint="Delete the tag; quote the value if it is meant as a string.",
            )

    def _node(self, value: Json, event: Event) -> Node:
        mark = event.start_mark
        return Node(value, mark.line + self._shift + 1, mark.column + 1)

    def _report(self, code: Code, at: Event | Node, *, detail: str, hint: str) -> None:
        node = at if isinstance(at, Node) else self._node(None, at)
        self._problems.append(problem(code, self._text.source(node.line, node.column), detail=detail, hint=hint))


def _sort(value: Json) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case _:
            return "a list or a mapping"
