"""What would become of one record's value, and what is said of many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.kinds.flex_schema.migration import describe
from reconciler.model.evidence import MAX_CULPRITS, Evidence, Question, Verdict, tally
from reconciler.model.values import Json

classify = KINDS["FlexSchema"].classify
LOSSLESS, LOSSY, FAILS, EMPTY = Verdict.LOSSLESS, Verdict.LOSSY, Verdict.FAILS, Verdict.EMPTY
ASKS = ["required", "string -> number", "string -> date", "number -> boolean", "boolean -> number", "date -> string"]


def asked(ask: str, value: Json) -> Verdict:
    return classify(Question(("fields", "a", "type"), "a", ask), value)


@pytest.mark.parametrize("value", ["0", "7", "-7", "40", "1.5", "-0.25", "9007199254740991", "1e+16"])
def test_a_number_in_json_s_own_spelling_converts(value: str) -> None:
    assert asked("string -> number", value) is LOSSLESS


@pytest.mark.parametrize("value", ["007", "+7", "1.50", "1e5", "1E5", "-0", "9007199254740993", "0.1000", "1" * 400])
def test_a_number_that_would_not_come_back_the_same_loses_something(value: str) -> None:
    assert asked("string -> number", value) in (LOSSY, FAILS)


@pytest.mark.parametrize(
    "value", ["", " ", "seven", "7 ", "7\n", "٧", "１", "0x10", "NaN", "Infinity", "-inf", "1e999", "1,5", "1_000", "."]
)
def test_what_is_no_number_fails(value: str) -> None:
    assert asked("string -> number", value) is FAILS


@pytest.mark.parametrize("value", ["2024-02-29", "1999-12-31", "0001-01-01"])
def test_a_calendar_date_converts(value: str) -> None:
    assert asked("string -> date", value) is LOSSLESS


@pytest.mark.parametrize("value", ["2024-02-29T10:00:00Z", "2024-02-29T10:00:00.123+02:00", "2024-02-29T10:00"])
def test_a_time_is_lost(value: str) -> None:
    assert asked("string -> date", value) is LOSSY


@pytest.mark.parametrize(
    "value",
    [
        *("", "2024-02-30", "2023-02-29", "2024-13-01", "0000-01-01", "24-01-01", "2024-1-1", "20240101", "2024-W01-1"),
        *("2024-02-29\n", "٢٠٢٤-٠١-٠١", "01/02/2024", "2024-02-29T25:00:00Z", "2024-02-29 10:00", 20240229),
    ],
)
def test_what_is_no_date_fails(value: Json) -> None:
    assert asked("string -> date", value) is FAILS


@pytest.mark.parametrize(
    ("value", "expected"), [(0, LOSSLESS), (1, LOSSLESS), (1.0, LOSSLESS), (40, LOSSY), (-1, LOSSY)]
)
def test_a_number_becomes_a_boolean(value: Json, expected: Verdict) -> None:
    assert asked("number -> boolean", value) is expected


@pytest.mark.parametrize("value", [True, "1", [], {}])
def test_what_is_no_number_does_not_become_a_boolean(value: Json) -> None:
    assert asked("number -> boolean", value) is FAILS


@pytest.mark.parametrize(("value", "expected"), [(True, LOSSLESS), (False, LOSSLESS), (1, FAILS), ("true", FAILS)])
def test_a_boolean_becomes_a_number(value: Json, expected: Verdict) -> None:
    assert asked("boolean -> number", value) is expected


@pytest.mark.parametrize("ask", ASKS)
def test_a_record_without_a_value_is_empty(ask: str) -> None:
    assert asked(ask, None) is EMPTY


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(ASKS), anything)
def test_every_value_has_a_verdict(ask: str, value: Json) -> None:
    assert isinstance(asked(ask, value), Verdict)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_called_lossless_comes_back_the_same(number: float) -> None:
    for text in (repr(number), str(int(number)), f"{number:.3f}", f"{number:e}"):
        if asked("string -> number", text) is LOSSLESS:
            assert text in (repr(float(text)), str(int(float(text))))


QUESTION = Question(("fields", "a", "type"), "a", "string -> number")


def test_a_tally_counts_each_answer() -> None:
    records = [(f"r{number}", {"a": value}) for number, value in enumerate(["1", "01", "x", None])] + [("r9", {})]
    read, [(question, counted)] = tally(records, [QUESTION], classify, salt="org")
    assert (read, question) == (5, QUESTION)
    assert (counted.lossless, counted.lossy, counted.fails, counted.empty, counted.read) == (1, 1, 1, 2, 5)


def test_failing_records_are_named_by_a_hash_that_another_organisation_does_not_share() -> None:
    named = [tally([("r1", {"a": "x"})], [QUESTION], classify, salt=salt)[1][0][1].culprits for salt in ("one", "two")]
    assert named[0] != named[1]
    assert "r1" not in repr(named)


def test_only_some_failing_records_are_named() -> None:
    _, [(_, counted)] = tally([(str(n), {"a": "x"}) for n in range(99)], [QUESTION], classify, salt="s")
    assert (counted.fails, len(counted.culprits)) == (99, MAX_CULPRITS)


@given(st.lists(st.text(min_size=6), min_size=1))
def test_the_words_about_evidence_hold_no_value_and_no_record_s_id(values: list[str]) -> None:
    values = [f"\N{PILCROW SIGN}{value}" for value in values]  # no word of ours
    records = [(f"record-{value}", {"a": value}) for value in values]
    read, tallies = tally(records, [QUESTION], classify, salt="org")
    text = describe(Evidence("organisation", read, read, True, "", tallies), tallies[0][1])
    hidden = text.replace(", ".join(tallies[0][1].culprits), "")
    assert "record-" not in text
    assert not any(value in hidden for value in values)
