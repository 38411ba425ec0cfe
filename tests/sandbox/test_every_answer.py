"""What every answer carries: error bodies, correlation ids, dates and rate headers (published API §1.4, §1.5, §1.8)."""

from __future__ import annotations

import pytest
import requests
from reconciler.sandbox import Control, Sandbox

from .caller import PURPOSES, SCHEMAS, Caller, purpose


def test_an_error_has_the_body_of_the_platform(call: Caller) -> None:
    """Body `message`, `code`, `status`, `contextId`, `details[]`, `errors[]`, header `ININ-Correlation-Id`."""
    answer = call("POST", PURPOSES, purpose(legalBasis=7))
    body = answer.json()
    assert set(body) == {"message", "code", "status", "contextId", "details", "errors"}
    assert body["status"] == answer.status_code == 400
    assert body["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert body["details"] == [{"errorCode": "invalid.value", "fieldName": "legalBasis"}]
    assert body["errors"][0]["message"] == "legalBasis: must be a string that is not blank"


def test_correlation_ids_differ(call: Caller) -> None:
    """`ININ-Correlation-Id`: correlation id."""
    assert len({call("GET", PURPOSES).headers["ININ-Correlation-Id"] for _ in range(5)}) == 5


@pytest.mark.parametrize("path", ["/api/v2/organizations/me", PURPOSES, f"{PURPOSES}/none", "/oauth/token", "/nowhere"])
def test_every_answer_has_id_date_and_rates(sandbox: Sandbox, path: str) -> None:
    """Headers `inin-ratelimit-count/-allowed/-reset`; `ININ-Correlation-Id`; `Date` by the sandbox's clock."""
    headers = requests.get(sandbox.url + path, timeout=60).headers
    assert headers["Date"] == "Sun, 01 Nov 2026 12:00:00 GMT"
    assert headers["ININ-Correlation-Id"]
    assert {"inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset"} <= set(headers)


def test_the_date_follows_the_clock(call: Caller, control: Control) -> None:
    control.advance(3.5)
    assert call("GET", PURPOSES).headers["Date"] == "Sun, 01 Nov 2026 12:00:03 GMT"


def test_the_tokens_budget_is_300_a_minute(call: Caller, control: Control) -> None:
    """The token's, 300 a minute by default (published). 429 carries `Retry-After` in seconds [0][2][4]."""
    for expected in range(1, 301):
        headers = call("GET", "/api/v2/organizations/me").headers
        assert headers["inin-ratelimit-count"] == str(expected)
    assert headers["inin-ratelimit-allowed"] == "300"
    control.advance(20)
    refused = call("GET", "/api/v2/organizations/me")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
    assert refused.headers["inin-ratelimit-reset"] == "40"
    assert refused.headers["inin-ratelimit-count"] == "300"
    assert refused.json()["code"] == "too.many.requests"
    control.advance(40)
    assert call("GET", "/api/v2/organizations/me").status_code == 200


def test_another_token_has_a_budget_of_its_own(sandbox: Sandbox, call: Caller) -> None:
    """300 requests/minute per client-credentials **token** (published §1.8)."""
    sandbox.control.settings(token_rate=1)
    assert [call("GET", SCHEMAS).status_code for _ in range(2)] == [200, 429]
    assert Caller(sandbox.url)("GET", SCHEMAS).status_code == 200


def test_all_who_have_no_token_share_a_budget(sandbox: Sandbox, call: Caller) -> None:
    """Guessing tokens does not make budgets."""
    sandbox.control.settings(token_rate=2)
    guesses = [{"Authorization": f"Bearer guess-{n}"} for n in range(3)]
    answers = [requests.get(sandbox.url + SCHEMAS, headers=guess, timeout=60).status_code for guess in guesses]
    assert answers == [401, 401, 429]
    assert call("GET", SCHEMAS).status_code == 200


def test_a_family_has_one_budget_for_all_tokens(sandbox: Sandbox, call: Caller) -> None:
    """Per route family, purposes 600 a minute [1]; limits are per tenant and per endpoint [3]."""
    assert sandbox.control.settings()["family_rates"] == {"purposes": 600}
    sandbox.control.settings(family_rates={"purposes": 2})
    other = Caller(sandbox.url)
    assert call("GET", PURPOSES).headers["inin-ratelimit-allowed"] == "2"
    assert other("GET", f"{PURPOSES}/none").status_code == 404
    assert call("GET", PURPOSES).status_code == other("GET", PURPOSES).status_code == 429
    assert call("GET", SCHEMAS).status_code == 200


def test_a_refused_request_costs_nothing(call: Caller, control: Control) -> None:
    control.settings(token_rate=5, family_rates={"purposes": 1})
    assert [call("GET", PURPOSES).status_code for _ in range(4)] == [200, 429, 429, 429]
    assert call("GET", SCHEMAS).headers["inin-ratelimit-count"] == "2"


def test_a_refused_write_has_no_effect(call: Caller, control: Control) -> None:
    control.settings(token_rate=0)
    assert call("POST", PURPOSES, purpose()).status_code == 429
    assert control.effects() == []


def test_without_limits_there_is_nothing_to_announce(call: Caller, control: Control) -> None:
    control.settings(token_rate=None, family_rates={})
    assert "inin-ratelimit-count" not in call("GET", PURPOSES).headers


def test_a_body_without_end_is_413(call: Caller) -> None:
    """413 `request.entity.too.large` (published §1.4)."""
    answer = call("POST", PURPOSES, data=b" " * (8 * 1024 * 1024 + 1), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
