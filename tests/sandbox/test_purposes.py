"""Contract §2, what seed [1] says of purposes: reading pages, replacing whole, the wire form of a retention."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox

from .caller import PURPOSES, Caller, purpose

LOADED = {
    **purpose(),
    "id": "p-1",
    "diversionIds": ["d-1"],
    "createdDate": "2024-01-15T10:30:00.000Z",
    "modifiedDate": "2024-01-20T14:22:00.000Z",
}


@pytest.fixture
def replaced() -> Any:
    """PUTs a body onto the loaded purpose and answers what comes back."""
    with Sandbox.start(load={"purposes": [LOADED]}, clock="2026-11-01T12:00:00Z") as sandbox:
        call = Caller(sandbox.url)
        yield lambda body: call("PUT", f"{PURPOSES}/p-1", body)


def test_a_put_replaces_the_whole_object(replaced: Any) -> None:
    """PUT replaces the whole object. `PUT .../{id}` -> 200 [1]."""
    answer = replaced({k: v for k, v in purpose("Sales", isActive=False).items() if k != "isActive"})
    assert answer.status_code == 200
    assert answer.json()["name"] == "Sales"
    assert answer.json()["isActive"] is True


@pytest.mark.parametrize("body", [purpose("Sales"), purpose("Sales", id="p-1")])
def test_a_body_is_taken_with_and_without_its_id(replaced: Any, body: Any) -> None:
    """The SDK-shaped body carries `id`, the raw one does not: the org accepts both."""
    assert replaced(body).json()["id"] == "p-1"


def test_a_body_with_another_id_is_400(replaced: Any) -> None:
    """400 malformed or violates a constraint [0][1]."""
    assert replaced(purpose(id="p-2")).status_code == 400


def test_what_the_server_owns_is_kept(replaced: Any) -> None:
    """Server-owned: `id`, `diversionIds[]`, `createdDate`, `modifiedDate`."""
    sent = purpose(diversionIds=["mine"], createdDate="1999-01-01T00:00:00.000Z", modifiedDate="1999", version=77)
    content = replaced(sent).json()
    assert content["diversionIds"] == ["d-1"]
    assert content["createdDate"] == "2024-01-15T10:30:00.000Z"
    assert content["modifiedDate"] == "2026-11-01T12:00:00.000Z"
    assert content["version"] == 2


@pytest.mark.parametrize("name", ["name", "description", "retentionPeriod", "legalBasis"])
@pytest.mark.parametrize("value", [None, "", " ", 7, ["x"]])
def test_a_required_field_is_there_and_a_string(replaced: Any, name: str, value: Any) -> None:
    """400: "Invalid JSON payload, incorrect `retentionPeriod` format, or missing required fields" [1]."""
    answer = replaced(purpose(**{name: value}))
    assert answer.status_code == 400
    assert name in {detail["fieldName"] for detail in answer.json()["details"]}


def test_every_violation_is_named_at_once(replaced: Any) -> None:
    """`details[]`, `errors[]`."""
    answer = replaced({"isActive": "yes"})
    fields = [detail["fieldName"] for detail in answer.json()["details"]]
    assert sorted(fields) == ["description", "isActive", "legalBasis", "name", "retentionPeriod"]


@pytest.mark.parametrize(
    "period", ["180", "d", "0d", "P0D", "-1d", "1.5d", "30D", "P30d", "P1M", "30d ", "30d\n", "٣d"]
)
def test_a_malformed_retention_is_400(replaced: Any, period: str) -> None:
    """`retentionPeriod`: the wire form is `<n>d`."""
    assert replaced(purpose(retentionPeriod=period)).status_code == 400


@pytest.mark.parametrize(
    "policy", [{"retentionPeriod": "9999d"}, {"legalBasis": "because"}, {"legalBasis": "CONSENT"}, {"name": "x"}]
)
def test_the_policy_of_the_organisation_is_not_the_platforms(replaced: Any, policy: Any) -> None:
    """Organisation rules in the seed (a policy of the organisation, not of the platform)."""
    answer = replaced(purpose(**policy))
    assert answer.status_code == 200
    assert policy.items() <= answer.json().items()


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b'{"name": "\xff"}', "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", None, 415),
        (b"name=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    control: Control, call: Caller, data: bytes, content_type: str | None, status: int
) -> None:
    """400: "Invalid JSON payload" [1]; 415 `unsupported.media.type` (published §1.4)."""
    path = f"{PURPOSES}/{control.create('purposes', purpose())['id']}"
    answer = call("PUT", path, data=data, headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_a_property_that_the_platform_does_not_know_is_400(replaced: Any) -> None:
    """400 malformed or violates a constraint [0][1]: a manifest's own keys are no business of the platform's."""
    answer = replaced(purpose(personalData=True))
    assert answer.status_code == 400
    assert answer.json()["details"] == [{"errorCode": "invalid.property", "fieldName": "personalData"}]


def test_a_property_that_it_shows_it_also_takes_back() -> None:
    """PUT replaces the whole object: what a newer platform shows can be kept, changed, or left out."""
    with Sandbox.start(load={"purposes": [LOADED | {"residency": "eu"}]}) as sandbox:
        call = Caller(sandbox.url)
        assert call("PUT", f"{PURPOSES}/p-1", purpose(residency="us")).json()["residency"] == "us"
        assert "residency" not in call("PUT", f"{PURPOSES}/p-1", purpose()).json()
