"""A collection of versioned objects: what is true, and what a reader is shown while an effect is not yet visible."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import orjson


@dataclass(frozen=True)
class Stored:
    """One object at one version. `body` is what the wire shows except for `id` and `version`.

    `name` is what people call it, wherever its body says so.
    """

    id: str
    version: int
    body: Mapping[str, Any]
    name: str

    @cached_property
    def versioned(self) -> bytes:
        return orjson.dumps({"id": self.id, **self.body, "version": self.version})

    @cached_property
    def unversioned(self) -> bytes:
        return orjson.dumps({"id": self.id, **self.body})


@dataclass(slots=True)
class Veil:
    """Readers see `former` (None: nothing) instead of the truth, until an instant or for a number of reads."""

    former: Stored | None
    position: int
    reach: Literal["everywhere", "lists"]
    until: float | None
    reads: int | None

    def hides(self, now: float) -> bool:
        return (self.until is not None and now < self.until) or (self.reads is not None and self.reads > 0)

    def count_a_read(self) -> None:
        if self.reads is not None:
            self.reads -= 1


class Collection:
    """Objects in the order in which lists show them: that of their creation, unless a colleague chose otherwise.

    `formers` are the versions that an object has had, oldest first; `tombstones` the objects that are deleted and not
    forgotten; `users` the names of what uses an object.
    """

    def __init__(self, name: str, *, keeps_versions: bool = False) -> None:
        self.name = name
        self.pages: dict[object, bytes] = {}
        self.formers: dict[str, list[Stored]] = {}
        self.tombstones: dict[str, Stored] = {}
        self.users: dict[str, list[str]] = {}
        self._keeps_versions = keeps_versions
        self._objects: dict[str, Stored] = {}
        self._ids_by_name: dict[str, dict[str, None]] = {}
        self._veils: dict[str, Veil] = {}

    # What is true: every write and every version check goes by this.

    def __iter__(self) -> Iterator[Stored]:
        return iter(self._objects.values())

    def __len__(self) -> int:
        return len(self._objects)

    def true(self, object_id: str) -> Stored | None:
        return self._objects.get(object_id)

    @property
    def ids(self) -> KeysView[str]:
        return self._objects.keys()

    def named(self, name: str) -> Stored | None:
        """The one that has had the name longest: a forced edit can give it to several."""
        ids = self._ids_by_name.get(name)
        return self._objects[next(iter(ids))] if ids else None

    def put(self, stored: Stored, *, at: int | None = None) -> None:
        """Store in place, or as a new object at position `at` of the list (the end by default)."""
        self.pages.clear()
        before = self._objects.get(stored.id)
        if before is not None and self._keeps_versions:
            self.formers.setdefault(stored.id, []).append(before)
        if before is not None and before.name != stored.name:
            del self._ids_by_name[before.name][before.id]
        self._ids_by_name.setdefault(stored.name, {})[stored.id] = None
        self._objects[stored.id] = stored
        if at is not None:
            order = [each for each in self if each.id != stored.id]
            order.insert(at, stored)
            self._objects = {each.id: each for each in order}

    def remove(self, object_id: str, tombstone: Stored | None = None) -> None:
        self.pages.clear()
        self.users.pop(object_id, None)
        if tombstone is not None:
            self.tombstones[object_id] = tombstone
        del self._ids_by_name[self._objects.pop(object_id).name][object_id]

    def rotate(self) -> None:
        """The same objects, the last one first: a list without a stable order."""
        self.pages.clear()
        order = list(self)
        self._objects = {each.id: each for each in order[-1:] + order[:-1]}

    def snapshot(self) -> dict[str, Stored]:
        return dict(self._objects)

    def versions(self, object_id: str) -> list[Stored]:
        """Every version that is known, oldest first, of an object that is there or has a tombstone."""
        last = self.true(object_id) or self.tombstones.get(object_id)
        return [*self.formers.get(object_id, ()), last] if last else []

    # What a reader is shown.

    def veil(self, object_id: str, formers: Mapping[str, Stored], veil: Veil) -> None:
        """Hide what became of an object. Where a veil hangs already its former state stays the one shown."""
        if (hanging := self._veils.get(object_id)) is not None:
            veil.former, veil.position = hanging.former, hanging.position
        else:
            veil.former = formers.get(object_id)
            veil.position = list(formers).index(object_id) if veil.former else 0
        self._veils[object_id] = veil

    def read(self, object_id: str, now: float) -> Stored | None:
        """What a GET by id shows; counts as a read of that object."""
        veil = self._veil_of(object_id, now)
        if veil is None or veil.reach == "lists":
            return self.true(object_id)
        veil.count_a_read()
        return veil.former

    def listing(self, now: float) -> list[Stored]:
        """What a list shows; each page asked for counts as a read of every veiled object."""
        shown = list(self)
        for object_id in list(self._veils):
            if (veil := self._veil_of(object_id, now)) is None:
                continue
            veil.count_a_read()
            place = next((n for n, each in enumerate(shown) if each.id == object_id), None)
            if place is not None:
                shown[place : place + 1] = [veil.former] if veil.former else []
            elif veil.former:
                shown.insert(veil.position, veil.former)
        return shown

    @property
    def is_veiled(self) -> bool:
        return bool(self._veils)

    def _veil_of(self, object_id: str, now: float) -> Veil | None:
        veil = self._veils.get(object_id)
        if veil is not None and not veil.hides(now):
            del self._veils[object_id]
            return None
        return veil
