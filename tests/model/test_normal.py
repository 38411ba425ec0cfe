"""Between the manifest's form, the normal form and the wire: laws over a shape with every sort of member."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.normal import (
    agrees,
    alike,
    answer_print,
    complete,
    from_wire,
    imprint,
    to_wire,
    without_local,
    without_unknown,
)
from reconciler.model.shape import Keyed, Member, Ordered, Record, Reference, Scalar, Set, references
from reconciler.model.values import ABSENT, Json

from shapes import SHAPE, live, stated

_PART = Record((Member("key", Scalar(), wire="id"), Member("note", Scalar(), local=True)))
WIRED = Record(
    (
        Member("name", Scalar(str.lower), wire="Name"),  # type: ignore[arg-type]
        Member("owner", Reference("Thing"), wire="ownerId"),
        Member("on", Scalar(), default=True),
        Member(
            "parts", Keyed("key", Record((Member("key", Scalar(), wire="id"), Member("note", Scalar(), local=True))))
        ),
    )
)


def read(body: Json) -> Json:
    return from_wire(WIRED, body, named=lambda _kind, live_id: {"1": "one"}.get(live_id), ignore={"version"})


def nameless(_kind: str, _live_id: str) -> None:
    return None


def test_members_have_their_own_names_on_the_wire() -> None:
    body = {"Name": "A", "ownerId": "1", "on": False, "parts": [{"id": "p"}], "version": 7}
    assert read(body) == {"name": "a", "owner": "one", "on": False, "parts": [{"key": "p"}]}


def test_a_reference_to_what_no_manifest_describes_is_its_id() -> None:
    assert read({"ownerId": "2"})["owner"] == {"id": "2"}


def test_what_the_shape_does_not_know_is_kept_apart() -> None:
    assert read({"name": "theirs", "more": None}) == {"+name": "theirs", "+more": None, "on": True}


def test_a_local_name_on_the_wire_is_not_the_local_member() -> None:
    assert read({"parts": [{"id": "p", "note": "theirs"}]})["parts"] == [{"key": "p", "+note": "theirs"}]


def test_what_is_sent_is_what_was_read() -> None:
    body = {"Name": "a", "ownerId": "1", "on": True, "parts": [{"id": "p", "x": 1}], "more": [None]}
    assert to_wire(WIRED, read(body), live=lambda _kind, _name: "1") == body


def test_sending_a_name_that_has_no_id_yet_is_the_caller_s_error_to_raise() -> None:
    def unknown(kind: str, name: str) -> str:
        raise LookupError(f"{kind}/{name}")

    with pytest.raises(LookupError, match="Thing/one"):
        to_wire(WIRED, {"owner": "one"}, live=unknown)


@given(live)
def test_an_answer_comes_back_as_it_was(now: Json) -> None:
    wire = to_wire(SHAPE, now, live=lambda _kind, name: f"id-{name}")
    again = from_wire(SHAPE, wire, named=lambda _kind, live_id: live_id[3:] if live_id.startswith("id-") else None)
    assert agrees(SHAPE, now, again)
    assert to_wire(SHAPE, again, live=lambda _kind, name: f"id-{name}") == {**wire, **defaults(wire)}


def defaults(wire: Json) -> Json:
    return {"inner": {"on": True, **wire["inner"]}} if "inner" in wire else {}


@given(stated)
def test_completing_twice_is_completing_once(spec: Json) -> None:
    once = complete(SHAPE, spec)
    assert complete(SHAPE, once) == once


@given(live)
def test_an_object_is_like_itself_and_agrees_with_itself(now: Json) -> None:
    assert alike(SHAPE, now, now)
    assert agrees(SHAPE, now, now)


@given(live, st.randoms())
def test_order_without_meaning_is_not_seen(now: Json, chance: Any) -> None:
    mixed = {name: chance.sample(part, len(part)) if name in ("tags", "parts") else part for name, part in now.items()}
    assert alike(SHAPE, now, mixed)
    assert imprint(SHAPE, now) == imprint(SHAPE, mixed)


def test_order_with_meaning_is_seen() -> None:
    assert not alike(SHAPE, {"steps": [1, 2]}, {"steps": [2, 1]})


@given(live, live)
def test_equal_imprints_are_like_objects(left: Json, right: Json) -> None:
    assert (imprint(SHAPE, left) == imprint(SHAPE, right)) == alike(SHAPE, left, right)


@given(stated)
def test_local_members_leave_no_imprint(spec: Json) -> None:
    assert imprint(SHAPE, spec) == imprint(SHAPE, without_local(SHAPE, spec))


@given(live)
def test_more_than_what_is_stated_still_agrees(now: Json) -> None:
    assert agrees(SHAPE, without_unknown(SHAPE, now), now)


@given(live, live)
def test_equal_prints_of_answers_are_like_objects(left: Json, right: Json) -> None:
    bodies = [to_wire(SHAPE, each, live=lambda _kind, name: name) for each in (left, right)]
    printed = [answer_print(SHAPE, body, named=nameless) for body in bodies]
    if printed[0] == printed[1]:
        assert alike(SHAPE, *(from_wire(SHAPE, body, named=nameless) for body in bodies))


def test_the_print_of_an_answer_sees_what_its_references_stand_for() -> None:
    body = {"ownerId": "1"}
    assert answer_print(WIRED, body, named=nameless) != answer_print(WIRED, body, named=lambda _kind, _id: "one")


@pytest.mark.parametrize("body", [{"parts": 7}, {"parts": ["x"]}])
def test_an_answer_of_another_shape_fits_nothing(body: Json) -> None:
    with pytest.raises(ValueError, match="expected"):
        read(body)


def test_absent_is_like_absent_alone() -> None:
    assert alike(Scalar(), ABSENT, ABSENT)
    assert not alike(Scalar(), None, ABSENT)
    assert not agrees(Scalar(), None, ABSENT)


@pytest.mark.parametrize("shape", [Set(), Keyed("name", Record((Member("name", Scalar()),)))])
def test_an_empty_list_asks_for_nothing(shape: Any) -> None:
    assert agrees(shape, [], ABSENT)
    assert not agrees(Ordered(), [], ABSENT)


def test_references_are_found_wherever_they_stand() -> None:
    part = {"name": "p", "link": {"to": "x", "at": "f"}}
    assert [(path, value) for path, _, value in references(SHAPE, {"parts": [part]})] == [
        (("parts", "p", "link", "to"), "x")
    ]


@pytest.mark.parametrize("spec", [None, 7, {"parts": "x"}, {"parts": [7]}, {"parts": [{"link": 7}]}])
def test_looking_for_references_in_a_spec_with_mistakes_finds_none(spec: Json) -> None:
    assert list(references(SHAPE, spec)) == []
