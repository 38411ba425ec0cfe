from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reconciler.errors import LedgerError
from reconciler.model.address import Address
from reconciler.model.archive import Notice, Receipt
from reconciler.model.observed import Origin
from reconciler.state import Place, SqlLedger, database_at, open_ledger

from .builders import OURS, SUPPORT, entry, intent, row

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture(params=["file", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Every kind of place that a ledger may be in: one contract for all."""
    if request.param == "file":
        return tmp_path / "deep" / "ledger.db"
    return database_at(request.getfixturevalue("postgresql").fresh())


@pytest.fixture
def ledger(place: Place) -> Iterator[SqlLedger]:
    with open_ledger(place, OURS, writable=True) as ledger:
        yield ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "ledger.db"


@pytest.fixture
def in_file(path: Path) -> Iterator[SqlLedger]:
    with open_ledger(path, OURS, writable=True) as ledger:
        yield ledger


def test_a_new_ledger_is_empty_and_knows_whose_it_is(ledger: SqlLedger) -> None:
    assert (ledger.rows(), ledger.intents(), ledger.audit()) == ({}, (), ())
    assert ledger.organisation == OURS
    assert len(ledger.ledger_id) == 36


def test_a_row_comes_back_as_it_was_written(ledger: SqlLedger) -> None:
    ledger.put(row(protect=True, origin=Origin.ADOPTED, version=None), entry())
    assert ledger.rows() == {SUPPORT: row(protect=True, origin=Origin.ADOPTED, version=None, revision=1)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(declared=st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_json_is_declared_comes_back(ledger: SqlLedger, declared: dict[str, object]) -> None:
    ledger.put(row(declared=declared), entry())
    assert ledger.rows()[SUPPORT].declared == declared


def test_the_ledger_counts_the_writes_to_a_row_itself(ledger: SqlLedger) -> None:
    for _ in range(3):
        ledger.put(row(revision=77), entry())
    assert ledger.rows()[SUPPORT].revision == 3


def test_a_row_that_is_made_again_is_never_taken_for_the_former_one(ledger: SqlLedger) -> None:
    seen = set()
    for _ in range(3):
        ledger.put(row(), entry())
        seen.add(ledger.rows()[SUPPORT].revision)
        ledger.put(row(), entry())
        seen.add(ledger.rows()[SUPPORT].revision)
        ledger.drop(SUPPORT, entry())
    assert len(seen) == 6


def test_a_dropped_row_is_gone_and_the_audit_stays(ledger: SqlLedger) -> None:
    ledger.put(row(), entry())
    ledger.drop(SUPPORT, entry(action="forget"))
    assert ledger.rows() == {}
    assert [each.action for each in ledger.audit()] == ["update", "forget"]


def test_an_intent_is_numbered_and_open_until_it_is_settled(ledger: SqlLedger) -> None:
    first, second = ledger.begin(intent()), ledger.begin(intent(step="2"))
    assert first.number < second.number
    assert ledger.intents() == (first, second)
    ledger.settle(first, entry())
    assert ledger.intents() == (second,)


def test_a_number_is_never_given_twice(ledger: SqlLedger) -> None:
    first = ledger.begin(intent())
    ledger.settle(first, entry())
    assert ledger.begin(intent()).number > first.number


def test_settling_writes_the_row_with_it(ledger: SqlLedger) -> None:
    ledger.settle(ledger.begin(intent()), entry(), row=row())
    assert ledger.rows() == {SUPPORT: row(revision=1)}


def test_settling_can_forget_the_row(ledger: SqlLedger) -> None:
    ledger.put(row(), entry())
    ledger.settle(ledger.begin(intent(action="delete")), entry(), forget=True)
    assert (ledger.rows(), ledger.intents()) == ({}, ())


def test_an_audit_entry_comes_back_as_it_was_noted(ledger: SqlLedger) -> None:
    ledger.note(entry())
    assert ledger.audit() == (entry(),)


def test_the_audit_shows_the_last_entries_of_one_address_oldest_first(ledger: SqlLedger) -> None:
    for address, action in (("Purpose/a", "1"), ("Purpose/b", "2"), ("Purpose/a", "3"), ("Purpose/a", "4")):
        ledger.note(entry(address=address, action=action))
    assert [each.action for each in ledger.audit(address=Address("Purpose", "a"), last=2)] == ["3", "4"]


def test_what_is_written_is_there_for_the_next_process(ledger: SqlLedger, place: Place) -> None:
    begun = ledger.begin(intent())
    ledger.put(row(), entry())
    with open_ledger(place, OURS, writable=False) as picture:
        assert picture.rows() == ledger.rows()
        assert picture.intents() == (begun,)
        assert picture.ledger_id == ledger.ledger_id


def test_threads_can_share_it(ledger: SqlLedger) -> None:
    def work(number: int) -> None:
        for step in range(10):
            address = Address("Purpose", f"p{number}-{step}")
            ledger.settle(ledger.begin(intent(address=address)), entry(), row=row(address))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(ledger.rows()), ledger.intents(), len(ledger.audit())) == (80, (), 80)


def test_only_its_owner_may_read_the_files(in_file: SqlLedger, path: Path) -> None:
    in_file.put(row(), entry())
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}


def test_every_commit_is_flushed_to_the_disk(in_file: SqlLedger) -> None:
    with in_file.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_closed_ledger_leaves_one_file(in_file: SqlLedger, path: Path) -> None:
    in_file.put(row(), entry())
    in_file.close()
    assert [each.name for each in path.parent.iterdir()] == ["ledger.db"]


def test_a_ledger_opened_for_reading_refuses_to_write(ledger: SqlLedger, place: Place) -> None:
    with open_ledger(place, OURS, writable=False) as picture, pytest.raises(LedgerError, match="reading only"):
        picture.put(row(), entry())


def test_a_receipt_is_filed_with_the_end_of_its_intent_and_then_written_again(place: Place) -> None:
    first = Receipt("https://a.example.com", "k", SUPPORT, "s-1", "a-1", 12, "2026-11-01T12:00:00.000Z", "seal")
    with open_ledger(place, OURS, writable=True) as ledger:
        ledger.settle(ledger.begin(intent()), entry(), receipt=first)
        assert (ledger.intents(), ledger.receipts()) == ((), {("https://a.example.com", "k"): first})
        told = replace(first, notice=Notice.DUE, tries=1, trouble="It answers 500.")
        ledger.file(told, entry())
        ledger.file(replace(first, endpoint="https://b.example.com"), entry())
        assert ledger.receipts()["https://a.example.com", "k"] == told
        assert (len(ledger.receipts()), len(ledger.audit())) == (2, 3)
