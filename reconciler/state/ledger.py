"""The ledger in a database: every method is one transaction, on the disk before it returns."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any, Self

import orjson
import sqlalchemy as sa

from reconciler.errors import LedgerError
from reconciler.model.address import Address
from reconciler.model.archive import Receipt
from reconciler.model.observed import Intent, Organisation, Origin, Recorded
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Requested
from reconciler.model.values import canonical
from reconciler.state import schema
from reconciler.state.database_url import Database, Place
from reconciler.state.noting import note as note
from reconciler.state.postgresql import Held, check_held, take_turns
from reconciler.state.receipts import file, read_receipts
from reconciler.state.trouble import legible, translated
from reconciler.state.upsert import insert


class SqlLedger:
    """Fills `model.ports.Ledger`. Safe to share between threads: they take turns."""

    def __init__(self, engine: sa.Engine, path: Place, *, writable: bool, held: Held | None = None) -> None:
        self._engine = engine
        self._path = path
        self._writable = writable
        self._held = held
        self._turn = threading.Lock()
        with self.reading() as connection:
            self._facts: dict[str, str] = dict(connection.execute(sa.select(schema.meta)).tuples().all())

    @property
    def path(self) -> Place:
        """Where it is."""
        return self._path

    @property
    def ledger_id(self) -> str:
        """Empty where there is no ledger yet."""
        return self._facts.get("ledger_id", "")

    @property
    def organisation(self) -> Organisation:
        """Whose ledger it is."""
        return Organisation(self._facts.get("organisation_id", ""), self._facts.get("organisation_name", ""))

    @property
    def environment(self) -> str:
        """Which one of several it is the ledger of; empty where nobody has said."""
        return self._facts.get(schema.ENVIRONMENT, "")

    def belong_to(self, environment: str) -> None:
        """Say so from now on."""
        with self.writing() as connection:
            statement = insert(connection, schema.meta).values(key=schema.ENVIRONMENT, value=environment)
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": environment}))
        self._facts[schema.ENVIRONMENT] = environment

    def rows(self) -> Mapping[Address, Recorded]:
        with self.reading() as connection:
            found = connection.execute(sa.select(schema.rows)).all()
        with legible(self._path):
            return {row.address: row for row in map(_recorded, found)}

    def intents(self) -> tuple[Intent, ...]:
        with self.reading() as connection:
            found = connection.execute(sa.select(schema.intents).order_by(schema.intents.c.number)).all()
        with legible(self._path):
            return tuple(map(_intent, found))

    def audit(self, *, address: Address | None = None, last: int | None = None) -> tuple[AuditEntry, ...]:
        """The audit trail, or the `last` entries of it, oldest first."""
        table = schema.audit.c
        query = sa.select(*(table[each.name] for each in fields(AuditEntry))).order_by(table.number.desc()).limit(last)
        if address is not None:
            query = query.where(table.address == str(address))
        with self.reading() as connection:
            found = connection.execute(query).all()
        return tuple(map(_entry, reversed(found)))

    def requests(self) -> Mapping[str, Requested]:
        with self.reading() as connection:
            found = connection.execute(sa.select(schema.requests).order_by(schema.requests.c.asked)).all()
        with legible(self._path):
            return {request.key: request for request in map(_requested, found)}

    def request(self, key: str) -> Requested | None:
        with self.reading() as connection:
            found = connection.execute(sa.select(schema.requests).where(schema.requests.c.key == key)).first()
        with legible(self._path):
            return None if found is None else _requested(found)

    def unended_requests(self, kind: str) -> tuple[Requested, ...]:
        table = schema.requests
        query = sa.select(table).where(table.c.kind == kind, table.c.ended.is_(None)).order_by(table.c.asked)
        with self.reading() as connection:
            found = connection.execute(query).all()
        with legible(self._path):
            return tuple(map(_requested, found))

    def requests_named(self, live_id: str) -> tuple[Requested, ...]:
        """Those that the organisation calls so: one of each kind, at most."""
        with self.reading() as connection:
            found = connection.execute(sa.select(schema.requests).where(schema.requests.c.live_id == live_id)).all()
        with legible(self._path):
            return tuple(map(_requested, found))

    def disown(self, ids: Iterable[tuple[str, str]], entry: AuditEntry) -> None:
        with self.writing() as connection:
            for kind, live_id in ids:
                statement = insert(connection, schema.disowned).values(kind=kind, live_id=live_id)
                connection.execute(statement.on_conflict_do_nothing())
            note(connection, entry)

    def disowned(self) -> frozenset[tuple[str, str]]:
        with self.reading() as connection:
            found = connection.execute(sa.select(schema.disowned)).all()
        return frozenset((kind, live_id) for kind, live_id in found)

    def begin(self, intent: Intent) -> Intent:
        values = _intent_values(intent)
        with self.writing() as connection:
            self._check_held(connection)
            number = connection.execute(
                sa.insert(schema.intents).values(values).returning(schema.intents.c.number)
            ).scalar_one()
        return replace(intent, number=number)

    def settle(
        self,
        intent: Intent,
        entry: AuditEntry,
        *,
        row: Recorded | None = None,
        forget: bool = False,
        request: Requested | None = None,
        receipt: Receipt | None = None,
    ) -> None:
        with self.writing() as connection:
            connection.execute(sa.delete(schema.intents).where(schema.intents.c.number == intent.number))
            if row is not None:
                _write(connection, row)
            elif forget:
                _forget(connection, intent.address)
            if request is not None:
                _keep(connection, request)
            if receipt is not None:
                file(connection, receipt)
            note(connection, entry)

    def receipts(self) -> Mapping[tuple[str, str], Receipt]:
        with self.reading() as connection, legible(self._path):
            return {(each.endpoint, each.key): each for each in read_receipts(connection)}

    def file(self, receipt: Receipt, entry: AuditEntry) -> None:
        with self.writing() as connection:
            file(connection, receipt)
            note(connection, entry)

    def keep(self, request: Requested, entry: AuditEntry | None = None) -> None:
        with self.writing() as connection:
            _keep(connection, request)
            if entry is not None:
                note(connection, entry)

    def put(self, row: Recorded, entry: AuditEntry) -> None:
        with self.writing() as connection:
            _write(connection, row)
            note(connection, entry)

    def drop(self, address: Address, entry: AuditEntry) -> None:
        with self.writing() as connection:
            _forget(connection, address)
            note(connection, entry)

    def move(self, row: Recorded, after: Address, *entries: AuditEntry) -> None:
        """Give a row another address, at which there is none."""
        with self.writing() as connection:
            _forget(connection, row.address)
            _write(connection, replace(row, address=after))
            for entry in entries:
                note(connection, entry)

    def note(self, *entries: AuditEntry) -> None:
        """A write that is tried again notes why, and does not begin anew: it must not go on without the lock either."""
        with self.writing() as connection:
            self._check_held(connection)
            for entry in entries:
                note(connection, entry)

    def close(self) -> None:
        """Let go of it; a file first takes its side files in."""
        with self._turn:
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One transaction that only reads."""
        with self._turn, translated(self._path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One durable transaction. Raises LedgerError."""
        if not self._writable:
            raise LedgerError("The ledger is open for reading only", where=str(self._path))
        with self._turn, translated(self._path), self._engine.begin() as connection:
            if isinstance(self._path, Database):
                take_turns(connection, self._path)
            yield connection

    def _check_held(self, connection: sa.Connection) -> None:
        if self._held is not None and isinstance(self._path, Database):
            check_held(connection, self._path, self._held)


def _recorded(found: sa.Row[Any]) -> Recorded:
    kind, name, live_id, origin, declared, fingerprint, version, protect, revision, seal = found
    return Recorded(
        address=Address(kind, name),
        live_id=live_id,
        origin=Origin(origin),
        declared=orjson.loads(declared),
        fingerprint=fingerprint,
        version=version,
        protect=protect,
        revision=revision,
        seal=seal,
    )


def _intent(found: sa.Row[Any]) -> Intent:
    number, seal, step, kind, name, action, live_id, declared, protect, at, body = found
    address = Address(kind, name)
    return Intent(number, seal, step, address, action, live_id, orjson.loads(declared), protect, at, orjson.loads(body))


def _entry(found: sa.Row[Any]) -> AuditEntry:
    values = dict(found._mapping)
    return AuditEntry(**{**values, "summary": tuple(orjson.loads(values["summary"]))})


def _requested(found: sa.Row[Any]) -> Requested:
    values = dict(found._mapping)
    address = Address(values.pop("kind"), values.pop("name"))
    body, original = orjson.loads(values.pop("body")), Address(*values.pop("original").split("/", 1))
    return Requested(address=address, original=original, body=body, **values)


def _keep(connection: sa.Connection, request: Requested) -> None:
    values = {
        "kind": request.address.kind,
        "name": request.address.name,
        "original": str(request.original),
        "live_id": request.live_id,
        "status": request.status,
        "body": canonical(request.body),
        "part": request.part,
        "parts": request.parts,
        "reason": request.reason,
        "asked": request.asked,
        "seen": request.seen,
        "ended": request.ended,
        "seal": request.seal,
        "forgotten": request.forgotten,
    }
    statement = insert(connection, schema.requests).values(key=request.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))


def _intent_values(intent: Intent) -> dict[str, Any]:
    return {
        "seal": intent.seal,
        "step": intent.step,
        "kind": intent.address.kind,
        "name": intent.address.name,
        "action": intent.action,
        "live_id": intent.live_id,
        "declared": canonical(intent.declared),
        "protect": intent.protect,
        "at": intent.at,
        "body": canonical(intent.body),
    }


def _write(connection: sa.Connection, row: Recorded) -> None:
    """The revision is counted here, whatever the row says.

    That of a row which is new begins where the audit stands, so that a row which was forgotten and made again is never
    taken for the former one.
    """
    values = {
        "live_id": row.live_id,
        "origin": row.origin.value,
        "declared": canonical(row.declared),
        "fingerprint": row.fingerprint,
        "version": row.version,
        "protect": row.protect,
        "seal": row.seal,
    }
    begun = sa.select(sa.func.coalesce(sa.func.max(schema.audit.c.number), 0) + 1).scalar_subquery()
    names = {"kind": row.address.kind, "name": row.address.name}
    statement = insert(connection, schema.rows).values(**names, revision=begun, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "name"], set_={**values, "revision": schema.rows.c.revision + 1}
        )
    )


def _forget(connection: sa.Connection, address: Address) -> None:
    connection.execute(
        sa.delete(schema.rows).where(schema.rows.c.kind == address.kind, schema.rows.c.name == address.name)
    )
