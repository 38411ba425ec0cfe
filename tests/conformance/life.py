"""The whole life of an object, lived through the SDK's own API classes: every operation that its kind has, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from reconciler.model.kind import Kind

from . import specimens
from .official import Asked, Platform
from .operations import Operation
from .roles import Role, operations_of

Json = dict[str, Any]

TITLE = "Conformance"


@dataclass(frozen=True, slots=True)
class Life:
    """What came of each thing asked. `ending` is empty where a kind has no deletion, `limits` where it shows none."""

    core_types: Asked
    core_type: Asked
    limits: tuple[Asked, ...]
    created: Asked
    listed: Asked
    read: Asked
    updated: Asked
    refused: Asked
    reread: Asked
    versions: tuple[Asked, ...]
    each_version: tuple[Asked, ...]
    ending: tuple[Asked, ...]

    @property
    def asked(self) -> tuple[Asked, ...]:
        single = (self.core_types, self.core_type, self.created, self.listed, self.read, self.updated, self.refused)
        return (*single, self.reread, *self.limits, *self.versions, *self.each_version, *self.ending)

    @property
    def gone(self) -> tuple[Asked, ...]:
        """What is read after the deletion, if it is not shown any more."""
        return tuple(each for each in self.ending if each.status == 404)


def live(platform: Platform, kind: Kind) -> Life:
    """Create, read, update, be refused for a stale version, look back, and delete if that can be done."""
    return _Living(platform, operations_of(kind)).life()


@dataclass(frozen=True, slots=True)
class _Living:
    platform: Platform
    operations: Mapping[Role, Operation]

    def life(self) -> Life:
        core_types = self._ask(Role.CORE_TYPES)
        known = core_types.content["entities"]
        model = self.operations[Role.CREATE].body
        created = self._ask(Role.CREATE, body=specimens.creation(str(model), TITLE, known))
        identity = created.content["id"]
        read = self._ask(Role.GET, identity)
        return Life(
            core_types=core_types,
            core_type=self._ask(Role.CORE_TYPE, known[0]["name"]),
            limits=self._if_any(Role.LIMITS),
            created=created,
            listed=self._ask(Role.LIST),
            read=read,
            updated=self._update(read.content, known[0]),
            refused=self._update(read.content, known[0], title="Too late"),
            reread=self._ask(Role.GET, identity),
            versions=self._versions(identity),
            each_version=tuple(self._ask(Role.VERSION, identity, str(number)) for number in (1, 2)),
            ending=self._end(identity),
        )

    def _update(self, seen: Json, core_type: Json, **document: Any) -> Asked:
        body = specimens.update(str(self.operations[Role.REPLACE].body), seen, core_type)
        body["jsonSchema"] |= document
        return self._ask(Role.REPLACE, seen["id"], body=body)

    def _versions(self, identity: str) -> tuple[Asked, ...]:
        """In pages of one where there are pages: the cursor stands in the address of the next one."""
        if "pageSize" not in self.operations[Role.VERSIONS].query:
            return (self._ask(Role.VERSIONS, identity),)
        pages = [self._ask(Role.VERSIONS, identity, page_size=1)]
        while (following := pages[-1].content.get("nextUri")) and len(pages) < 9:
            after = parse_qs(urlsplit(following).query)["after"][0]
            pages.append(self._ask(Role.VERSIONS, identity, page_size=1, after=after))
        return tuple(pages)

    def _end(self, identity: str) -> tuple[Asked, ...]:
        """The deletion, what is read after it, and what is listed."""
        ending = self._if_any(Role.DELETE, identity)
        return (*ending, self._ask(Role.GET, identity), self._ask(Role.LIST)) if ending else ()

    def _if_any(self, role: Role, *values: str) -> tuple[Asked, ...]:
        return (self._ask(role, *values),) if role in self.operations else ()

    def _ask(self, role: Role, *values: str, body: Any = None, **query: Any) -> Asked:
        return self.platform.ask(self.operations[role], *values, body=body, **query)
