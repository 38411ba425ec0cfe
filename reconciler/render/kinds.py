"""The facts of the kinds, as a list for a terminal and as tables for the README."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciler.model.finding import FindingClass
from reconciler.model.kind import Deletion, Kind, Lock, Origin
from reconciler.render.lines import BLANK, Line, Tone, labelled, line, put, span
from reconciler.render.problems import WIDTH
from reconciler.render.table import markdown_table

_ORIGINS: Final = {
    Origin.PUBLISHED: "published API, in every organisation that has the product",
    Origin.DESIGN_DOCUMENTS: "design documents, not in the published API: needs an organisation that offers it",
}
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
    yield "origin", _ORIGINS[kind.origin]
    yield "paths", ", ".join(_paths(kind))
    if kind.natural_key:
        yield "key", ", ".join(kind.natural_key) + _while(kind)
    yield "lock", _lock(kind)
    yield "delete", _deletion(kind)
    yield "needs", _needs(kind)
    yield "scopes", ", ".join(kind.scopes.all)
    if kind.scopes.roles:
        yield "roles", " or ".join(kind.scopes.roles)
    for limit in kind.limits({}):
        yield "limit", f"at most {limit.maximum} {limit.noun}" + ("" if limit.cls is FindingClass.PLATFORM else _SAID)


def _lock(kind: Kind) -> str:
    if kind.archiving:
        return "none needed: only read"
    return "none needed: made once" if kind.asking else _LOCKS[kind.lock]


def _deletion(kind: Kind) -> str:
    if kind.archiving:
        return "forgets it: what is archived stays"
    return "forgets it: a request is never cancelled" if kind.asking else _DELETIONS[kind.deletion]


def _paths(kind: Kind) -> Iterator[str]:
    """Everything that is called."""
    yield kind.path
    yield f"{kind.path}/{{id}}"
    if kind.records:
        yield f"{kind.path}/{{id}}/{kind.records.strip('/')}"
    if kind.asking and kind.asking.files:
        yield f"{kind.path}/{{id}}{kind.asking.files}"
    if kind.archiving:
        yield f"{kind.path}/{{id}}{kind.archiving.versions}"
    for term in kind.terms:
        yield kind.path + term.path


def _while(kind: Kind) -> str:
    return "".join(f", unique while {name} is {str(value).lower()}" for name, value in kind.unique_while.items())


def _needs(kind: Kind) -> str:
    """`domain:entity:view, add, edit` where the permissions differ in their last part only."""
    stated = list(dict.fromkeys(kind.permissions.values()))
    if not stated:
        return "the scopes alone"
    first, *others = stated
    entity = first.rpartition(":")[0]
    if all(name.rpartition(":")[0] == entity for name in others):
        return ", ".join([first, *(name.rpartition(":")[2] for name in others)])
    return ", ".join(stated)


def kinds_markdown(kinds: Mapping[str, Kind]) -> str:
    """The tables for the README, one for each origin. Without a final line end."""
    return "\n\n".join(
        f"{_ORIGINS[origin][0].upper()}{_ORIGINS[origin][1:]}:\n\n{_table(those)}"
        for origin in Origin
        if (those := [kind for kind in kinds.values() if kind.origin is origin])
    )


def _table(kinds: Iterable[Kind]) -> str:
    titles = ("Kind", "What it is", "Path", "Lock", "Deleting", "Permissions", "Scopes")
    rows = [
        (
            kind.name,
            kind.title,
            kind.path,
            _lock(kind),
            _deletion(kind),
            _needs(kind),
            ", ".join(kind.scopes.all),
        )
        for kind in kinds
    ]
    return markdown_table(titles, rows)
