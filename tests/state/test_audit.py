"""The audit in the ledger: one chain, whoever appends, whatever happens to the process or to the file."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from reconciler.errors import AuditBroken, LedgerError, ReconcilerError
from reconciler.model.chain import GENESIS, Link
from reconciler.model.provenance import UNKNOWN, Provenance
from reconciler.state import SqlAudit, SqlInbox, SqlLedger, open_ledger
from reconciler.state.schema import FORMAT, STEPS

from .builders import OURS, SUPPORT, entry, intent, row

WHO = Provenance("a.smith", "3f2c91a", "acme/estate#17")
APPENDING = """
import sys
from pathlib import Path
from reconciler.model.ports import AuditEntry
from reconciler.state import open_ledger
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with open_ledger(path, writable=True) as ledger:
    print("ready", flush=True)
    for number in range(count):
        ledger.note(AuditEntry("2026-11-01T12:00:00.000Z", name, "", "", "SUCCESS", "", number))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqlLedger]:
    with open_ledger(path, OURS, writable=True, by=WHO) as ledger:
        yield ledger


def written(path: Path, *actions: str) -> None:
    with open_ledger(path, OURS, writable=True, by=WHO) as ledger:
        for action in actions:
            ledger.note(entry(action=action))


def links(path: Path) -> tuple[Link, ...]:
    with open_ledger(path, writable=False) as ledger:
        return SqlAudit(ledger).links()


def verified(path: Path, published: str = "") -> int:
    with open_ledger(path, writable=False) as ledger:
        return SqlAudit(ledger).verified(published).count


def altered(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


# Appending.


def test_an_entry_comes_back_with_who_wrote_it_and_its_place(ledger: SqlLedger) -> None:
    ledger.note(entry())
    ledger.note(entry(action="second"))
    first, second = SqlAudit(ledger).links()
    assert (first.entry, first.by, first.number, first.previous) == (entry(), WHO, 1, GENESIS)
    assert (second.entry.action, second.number, second.previous) == ("second", 2, first.hash)
    assert SqlAudit(ledger).end() == (2, second.hash)


@pytest.mark.parametrize(
    "write",
    [
        lambda ledger: ledger.settle(ledger.begin(intent()), entry(), row=row()),
        lambda ledger: ledger.put(row(), entry()),
        lambda ledger: ledger.drop(SUPPORT, entry()),
        lambda ledger: ledger.disown([("Purpose", "p-1")], entry()),
        lambda ledger: SqlInbox(ledger).receive("key", "COMPLETED", 1.0, entry()),
    ],
    ids=["settle", "put", "drop", "disown", "receive"],
)
def test_whatever_is_written_is_chained_with_it(ledger: SqlLedger, write: Callable[[SqlLedger], object]) -> None:
    ledger.note(entry())
    write(ledger)
    assert SqlAudit(ledger).verified().count == 2
    assert {link.by for link in SqlAudit(ledger).links()} == {WHO}


def test_what_is_not_committed_leaves_no_gap(ledger: SqlLedger) -> None:
    ledger.note(entry())
    with pytest.raises(LedgerError), ledger.writing() as connection:
        connection.exec_driver_sql("DELETE FROM nowhere")
    ledger.note(entry())
    assert SqlAudit(ledger).verified().number == 2


def test_several_entries_are_noted_in_one_go(ledger: SqlLedger) -> None:
    ledger.note(entry(action="first"), entry(action="second"))
    assert [link.entry.action for link in SqlAudit(ledger).links()] == ["first", "second"]
    assert SqlAudit(ledger).verified().count == 2


def test_an_entry_and_its_effect_are_there_together_or_not_at_all(ledger: SqlLedger) -> None:
    altered(ledger.path, "CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(LedgerError):
        ledger.put(row(), entry())
    assert ledger.rows() == {}


def test_two_processes_keep_one_chain(path: Path) -> None:
    written(path, "first")
    running = [subprocess.Popen([sys.executable, "-c", APPENDING, path, name, "100"]) for name in ("left", "right")]
    assert [process.wait(120) for process in running] == [0, 0]
    held = links(path)
    assert verified(path) == 201
    assert [link.number for link in held] == [*range(1, 202)]
    for name in ("left", "right"):
        assert [link.entry.latency_ms for link in held if link.entry.action == name] == [*range(100)]


@pytest.mark.parametrize("seed", range(5))
def test_a_kill_never_breaks_the_chain(path: Path, seed: int) -> None:
    written(path, "first")
    process = subprocess.Popen([sys.executable, "-c", APPENDING, path, "killed", "100000"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(random.Random(seed).uniform(0.01, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait(120)
    count = verified(path)
    written(path, "after")
    assert verified(path) == count + 1


# Reading.


def test_entries_are_found_by_what_they_are(ledger: SqlLedger) -> None:
    for number, (address, action, result) in enumerate(
        [("Purpose/a", "UPDATE", "SUCCESS"), ("Purpose/a", "DELETE", "FAILED"), ("Purpose/b", "UPDATE", "FAILED")]
    ):
        ledger.note(entry(address=address, action=action, result=result, at=f"2026-11-0{number + 1}T00:00:00.000Z"))

    def found(**wanted: object) -> list[int]:
        return [link.number for link in SqlAudit(ledger).links(**wanted)]  # type: ignore[arg-type]

    assert found() == [1, 2, 3]
    assert found(addresses=["Purpose/a"]) == [1, 2]
    assert found(actions=["UPDATE"], results=["FAILED"]) == [3]
    assert found(since="2026-11-02T00:00:00.000Z") == [2, 3]
    assert found(until="2026-11-02T00:00:00.000Z") == [1]
    assert found(last=2) == [2, 3]


def test_a_period_has_no_gap_though_the_clock_went_back(ledger: SqlLedger) -> None:
    for day in (1, 3, 1, 4, 9):
        ledger.note(entry(at=f"2026-11-0{day}T00:00:00.000Z"))
    audit = SqlAudit(ledger)
    held = audit.period("2026-11-02T00:00:00.000Z", "2026-11-05T00:00:00.000Z")
    assert [link.number for link in held] == [2, 3, 4]
    assert audit.period("2027-01-01T00:00:00.000Z", "") == ()


# Tampering.

TAMPERING = {
    "an edit": ("UPDATE audit SET detail = 'nothing' WHERE number = 2", "altered at entry 2"),
    "another actor": ("UPDATE audit SET actor = 'eve' WHERE number = 3", "altered at entry 3"),
    "a deletion": ("DELETE FROM audit WHERE number = 2", "Entry 2 is missing"),
    "the beginning gone": ("DELETE FROM audit WHERE number = 1", "Entry 1 is missing"),
    "the end cut off": ("DELETE FROM audit WHERE number > 2", "Entries 3 to 4 are missing"),
    "everything gone": ("DELETE FROM audit", "Entries 1 to 4 are missing"),
    "no text any more": ("UPDATE audit SET detail = CAST(X'ff' AS TEXT) WHERE number = 3", "altered at entry 3"),
    "no number any more": ("UPDATE audit SET latency_ms = X'00' WHERE number = 1", "altered at entry 1"),
    "nothing any more": ("UPDATE audit SET actor = '' WHERE number = 4", "altered at entry 4"),
}


@pytest.mark.parametrize(("statement", "said"), TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_is_found_at_the_entry(path: Path, statement: str, said: str) -> None:
    written(path, "1", "2", "3", "4")
    altered(path, statement)
    with pytest.raises(AuditBroken) as caught:
        verified(path)
    assert said in f"{caught.value.summary} {caught.value.detail}"
    assert (caught.value.where, caught.value.exit_code) == (str(path), 1)


def test_an_end_that_was_cut_off_stays_visible_when_more_is_appended(path: Path) -> None:
    written(path, "1", "2", "3")
    altered(path, "DELETE FROM audit WHERE number = 3")
    written(path, "4")
    with pytest.raises(AuditBroken, match="missing") as caught:
        verified(path)
    assert caught.value.detail == "Entry 3 is missing."


def test_a_ledger_whose_numbers_were_set_back_can_still_be_written(path: Path) -> None:
    written(path, "1", "2")
    altered(path, "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'audit'")
    written(path, "3")
    assert verified(path) == 3


def test_a_published_head_shows_an_end_cut_off_with_its_number(path: Path) -> None:
    written(path, "1", "2", "3")
    head = links(path)[-1].hash
    assert verified(path, head) == 3
    altered(path, "DELETE FROM audit WHERE number = 3")
    altered(path, "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'audit'")
    assert verified(path) == 2, "nothing in the file shows that"
    with pytest.raises(AuditBroken, match="published head"):
        verified(path, head)


@pytest.mark.parametrize("seed", range(4))
def test_one_flipped_bit_is_found_or_changes_nothing_of_the_audit(tmp_path: Path, path: Path, seed: int) -> None:
    """Wherever it is: in an entry, in the structure of the file, in another table, or where nothing stands."""
    written(path, *map(str, range(40)))
    before, content = links(path), bytearray(path.read_bytes())
    flipped, chosen = tmp_path / "flipped.db", random.Random(seed)
    for place in chosen.sample(range(len(content)), 60):
        content[place] ^= (bit := 1 << chosen.randrange(8))
        flipped.write_bytes(content)
        content[place] ^= bit
        try:
            verified(flipped)
        except ReconcilerError:
            continue
        assert links(flipped) == before


def test_a_flipped_bit_in_an_entry_names_the_entry(path: Path) -> None:
    written(path, "first", "unmistakable", "last")
    content = bytearray(path.read_bytes())
    content[content.index(b"unmistakable")] ^= 1
    path.write_bytes(content)
    with pytest.raises(AuditBroken, match="altered at entry 2"):
        verified(path)


# Older ledgers.


def of_format(path: Path, number: int) -> None:
    """As a program that knew only so many steps has left it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for step in STEPS[:number]:
            assert isinstance(step, str)
            connection.executescript(step)
        facts = {"format": str(number), "ledger_id": "l-1", "organisation_id": "org-1", "organisation_name": "Ours"}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
        for action in ("first", "second"):
            connection.execute(
                "INSERT INTO audit (at, action, address, live_id, result, seal, latency_ms, request_id, summary,"
                " detail) VALUES ('2026-01-01T00:00:00Z', ?, 'Purpose/a', '', 'SUCCESS', '', 5, '', '[\"a:ADD\"]', '')",
                (action,),
            )


OLDER = range(1, next(at for at, step in enumerate(STEPS) if not isinstance(step, str)) + 1)


@pytest.mark.parametrize("number", OLDER)
def test_an_older_ledgers_entries_are_chained_and_marked(path: Path, number: int) -> None:
    of_format(path, number)
    written(path, "third")
    with open_ledger(path, writable=False) as ledger:
        found = SqlAudit(ledger).verified()
    assert (found.count, found.migrated) == (3, 2)
    assert [(link.entry.action, link.recipe) for link in links(path)] == [
        ("first", "chain/v1 at migration"), ("second", "chain/v1 at migration"), ("third", "chain/v1"),
    ]  # fmt: skip
    assert [link.by for link in links(path)] == [UNKNOWN, UNKNOWN, WHO]


@pytest.mark.parametrize("number", OLDER)
def test_what_an_older_entry_says_is_watched_from_then_on(path: Path, number: int) -> None:
    of_format(path, number)
    written(path)
    altered(path, "UPDATE audit SET result = 'FAILED' WHERE number = 1")
    with pytest.raises(AuditBroken, match="altered at entry 1"):
        verified(path)


def test_an_older_ledger_can_be_verified_without_being_written(path: Path) -> None:
    of_format(path, 1)
    before = path.read_bytes()
    assert verified(path) == 2
    assert path.read_bytes() == before


def test_the_steps_of_the_chain_stand_where_they_stood(path: Path) -> None:
    """A step, once released, never moves: a later one comes after it."""
    assert OLDER[-1] == 5
    assert FORMAT >= 6
    written(path, "1")
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        names = {column["name"] for column in sa.inspect(connection).get_columns("audit")}
    engine.dispose()
    assert {"hash", "previous", "recipe", "actor", "commit_id", "pull_request", "before_hash", "after_hash"} <= names
