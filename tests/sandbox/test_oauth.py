"""Contract §1, OAuth client credentials: "The seeds send five variants and the simulated org accepts all of them"."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from reconciler.sandbox import Control, Sandbox

from .caller import PURPOSES, SCHEMAS, Caller

BASIC = ("sandbox", "sandbox")
GRANT = {"grant_type": "client_credentials"}
IN_BODY = {"client_id": "sandbox", "client_secret": "sandbox"}
SCOPE = {"scope": "privacy:purpose:read"}


def ask(sandbox: Sandbox, path: str = "/oauth/token", **request: Any) -> requests.Response:
    return requests.post(sandbox.url + path, timeout=60, **request)


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        pytest.param("/oauth/token?grant_type=client_credentials", {"auth": BASIC}, id="query, Basic, empty body [0]"),
        pytest.param("/oauth/token", {"data": GRANT | IN_BODY | SCOPE}, id="credentials in the form [1]"),
        pytest.param("/oauth/token", {"auth": BASIC, "data": GRANT | SCOPE}, id="Basic and form with scope [2]"),
        pytest.param("/oauth/token", {"auth": BASIC, "json": GRANT}, id="Basic and JSON [3]"),
        pytest.param("/login/oauth2/token", {"data": GRANT | IN_BODY | SCOPE}, id="the other path, form [4]"),
    ],
)
def test_each_of_the_five_variants_gets_a_token(sandbox: Sandbox, path: str, request_: dict[str, Any]) -> None:
    """Answer: `access_token`, `token_type: bearer`, `expires_in` (3600 by default [1][4])."""
    answer = ask(sandbox, path, **request_)
    assert answer.status_code == 200
    content = answer.json()
    assert (content["token_type"], content["expires_in"]) == ("bearer", 3600)
    asked = requests.get(
        sandbox.url + PURPOSES, headers={"Authorization": f"Bearer {content['access_token']}"}, timeout=60
    )
    assert asked.status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        {"auth": ("sandbox", "wrong"), "data": GRANT},
        {"auth": ("nobody", "sandbox"), "data": GRANT},
        {"data": GRANT},
        {"data": GRANT | {"client_id": "sandbox", "client_secret": "wrong"}},
        {"headers": {"Authorization": "Basic !!!"}, "data": GRANT},
        {"headers": {"Authorization": "Bearer sandbox"}, "data": GRANT},
    ],
)
def test_bad_credentials_are_401_in_the_error_json_of_oauth(sandbox: Sandbox, request_: dict[str, Any]) -> None:
    """Bad credentials: 401 (OAuth error JSON)."""
    answer = ask(sandbox, **request_)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert "contextId" not in answer.json()


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"auth": BASIC}, "invalid_request"),
        ({"auth": BASIC, "data": {"grant_type": "password"}}, "unsupported_grant_type"),
        ({"auth": BASIC, "json": ["client_credentials"]}, "invalid_request"),
        ({"auth": BASIC, "data": "{", "headers": {"Content-Type": "application/json"}}, "invalid_request"),
        ({"auth": BASIC, "data": "x", "headers": {"Content-Type": "text/plain"}}, "invalid_request"),
        ({"auth": BASIC, "data": GRANT | {"scope": "no:such:scope"}}, "invalid_scope"),
    ],
)
def test_another_request_than_for_client_credentials_is_400(
    sandbox: Sandbox, request_: dict[str, Any], error: str
) -> None:
    """Form body `grant_type=client_credentials`."""
    answer = ask(sandbox, **request_)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_other_path_takes_a_form_and_nothing_else(sandbox: Sandbox) -> None:
    """`POST /login/oauth2/token` with a form body [4]."""
    assert ask(sandbox, "/login/oauth2/token", auth=BASIC, json=GRANT).status_code == 400
    assert ask(sandbox, "/login/oauth2/token?grant_type=client_credentials", auth=BASIC).status_code == 400


def test_the_token_endpoint_takes_post_only(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.url}/oauth/token", timeout=60).status_code == 405


def test_a_requested_scope_narrows_the_token(sandbox: Sandbox) -> None:
    """A requested `scope` narrows the token."""
    narrow = Caller(sandbox.url, scope="privacy:purpose:read no:such:scope")
    assert narrow("GET", PURPOSES).status_code == 200
    assert narrow("GET", SCHEMAS).status_code == 403


def test_a_token_expires_by_the_clock_of_the_organisation(call: Caller, control: Control) -> None:
    """`expires_in` (3600 by default [1][4])."""
    control.advance(3599)
    assert call("GET", PURPOSES).status_code == 200
    control.advance(1)
    assert call("GET", PURPOSES).status_code == 401


def test_the_lifetime_of_a_token_is_a_setting(sandbox: Sandbox) -> None:
    sandbox.control.settings(token_lifetime=30)
    assert ask(sandbox, auth=BASIC, data=GRANT).json()["expires_in"] == 30


def test_a_throttled_token_endpoint_answers_400(sandbox: Sandbox) -> None:
    """Token throttling answers 400 with `rate limit exceeded` in the description (published behaviour)."""
    sandbox.control.settings(login_rate=1)
    assert ask(sandbox, auth=BASIC, data=GRANT).status_code == 200
    throttled = ask(sandbox, auth=BASIC, data=GRANT)
    assert throttled.status_code == 400
    assert "rate limit exceeded" in throttled.json()["error_description"]
    sandbox.control.advance(60)
    assert ask(sandbox, auth=BASIC, data=GRANT).status_code == 200


def test_revoked_tokens_are_worthless(call: Caller, control: Control) -> None:
    """On a 401 during work *drop the cached token*."""
    assert control.revoke_tokens() == 1
    assert call("GET", PURPOSES).status_code == 401
