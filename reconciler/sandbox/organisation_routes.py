"""What a client asks an organisation at its start: who it is, what it has, how much it allows, whose token this is."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import org_limits
from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.oauth import bearer
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.verbs import Verb, Verbs

ORGANISATION = "/api/v2/organizations/me"
PRODUCTS = ("collaborateFree", "engage3")


def verbs(organisation: Organisation, exchange: Exchange) -> Verbs:
    """What can be done at a path that belongs to no collection."""
    org = organisation
    match exchange.path:
        case "/api/v2/organizations/me":
            return {"GET": Verb("organisation", None, lambda: json_answer(200, _organisation(org)))}
        case "/api/v2/authorization/products":
            return {"GET": Verb("products", None, lambda: json_answer(200, _products()))}
        case "/api/v2/tokens/me":
            return {
                "GET": Verb("token", None, lambda: json_answer(200, _token(org, exchange))),
                "HEAD": Verb("token", None, lambda: Answer(200)),
                "DELETE": Verb("token", None, lambda: _revoke(org, exchange)),
            }
        case _:
            return org_limits.verbs(organisation, exchange)


def _organisation(organisation: Organisation) -> dict[str, Any]:
    """The SDK's Organization; a client of CX as Code's make dereferences `defaultCountryCode` (§1.10)."""
    return {
        "id": organisation.id,
        "name": organisation.name,
        "defaultLanguage": "en-us",
        "defaultCountryCode": "US",
        "thirdPartyOrgName": "sandbox-organisation",
        "domain": "sandbox-organisation",
        "version": 1,
        "state": "active",
        "voicemailEnabled": False,
        "productPlatform": "GenesysCloud",
        "features": {"purecloud": True, "directory": True, "contactCenter": True, "chat": False, "hipaa": False},
        "selfUri": f"/api/v2/organizations/{organisation.id}",
    }


def _products() -> dict[str, Any]:
    """One page with all of them (OrganizationProductEntityListing)."""
    entities = [{"id": product} for product in PRODUCTS]
    return {"entities": entities, "pageSize": 25, "pageNumber": 1, "total": len(entities), "pageCount": 1}


def _token(organisation: Organisation, exchange: Exchange) -> dict[str, Any]:
    """The SDK's TokenInfo, of a token that belongs to a client and to no user."""
    token = organisation.tokens.valid(bearer(exchange) or "", organisation.clock.now())
    assert token is not None  # noqa: S101 - the platform has let it in
    home = {"id": organisation.id, "name": organisation.name}
    client = {
        "id": token.client_id,
        "name": token.client_id,
        "authorizedGrantType": "CLIENT-CREDENTIALS",
        "scope": [],
        "roleDivisions": [],
        "state": "active",
        "organization": home,
    }
    return {
        "organization": home,
        "homeOrganization": home,
        "authorizedScope": sorted(token.scopes),
        "dateTokenIdles": wire_date(token.expires_at),
        "OAuthClient": client,
    }


def _revoke(organisation: Organisation, exchange: Exchange) -> Answer:
    """Ends the token that asks for it."""
    organisation.tokens.revoke(bearer(exchange) or "")
    return Answer(204)
