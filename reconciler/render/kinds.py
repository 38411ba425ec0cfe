"""The facts of the kinds, as a list for a terminal and as a table for the README."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.model.finding import FindingClass
from reconciler.model.kind import Deletion, Kind, Lock
from reconciler.render.lines import BLANK, Line, Tone, labelled, line, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.table import markdown_table

_LOCKS: Final = {
    Lock.IF_MATCH: "If-Match header",
    Lock.BODY_VERSION: "version in the body",
    Lock.COMPARE: "none in the API: read, compare, write, read back",
    Lock.CHECKOUT: "checked out by one client",
}
_DELETIONS: Final = {
    Deletion.DELETE: "deletes it",
    Deletion.DELETE_OR_DISABLE: "deletes it, or disables it where that is not allowed",
    Deletion.DISABLE: "disables it: there is no deletion",
    Deletion.IMPOSSIBLE: "is not possible: it can only be forgotten",
}


_SAID: Final = ", unless the organisation says another number"


def kinds_text(kinds: Mapping[str, Kind], *, styled: bool, width: int = WIDTH) -> str:
    """Every kind with its facts, one below the other."""
    lines: list[Line] = []
    for kind in kinds.values():
        lines += [BLANK] if lines else []
        lines.append(line(span(kind.name, Tone.STRONG), "  ", kind.title))
        for word, text in _facts(kind):
            lines += labelled(span(word, Tone.FAINT), [span(text)], width=width, indent=2, column=10)
    return put(lines, styled=styled)


def _facts(kind: Kind) -> Iterator[tuple[str, str]]:
    yield "origin", kind.origin.value
    yield "path", kind.path
    yield "key", ", ".join(kind.natural_key)
    yield "lock", _LOCKS[kind.lock]
    yield "delete", _DELETIONS[kind.deletion]
    yield "scopes", ", ".join(dict.fromkeys((kind.scopes.read, kind.scopes.write)))
    if kind.scopes.roles:
        yield "roles", " or ".join(kind.scopes.roles)
    for limit in kind.limits({}):
        yield "limit", f"at most {limit.maximum} {limit.noun}" + ("" if limit.cls is FindingClass.PLATFORM else _SAID)


def kinds_markdown(kinds: Mapping[str, Kind]) -> str:
    """The table for the README. Without a final line end."""
    titles = ("Kind", "What it is", "API from", "Path", "Lock", "Deleting", "Scopes")
    rows = [
        (
            kind.name,
            kind.title,
            kind.origin.value,
            kind.path,
            _LOCKS[kind.lock],
            _DELETIONS[kind.deletion],
            ", ".join(dict.fromkeys((kind.scopes.read, kind.scopes.write))),
        )
        for kind in kinds.values()
    ]
    return markdown_table(titles, rows)
