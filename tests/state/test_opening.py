from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from reconciler.errors import ForeignLedger, LedgerError, LedgerFormat
from reconciler.state import open_ledger
from reconciler.state.schema import FORMAT, STEPS, metadata, migrate
from reconciler.state.trouble import explained

from .builders import OURS, SUPPORT, THEIRS, as_nobody, entry, intent, row

GOLDEN = Path(__file__).parent / "ledger_v1.sql"


def files(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {each.name: (each.stat().st_mtime_ns, each.read_bytes()) for each in directory.iterdir()}


def written(path: Path) -> None:
    with open_ledger(path, OURS, writable=True) as ledger:
        ledger.put(row(), entry())


def golden(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(GOLDEN.read_text())
    connection.close()


def test_no_file_reads_as_an_empty_ledger_and_stays_no_file(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "none" / "ledger.db", OURS, writable=False) as ledger:
        assert (ledger.rows(), ledger.intents(), ledger.audit(), ledger.ledger_id) == ({}, (), (), "")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_reads_as_an_empty_ledger_and_can_become_one(tmp_path: Path) -> None:
    """A process that died between making the file and filling it leaves this."""
    path = tmp_path / "ledger.db"
    path.touch()
    with open_ledger(path, OURS, writable=False) as ledger:
        assert ledger.ledger_id == ""
    written(path)
    with open_ledger(path, OURS, writable=False) as ledger:
        assert list(ledger.rows()) == [SUPPORT]


def test_a_ledger_cannot_be_made_for_nobody(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="There is no ledger"):
        open_ledger(tmp_path / "ledger.db", writable=True)


def test_whosever_it_is_it_can_be_opened_without_asking(tmp_path: Path) -> None:
    written(tmp_path / "ledger.db")
    for writable in (True, False):
        with open_ledger(tmp_path / "ledger.db", writable=writable) as ledger:
            assert ledger.organisation == OURS


def test_reading_writes_nothing(tmp_path: Path) -> None:
    written(tmp_path / "ledger.db")
    before = files(tmp_path)
    with open_ledger(tmp_path / "ledger.db", OURS, writable=False) as ledger:
        assert ledger.rows() == {SUPPORT: row(revision=1)}
    assert files(tmp_path) == before


def test_reading_sees_what_a_killed_apply_has_left(tmp_path: Path) -> None:
    """Its last writes stand in SQLite's side file only."""
    with open_ledger(tmp_path / "ledger.db", OURS, writable=True) as ledger:
        ledger.begin(intent())
        shutil.copytree(tmp_path, tmp_path / "copy")
    with open_ledger(tmp_path / "copy" / "ledger.db", OURS, writable=False) as ledger:
        assert len(ledger.intents()) == 1


@pytest.mark.parametrize("writable", [True, False])
def test_another_organisations_ledger_is_refused(tmp_path: Path, writable: bool) -> None:
    written(tmp_path / "ledger.db")
    before = files(tmp_path)
    with pytest.raises(ForeignLedger) as caught:
        open_ledger(tmp_path / "ledger.db", THEIRS, writable=writable)
    assert (caught.value.exit_code, "'Ours' (org-1)" in caught.value.detail, "'Theirs'" in caught.value.detail) == (
        1,
        True,
        True,
    )
    assert files(tmp_path) == before


@pytest.mark.parametrize("writable", [True, False])
def test_a_newer_ledger_is_refused(tmp_path: Path, writable: bool) -> None:
    written(tmp_path / "ledger.db")
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    connection.close()
    with pytest.raises(LedgerFormat, match="newer format") as caught:
        open_ledger(tmp_path / "ledger.db", OURS, writable=writable)
    assert f"format 99; this program knows formats up to {FORMAT}" in caught.value.detail


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("content", [b"apiVersion: reconciler/v1\n" * 50, b"\0" * 5000])
def test_a_file_of_something_else_is_no_ledger(tmp_path: Path, content: bytes, writable: bool) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(LedgerFormat, match="not a ledger") as caught:
        open_ledger(tmp_path / "ledger.db", OURS, writable=writable)
    assert (caught.value.exit_code, caught.value.where) == (1, str(tmp_path / "ledger.db"))
    assert files(tmp_path)["ledger.db"][1] == content


@pytest.mark.parametrize("writable", [True, False])
def test_a_database_of_something_else_is_no_ledger_and_is_not_touched(tmp_path: Path, writable: bool) -> None:
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    connection.close()
    before = files(tmp_path)
    with pytest.raises(LedgerFormat, match="not a ledger"):
        open_ledger(tmp_path / "ledger.db", OURS, writable=writable)
    assert files(tmp_path) == before


@pytest.mark.parametrize("writable", [True, False])
def test_a_ledger_cut_in_the_middle_is_damaged(tmp_path: Path, writable: bool) -> None:
    path = tmp_path / "ledger.db"
    written(path)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(LedgerFormat, match="damaged") as caught, open_ledger(path, OURS, writable=writable) as ledger:
        ledger.rows()
    assert "Restore the ledger from a copy" in caught.value.hint


def test_a_directory_in_the_ledgers_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be opened"):
        open_ledger(tmp_path, OURS, writable=True)


def test_a_ledger_of_the_first_format_is_brought_forward(tmp_path: Path) -> None:
    golden(tmp_path / "ledger.db")
    with open_ledger(tmp_path / "ledger.db", OURS, writable=True) as ledger:
        assert ledger.rows() == {SUPPORT: row(revision=4)}
        assert ledger.intents() == (intent(number=9),)
        assert ledger.audit() == (entry(correlation_id=""),)
        ledger.note(entry())
        assert ledger.audit(last=1) == (entry(),)
        assert ledger.ledger_id == "0b9f4a52-7f0e-4c39-9a37-0f1f2d3c4b5a"
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchall() == [(str(FORMAT),)]
    connection.close()


def test_a_ledger_of_the_first_format_can_be_read_without_being_written(tmp_path: Path) -> None:
    golden(tmp_path / "ledger.db")
    before = files(tmp_path)
    with open_ledger(tmp_path / "ledger.db", OURS, writable=False) as ledger:
        assert ledger.audit() == (entry(correlation_id=""),)
    assert files(tmp_path) == before


@pytest.mark.parametrize("before", range(FORMAT))
def test_the_steps_lead_to_the_tables_that_the_program_uses(before: int) -> None:
    """From every earlier format, too."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        if before:
            migrate(connection, 0, to=before)
        migrate(connection, before)
        found = sa.inspect(connection)
        columns = {table: {column["name"] for column in found.get_columns(table)} for table in found.get_table_names()}
    engine.dispose()
    expected = {table.name: set(table.columns.keys()) for table in metadata.tables.values()}
    assert {name: columns[name] for name in expected} == expected
    assert len(STEPS) == FORMAT


def test_of_two_that_claim_one_live_request_the_first_stays(tmp_path: Path) -> None:
    """No file in the field keeps this step from being taken."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        engine = sa.create_engine("sqlite://", creator=lambda: connection)
        with engine.begin() as older:
            migrate(older, 0, to=6)
            for key, live_id, asked in (("a", "x", 2.0), ("b", "x", 1.0), ("c", "x", 1.0), ("d", "y", 9.0)):
                columns = {column.name: 0 for column in metadata.tables["requests"].columns}
                texts = {"kind": "PrivacyExport", "original": "PrivacyExport/n", "body": b"{}", "ended": None}
                values = columns | texts | {"key": key, "live_id": live_id, "asked": asked}
                older.execute(metadata.tables["requests"].insert().values(values))
        engine.dispose()
    with open_ledger(tmp_path / "ledger.db", writable=True) as ledger:
        assert set(ledger.requests()) == {"b", "d"}
        assert [request.key for request in ledger.requests_named("x")] == ["b"]


def test_a_ledger_that_may_not_be_written_says_so_before_anything_is_sent() -> None:
    told = as_nobody(
        lambda directory: written(directory / "ledger.db"),
        lambda directory: open_ledger(directory / "ledger.db", OURS, writable=True),
    )
    assert told.startswith("LedgerError: The ledger cannot be written")
    assert "Give this user write permission" in told


def test_a_directory_that_may_not_be_written_says_so() -> None:
    told = as_nobody(
        lambda directory: None, lambda directory: open_ledger(directory / "new" / "ledger.db", OURS, writable=True)
    )
    assert told.startswith("LedgerError: The ledger cannot be opened")
    assert "Permission denied" in told


def test_a_ledger_in_a_read_only_directory_can_be_read() -> None:
    told = as_nobody(
        lambda directory: written(directory / "ledger.db"),
        lambda directory: len(open_ledger(directory / "ledger.db", OURS, writable=False).rows()),
    )
    assert told == "1"


def test_a_ledger_that_may_not_be_read_says_so() -> None:
    def locked_up(directory: Path) -> None:
        (directory / "in").mkdir()
        written(directory / "in" / "ledger.db")

    def read(directory: Path) -> object:
        return open_ledger(directory / "in" / "ledger.db", OURS, writable=False).rows()

    if os.geteuid() == 0:  # what root has made with mode 0600, nobody else may read
        assert "LedgerError: The ledger cannot be opened" in as_nobody(locked_up, read)


def test_a_disk_that_takes_no_more_fails_the_write_and_keeps_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the full disk; SQLite hears of it in the same place."""
    path = tmp_path / "ledger.db"
    written(path)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            with open_ledger(path, OURS, writable=True) as ledger:
                ledger.put(row(declared={"text": "x" * 200_000}), entry())
        except LedgerError as error:
            os._exit(
                0 if error.summary in ("The disk with the ledger fails", "The disk with the ledger is full") else 1
            )
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with open_ledger(path, OURS, writable=True) as ledger:
        assert ledger.rows() == {SUPPORT: row(revision=1)}


def test_a_full_disk_is_called_that(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.db")
    connection.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("CREATE TABLE a (b TEXT)").execute("CREATE TABLE c (d TEXT)")
    connection.close()
    error = explained(caught.value, tmp_path / "ledger.db")
    assert (error.summary, error.hint) == (
        "The disk with the ledger is full",
        "Free some space, then run the same command again.",
    )


def test_a_ledger_that_another_writes_is_called_in_use(tmp_path: Path) -> None:
    first = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    second = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, timeout=0)
    first.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN IMMEDIATE")
    first.close()
    second.close()
    assert explained(caught.value, tmp_path).summary == "The ledger is in use"


def test_importing_the_package_does_not_load_sqlalchemy() -> None:
    code = "import sys, reconciler.state; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("odd", [{"origin": "lent"}, {"declared": b"{"}])
def test_a_row_that_cannot_be_read_is_damage(tmp_path: Path, odd: dict[str, object]) -> None:
    path = tmp_path / "ledger.db"
    written(path)
    with sa.create_engine(f"sqlite:///{path}").begin() as connection:
        connection.execute(sa.update(metadata.tables["rows"]).values(odd))
    with open_ledger(path, OURS, writable=False) as ledger, pytest.raises(LedgerFormat, match="damaged") as caught:
        ledger.rows()
    assert str(path) in caught.value.where
