"""Scripted faults: which requests they hit, how often, and how many hits are left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from reconciler.sandbox.archive.actions import USER_ACTIONS, USER_PATHS
from reconciler.sandbox.edits import Edit
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.exports.file_actions import FILE_ACTIONS, ROOT, FileAction
from reconciler.sandbox.fault_actions import ACTIONS, Action
from reconciler.sandbox.shapes import build, mapping, sequence

Host = Literal["organisation", "files", "user"]

_ACTIONS: Mapping[Host, Mapping[str, type[Action | FileAction]]] = {
    "organisation": ACTIONS,
    "files": FILE_ACTIONS,
    "user": USER_ACTIONS,
}


@dataclass(frozen=True)
class Script:
    """A fault as it was written.

    `route` is a method (or `*`) and a path in which `*` stands for one segment and `**` for any rest. `query` must
    match too: null means that the parameter is absent. The first `skip` matching requests pass, the next `times` are
    hit, and all the rest where `times` is null.

    A path under `/exports/` is one of the file host's, which has actions of its own (see `file_actions`); `/archives`,
    `/notifications` and `/events` are the user's, where only some of the actions make sense (see `archive.actions`).
    """

    route: str
    action: str
    query: Mapping[str, str | int | None] = field(default_factory=dict)
    skip: int = 0
    times: int | None = 1

    @cached_property
    def _method_and_path(self) -> tuple[str, re.Pattern[str]]:
        method, _, path = self.route.partition(" ")
        pieces = re.split(r"(\*\*|\*)", path)
        pattern = "".join({"**": ".*", "*": "[^/]*"}.get(piece, re.escape(piece)) for piece in pieces)
        return method.upper(), re.compile(pattern)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(\*|[A-Za-z]+) /\S*", self.route):
            detail = f"{self.route!r} is not like 'PUT /api/v2/privacy/purposes/*'"
            raise SandboxError("Not a route", detail, where="route")
        if self.skip < 0 or (self.times is not None and self.times < 1):
            raise SandboxError("A fault does not add up", "skip is from 0, times from 1 or null", where="times")

    @property
    def host(self) -> Host:
        path = self.route.partition(" ")[2]
        return "files" if path.startswith(ROOT) else "user" if path.startswith(USER_PATHS) else "organisation"

    def matches(self, exchange: Exchange) -> bool:
        method, path = self._method_and_path
        return (
            method in ("*", exchange.method)
            and path.fullmatch(exchange.path) is not None
            and all(_given(exchange, name) == (None if v is None else str(v)) for name, v in self.query.items())
        )


@dataclass(slots=True)
class Fault:
    """A script under way; `remaining` counts the hits that are left, None without end."""

    id: str
    script: Script
    action: Action | FileAction
    written: Mapping[str, Any]
    seen: int = 0

    @property
    def remaining(self) -> int | None:
        if self.script.times is None:
            return None
        return self.script.times - min(max(self.seen - self.script.skip, 0), self.script.times)

    def hits(self, exchange: Exchange) -> bool:
        """Whether this request is one of those to be hit; counts it."""
        if self.remaining == 0 or not self.script.matches(exchange):
            return False
        self.seen += 1
        return self.seen > self.script.skip

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, **self.written, "remaining": self.remaining, "seen": self.seen}


class Faults:
    """In the order in which they were added, which is the order in which they strike one request."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._added = 0

    def add_all(self, written: Sequence[object], *, where: str) -> list[Fault]:
        """All of them or, where one does not read, none."""
        faults = [self._read(each, number, where) for number, each in enumerate(written)]
        self._faults.extend(faults)
        return faults

    def clear(self, fault_id: str | None = None) -> None:
        """Every fault, or the one of that id."""
        self._faults = [fault for fault in self._faults if fault_id not in (None, fault.id)]

    def listed(self) -> list[dict[str, Any]]:
        return [fault.to_json() for fault in self._faults]

    def hitting(self, exchange: Exchange, *, host: Host = "organisation") -> list[Fault]:
        """Those that strike this request to that host."""
        return [fault for fault in self._faults if fault.script.host == host and fault.hits(exchange)]

    def _read(self, written: object, number: int, where: str) -> Fault:
        place = f"{where}[{number}]"
        script, action = parse_fault(written, where=place)
        self._added += 1
        return Fault(f"fault-{self._added}", script, action, mapping(written, where=place))


def parse_fault(written: object, *, where: str) -> tuple[Script, Action | FileAction]:
    """One flat mapping: the script's keys, and next to them those of its action."""
    given = mapping(written, where=where)
    common = {name: given[name] for name in given if name in Script.__dataclass_fields__}
    script = build(Script, common, where=where)
    actions = _ACTIONS[script.host]
    action = actions.get(script.action)
    if action is None:
        detail = f"{script.action!r} is none of {', '.join(actions)}"
        raise SandboxError("Unknown action", detail, where=f"{where}.action")
    rest = {name: given[name] for name in given if name not in common}
    if script.action == "edit":
        edits = sequence(rest.get("edits"), where=f"{where}.edits")
        rest["edits"] = tuple(build(Edit, each, where=f"{where}.edits[{n}]") for n, each in enumerate(edits))
    return script, build(action, rest, where=where)


def _given(exchange: Exchange, name: str) -> str | None:
    values = exchange.query.get(name)
    return values[-1] if values else None
