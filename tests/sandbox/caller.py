"""A client without any cleverness: what it is told to send it sends, what comes back it hands on."""

from __future__ import annotations

from typing import Any

import requests

PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"


class Caller:
    def __init__(self, url: str, client: str = "sandbox", secret: str = "sandbox", scope: str | None = None) -> None:  # noqa: S107
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        asked = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        answer = self.session.post(f"{url}/oauth/token", auth=(client, secret), data=asked, timeout=60)
        answer.raise_for_status()
        self.token = answer.json()["access_token"]

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        more.setdefault("timeout", 60)
        return self.session.request(method, self.url + path, headers=headers, allow_redirects=False, **more)

    def create(self, path: str, body: Any) -> dict[str, Any]:
        answer = self("POST", path, body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def names(self, path: str, **query: Any) -> list[str]:
        answer = self("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return [each["name"] for each in answer.json()["entities"]]


def purpose(name: str = "Support", **changes: Any) -> dict[str, Any]:
    body = {"name": name, "description": "Why", "retentionPeriod": "180d", "legalBasis": "contract", "isActive": True}
    return {**body, **changes}


def schema(*fields: Any, name: str = "Customer", **changes: Any) -> dict[str, Any]:
    return {"name": name, "description": "What", "fields": list(fields), **changes}


def field(name: str, kind: str = "string", **changes: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **changes}


def link(name: str, schema_id: str, field_name: str = "id", **changes: Any) -> dict[str, Any]:
    return field(name, "relationship", relationship={"schemaId": schema_id, "fieldName": field_name}, **changes)
