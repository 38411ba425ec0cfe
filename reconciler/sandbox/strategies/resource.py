"""Routing strategies (contract §7): read by clients, written by colleagues alone (the contract has no write)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Resource, unknown_properties
from reconciler.sandbox.scopes import Scopes

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.store import Stored


def accept(_organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """The strategy as it will be stored; which types there are the contract does not say."""
    content = {**ROUTING_STRATEGIES.defaults, **body}
    violations = list(unknown_properties(body, ROUTING_STRATEGIES, before))
    violations += [
        Detail(name, "must be a string that is not blank")
        for name in ("name", "type")
        if not (isinstance(content.get(name), str) and content[name].strip())
    ]
    if violations:
        raise bad_request("The strategy violates its constraints.", *violations, code="constraint.validation")
    return content


def follow(organisation: Organisation, before: Stored | None, after: Stored | None, by: str) -> None:
    """Every write is a version of its own; what is deleted takes its history along."""
    if after is None and before is not None:
        organisation.histories.drop(before.id)
    elif after is not None and before is not None:
        number = after.version
        version = {
            "id": organisation.ids.next("strategy_versions"),
            "version": number,
            "createdDate": after.body["modifiedDate"],
            "modifiedDate": after.body["modifiedDate"],
            "createdBy": {"id": by, "name": by.capitalize()},
        }
        organisation.histories.grow(before, version)


ROUTING_STRATEGIES = Resource(
    collection="routing_strategies",
    path="/api/v2/routing/strategies",
    noun="Strategy",
    scopes=Scopes.read_write("routing:strategy:read", "routing:strategy:write"),
    wire=frozenset({"name", "type"}),
    defaults={"type": "SKILLS"},
    accept=accept,
    follow=follow,
)
