"""Contract §3, "What the simulated org does [X]": what an update of the fields does to the records under them."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control

from .caller import SCHEMAS, Caller, field, link, schema

TYPES = ("string", "number", "boolean", "date")
PERMITTED = {("string", "date"), ("number", "boolean"), ("boolean", "number"), ("string", "number")}


class Update:
    """A schema of one field, its records, and the update of that field."""

    def __init__(self, call: Caller, control: Control) -> None:
        self._call = call
        self._control = control

    def __call__(self, before: Any, after: Any, *records: dict[str, Any]) -> Any:
        created = self._call.create(SCHEMAS, schema(*before))
        if records:
            self._control.put_records(created["id"], records)
        answer = self._call("PUT", f"{SCHEMAS}/{created['id']}", schema(*after))
        self.values = [record["values"] for record in self._control.records(created["id"])]
        self.fields = [detail["fieldName"] for detail in answer.json().get("details", [])]
        self.after = self._control.find("flex_schemas", created["id"])
        return answer.status_code


@pytest.fixture
def update(call: Caller, control: Control) -> Update:
    return Update(call, control)


CHANGES = [(before, after) for before in TYPES for after in TYPES if before != after]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_schema_without_records_takes_any_change(update: Update, before: str, after: str) -> None:
    """A schema without records takes any change."""
    assert update([field("a", before)], [field("a", after, required=True), field("b", required=True)]) == 200


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_with_records_only_the_permitted_changes_pass(update: Update, before: str, after: str) -> None:
    """With records: a permitted change or string -> number passes; any other type change 422."""
    status = update([field("a", before)], [field("a", after)], {"other": 1})
    assert status == (200 if (before, after) in PERMITTED else 422)
    assert update.fields == ([] if status == 200 else ["fields[0].type"])


@pytest.mark.parametrize(
    ("change", "value", "becomes"),
    [
        ("string -> date", "2026-02-28", "2026-02-28"),
        ("string -> date", "2026-02-28T10:00:00Z", "2026-02-28T10:00:00Z"),
        ("string -> date", "2026-02-28T10:00:00.5+01:00", "2026-02-28T10:00:00.5+01:00"),
        ("number -> boolean", 40, True),
        ("number -> boolean", 0, False),
        ("number -> boolean", 0.5, True),
        ("boolean -> number", True, 1),
        ("boolean -> number", False, 0),
        ("string -> number", "12", 12),
        ("string -> number", "-3.50", -3.5),
        ("string -> number", "1e3", 1000.0),
        ("string -> number", "007", 7),
    ],
)
def test_the_values_are_converted(update: Update, change: str, value: Any, becomes: Any) -> None:
    """Passes when every value converts. Permitted does not mean lossless: number -> boolean turns 40 into true."""
    before, after = change.split(" -> ")
    assert update([field("a", before)], [field("a", after)], {"a": value}, {"a": None}, {}) == 200
    assert update.values == [{"a": becomes}, {"a": None}, {}]
    assert type(update.values[0]["a"]) is type(becomes)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("string -> date", "tomorrow"),
        ("string -> date", "2026-02-30"),
        ("string -> date", "20260228"),
        ("string -> date", "2026-W01"),
        ("string -> date", ""),
        ("string -> number", "n/a"),
        ("string -> number", ""),
        ("string -> number", " 1"),
        ("string -> number", "1,5"),
        ("string -> number", "NaN"),
        ("string -> number", "1e999"),
        ("string -> number", "٣"),
        ("number -> boolean", "1"),
        ("boolean -> number", "yes"),
        ("boolean -> number", 1),
    ],
)
def test_one_value_that_does_not_convert_refuses_the_update(update: Update, change: str, value: Any) -> None:
    """Passes when every value converts, else 422; string -> number only if every existing value can be parsed."""
    before, after = change.split(" -> ")
    good = {"date": "2026-01-01", "number": True if before == "boolean" else "1", "boolean": 1}[after]
    assert update([field("a", before)], [field("a", after)], {"a": good}, {"a": value}) == 422
    assert update.fields == ["fields[0].type"]
    assert update.values == [{"a": good}, {"a": value}]
    assert update.after["version"] == 1


def test_a_refusal_does_not_show_the_value(call: Caller, control: Control) -> None:
    """Records hold people's data: no value of theirs is in an error."""
    created = call.create(SCHEMAS, schema(field("a")))
    control.put_records(created["id"], [{"a": "Erika Mustermann"}])
    answer = call("PUT", f"{SCHEMAS}/{created['id']}", schema(field("a", "number")))
    assert answer.status_code == 422
    assert "Erika" not in answer.text


def test_a_removed_field_takes_its_data_with_it(update: Update) -> None:
    """What is not sent is removed, with its data."""
    assert update([field("a"), field("b")], [field("b")], {"a": "x", "b": "y"}) == 200
    assert update.values == [{"b": "y"}]


def test_a_field_removed_and_sent_again_comes_back_empty(call: Caller, control: Control) -> None:
    """What is not sent is removed, with its data."""
    created = call.create(SCHEMAS, schema(field("a")))
    control.put_records(created["id"], [{"a": "x"}])
    for fields in ([], [field("a")]):
        assert call("PUT", f"{SCHEMAS}/{created['id']}", schema(*fields)).status_code == 200
    assert [record["values"] for record in control.records(created["id"])] == [{}]


def test_a_new_required_field_is_422_where_there_are_records(update: Update) -> None:
    """A new required field without values, 422."""
    assert update([field("a")], [field("a"), field("b", required=True)], {"a": "x"}) == 422
    assert update.fields == ["fields[1].required"]


@pytest.mark.parametrize(("second", "status"), [({"a": "y"}, 200), ({}, 422), ({"a": None}, 422)])
def test_a_field_becomes_required_if_every_record_has_a_value(update: Update, second: Any, status: int) -> None:
    """A new required field *without values*, 422: an existing one is judged by its values."""
    assert update([field("a")], [field("a", required=True)], {"a": "x"}, second) == status


def test_a_field_that_was_required_stays_so_whatever_the_records(update: Update) -> None:
    assert update([field("a", required=True)], [field("a", required=True)], {}) == 200


def test_new_optional_fields_and_other_options_are_free(update: Update) -> None:
    before, after = [field("a", options=["x", "y"])], [field("b"), field("a", options=["y"])]
    assert update(before, after, {"a": "x"}) == 200
    assert update.values == [{"a": "x"}]


@pytest.mark.parametrize("aspect", ["schemaId", "fieldName"])
def test_a_relationship_is_not_retargeted_where_there_are_records(call: Caller, update: Update, aspect: str) -> None:
    """A relationship never changes, which includes pointing it at another schema or field."""
    first, second = (call.create(SCHEMAS, schema(name=name))["id"] for name in ("One", "Two"))
    before = link("a", first, "id")
    after = link("a", second, "id") if aspect == "schemaId" else link("a", first, "key")
    assert update([before], [after], {"a": "x"}) == 422
    assert update.fields == ["fields[0].relationship"]


@pytest.mark.parametrize("to_relationship", [True, False])
def test_a_relationship_neither_comes_from_another_type_nor_becomes_one(
    call: Caller, update: Update, to_relationship: bool
) -> None:
    """A relationship never changes."""
    target = call.create(SCHEMAS, schema(name="One"))["id"]
    ends = [[field("a")], [link("a", target)]]
    before, after = ends if to_relationship else reversed(ends)
    assert update(before, after, {"a": "x"}) == 422


def test_a_relationship_may_be_retargeted_without_records(call: Caller, update: Update) -> None:
    """A schema without records takes any change."""
    first, second = (call.create(SCHEMAS, schema(name=name))["id"] for name in ("One", "Two"))
    assert update([link("a", first)], [link("a", second)]) == 200
