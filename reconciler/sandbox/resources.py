"""The facts that make one collection differ from another; the routes treat all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.problems import Detail

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.store import Stored

    Accept = Callable[[Organisation, dict[str, Any], Stored | None], dict[str, Any]]
    Settle = Callable[[Organisation, str, Mapping[str, Any], Mapping[str, Any]], None]
    Referrer = Callable[[Organisation, str], str | None]


@dataclass(frozen=True, slots=True)
class Resource:
    """`stale_status` answers a version mismatch; `accept` turns a body into what is stored or refuses it.

    `defaults` stand in for what a body leaves out, `at_birth` is what the server gives a new object of its own.
    `settle(organisation, id, before, after)` carries an update into what hangs on the object, before it is stored: it
    raises and nothing has happened. `referrer` names an object that still points at this one.
    """

    collection: str
    path: str
    noun: str
    read_scope: str
    write_scope: str
    stale_status: int
    locks_by_body: bool
    wire: frozenset[str]
    accept: Accept
    server_owned: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    at_birth: Mapping[str, Any] = field(default_factory=dict)
    settle: Settle = lambda _organisation, _id, _before, _after: None
    referrer: Referrer = lambda _organisation, _id: None

    @property
    def owned(self) -> frozenset[str]:
        """What the server keeps whatever a body says."""
        return self.server_owned | {"id", "version", "createdDate", "modifiedDate"}


def unknown_properties(body: Mapping[str, Any], resource: Resource, before: Stored | None) -> Iterator[Detail]:
    """A property is known if the contract names it or if the object shows it already (the platform moved on)."""
    known = resource.wire | resource.owned | set(before.body if before else ())
    for name in sorted(set(body) - known):
        yield Detail(name, "is not a property of this object", "invalid.property")
