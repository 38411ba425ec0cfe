"""Which operations a kind's facts promise, and what they are called in the SDK. A new kind is in here by its facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from reconciler.kinds import KINDS
from reconciler.model.kind import Deletion, Kind, Origin

from .operations import Call, Operation, index_of

PUBLISHED = tuple(kind for kind in KINDS.values() if kind.origin is Origin.PUBLISHED)


class Role(StrEnum):
    """What an operation does for a kind."""

    LIST = "list"
    CREATE = "create"
    GET = "get"
    REPLACE = "replace"
    DELETE = "delete"
    VERSIONS = "list of versions"
    VERSION = "one version"
    CORE_TYPES = "list of core types"
    CORE_TYPE = "one core type"
    LIMITS = "limits"


BELOW: Mapping[Call, Role] = {
    ("GET", ""): Role.LIST,
    ("POST", ""): Role.CREATE,
    ("GET", "/{}"): Role.GET,
    ("PUT", "/{}"): Role.REPLACE,
    ("DELETE", "/{}"): Role.DELETE,
    ("GET", "/{}/versions"): Role.VERSIONS,
    ("GET", "/{}/versions/{}"): Role.VERSION,
    ("GET", "/coretypes"): Role.CORE_TYPES,
    ("GET", "/coretypes/{}"): Role.CORE_TYPE,
    ("GET", "/limits"): Role.LIMITS,
}
"""Method and path below the collection's. What the SDK has there besides is in `LEFT_OUT`."""

UNUSED: Mapping[Role, str] = {
    Role.VERSIONS: "what was before the live version is the ledger's to know, and the repository's",
    Role.VERSION: "the same",
    Role.CORE_TYPE: "the list has them all in one answer",
}
"""What the SDK has and no fact asks for, with the reason. The sandbox has to have it all the same."""

LEFT_OUT: Mapping[Call, str] = {}
"""Operations of the SDK below a published kind's path that are in no role, each with the reason why not."""


def role_of(kind: Kind, operation: Operation) -> Role | None:
    below = re.sub(r"\{\w+\}", "{}", operation.path.removeprefix(kind.path))
    return BELOW.get((operation.method, below))


def operations_of(kind: Kind) -> Mapping[Role, Operation]:
    """What the SDK has for a kind."""
    found = {role_of(kind, each): each for each in index_of([kind.path]).values()}
    return {role: operation for role, operation in found.items() if role is not None}


def used(kind: Kind) -> frozenset[Role]:
    """What the kind's facts make `reconciler` send."""
    always = {Role.LIST, Role.CREATE, Role.GET, Role.REPLACE}
    deletable = {Role.DELETE} if kind.deletion in (Deletion.DELETE, Deletion.DELETE_OR_DISABLE) else set()
    return frozenset(always | deletable | {BELOW["GET", f"/{term.path.strip('/')}"] for term in kind.terms})
