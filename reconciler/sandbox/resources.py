"""The facts that make one collection differ from another; the routes treat all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.problems import Detail
from reconciler.sandbox.scopes import Scopes

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.store import Stored

    Body = Mapping[str, Any]
    Accept = Callable[[Organisation, dict[str, Any], Stored | None], dict[str, Any]]
    Settle = Callable[[Organisation, str, Body, Body], None]
    Referrer = Callable[[Organisation, str], str | None]
    Masked = Callable[[Organisation, Body], Body]
    Follow = Callable[[Organisation, Stored | None, Stored | None, str], None]
    Stamp = Callable[["Resource", Body, "Occasion"], dict[str, Any]]
    Rename = Callable[[Body, str], dict[str, Any]]
    GivenId = Callable[[Body], str | None]
    CheckShape = Callable[[Body, str], None]


@dataclass(frozen=True, slots=True)
class Occasion:
    """A version on its way into the store: whose, when (as the wire writes it), by whom, and what it replaces."""

    id: str
    now: str
    by: str
    before: Stored | None = None


def dated(resource: Resource, _content: Body, occasion: Occasion) -> dict[str, Any]:
    """What the server owns of an object that shows when it was created and when it was last modified."""
    before = occasion.before
    if before is None:
        return {**resource.at_birth, "createdDate": occasion.now, "modifiedDate": occasion.now}
    kept = {name: before.body[name] for name in resource.owned if name in before.body}
    return kept | {"modifiedDate": occasion.now}


@dataclass(frozen=True, slots=True)
class Resource:
    """`stale_status` answers a version mismatch; `accept` turns a body into what is stored or refuses it.

    `defaults` stand in for what a body leaves out, `at_birth` is what the server gives a new object of its own, and
    `stamp` all that it writes into a version. `named` finds the name in a body, `renamed` gives it another; where
    `unique_names` is false `accept` judges names itself.
    `settle(organisation, id, before, after)` carries an update into what hangs on the object, before it is stored: it
    raises and nothing has happened. `referrer` names something that still points at this object and so forbids to
    delete it, with the code `in_use`.
    `masked(organisation, body)` is what answers show of a body that holds secrets.
    `follow(organisation, before, after, by)` is what else happens once the object has changed, by force or not.
    `given_id` finds the id that a body brings along, where it is not the server that makes it. `newest_first`: lists
    begin with the last one created.
    `keeps_versions`: former versions can be read, and what is deleted leaves a tombstone.
    `check_shape(body, where)` refuses of a loaded body what the rules could not cope with.
    """

    collection: str
    path: str
    noun: str
    scopes: Scopes
    accept: Accept
    stale_status: int = 409
    locks_by_body: bool = True
    wire: frozenset[str] = frozenset()
    server_owned: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    at_birth: Mapping[str, Any] = field(default_factory=dict)
    stamp: Stamp = dated
    named: Callable[[Body], str] = lambda body: str(body.get("name", ""))
    renamed: Rename = lambda body, name: {**body, "name": name}
    unique_names: bool = True
    settle: Settle = lambda _organisation, _id, _before, _after: None
    referrer: Referrer = lambda _organisation, _id: None
    in_use: str = "request.conflict"
    masked: Masked | None = None
    follow: Follow = lambda _organisation, _before, _after, _by: None
    keeps_versions: bool = False
    given_id: GivenId = lambda _body: None
    newest_first: bool = False
    check_shape: CheckShape = lambda _body, _where: None

    @property
    def owned(self) -> frozenset[str]:
        """What the server keeps whatever a body says."""
        return self.server_owned | {"id", "version", "createdDate", "modifiedDate"}


def unknown_properties(body: Mapping[str, Any], resource: Resource, before: Stored | None) -> Iterator[Detail]:
    """A property is known if the contract names it or if the object shows it already (the platform moved on)."""
    known = resource.wire | resource.owned | set(before.body if before else ())
    for name in sorted(set(body) - known):
        yield Detail(name, "is not a property of this object", "invalid.property")
