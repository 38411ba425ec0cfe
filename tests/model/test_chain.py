"""The chain: whatever is done to one of its entries is found, at that entry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.errors import AuditBroken
from reconciler.model.chain import (
    FIELDS,
    GENESIS,
    MIGRATED,
    RECIPE,
    Verified,
    digest,
    fields_of,
    link_of,
    verify,
)
from reconciler.model.ports import AuditEntry
from reconciler.model.provenance import Provenance

Row = tuple[Any, ...]
"""A hash, and FIELDS."""

WHO = Provenance("a.smith", "3f2c91a", "acme/estate#17")
text = st.text(st.characters(codec="utf-8"), max_size=8)
entries = st.builds(
    AuditEntry,
    at=text, action=text, address=text, live_id=text, result=text, seal=text, latency_ms=st.integers(0, 2**40),
    request_id=text, correlation_id=text, summary=st.lists(text, max_size=2).map(tuple), detail=text,
    before_hash=text, after_hash=text,
)  # fmt: skip
chains = st.lists(entries, min_size=2, max_size=6).map(lambda held: chain(*held))


def entry(**members: Any) -> AuditEntry:
    return replace(AuditEntry("2026-11-01T12:00:00.000Z", "UPDATE", "Purpose/a", "p-1", "SUCCESS", "s"), **members)


def chain(*held: AuditEntry, recipe: str = RECIPE) -> list[Row]:
    rows: list[Row] = []
    for number, each in enumerate(held, start=1):
        previous = rows[-1][0] if rows else GENESIS
        rows.append(hashed(fields_of(each, WHO, number=number, previous=previous, recipe=recipe)))
    return rows


def hashed(fields: Row) -> Row:
    return (digest(fields), *fields)


def member(row: Row, name: str) -> Any:
    return row[1 + FIELDS.index(name)]


def changed(row: Row, name: str, value: Any) -> Row:
    at = 1 + FIELDS.index(name)
    return (*row[:at], value, *row[at + 1 :])


def broken(rows: list[Row], *, given: int | None = None, published: str = "") -> str:
    """What is said of it, in one line."""
    with pytest.raises(AuditBroken) as caught:
        verify(rows, given=len(rows) if given is None else given, published=published)
    return f"{caught.value.summary}: {caught.value.detail}"


@given(chains)
def test_what_was_written_is_whole(rows: list[Row]) -> None:
    assert verify(rows, given=len(rows)) == Verified(len(rows), len(rows), rows[-1][0])


def test_an_empty_audit_is_whole() -> None:
    assert verify([], given=0, published=GENESIS) == Verified(0, 0, GENESIS, published_at=0)


def test_the_recipe_is_pinned() -> None:
    """A ledger in the field has these hashes: another one here would call it altered."""
    [row] = chain(entry(summary=("é:ADD", 'a"b')))
    assert row[0] == "sha256:01a709740c606faa08ddf0d7392a2fb864f663a385a31fa843fa2269d86dcf60"
    assert row[1:4] == ("chain/v1", "sha256:" + "0" * 64, 1)


@given(chains)
def test_the_recipe_needs_nothing_of_ours(rows: list[Row]) -> None:
    """What the bundle's README says: the standard library makes the same hashes."""
    for stated, *fields in rows:
        spelled = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        assert stated == "sha256:" + hashlib.sha256(spelled).hexdigest()


@given(entries)
def test_an_entry_comes_back_from_its_fields(held: AuditEntry) -> None:
    [(stated, *fields)] = chain(held)
    link = link_of(stated, tuple(fields))
    assert (link.entry, link.by, link.number, link.hash) == (held, WHO, 1, stated)


@given(chains, st.data())
def test_a_field_that_was_changed_is_found_at_its_entry(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from([each for each in FIELDS if each != "number"]))
    value = data.draw(
        st.one_of(text, st.integers(), st.binary(), st.none()).filter(lambda v: v != member(rows[at], name))
    )
    rows[at] = changed(rows[at], name, value)
    assert broken(rows).startswith(f"The audit has been altered at entry {at + 1}: ")


@given(chains, st.data())
def test_an_entry_written_anew_with_its_hash_is_found_by_the_next_one(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 2))
    rows[at] = hashed(changed(rows[at], "detail", member(rows[at], "detail") + "!")[1:])
    assert broken(rows).startswith(f"The audit has been altered at entry {at + 1}: ")


@given(chains, st.data())
def test_an_entry_that_was_taken_out_is_named(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    given = len(rows)
    del rows[at]
    assert f"Entry {at + 1} is missing" in broken(rows, given=given)


@given(chains, entries, st.data())
def test_an_entry_that_was_put_in_is_found(rows: list[Row], forged: AuditEntry, data: st.DataObject) -> None:
    """The forger gives it a hash, moves the others up, and can not make their hashes fit."""
    at = data.draw(st.integers(0, len(rows) - 1))
    previous = rows[at - 1][0] if at else GENESIS
    new = hashed(fields_of(forged, WHO, number=at + 1, previous=previous))
    rows[at:] = [new, *(changed(row, "number", member(row, "number") + 1) for row in rows[at:])]
    assert broken(rows).startswith(f"The audit has been altered at entry {at + 2}: ")


@given(chains, st.data())
def test_two_entries_that_changed_places_are_found_at_the_first(rows: list[Row], data: st.DataObject) -> None:
    first, second = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=2, max_size=2)))
    rows[first], rows[second] = (
        changed(rows[second], "number", first + 1), changed(rows[first], "number", second + 1),
    )  # fmt: skip
    assert broken(rows).startswith(f"The audit has been altered at entry {first + 1}: ")


def test_entries_out_of_order_are_found() -> None:
    first, second = chain(entry(), entry())
    assert "Entry 1 is missing" in broken([second, first])
    assert "stands after entry 1" in broken([first, first])


@given(chains, st.data())
def test_an_end_that_was_cut_off_is_found_by_the_numbers_given(rows: list[Row], data: st.DataObject) -> None:
    left = data.draw(st.integers(0, len(rows) - 1))
    assert broken(rows[:left], given=len(rows)).startswith("The audit has been cut off: ")


@given(chains, st.data())
def test_a_published_head_is_found_where_it_was(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    assert verify(rows, given=len(rows), published=rows[at][0]).published_at == at + 1


@given(chains, st.data())
def test_a_published_head_finds_what_was_cut_off_with_its_number(rows: list[Row], data: st.DataObject) -> None:
    left = data.draw(st.integers(0, len(rows) - 1))
    said = broken(rows[:left], given=left, published=rows[-1][0])
    assert said.startswith("The audit does not hold the published head")


def test_a_published_head_finds_a_chain_that_was_made_anew() -> None:
    rows, anew = chain(entry(), entry(detail="truth")), chain(entry(), entry(detail="lie"))
    assert verify(anew, given=2).count == 2, "nothing in it shows that"
    assert broken(anew, published=rows[-1][0]).startswith("The audit does not hold the published head")


def test_entries_from_before_the_chain_may_have_gaps_and_are_counted() -> None:
    old = hashed(fields_of(entry(), WHO, number=5, previous=GENESIS, recipe=MIGRATED))
    new = hashed(fields_of(entry(), WHO, number=6, previous=old[0]))
    assert verify([old, new], given=6) == Verified(2, 6, new[0], migrated=1)


def test_no_entry_from_before_the_chain_comes_after_it() -> None:
    [first] = chain(entry())
    late = hashed(fields_of(entry(), WHO, number=2, previous=first[0], recipe=MIGRATED))
    assert "does not belong there" in broken([first, late])


def test_an_unknown_recipe_is_no_recipe() -> None:
    assert "'chain/v0'" in broken(chain(entry(), recipe="chain/v0"))
