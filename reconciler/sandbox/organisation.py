"""The organisation's whole state, in one place; everything else in this package is a function over it."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.sandbox.archive.store import Archive
from reconciler.sandbox.budgets import Budgets
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.data_schemas.resources import DATA_SCHEMAS
from reconciler.sandbox.exports.data_exports import DATA_EXPORTS
from reconciler.sandbox.exports.outbox import Outbox
from reconciler.sandbox.exports.privacy_requests import PRIVACY_REQUESTS
from reconciler.sandbox.exports.signing import Signer
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.flex_schemas import FLEX_SCHEMAS
from reconciler.sandbox.ids import Ids
from reconciler.sandbox.journal import Journal
from reconciler.sandbox.oauth import Client, Tokens
from reconciler.sandbox.problems import not_found
from reconciler.sandbox.purposes import PURPOSES
from reconciler.sandbox.records import Records
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Collection, Stored
from reconciler.sandbox.strategies.histories import Histories
from reconciler.sandbox.strategies.resource import ROUTING_STRATEGIES
from reconciler.sandbox.webhooks.deliveries import Deliveries
from reconciler.sandbox.webhooks.resource import WEBHOOKS

RESOURCES: Mapping[str, Resource] = {
    each.collection: each
    for each in (PURPOSES, FLEX_SCHEMAS, *DATA_SCHEMAS, PRIVACY_REQUESTS, DATA_EXPORTS, ROUTING_STRATEGIES, WEBHOOKS)
}

DEFAULT_ID = "5a9dbc0e-0000-4000-8000-000000000001"
DEFAULT_NAME = "Sandbox Organisation"


class Organisation:
    """Touched by one thread only, that of the server's loop: no lock anywhere, every request handled is atomic."""

    def __init__(self, *, clock: Clock, ids: Ids, settings: Settings | None = None) -> None:
        self.id = DEFAULT_ID
        self.name = DEFAULT_NAME
        self.clock = clock
        self.ids = ids
        self.settings = settings or Settings()
        self.clients = {client.id: client for client in (Client.default(),)}
        self.tokens = Tokens()
        self.budgets = Budgets()
        self.collections = {
            name: Collection(name, keeps_versions=resource.keeps_versions) for name, resource in RESOURCES.items()
        }
        self.records = Records()
        self.histories = Histories()
        self.journal = Journal()
        self.faults = Faults()
        self.signer = Signer()
        self.file_journal = Journal()
        self.archive = Archive()
        self.user_journal = Journal()
        self.outbox = Outbox()
        self.deliveries = Deliveries()

    def collection(self, name: str) -> Collection:
        return self.collections[name]

    def existing(self, resource: Resource, object_id: str) -> Stored:
        """The object as it truly is: what writes and version checks go by. 404 when there is none."""
        stored = self.collection(resource.collection).true(object_id)
        if stored is None:
            raise missing(resource, object_id)
        return stored

    def new_id(self, collection: str) -> str:
        """An id that nothing in the collection has: a loaded state may hold some of this seed's already."""
        while self.collection(collection).versions(object_id := self.ids.next(collection)):
            pass
        return object_id


def missing(resource: Resource, object_id: str) -> Exception:
    return not_found(f"{resource.noun} {object_id} does not exist.")
