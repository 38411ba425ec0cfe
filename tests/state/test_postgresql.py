"""What a ledger in PostgreSQL owes beyond the contract that it shares with a file."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from reconciler.errors import AuditBroken, LedgerError
from reconciler.state import Database, SqlAudit, database_at, hold, holder, open_ledger
from reconciler.state.schema import FORMAT, metadata

from postgres import PASSWORD, Server

from .builders import OURS, TestClock, entry, intent, row


@pytest.fixture
def place(postgresql: Server) -> Database:
    """Of a ledger that was made, and is empty."""
    place = database_at(postgresql.fresh())
    open_ledger(place, OURS, writable=True).close()
    return place


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to a server meanwhile."""
    sent: list[str] = []

    def note(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
        if connection.dialect.name == "postgresql":
            sent.append(" ".join(statement.split()))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def verified(place: Database) -> int:
    with open_ledger(place, writable=False) as ledger:
        return SqlAudit(ledger).verified().count


def as_role(server: Server, place: Database, name: str, *more: str) -> Database:
    """A role of its own that may read the ledger, and what else it is given."""
    server.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    for statement in (
        f"GRANT USAGE ON SCHEMA {place.schema} TO {name}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {place.schema} TO {name}",
        *more,
    ):
        server.run(statement)
    return database_at(server.url(user=name, schema=place.schema))


# Reading and writing.


def test_ten_thousand_rows_are_read_by_one_query_a_table(place: Database, postgresql: Server) -> None:
    values = "'Purpose', 'p' || n, 'id-' || n, 'created', '{}', 'f', 1, false, 1, 's'"
    postgresql.run(f"INSERT INTO {place.schema}.rows SELECT {values} FROM generate_series(1, 10000) AS n")  # noqa: S608
    with statements() as sent, open_ledger(place, OURS, writable=False, with_audit=False) as ledger:
        assert len(ledger.rows()) == 10_000
        assert (ledger.requests(), ledger.intents(), ledger.disowned(), ledger.receipts()) == ({}, (), frozenset(), {})
    reads = [each for each in sent if each.startswith("SELECT") and "pg_catalog" not in each and "pg_" not in each]
    tables = [name for name in metadata.tables if name != "audit"]
    assert all(sum(f"FROM {name}" in read for read in reads) == 1 for name in tables if name != "meta")
    assert len(reads) == len(tables) + 1, "and one for the format"
    assert not [each for each in sent if each.startswith(("INSERT", "UPDATE", "DELETE", "CREATE"))]


def test_a_change_costs_the_same_number_of_statements_however_much_is_recorded(place: Database) -> None:
    counts = []
    with hold(place, TestClock()) as held, open_ledger(place, OURS, writable=True, held=held) as ledger:
        for _ in range(2):
            with statements() as sent:
                ledger.settle(ledger.begin(intent()), entry(), row=row())
            counts.append(len(sent))
            ledger.note(*(entry(action=str(number)) for number in range(50)))
    assert counts[0] == counts[1] <= 10


def test_two_that_write_at_once_make_one_chain(place: Database) -> None:
    def write(name: str) -> None:
        with open_ledger(place, writable=True) as ledger:
            for _ in range(25):
                ledger.note(entry(action=name))

    writers = [threading.Thread(target=write, args=(name,)) for name in ("apply", "serve", "import")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert verified(place) == 75


def test_two_that_make_it_at_once_make_one_ledger(postgresql: Server) -> None:
    place, found = database_at(postgresql.fresh()), []

    def make() -> None:
        with open_ledger(place, OURS, writable=True) as ledger:
            found.append(ledger.ledger_id)

    makers = [threading.Thread(target=make) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.parametrize("cut", ["number = 3", "number > 0"])
def test_an_end_that_was_cut_off_shows(place: Database, postgresql: Server, cut: str) -> None:
    with open_ledger(place, OURS, writable=True) as ledger:
        ledger.note(entry(), entry(), entry())
    assert verified(place) == 3
    postgresql.run(f"DELETE FROM {place.schema}.audit WHERE {cut}")  # noqa: S608
    with pytest.raises(AuditBroken):
        verified(place)


# The lock.


def test_who_waits_has_the_lock_once_it_is_let_go(place: Database) -> None:
    with ExitStack() as other:
        other.enter_context(hold(place, TestClock(), command="other"))

        class LetGo(TestClock):
            def sleep(self, seconds: float) -> None:
                super().sleep(seconds)
                other.close()

        waiting = LetGo()
        with hold(place, waiting, timeout=1000):
            assert waiting.slept


def test_who_holds_it_is_no_secret_to_a_role_that_may_only_read(place: Database, postgresql: Server) -> None:
    reader = as_role(postgresql, place, f"asks_{place.schema}")
    assert holder(reader) is None
    with hold(place, TestClock(), command="reconciler apply"):
        found = holder(reader)
    assert found is not None
    assert found.command.startswith("reconciler apply by ")
    assert found.user == "admin"


# An older format.


def older(place: Database, server: Server) -> None:
    """As the first version that knew PostgreSQL left it, with two that claim one live request."""
    server.run(f"DROP INDEX {place.schema}.requests_by_live_id")
    server.run(f"UPDATE {place.schema}.meta SET value = '6' WHERE key = 'format'")  # noqa: S608
    for key, asked in (("first", 1), ("second", 2)):
        server.run(
            f"INSERT INTO {place.schema}.requests VALUES (%s, 'PrivacyExport', 'n', 'PrivacyExport/n', 'live',"  # noqa: S608
            " 'QUEUED', '{}', 1, 1, '', %s, 0, NULL, '', false)",
            key,
            asked,
        )


def test_an_older_ledger_is_brought_forward_and_the_first_claim_stays(place: Database, postgresql: Server) -> None:
    older(place, postgresql)
    with open_ledger(place, OURS, writable=True) as ledger:
        assert list(ledger.requests()) == ["first"]
    query = "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND indexname = 'requests_by_live_id'"
    assert postgresql.run(query, place.schema)
    assert postgresql.run(f"SELECT value FROM {place.schema}.meta WHERE key = 'format'") == [(str(FORMAT),)]  # noqa: S608


def test_who_may_only_read_can_read_an_older_one_and_cannot_bring_it_forward(
    place: Database, postgresql: Server
) -> None:
    older(place, postgresql)
    reader = as_role(postgresql, place, f"looks_at_{place.schema}")
    with open_ledger(reader, OURS, writable=False) as ledger:
        assert list(ledger.requests()) == ["first"]
    with pytest.raises(LedgerError, match="cannot be written"):
        open_ledger(reader, OURS, writable=True)
    assert postgresql.run(f"SELECT value FROM {place.schema}.meta WHERE key = 'format'") == [("6",)]  # noqa: S608


# What goes wrong. No message, and no traceback, holds the password.


def told(error: BaseException) -> str:
    text = "".join(traceback.format_exception(error))
    assert PASSWORD not in text
    return text


def test_a_database_that_is_read_only_says_so_before_anything_is_sent(place: Database, postgresql: Server) -> None:
    name = f"frozen_{place.schema}"
    grant = f"GRANT ALL ON ALL TABLES IN SCHEMA {place.schema} TO {name}"
    frozen = as_role(postgresql, place, name, grant, f"ALTER ROLE {name} SET default_transaction_read_only = on")
    with open_ledger(frozen, OURS, writable=True) as ledger:
        with pytest.raises(LedgerError, match="cannot be written") as caught:
            ledger.begin(intent())
        assert ledger.intents() == ()
    assert "use the primary server" in told(caught.value)


def test_a_connection_that_ends_fails_what_was_under_way_and_the_next_is_a_new_one(
    place: Database, postgresql: Server
) -> None:
    with open_ledger(place, OURS, writable=True) as ledger:
        ledger.begin(intent())
        with ledger.reading() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        postgresql.run("SELECT pg_terminate_backend(%s, 5000)", pid)
        with pytest.raises(LedgerError, match=r"was ended|cannot be reached") as caught:
            ledger.begin(intent())
        assert len(ledger.intents()) == 1
    told(caught.value)


@pytest.mark.parametrize(
    "change", [{"password": f"x{PASSWORD}"}, {"database": "nowhere"}, {"user": "nobody"}, {"schema": "pg_catalog"}]
)
@pytest.mark.parametrize("writable", [True, False])
def test_no_traceback_holds_the_password(postgresql: Server, change: dict[str, str], writable: bool) -> None:
    place = database_at(postgresql.url(**{"schema": "none", **change}))
    with pytest.raises(LedgerError) as caught:
        open_ledger(place, OURS, writable=writable)
    assert str(place) in told(caught.value)
    assert PASSWORD not in f"{place!r} {place}"
