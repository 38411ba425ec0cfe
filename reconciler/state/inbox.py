"""Callbacks and their deliveries in the ledger: written by the service, beside whatever apply does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson
import sqlalchemy as sa

from reconciler.model.callback import Belief, Delivery, Fate, Received
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Requested
from reconciler.model.values import canonical
from reconciler.state import schema
from reconciler.state.ledger import SqlLedger
from reconciler.state.noting import note
from reconciler.state.upsert import insert

MOST_STATUSES: Final = 8
"""Of one request: two end it, and whoever knows its token shall not fill the disk with others."""


class SqlInbox:
    """Fills `model.ports.Inbox`, in the database of a ledger."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    def receive(self, request_key: str, status: str, at: float, entry: AuditEntry) -> bool:
        first = Received(request_key, status, received=at, due=at)
        table = schema.callbacks
        values = {**asdict(first), "belief": first.belief.value}
        again = sa.update(table).where(_is(first)).values(times=table.c.times + 1)
        count = sa.select(sa.func.count()).where(table.c.request_key == request_key)
        with self._ledger.writing() as connection:
            has_room = connection.execute(count).scalar_one() < MOST_STATUSES
            statement = insert(connection, table).values(**values).on_conflict_do_nothing()
            is_first = has_room and connection.execute(statement.returning(table.c.status)).first() is not None
            if is_first:
                note(connection, entry)
            else:
                connection.execute(again)
        return is_first

    def unsettled(self) -> tuple[Received, ...]:
        table = schema.callbacks
        query = sa.select(table).where(table.c.belief == Belief.UNCONFIRMED.value).order_by(table.c.received)
        with self._ledger.reading() as connection:
            found = connection.execute(query).all()
        return tuple(map(_received, found))

    def postpone(self, received: Received) -> None:
        statement = sa.update(schema.callbacks).where(_is(received)).values(due=received.due, tries=received.tries)
        with self._ledger.writing() as connection:
            connection.execute(statement)

    def settle(
        self, received: Received, entry: AuditEntry, *, request: Requested | None, deliveries: Iterable[Delivery]
    ) -> None:
        still_open = _is(received) & (schema.callbacks.c.belief == Belief.UNCONFIRMED.value)
        values = {
            "tries": received.tries,
            "belief": received.belief.value,
            "confirmed_status": received.confirmed_status,
            "settled": received.settled,
        }
        with self._ledger.writing() as connection:
            if not connection.execute(sa.update(schema.callbacks).where(still_open).values(values)).rowcount:
                return
            if request is not None:
                connection.execute(_how_far(request))
            for delivery in deliveries:
                statement = insert(connection, schema.deliveries).values(**_values(delivery))
                connection.execute(statement.on_conflict_do_nothing())
            note(connection, entry)

    def outgoing(self, receiver: str) -> tuple[Delivery, ...]:
        table = schema.deliveries
        is_waiting = (table.c.receiver == receiver) & (table.c.fate == Fate.WAITING.value)
        with self._ledger.reading() as connection:
            found = connection.execute(sa.select(table).where(is_waiting).order_by(table.c.made)).all()
        return tuple(map(_delivery, found))

    def tried(self, delivery: Delivery, entry: AuditEntry | None = None) -> None:
        statement = sa.update(schema.deliveries).where(schema.deliveries.c.id == delivery.id)
        with self._ledger.writing() as connection:
            connection.execute(statement.values(**_values(delivery)))
            if entry is not None:
                note(connection, entry)

    def tally(self) -> Mapping[tuple[str, str], int]:
        callbacks, deliveries = schema.callbacks.c, schema.deliveries.c
        of_callbacks = sa.select(callbacks.belief, sa.func.count()).group_by(callbacks.belief)
        of_deliveries = sa.select(deliveries.receiver, deliveries.fate, sa.func.count())
        of_deliveries = of_deliveries.group_by(deliveries.receiver, deliveries.fate)
        with self._ledger.reading() as connection:
            believed = connection.execute(of_callbacks).all()
            forwarded = connection.execute(of_deliveries).all()
        return {("callback", belief): count for belief, count in believed} | {
            (receiver, fate): count for receiver, fate, count in forwarded
        }


def _is(received: Received) -> sa.ColumnElement[bool]:
    table = schema.callbacks
    return (table.c.request_key == received.request_key) & (table.c.status == received.status)


def _how_far(request: Requested) -> sa.Update:
    """Nothing else of it: what apply has written meanwhile stays."""
    values = {"status": request.status, "reason": request.reason, "seen": request.seen, "ended": request.ended}
    return sa.update(schema.requests).where(schema.requests.c.key == request.key).values(values)


def _values(delivery: Delivery) -> dict[str, Any]:
    return {**asdict(delivery), "event": canonical(dict(delivery.event)), "fate": delivery.fate.value}


def _received(found: sa.Row[Any]) -> Received:
    values = dict(found._mapping)
    return Received(**{**values, "belief": Belief(values["belief"])})


def _delivery(found: sa.Row[Any]) -> Delivery:
    values = dict(found._mapping)
    return Delivery(**{**values, "event": orjson.loads(values["event"]), "fate": Fate(values["fate"])})
