"""A plan as bytes, and back."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.errors import PlanRefused, PlanUnreadable
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence, Question, Tally
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Lock
from reconciler.model.manifest import Acknowledgement
from reconciler.model.plan import Action, Budget, Cause, Change, FieldChange, Headroom, Plan, Precondition
from reconciler.model.project import Project, RetentionClass
from reconciler.model.source import Source
from reconciler.model.values import ABSENT, Json, fingerprint
from reconciler.planning.planfile import FORMAT_VERSION, as_json, read_plan, seal_of, write_plan

from builders import (
    acknowledgement,
    edited,
    field,
    observed,
    plan,
    plan_of,
    purpose,
    recorded,
    relation,
    removal,
    schema,
    situation,
)


def rich() -> Plan:
    """A plan with something of everything."""
    target, old = schema("t", field("id")), schema("s", field("a", options=[1, "1", True]), field("gone"))
    agreed = acknowledgement("FS106", "fields.a.options", removes=(1, True))
    wanted = schema("s", field("a", "number", options=["1"]), relation("r", "t"), acknowledge=(agreed,), protect=True)
    away = purpose("Away")
    question = Question(("fields", "a", "type"), "a", "string -> number")
    evidence = Evidence("organisation", 2, 2, True, "", ((question, Tally(1, 0, 1, 0, ("c0ffee",))),))
    given = situation(
        [target, wanted, purpose("Support")],
        [recorded(old), recorded(away), recorded(purpose("Support"))],
        [
            edited(observed(old), extra={"x": [None, 1.5]}),
            observed(away),
            edited(observed(purpose("Support")), retentionPeriod="300d"),
        ],
        removals=[removal(away.address, delete=True)],
        project=Project(retention_classes={"standard": RetentionClass("standard", 90)}),
        tool="reconciler 0.1.0",
    )
    return plan(given, {wanted.address: evidence})


RICH = rich()
WRITTEN = write_plan(RICH)


def test_the_rich_plan_is_rich() -> None:
    assert {change.action for change in RICH.changes} >= {Action.CREATE, Action.UPDATE, Action.DELETE}
    assert RICH.findings
    assert RICH.acknowledgements
    assert RICH.headroom


def test_a_plan_comes_back_as_it_was() -> None:
    assert read_plan(WRITTEN) == RICH


def test_an_empty_plan_comes_back_as_it_was() -> None:
    assert read_plan(write_plan(plan_of())) == plan_of()


def test_equal_input_gives_equal_bytes() -> None:
    assert write_plan(rich()) == WRITTEN


def test_the_order_of_the_input_leaves_no_trace() -> None:
    manifests = [schema(name, field("id"), relation("r", "a")) for name in "abc"] + [purpose("Support")]
    rows = [recorded(schema(name, field("id"))) for name in "bcx"]
    entities = [observed(schema(name, field("id"))) for name in "bcxyz"]
    expected = write_plan(plan_of(manifests, rows, entities))
    chance = random.Random(7)
    for _ in range(5):
        mixed = [chance.sample(part, len(part)) for part in (manifests, rows, entities)]
        assert write_plan(plan_of(*mixed)) == expected


def test_the_seal_is_that_of_the_file() -> None:
    assert orjson.loads(WRITTEN)["seal"] == seal_of(RICH)
    assert read_plan(WRITTEN, seal=seal_of(RICH)) == RICH


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from places(part, (*path, index))
    else:
        yield path


BODY = orjson.dumps(as_json(RICH))
PLACES = list(places(as_json(RICH)))


def changed_at(place: tuple[Any, ...], value: Json) -> bytes:
    """The file with one value changed and its own seal made to fit."""
    body = orjson.loads(BODY)
    holder = body
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return orjson.dumps({"format_version": FORMAT_VERSION, "seal": fingerprint(body), "plan": body})


@given(st.sampled_from(PLACES))
def test_a_plan_changed_in_any_one_place_is_refused_under_the_seal_that_was_reviewed(place: tuple[Any, ...]) -> None:
    with pytest.raises(PlanRefused) as refused:
        read_plan(changed_at(place, "changed by hand"), seal=seal_of(RICH))
    assert refused.value.exit_code in (1, 4)


def test_the_refusal_names_both_seals() -> None:
    with pytest.raises(PlanRefused, match="not the one that the seal names") as refused:
        read_plan(changed_at(("as_of",), "2020-01-01T00:00:00Z"), seal=seal_of(RICH))
    assert refused.value.exit_code == 4
    assert seal_of(RICH) in refused.value.detail


@given(st.sampled_from(PLACES))
def test_a_change_without_a_new_seal_is_damage(place: tuple[Any, ...]) -> None:
    document = orjson.loads(changed_at(place, "changed by hand"))
    with pytest.raises(PlanUnreadable, match="damaged"):
        read_plan(orjson.dumps({**document, "seal": seal_of(RICH)}))


wrong = st.sampled_from([None, True, 7, 1.5, "x", [], {}, ["x"], {"x": 1}, [None]])


@given(st.sampled_from(PLACES), wrong)
def test_a_value_of_another_type_is_never_read_as_something_else(place: tuple[Any, ...], value: Json) -> None:
    document = changed_at(place, value)
    try:
        read = read_plan(document)
    except PlanUnreadable:
        return
    assert fingerprint(as_json(read)) == orjson.loads(document)["seal"]


@pytest.mark.parametrize("place", [("tool",), ("unchanged",), ("rebase",), ("changes", 0, "destructive")])
def test_what_is_quietly_converted_elsewhere_is_refused_here(place: tuple[Any, ...]) -> None:
    with pytest.raises(PlanUnreadable, match="not a plan"):
        read_plan(changed_at(place, {"tool": 5, "unchanged": "5"}.get(place[-1], "no")))


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b"{", b"\xff\xfe", b"plan", b"[]", b"null", b"{}", b'{"plan": {}}', b'{"seal": "", "plan": {}}'),
        *(b"[" * 5000, b'{"a": ' * 5000, WRITTEN[:-40], WRITTEN[40:], b'{"apiVersion": "reconciler/v1"}'),
    ],
)
def test_what_is_no_plan_is_said_to_be_none(document: bytes) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        read_plan(document)
    assert refused.value.exit_code == 1
    assert refused.value.summary == "The file is not a plan"
    assert refused.value.hint.endswith("reconciler plan --out FILE")


@pytest.mark.parametrize("version", [0, -1, True, "1", None, 1.0, [1]])
def test_a_format_that_never_was_is_no_plan(version: Json) -> None:
    with pytest.raises(PlanUnreadable, match="not a plan"):
        read_plan(orjson.dumps({**orjson.loads(WRITTEN), "format_version": version}))


def test_a_newer_format_asks_for_an_upgrade() -> None:
    with pytest.raises(PlanUnreadable, match="newer version") as refused:
        read_plan(orjson.dumps({"format_version": FORMAT_VERSION + 1, "seal": "?", "plan": {"new": "shape"}}))
    assert refused.value.exit_code == 1
    assert "Upgrade" in refused.value.hint


def test_an_older_format_asks_for_a_new_plan() -> None:
    with pytest.raises(PlanUnreadable, match="older version") as refused:
        read_plan(orjson.dumps({"format_version": 1, "seal": "?", "plan": {"old": "shape"}}))
    assert "plan --out" in refused.value.hint


@pytest.mark.parametrize("body", [None, 7, [], {}, "x", {"changes": 7}, {**as_json(RICH), "more": 1}])
def test_a_sealed_file_of_another_shape_is_no_plan(body: Json) -> None:
    with pytest.raises(PlanUnreadable, match="not a plan"):
        read_plan(orjson.dumps({"format_version": FORMAT_VERSION, "seal": fingerprint(body), "plan": body}))


def test_a_sealed_file_that_is_too_deep_is_no_plan() -> None:
    deep = b"[" * 300 + b"]" * 300
    with pytest.raises(PlanUnreadable, match="not a plan"):
        read_plan(b'{"format_version": %d, "seal": "x", "plan": ' % FORMAT_VERSION + deep + b"}")


@pytest.mark.parametrize("seal", [7, None, "sha256:é", ["x"], "\x00"])
def test_a_strange_seal_in_the_file_is_damage(seal: Json) -> None:
    with pytest.raises(PlanUnreadable, match="damaged"):
        read_plan(orjson.dumps({**orjson.loads(WRITTEN), "seal": seal}))


@pytest.mark.parametrize("seal", ["sha256:é", "x", "\udce9", "SHA256:" + seal_of(RICH)[7:]])
def test_a_strange_seal_from_a_person_is_refused(seal: str) -> None:
    with pytest.raises(PlanRefused, match="not the one"):
        read_plan(WRITTEN, seal=seal)


@pytest.mark.parametrize(
    ("before", "after"), [(None, ABSENT), (ABSENT, None), ("absent", ABSENT), (ABSENT, "ABSENT"), (0, False), ([], {})]
)
def test_null_absent_and_the_word_absent_are_three_things(before: Json, after: Json) -> None:
    part = FieldChange(("a",), Cause.UPDATE, before, after)
    change = replace(RICH.changes[0], fields=(part,))
    [back] = read_plan(write_plan(replace(RICH, changes=(change,)))).changes[0].fields
    assert [repr(side) for side in (back.before, back.after, back.base)] == [repr(before), repr(after), "ABSENT"]


@given(st.binary())
def test_bytes_are_never_another_exception(document: bytes) -> None:
    with pytest.raises(PlanUnreadable):
        read_plan(document)


text = st.text(max_size=5)
paths = st.lists(text, max_size=3).map(tuple)
addresses = st.builds(Address, st.sampled_from(["Purpose", "FlexSchema"]), st.from_regex(r"\A[A-Za-z0-9_.-]{1,5}\Z"))
plain = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | text
values = st.recursive(
    plain | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2),
    max_leaves=3,
)
normals = st.none() | st.dictionaries(text, values, max_size=2)
sides = values | st.just(ABSENT)
parts = st.lists(st.builds(FieldChange, paths, st.sampled_from(Cause), sides, sides, sides), max_size=2).map(tuple)
preconditions = st.none() | st.builds(Precondition, st.none() | st.integers(0, 9), text)
tallies = st.tuples(st.builds(Question, paths, text, text), st.builds(Tally, st.integers(0, 9)))
evidences = st.builds(
    Evidence, text, st.integers(0, 9), st.none() | st.integers(0, 9), st.booleans(), text, st.tuples(tallies)
)
changes = st.builds(
    Change,
    text,
    addresses,
    st.sampled_from(Action),
    text,
    normals,
    normals,
    normals,
    text,
    st.sampled_from(Lock),
    preconditions,
    parts,
    parts,
    st.tuples(paths),
    st.tuples(paths),
    st.tuples(text),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(0, 9),
    evidences,
)
dates = st.dates(datetime.date(1000, 1, 1))
agreed = st.builds(Acknowledgement, text, text, text, text, dates, text, st.tuples(text, values))
findings = st.builds(
    Finding,
    text,
    st.sampled_from(Severity),
    text,
    st.none() | addresses,
    paths,
    st.sampled_from(FindingClass),
    st.dictionaries(text, values, max_size=1),
    text,
    text,
    st.none() | st.builds(Source, text, st.integers(0, 9), st.integers(0, 9), text),
    st.none() | agreed,
)
plans = st.builds(
    replace,
    st.just(RICH),
    changes=st.lists(changes, max_size=2).map(tuple),
    findings=st.lists(findings, max_size=2).map(tuple),
    acknowledgements=st.dictionaries(addresses, st.tuples(agreed), max_size=2),
    bindings=st.dictionaries(addresses, text, max_size=2),
    headroom=st.tuples(st.builds(Headroom, addresses, text, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))),
    foreign_objects=st.dictionaries(text, st.integers(0, 9), max_size=2),
    excluded=st.lists(text, max_size=2).map(tuple),
    budget=st.builds(Budget, st.integers(0, 9), st.integers(0, 9), st.floats(0, 9)),
    rebase=st.booleans(),
)


@given(plans)
def test_every_plan_comes_back_as_it_was(made: Plan) -> None:
    back = read_plan(write_plan(made), seal=seal_of(made))
    assert back == made
    assert write_plan(back) == write_plan(made)
