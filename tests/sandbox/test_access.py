"""Who may do what, and what there is: 401, 403, 404, 405 (contract §1)."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from reconciler.sandbox import Sandbox

from .caller import PURPOSES, SCHEMAS, Caller, purpose, schema


def test_the_organisation_says_who_it_is(call: Caller) -> None:
    """`GET /api/v2/organizations/me` (published) -> `{id, name, ...}`: who we are talking to."""
    answer = call("GET", "/api/v2/organizations/me").json()
    assert (answer["id"], answer["name"]) == ("5a9dbc0e-0000-4000-8000-000000000001", "Sandbox Organisation")


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic c2FuZGJveDpzYW5kYm94", "Bearer"])
def test_without_a_good_bearer_token_everything_is_401(sandbox: Sandbox, authorization: str | None) -> None:
    """401 token."""
    headers = {"Authorization": authorization} if authorization else {}
    for path in ("/api/v2/organizations/me", PURPOSES, "/api/v2/nowhere"):
        answer = requests.get(sandbox.url + path, headers=headers, timeout=60)
        assert answer.status_code == 401
        assert answer.json()["contextId"] == answer.headers["ININ-Correlation-Id"]


@pytest.mark.parametrize(
    ("method", "path", "missing"),
    [
        ("GET", PURPOSES, "privacy:purpose:read"),
        ("GET", f"{PURPOSES}/1", "privacy:purpose:read"),
        ("POST", PURPOSES, "privacy:purpose:write"),
        ("PUT", f"{PURPOSES}/1", "privacy:purpose:write"),
        ("DELETE", f"{PURPOSES}/1", "privacy:purpose:write"),
        ("GET", SCHEMAS, "data:flex:read"),
        ("GET", f"{SCHEMAS}/1", "data:flex:read"),
        ("GET", f"{SCHEMAS}/1/records", "data:flex:read"),
        ("POST", SCHEMAS, "data:flex:schema:write"),
        ("PUT", f"{SCHEMAS}/1", "data:flex:schema:write"),
        ("DELETE", f"{SCHEMAS}/1", "data:flex:schema:write"),
    ],
)
def test_a_missing_scope_is_403_and_named(sandbox: Sandbox, method: str, path: str, missing: str) -> None:
    """Scopes per operation (403 when missing; the message names the scope)."""
    answer = Caller(sandbox.url, scope="webhooks:write")(method, path)
    assert answer.status_code == 403
    assert missing in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "body", "read", "write"),
    [
        (PURPOSES, purpose(), "privacy:purpose:read", "privacy:purpose:write"),
        (SCHEMAS, schema(), "data:flex:read", "data:flex:schema:write"),
    ],
)
def test_reading_does_not_imply_writing_nor_writing_reading(
    sandbox: Sandbox, path: str, body: dict[str, Any], read: str, write: str
) -> None:
    """Purposes, flex schemas: one scope to read, another to write [1][4]."""
    reader, writer = Caller(sandbox.url, scope=read), Caller(sandbox.url, scope=write)
    assert reader("GET", path).status_code == 200
    assert reader("POST", path, body).status_code == 403
    assert writer("GET", path).status_code == 403
    assert writer("POST", path, body).status_code == 201


def test_a_client_of_the_load_file_has_its_own_scopes_only() -> None:
    """A requested `scope` narrows the token; no `scope` by default = all that the client has."""
    clients = [{"id": "reader", "secret": "s3cret", "scopes": ["privacy:purpose:read"]}]
    with Sandbox.start(load={"clients": clients}) as sandbox:
        reader = Caller(sandbox.url, "reader", "s3cret")
        assert reader("GET", PURPOSES).status_code == 200
        assert reader("POST", PURPOSES, purpose()).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v2", f"{PURPOSES}/", f"{PURPOSES}/1/2", f"{SCHEMAS}/1/fields", f"{SCHEMAS}x", "/api/v2/platform/none"],
)
def test_an_unknown_path_is_404(call: Caller, path: str) -> None:
    """404 gone."""
    assert call("GET", path).status_code == 404


@pytest.mark.parametrize("path", [PURPOSES, SCHEMAS])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_object_is_404(call: Caller, method: str, path: str) -> None:
    """404 gone."""
    assert call(method, f"{path}/none", purpose() if method == "PUT" else None).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", PURPOSES, "GET, POST"),
        ("PATCH", f"{SCHEMAS}/1", "DELETE, GET, PUT"),
        ("POST", f"{SCHEMAS}/1/records", "GET"),
        ("DELETE", "/api/v2/organizations/me", "GET"),
        ("HEAD", PURPOSES, "GET, POST"),
    ],
)
def test_another_method_is_405(call: Caller, method: str, path: str, allowed: str) -> None:
    """404/405/410 on a collection or on an [X] verb means "this organisation does not offer KIND (or VERB) at PATH"."""
    answer = call(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
