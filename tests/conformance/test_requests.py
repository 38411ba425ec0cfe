"""What `reconciler` sends for a published kind, against the SDK: every call, query parameter and member of a body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest
from reconciler.model.kind import Kind
from reconciler.sandbox import Recorded

from .roles import PUBLISHED, role_of, used
from .sent import operation_of, strangeness
from .story import tell

Stories: TypeAlias = Callable[[Kind], tuple[Recorded, ...]]

RULES = "/api/v2/businessrules/schemas"
DOCUMENT = {"$schema": "...", "title": "Rules", "properties": {}}

kinds = pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Stories:
    """What was sent in a kind's story, told once."""
    told: dict[str, tuple[Recorded, ...]] = {}

    def story(kind: Kind) -> tuple[Recorded, ...]:
        if kind.name not in told:
            told[kind.name] = tell(kind, tmp_path_factory.mktemp(kind.name))
        return told[kind.name]

    return story


@kinds
def test_nothing_is_sent_that_the_sdk_does_not_know(kind: Kind, stories: Stories) -> None:
    assert [each for request in stories(kind) for each in strangeness(request)] == []


@kinds
def test_everything_that_is_used_of_a_kind_has_been_sent(kind: Kind, stories: Stories) -> None:
    """And nothing else below its path: neither list can lag behind the other."""
    sent = [operation_of(request) for request in stories(kind) if request.path.startswith(kind.path)]
    assert {role_of(kind, each) for each in sent if each} == used(kind)


@kinds
def test_there_has_been_a_conflict(kind: Kind, stories: Stories) -> None:
    assert 409 in {request.status for request in stories(kind) if request.method == "PUT"}


def _request(method: str, path: str, body: object = None, **query: str) -> Recorded:
    return Recorded(1, "", method, path, query, {}, body, 200, "", "robot", ())


@pytest.mark.parametrize(
    "request_",
    [
        _request("GET", RULES),
        _request("POST", RULES, {"jsonSchema": DOCUMENT}),
        _request("PUT", f"{RULES}/1", {"version": 1, "enabled": True, "jsonSchema": DOCUMENT}),
        _request("GET", f"{RULES}/1/versions", after="x", pageSize="10"),
        _request("DELETE", f"{RULES}/1"),
        _request("POST", "/oauth/token", "grant_type=client_credentials"),
    ],
    ids=lambda request: f"{request.method} {request.path}",
)
def test_a_request_as_the_sdk_sends_it_is_not_strange(request_: Recorded) -> None:
    assert strangeness(request_) == []


@pytest.mark.parametrize(
    ("request_", "strange"),
    [
        (_request("PATCH", f"{RULES}/1"), "no such operation"),
        (_request("GET", "/api/v2/privacy/purposes"), "no such operation"),
        (_request("GET", f"{RULES}/1/records"), "no such operation"),
        (_request("GET", RULES, pageSize="25"), "no query parameter 'pageSize'"),
        (_request("DELETE", f"{RULES}/1", {"version": 1}), "no body, such as {'version': 1}"),
        (_request("POST", RULES), "$: null, where a BusinessRulesSchemaCreateRequest belongs"),
        (
            _request("POST", RULES, {"jsonSchema": DOCUMENT, "enabled": True}),
            "$.enabled: unknown to BusinessRulesSchemaCreateRequest",
        ),
        (_request("POST", RULES, {"jsonSchema": {"fields": []}}), "$.jsonSchema.fields: unknown to"),
        (_request("PUT", f"{RULES}/1", {"version": "1"}), "$.version: '1' is no int"),
        (replace(_request("PUT", f"{RULES}/1", {}), headers={"If-Match": '"1"'}), "no header 'if-match'"),
    ],
    ids=str,
)
def test_a_request_that_the_sdk_could_not_have_sent_is_strange(request_: Recorded, strange: str) -> None:
    found = strangeness(request_)
    assert len(found) == 1
    assert strange in found[0]
