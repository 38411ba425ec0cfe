"""Requests: known by their key alone, made once, never cancelled (ARCHITECTURE §4.9)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from reconciler.kinds.export_request import DATA_EXPORT, PRIVACY_EXPORT
from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Intent, Observed
from reconciler.model.plan import Plan
from reconciler.model.project import Limits, Project
from reconciler.model.request import Requested, Submission
from reconciler.model.values import Json
from reconciler.planning.asking import asked_for
from reconciler.planning.listing import asks_the_same
from reconciler.planning.planfile import read_plan, seal_of, write_plan
from reconciler.planning.requests import to_look_up
from reconciler.planning.situation import Choices

from builders import blocking, codes, manifest, move, plan, situation

KINDS_HERE: Mapping[str, Kind] = {kind.name: kind for kind in (PRIVACY_EXPORT, DATA_EXPORT)}
LATER = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)


def asked(kind: Kind, name: str = "x", **spec: Json) -> Manifest:
    made = manifest(kind, name, {"window": {"day": "2026-10-05"}, **spec})
    return replace(made, normal={key: value for key, value in made.normal.items() if key != "name"})


def data(name: str = "x", **spec: Json) -> Manifest:
    return asked(DATA_EXPORT, name, **spec)


def privacy(name: str = "x", **spec: Json) -> Manifest:
    return asked(PRIVACY_EXPORT, name, **{"entityType": "user", "dataTypes": ["tags", "notes"], **spec})


def planned(stated: Iterable[Manifest], known: Iterable[Requested] = (), **more: Any) -> Plan:
    requests = {each.key: each for each in known}
    return plan(situation(stated, kinds=KINDS_HERE, requests=requests, as_of=more.pop("as_of", LATER), **more))


def known(submission: Submission, **more: Any) -> Requested:
    """The ledger's row of a submission that was made."""
    values: dict[str, Any] = {"live_id": f"id-{submission.key[:4]}", "status": "QUEUED", **more}
    address = values.pop("address", submission.address)
    return Requested(submission.key, address, submission.original, body=submission.body, **values)


def listed(live_id: str, **members: Json) -> Observed:
    body = {
        "id": live_id, "type": "conversation", "view": "full", "format": "jsonl",
        "startDate": "2026-10-05T00:00:00Z", "endDate": "2026-10-06T00:00:00.000+00:00",
        "createdDate": "2026-10-07T00:00:00.000Z", **members,
    }  # fmt: skip
    return Observed("DataExport", live_id, body, None)


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        (data(), "f38a64bb-fdba-5145-b690-acdb0a274557"),
        (data(format="csv"), "a6f8d3c3-6ec6-5f8e-a361-14ca02f0c524"),
        (data(generation=2), "6d4cf077-18c6-5b4c-9ff4-295adfc7439f"),
        (privacy(), "e2a45487-1557-51c6-b5f6-619795905bfc"),
        (privacy(window={"month": "2026-09"}), "71c1c51d-2938-5436-ad79-56110ed777c7"),
    ],
)
def test_a_key_never_changes(stated: Manifest, key: str) -> None:
    """Golden: another key would ask every organisation for everything again."""
    [submission] = planned([stated]).submissions
    assert submission.key == key


@pytest.mark.parametrize(
    "same",
    [
        privacy(dataTypes=["notes", "tags"]),
        privacy(window={"start": "2026-10-05T02:00:00+02:00", "end": "2026-10-06T00:00:00Z"}),
        privacy(window={"days": 1, "before": "2026-10-06"}),
        privacy(split=True),
        privacy(format="json"),
        privacy(generation=1),
    ],
)
def test_another_spelling_of_the_same_asks_for_nothing_new(same: Manifest) -> None:
    assert planned([same]).submissions[0].key == planned([privacy()]).submissions[0].key


@pytest.mark.parametrize(
    "other",
    [
        privacy("y"),
        privacy(dataTypes=["notes"]),
        privacy(entityType="conversation", dataTypes=["transcript"]),
        privacy(format="csv"),
        privacy(window={"day": "2026-10-06"}),
        privacy(generation=2),
        data(),
    ],
)
def test_what_makes_the_data_different_is_another_request(other: Manifest) -> None:
    assert planned([other]).submissions[0].key != planned([privacy()]).submissions[0].key


def test_another_organisation_is_asked_anew() -> None:
    given = situation([data()], kinds=KINDS_HERE, as_of=LATER)
    elsewhere = replace(given, organisation=replace(given.organisation, live_id="org-2"))
    assert plan(given).submissions[0].key != plan(elsewhere).submissions[0].key


def test_what_was_asked_for_is_not_asked_again() -> None:
    [submission] = planned([data()]).submissions
    made = planned([data()], [known(submission)])
    assert (made.submissions, made.empty, made.unchanged) == ((), True, 1)


def test_a_changed_manifest_is_another_request_and_the_former_one_is_forgotten() -> None:
    [before] = planned([data()]).submissions
    made = planned([data(format="csv")], [known(before)])
    assert [each.reason for each in made.submissions] == ["the manifest changed: another request than before"]
    assert made.forgotten_requests == (before.key,)


def test_a_generation_asks_again() -> None:
    [before] = planned([data()]).submissions
    [again] = planned([data(generation=2)], [known(before)]).submissions
    assert (again.body, again.reason) == (before.body, "asked again, as generation says")


def test_a_removed_manifest_is_forgotten_once() -> None:
    [before] = planned([data()]).submissions
    assert planned([], [known(before)]).forgotten_requests == (before.key,)
    assert planned([], [known(before, forgotten=True)]).empty
    assert planned([], [known(before)], choices=Choices(excluded=frozenset({"DataExport"}))).empty


def test_a_manifest_that_comes_back_takes_up_its_request_again() -> None:
    [before] = planned([data()]).submissions
    [submission] = planned([data()], [known(before, forgotten=True)]).submissions
    assert (submission.taken, "taken up again" in submission.reason) == (f"id-{before.key[:4]}", True)


def test_a_moved_manifest_keeps_its_requests() -> None:
    [before] = planned([data("x")]).submissions
    made = planned([data("y")], [known(before)], moves=[move("DataExport/x", "DataExport/y")])
    assert (made.submissions, made.moved_requests) == ((), {before.key: Address("DataExport", "y")})
    after = planned([data("y")], [known(before, address=Address("DataExport", "y"))])
    assert after.empty, "once the move is made the block may go"


def test_a_new_manifest_under_the_former_address_takes_no_request_away() -> None:
    [before] = planned([data("x")]).submissions
    moved = known(before, address=Address("DataExport", "y"))
    made = planned([data("y"), data("x")], [moved])
    assert made.moved_requests == {}
    [another] = made.submissions
    assert (another.address.name, another.original.name) == ("x", "x~2")
    assert another.key != before.key


def test_a_long_window_is_split_without_gap_or_overlap() -> None:
    made = planned([privacy(window={"month": "2026-10"}, split=True)])
    assert [(each.part, each.parts, each.window) for each in made.submissions] == [
        (1, 2, "2026-10-01T00:00:00.000Z/2026-10-31T00:00:00.000Z"),
        (2, 2, "2026-10-31T00:00:00.000Z/2026-11-01T00:00:00.000Z"),
    ]
    assert len({each.key for each in made.submissions}) == 2
    assert [each.step for each in made.submissions] == ["PrivacyExport/x+1/2", "PrivacyExport/x+2/2"]


def test_a_data_export_is_split_where_the_project_says_how() -> None:
    month = data(window={"month": "2026-10"}, split=True)
    assert len(planned([month]).submissions) == 1
    assert len(planned([month], project=Project(limits=Limits(data_export_days=10))).submissions) == 4


def test_a_window_that_is_not_over_blocks() -> None:
    during = datetime.datetime(2026, 10, 5, 23, 59, tzinfo=datetime.UTC)
    assert blocking(planned([data()], as_of=during)) == ["RC701"]
    assert blocking(planned([data()], as_of=during + datetime.timedelta(minutes=1))) == []


def test_an_equal_request_that_is_nobodys_is_taken_over() -> None:
    there = [listed("old", createdDate="2026-10-06T00:00:00Z"), listed("new"), listed("other", format="csv")]
    [submission] = planned([data()], [], entities=there).submissions
    assert (submission.taken, "taken over" in submission.reason) == ("new", True)


def test_one_that_is_somebodys_is_not_taken_over() -> None:
    [first] = planned([data("first")]).submissions
    made = planned([data("first"), data("second")], [known(first, live_id="new")], entities=[listed("new")])
    assert [each.taken for each in made.submissions] == [""]
    both = planned([data("first"), data("second")], [], entities=[listed("new")])
    assert [each.taken for each in both.submissions] == ["new", ""], "and one is not taken over twice"


def test_a_list_is_read_only_where_something_is_unknown() -> None:
    [submission] = planned([data()]).submissions
    for stated, requests, expected in (
        ([data()], {}, ("DataExport",)),
        ([data()], {submission.key: known(submission)}, ()),
        ([privacy()], {}, ("PrivacyExport",)),
    ):
        given = situation(stated, kinds=KINDS_HERE, requests=requests, as_of=LATER)
        assert to_look_up(given, asked_for(given)) == expected


def test_a_submission_in_doubt_is_a_warning() -> None:
    [submission] = planned([data()]).submissions
    sent = Intent(1, "s", submission.key, submission.address, "submit", "", {}, False, 0.0, submission.body)
    assert codes(planned([data()], intents=(sent,))) == ["RC601"]


@pytest.mark.parametrize(
    ("listed_body", "same"),
    [
        ({"a": 1, "more": 2}, True),
        ({"a": True}, False),
        ({}, False),
    ],
)
def test_a_listed_request_may_say_more(listed_body: dict[str, Json], same: bool) -> None:
    assert asks_the_same({"a": 1}, listed_body) is same


def test_a_plan_with_requests_is_a_file_and_back() -> None:
    [before] = planned([data("gone")]).submissions
    made = planned([data(), privacy()], [known(before)])
    assert read_plan(write_plan(made), seal=seal_of(made)) == made


def test_a_manifest_that_names_a_live_request_takes_it_over() -> None:
    bound = replace(data(), live_id="e-1")
    made = planned([bound], entities=(listed("e-1"), listed("e-2")))
    assert [each.taken for each in made.submissions] == ["e-1"]
    assert not made.blocked


def test_a_manifest_that_names_a_request_for_something_else_blocks() -> None:
    bound = replace(data(), live_id="e-1")
    made = planned([bound], entities=(listed("e-1", format="csv"),))
    assert blocking(made) == ["RC702"]


def test_one_live_request_cannot_be_all_parts_of_a_window() -> None:
    bound = replace(data(split=True, window={"days": 3, "before": "2026-10-06"}), live_id="e-1")
    made = planned([bound], project=Project(limits=Limits(data_export_days=1)))
    assert set(blocking(made)) == {"RC702"}
