from __future__ import annotations

import threading

import pytest
from reconciler.api import Client
from reconciler.errors import ApiError, AuthenticationFailed, OutOfTime, UntrustworthyAnswer
from reconciler.sandbox import Sandbox

from .builders import PURPOSE, PURPOSES, TestClock, asked, client, http, raw, request_of

LOGIN = "POST /oauth/token"


def logins(sandbox: Sandbox) -> int:
    return len(sandbox.control.requests("POST", "/oauth/token"))


def test_the_grant_is_asked_for_as_the_contract_says(sandbox: Sandbox, api: Client) -> None:
    """Contract §1: HTTP Basic, form body, no scope by default."""
    api.organisation()
    request = sandbox.control.requests("POST", "/oauth/token")[0]
    assert (request.body, request.query) == ("grant_type=client_credentials", {})
    assert request.headers["authorization"] == "Basic ***"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_scope_is_sent_when_it_is_set(sandbox: Sandbox) -> None:
    environ = {**sandbox.environment(), "RECONCILER_OAUTH_SCOPE": "privacy:purpose:read"}
    with client(environ) as api:
        api.list(PURPOSE)
    assert sandbox.control.requests("POST", "/oauth/token")[0].body.endswith("&scope=privacy:purpose:read")


def test_one_token_serves_many_calls(sandbox: Sandbox, api: Client) -> None:
    for _ in range(5):
        api.organisation()
    assert logins(sandbox) == 1


def test_a_token_is_renewed_a_minute_before_its_end(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    api.organisation()
    clock.at += 3539
    api.organisation()
    assert logins(sandbox) == 1
    clock.at += 2
    api.organisation()
    assert logins(sandbox) == 2


def test_a_token_that_lives_shorter_than_a_minute_is_still_used(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.settings(token_lifetime=30)
    for _ in range(3):
        api.organisation()
    assert logins(sandbox) == 1


@pytest.mark.parametrize("lifetime", [None, "3600", True, 0, -5])
def test_a_lifetime_that_makes_no_sense_is_an_hour(
    sandbox: Sandbox, api: Client, clock: TestClock, lifetime: object
) -> None:
    sandbox.control.fault(LOGIN, "mangle", set={"expires_in": lifetime})
    api.organisation()
    clock.at += 3500
    api.organisation()
    assert logins(sandbox) == 1


def test_threads_that_start_together_ask_for_one_token(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LOGIN, "delay", seconds=0.05)
    threads = [threading.Thread(target=api.organisation) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert logins(sandbox) == 1


def test_a_token_refused_during_work_is_dropped_and_replaced_once(sandbox: Sandbox, api: Client) -> None:
    api.organisation()
    sandbox.control.revoke_tokens()
    api.organisation()
    assert logins(sandbox) == 2


def test_threads_whose_token_is_refused_together_ask_for_one_new_token(sandbox: Sandbox, api: Client) -> None:
    api.organisation()
    sandbox.control.revoke_tokens()
    threads = [threading.Thread(target=api.organisation) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert logins(sandbox) == 2


def test_a_second_refusal_names_the_likely_causes(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(f"GET {PURPOSES}", "status", status=401, times=None)
    with pytest.raises(AuthenticationFailed) as caught:
        api.list(PURPOSE)
    assert caught.value.exit_code == 7
    assert asked(sandbox, "GET") == 2
    assert logins(sandbox) == 2
    for cause in ("credentials", "region or host", "the scope privacy:purpose:read"):
        assert cause in caught.value.hint
    assert f"GET {PURPOSES} (correlation id " in caught.value.where


def test_a_given_token_that_is_refused_is_not_replaced(sandbox: Sandbox) -> None:
    environ = {**sandbox.environment(), "GENESYSCLOUD_ACCESS_TOKEN": "s3cr3t-token"}
    with client(environ) as api, pytest.raises(AuthenticationFailed) as caught:
        api.organisation()
    assert (logins(sandbox), asked(sandbox, "GET")) == (0, 1)
    assert "the token in GENESYSCLOUD_ACCESS_TOKEN" in caught.value.detail
    assert "s3cr3t-token" not in str(caught.value)


def test_wrong_credentials_say_so_and_keep_the_secret(sandbox: Sandbox) -> None:
    environ = {**sandbox.environment(), "GENESYSCLOUD_OAUTHCLIENT_SECRET": "s3cr3t-wrong"}
    with client(environ) as api, pytest.raises(AuthenticationFailed) as caught:
        api.organisation()
    error = caught.value
    assert (error.exit_code, error.summary, logins(sandbox)) == (7, "The credentials are refused", 1)
    assert "'sandbox'" in error.detail
    assert "client authentication failed (invalid_client)" in error.detail
    assert "GENESYSCLOUD_OAUTHCLIENT_ID" in error.hint
    assert "s3cr3t-wrong" not in str(error)


def test_a_scope_that_the_client_lacks_is_refused_like_credentials(sandbox: Sandbox) -> None:
    with (
        client({**sandbox.environment(), "RECONCILER_OAUTH_SCOPE": "nonsense"}) as api,
        pytest.raises(AuthenticationFailed, match="invalid_scope"),
    ):
        api.organisation()


def test_a_throttled_token_endpoint_is_asked_again(sandbox: Sandbox, api: Client, clock: TestClock) -> None:
    """It answers 400, not 429 (published API §1.2)."""
    throttled = {"code": "invalid_request", "message": "rate limit exceeded; try again"}
    sandbox.control.fault(LOGIN, "status", status=400, times=2, **throttled)
    api.organisation()
    assert logins(sandbox) == 3
    assert 3 <= sum(clock.slept) <= 4.5


def test_the_organisations_own_login_limit_is_outlived(sandbox: Sandbox, clock: TestClock) -> None:
    sandbox.control.freeze()
    sandbox.control.settings(login_rate=1)
    with client(sandbox.environment()) as first:
        first.organisation()
    with client(sandbox.environment(), clock, deadline=2) as api, pytest.raises(OutOfTime) as caught:
        api.organisation()
    assert clock.slept
    assert caught.value.exit_code == 1


def test_a_token_endpoint_with_a_fault_is_asked_again(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LOGIN, "cut")
    sandbox.control.fault(LOGIN, "status", status=503, skip=1)
    assert api.organisation()
    assert logins(sandbox) == 3


def test_a_token_endpoint_that_stays_broken_is_an_error_of_its_own(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(LOGIN, "status", status=503, times=None)
    with pytest.raises(ApiError) as caught:
        api.organisation()
    assert (caught.value.method, caught.value.path, caught.value.status) == ("POST", "/oauth/token", 503)


def test_a_token_that_cannot_be_renewed_between_two_tries_is_the_failure(sandbox: Sandbox, api: Client) -> None:
    api.organisation()
    sandbox.control.fault(f"GET {PURPOSES}", "cut")
    sandbox.control.fault(f"GET {PURPOSES}", "status", status=401, skip=1, times=None)
    sandbox.control.fault(LOGIN, "status", status=401, times=None)
    with pytest.raises(AuthenticationFailed, match="credentials are refused"):
        api.list(PURPOSE)


@pytest.mark.parametrize("token", [None, "", 5, "line\nbreak", "é"])
def test_an_answer_without_a_usable_token_is_not_trusted(sandbox: Sandbox, api: Client, token: object) -> None:
    sandbox.control.fault(LOGIN, "mangle", set={"access_token": token})
    with pytest.raises(UntrustworthyAnswer, match="no access_token"):
        api.organisation()


def test_a_server_that_sends_the_headers_back_in_its_error_page_gives_nothing_away() -> None:
    def echo(connection: object) -> None:
        page = b"<html>Debug: " + request_of(connection) + b"</html>"  # type: ignore[arg-type]
        connection.sendall(http("400 Bad Request", page, "Content-Type: text/html"))  # type: ignore[attr-defined]

    with raw(echo) as environ:
        url = environ.pop("RECONCILER_API_URL")
        environ = {
            "RECONCILER_API_URL": url,
            "RECONCILER_LOGIN_URL": url,
            "GENESYSCLOUD_OAUTHCLIENT_ID": "client",
            "GENESYSCLOUD_OAUTHCLIENT_SECRET": "s3cr3t",
        }
        with client(environ) as api, pytest.raises(AuthenticationFailed) as caught:
            api.organisation()
    assert "s3cr3t" not in str(caught.value)
    assert "Y2xpZW50OnMzY3IzdA" not in str(caught.value)  # base64 of client:s3cr3t
    assert "text/html" in caught.value.detail
