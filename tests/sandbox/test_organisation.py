"""What a client asks at its start (published API §1.2, §1.8, §1.10): the organisation, its limits, the token."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox

from .caller import PURPOSES, Caller

LIMITS = "/api/v2/organizations/limits"


def test_the_organisation_has_what_its_model_has(call: Caller) -> None:
    """A stand-in server must answer organizations/me with a non-null `defaultCountryCode` (§1.10)."""
    answer = call("GET", "/api/v2/organizations/me").json()
    assert (answer["defaultCountryCode"], answer["state"], answer["productPlatform"]) == (
        "US",
        "active",
        "GenesysCloud",
    )
    assert answer["selfUri"] == f"/api/v2/organizations/{answer['id']}"
    assert set(answer) <= {
        "id", "name", "defaultLanguage", "defaultCountryCode", "thirdPartyOrgName", "thirdPartyURI", "domain",
        "features", "version", "state", "defaultSiteId", "supportURI", "voicemailEnabled", "productPlatform", "selfUri",
    }  # fmt: skip


def test_products_are_counted(call: Caller) -> None:
    """GET authorization/products (with `total`)."""
    answer = call("GET", "/api/v2/authorization/products").json()
    assert set(answer) == {"entities", "pageSize", "pageNumber", "total", "pageCount"}
    assert answer["total"] == len(answer["entities"])
    assert all(set(each) == {"id"} for each in answer["entities"])


def test_a_token_tells_whose_it_is(sandbox: Sandbox) -> None:
    """GET, HEAD tokens/me."""
    reader = Caller(sandbox.url, scope="privacy:purpose:read")
    answer = reader("GET", "/api/v2/tokens/me").json()
    assert answer["organization"] == answer["homeOrganization"]
    assert answer["organization"]["name"] == "Sandbox Organisation"
    assert answer["authorizedScope"] == ["privacy:purpose:read"]
    assert answer["dateTokenIdles"] == "2026-11-01T13:00:00.000Z"
    assert answer["OAuthClient"]["id"] == "sandbox"
    assert answer["OAuthClient"]["authorizedGrantType"] == "CLIENT-CREDENTIALS"
    head = reader("HEAD", "/api/v2/tokens/me")
    assert (head.status_code, head.content) == (200, b"")


def test_a_token_can_be_given_back(sandbox: Sandbox, call: Caller) -> None:
    """Revoke: DELETE tokens/me. Others stay good."""
    other = Caller(sandbox.url)
    assert other("DELETE", "/api/v2/tokens/me").status_code == 204
    assert other("GET", PURPOSES).status_code == other("HEAD", "/api/v2/tokens/me").status_code == 401
    assert call("GET", PURPOSES).status_code == 200


def limits(call: Caller, path: str) -> dict[str, Any]:
    answer = call("GET", f"{LIMITS}/namespaces/{path}").json()
    assert set(answer) == {"entities"}
    assert all(set(each) == {"key", "namespace", "value"} for each in answer["entities"])
    return {each["key"]: each["value"] for each in answer["entities"]}


def test_limits_tell_the_rate_that_holds(call: Caller, control: Control) -> None:
    """Effective limits are readable at run time: .../{ns}, .../{ns}/defaults; `client.credentials.token.rate...`."""
    control.settings(token_rate=70, schema_limits={"user_schemas": {"maxNumberOfSchemasPerOrg": 5}})
    rate = "client.credentials.token.rate.per.minute"
    assert limits(call, "platform.api") == {rate: 70, "org.app.user.rate.per.minute": 3000}
    assert limits(call, "platform.api/defaults")[rate] == 300
    assert call("GET", PURPOSES).headers["inin-ratelimit-allowed"] == "70"
    assert (limits(call, "users")["schemas.per.org"], limits(call, "users/defaults")["schemas.per.org"]) == (5, 20)
    control.settings(token_rate=None)
    assert rate not in limits(call, "platform.api")


def test_namespaces_come_page_by_page(call: Caller) -> None:
    """GET organizations/limits/namespaces takes pageNumber and pageSize (SDK)."""
    pages = [call("GET", f"{LIMITS}/namespaces", params={"pageSize": 4, "pageNumber": n}).json() for n in (1, 2)]
    names = [name for page in pages for name in page["entities"]]
    assert names == sorted(names)
    assert {"platform.api", "task.management", "external.contacts", "journey", "conversation"} <= set(names)
    assert [page["total"] for page in pages] == [len(names)] * 2
    for name in names:
        assert limits(call, name)


def test_limits_are_documented(call: Caller) -> None:
    """GET organizations/limits/docs (LimitDocumentation)."""
    answer = call("GET", f"{LIMITS}/docs").json()
    documented = {
        each["name"]: {of["key"]: of["defaultValue"] for of in each["limits"]} for each in answer["namespaces"]
    }
    assert documented["platform.api"]["client.credentials.token.rate.per.minute"] == 300
    assert set(answer) == {"url", "namespaces"}


@pytest.mark.parametrize("path", ["", "/namespaces/none", "/namespaces/none/defaults", "/namespaces/", "/none"])
def test_what_has_no_limits_is_404(call: Caller, path: str) -> None:
    assert call("GET", LIMITS + path).status_code == 404


@pytest.mark.parametrize("path", [f"{LIMITS}/namespaces", "/api/v2/authorization/products", "/api/v2/tokens/me"])
def test_a_token_is_enough_and_is_needed(sandbox: Sandbox, path: str) -> None:
    """No permission needed beyond a token."""
    stranger = Caller(sandbox.url, scope="webhooks:write")
    assert stranger("GET", path).status_code == 200
    assert stranger("POST", path, {}).status_code == 405
    stranger.token = "none"
    assert stranger("GET", path).status_code == 401
