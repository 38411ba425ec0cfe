"""Routing strategies, webhooks and archives with everything that does not matter."""

from __future__ import annotations

from typing import Any

import requests
from reconciler.sandbox import Control

from .caller import Caller

STRATEGIES = "/api/v2/routing/strategies"
VERSIONS = f"{STRATEGIES}/*/versions"
WEBHOOKS = "/api/v2/platform/webhooks"
KEY = "33333333-3333-4333-8333-333333333333"
UPDATED = "data.flex.schema.updated"


def strategy(control: Control, versions: int = 1, **more: Any) -> str:
    """The id of a strategy with so many versions."""
    return str(control.add_strategies([{"name": "Sales", "version": versions, **more}])[0]["id"])


def walked(call: Caller, strategy_id: str, **query: Any) -> list[dict[str, Any]]:
    """The answers from the first page to the one without `nextUri`, as the contract says to read them."""
    answers = [call("GET", f"{STRATEGIES}/{strategy_id}/versions", params=query)]
    while (following := answers[-1].json().get("nextUri")) is not None:
        assert len(answers) < 100
        answers.append(call("GET", following.removeprefix(call.url)))
    assert [each.status_code for each in answers] == [200] * len(answers)
    return [each.json() for each in answers]


def numbers(pages: list[dict[str, Any]]) -> list[int]:
    return [item["version"] for page in pages for item in page["items"]]


def webhook(endpoint: str = "https://example.com/hook", **changes: Any) -> dict[str, Any]:
    body = {
        "name": "Audit",
        "enabled": True,
        "endpoint": endpoint,
        "eventTypes": [UPDATED],
        "requestType": "POST",
        "headers": {"X-Key": "s3cret"},
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def payload(**changes: Any) -> dict[str, Any]:
    body = {
        "strategyId": "44444444-4444-4444-8444-444444444444",
        "strategyName": "Sales",
        "archiveTimestamp": "2026-11-01T12:00:00.000Z",
        "versionMatrix": [version()],
        "retentionPolicy": {"maxVersions": 10, "retentionDays": 365},
        "idempotencyKey": KEY,
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def version(**changes: Any) -> dict[str, Any]:
    body = {
        "versionId": "v-1",
        "versionNumber": 1,
        "createdDate": "2026-10-01T12:00:00Z",
        "modifiedDate": "2026-10-01T12:00:00.5Z",
        "metadataTags": {"archivedBy": "routing-strategy-archiver"},
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def notice(**changes: Any) -> dict[str, Any]:
    body = {
        "strategyId": "44444444-4444-4444-8444-444444444444",
        "versionCount": 3,
        "archiveTimestamp": "2026-11-01T12:00:00Z",
        "idempotencyKey": KEY,
    }
    return {"event": "strategy.archive.completed", "payload": {**body, **changes}}


def send(url: str, body: Any, *, method: str = "POST", timeout: float = 60, **headers: str) -> requests.Response:
    """To the user's host, with these headers (`Idempotency_Key=...`) and no others of ours."""
    with requests.Session() as session:
        session.trust_env = False
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return session.request(method, url, json=body, headers=named, timeout=timeout, allow_redirects=False)


def archive(control: Control, body: Any = None, *, key: str = KEY, **more: Any) -> requests.Response:
    return send(control.addresses()["archives"], payload() if body is None else body, Idempotency_Key=key, **more)
