"""The sandbox, asked by the official SDK: every operation that a published kind has, every answer as its models are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from reconciler.model.kind import Deletion, Kind
from reconciler.sandbox import Sandbox

from .leeway import LEEWAY
from .life import Life, live
from .members import Member
from .official import Asked, Platform, models
from .operations import index_of
from .roles import LEFT_OUT, PUBLISHED, UNUSED, operations_of, role_of, used

NOON = "2026-11-01T12:00:00Z"
LIMITS = "/api/v2/organizations/limits/namespaces"
STARTING = ("/api/v2/organizations/me", "/api/v2/authorization/products", "/api/v2/tokens/me", LIMITS)
"""What programs ask for before anything else (published API §1.10), and where effective limits are read (§1.8)."""

Lives: TypeAlias = Callable[[Kind], Life]

kinds = pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with (
        Sandbox.start(seed="conformance", clock=NOON) as sandbox,
        Platform(sandbox.url, "sandbox", "sandbox") as asking,
    ):
        yield asking


@pytest.fixture(scope="module")
def lives(platform: Platform) -> Lives:
    """A kind's life, lived once."""
    lived: dict[str, Life] = {}

    def life(kind: Kind) -> Life:
        if kind.name not in lived:
            lived[kind.name] = live(platform, kind)
        return lived[kind.name]

    return life


@pytest.fixture(scope="module")
def starting(platform: Platform) -> dict[str, Asked]:
    """By path. Asked to the end: every namespace that the platform names."""
    index = index_of(STARTING)
    asked = {path: platform.ask(index["GET", path]) for path in STARTING}
    asked["HEAD"] = platform.ask(index["HEAD", "/api/v2/tokens/me"])
    for namespace in asked[LIMITS].content["entities"]:
        for path in (f"{LIMITS}/{{namespaceName}}", f"{LIMITS}/{{namespaceName}}/defaults"):
            asked[path.format(namespaceName=namespace)] = platform.ask(index["GET", path], namespace)
    return asked


def test_there_are_published_kinds() -> None:
    assert PUBLISHED


@kinds
def test_what_the_facts_ask_for_is_what_the_sdk_has(kind: Kind) -> None:
    """Both ways: nothing is asked for that is not there, and what is there besides is unused for a reason."""
    assert used(kind) == set(operations_of(kind)) - set(UNUSED)
    assert {call for call, each in index_of([kind.path]).items() if role_of(kind, each) is None} <= set(LEFT_OUT)


def test_what_is_left_out_is_there() -> None:
    assert set(LEFT_OUT) <= set(index_of(kind.path for kind in PUBLISHED))


@kinds
def test_every_operation_has_been_asked_for(kind: Kind, lives: Lives) -> None:
    assert {each.operation.call for each in lives(kind).asked} == {each.call for each in operations_of(kind).values()}


@kinds
def test_every_answer_is_what_the_sdk_expects(kind: Kind, lives: Lives) -> None:
    assert [each for asked in lives(kind).asked for each in asked.differences(LEEWAY)] == []


@kinds
def test_every_operation_succeeds_but_the_one_that_comes_too_late(kind: Kind, lives: Lives) -> None:
    life = lives(kind)
    assert [each for each in life.asked if each.status >= 400] == [life.refused, *life.gone]


def _alive(kind: Kind, content: dict[str, Any]) -> dict[str, Any]:
    """Without the member that only some answers show, and only to say that the object is not deleted."""
    assert not content.get(kind.tombstone)
    return {name: value for name, value in content.items() if name != kind.tombstone}


@kinds
def test_what_is_created_is_listed_and_read(kind: Kind, lives: Lives) -> None:
    life = lives(kind)
    created = _alive(kind, life.created.content)
    assert created["version"] == 1
    assert _alive(kind, life.read.content) == created
    listed = [each for each in life.listed.content["entities"] if each["id"] == created["id"]]
    assert [_alive(kind, each) for each in listed] == [created]


@kinds
def test_an_update_makes_another_version_and_the_first_stays(kind: Kind, lives: Lives) -> None:
    life = lives(kind)
    assert life.updated.content["version"] == 2
    assert "added" in life.updated.content["jsonSchema"]["properties"]
    assert [_alive(kind, each.content) for each in life.each_version] == [
        _alive(kind, each.content) for each in (life.created, life.updated)
    ]
    listed = [each for page in life.versions for each in page.content["entities"]]
    assert sorted(each["version"] for each in listed) == [1, 2]


@kinds
def test_a_stale_version_is_a_conflict_and_changes_nothing(kind: Kind, lives: Lives) -> None:
    life = lives(kind)
    assert (life.refused.status, life.refused.content["code"]) == (409, "dynamic.schema.version.conflict")
    assert _alive(kind, life.reread.content) == _alive(kind, life.updated.content)


@kinds
def test_what_is_deleted_is_gone_or_says_so(kind: Kind, lives: Lives) -> None:
    """A kind that cannot be deleted has no such operation in the SDK either, which is how it is left out here."""
    life = lives(kind)
    if kind.deletion in (Deletion.DISABLE, Deletion.IMPOSSIBLE):
        assert life.ending == ()
        return
    deleted, read, listed = life.ending
    assert (deleted.status, deleted.content) == (204, None)
    assert read.content.get(kind.tombstone) is True if read.status == 200 else read.content["code"] == "not.found"
    assert life.created.content["id"] not in [each["id"] for each in listed.content["entities"]]


@kinds
def test_a_core_type_is_the_same_by_its_name_as_in_the_list(kind: Kind, lives: Lives) -> None:
    life = lives(kind)
    assert life.core_type.content == life.core_types.content["entities"][0]


def test_what_programs_ask_for_first_is_what_the_sdk_expects(starting: dict[str, Asked]) -> None:
    assert [each for asked in starting.values() for each in asked.differences(LEEWAY)] == []
    assert {each.status for each in starting.values()} == {200}


def test_the_organisation_has_a_country_and_products_have_a_total(starting: dict[str, Asked]) -> None:
    """Which programs rely on at their start (published API §1.10)."""
    assert starting["/api/v2/organizations/me"].content["defaultCountryCode"]
    products = starting["/api/v2/authorization/products"].content
    assert products["total"] == len(products["entities"])


@pytest.mark.parametrize("member", [*LEEWAY.extra, *LEEWAY.optional], ids=".".join)
def test_no_leeway_is_given_without_need(member: Member, lives: Lives, starting: dict[str, Asked]) -> None:
    model, name = member
    assert (name in models().types(model)) is (member in LEEWAY.optional)
    less = replace(
        LEEWAY,
        extra={key: reason for key, reason in LEEWAY.extra.items() if key != member},
        optional={key: reason for key, reason in LEEWAY.optional.items() if key != member},
    )
    asked = [*starting.values(), *(each for kind in PUBLISHED for each in lives(kind).asked)]
    assert any(each.differences(less) for each in asked)
