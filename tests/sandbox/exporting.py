"""Privacy requests and data exports with everything that does not matter, and a reader of files who decodes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from reconciler.sandbox import Control

from .caller import Caller

PRIVACY = "/api/v2/data/privacy/requests"
EXPORTS = "/api/v2/dataexports"
MINE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
NOBODY = "99999999-9999-4999-8999-999999999999"


def privacy_request(request_id: str | None = MINE, **changes: Any) -> dict[str, Any]:
    body = {
        "requestId": request_id,
        "entityType": "conversation",
        "format": "json",
        "dataTypes": ["transcript", "metadata"],
        "timeRange": {"start": "2026-10-01T00:00:00.000Z", "end": "2026-10-02T00:00:00.000Z"},
        "callbackUrl": None,
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def data_export(**changes: Any) -> dict[str, Any]:
    body = {
        "type": "conversation",
        "view": "full",
        "format": "jsonl",
        "startDate": "2026-10-01T00:00:00.000Z",
        "endDate": "2026-10-02T00:00:00.000Z",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def submitted(call: Caller, **changes: Any) -> str:
    """The id of a privacy request under way."""
    answer = call("POST", PRIVACY, privacy_request(**changes))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["requestId"])


def exported(call: Caller, **changes: Any) -> str:
    """The id of a data export under way."""
    answer = call("POST", EXPORTS, data_export(**changes))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def completed(call: Caller, control: Control, files: Any = None, **changes: Any) -> str:
    """The id of a data export that is completed, with these files."""
    export = exported(call, **changes)
    control.complete_export(export)
    if files is not None:
        control.plan_export_files(export, files)
    return export


def listed(call: Caller, export: str) -> Any:
    answer = call("GET", f"{EXPORTS}/{export}/files")
    assert answer.status_code == 200, answer.text
    return answer.json()


def first_uri(call: Caller, export: str) -> str:
    return str(listed(call, export)[0]["uri"])


@dataclass(frozen=True)
class Fetched:
    status: int
    headers: Mapping[str, str]
    content: bytes


def fetch(uri: str, method: str = "GET", **headers: str) -> Fetched:
    """The raw bytes. `requests` would ask for gzip by itself: here nothing is asked for that is not said."""
    sent = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    with requests.Session() as session:
        session.trust_env = False
        with session.request(method, uri, headers=sent, stream=True, timeout=60, allow_redirects=False) as answer:
            return Fetched(answer.status_code, answer.headers, answer.raw.read(decode_content=False))
