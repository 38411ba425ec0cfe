"""Published API §4.1 and §4.2: the operations of each base, and what goes into them and comes out."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox

from .caller import Caller
from .schemas import (
    BASES,
    CONTACTS,
    CONVERSATIONS,
    DELETABLE,
    DRAFT_04,
    EVENTS,
    ORGANIZATIONS,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    Schemas,
    code,
    document,
    named,
    text,
)

SHOWN = {"id", "version", "enabled", "createdBy", "dateCreated", "jsonSchema", "selfUri"}
"""What ConversationDataSchema and JourneyExternalEventsSchema have (SDK); DataSchema has `name`, `appliesTo`, too."""


@pytest.fixture(params=BASES, ids=named)
def schemas(request: pytest.FixtureRequest, call: Caller) -> Schemas:
    return Schemas(call, request.param)


def test_a_created_schema_is_answered_with_200_at_version_1(schemas: Schemas) -> None:
    """POST returns 200; createdBy, dateCreated and selfUri are the server's."""
    base = schemas.base
    answer = schemas.post(document(a=text(base)))
    body = answer.json()
    assert (answer.status_code, body["version"], body["enabled"]) == (200, 1, True)
    assert body["dateCreated"] == "2026-11-01T12:00:00.000Z"
    assert body["createdBy"] == {"id": "sandbox", "selfUri": "/api/v2/users/sandbox"}
    assert body["selfUri"] == f"{base.path}/{body['id']}"
    assert body["jsonSchema"]["$schema"] == DRAFT_04
    assert body["jsonSchema"]["properties"] == {"a": text(base)}


def test_an_answer_has_the_members_of_its_model(schemas: Schemas) -> None:
    """Journey/Conversation responses have no `name` and no `appliesTo`."""
    has_name = schemas.base not in (EVENTS, CONVERSATIONS)
    assert set(schemas.create(document())) == SHOWN | ({"name", "appliesTo"} if has_name else set())


@pytest.mark.parametrize(
    ("base", "applies_to"),
    [
        (WORKITEMS, "WORKITEM"),
        (CONTACTS, "CONTACT"),
        (ORGANIZATIONS, "EXTERNAL_ORGANIZATION"),
        (USERS, "USER_CUSTOM_ATTRIBUTES"),
        (RULES, "DECISION_TABLE"),
    ],
)
def test_a_schema_says_what_it_applies_to(call: Caller, base: Base, applies_to: str) -> None:
    """`appliesTo`: read-only list."""
    assert Schemas(call, base).create(document())["appliesTo"] == [applies_to]


@pytest.mark.parametrize("base", [WORKITEMS, CONTACTS, ORGANIZATIONS, USERS])
def test_the_name_mirrors_the_title(call: Caller, base: Base) -> None:
    """`name` mirrors jsonSchema.title in practice."""
    schemas = Schemas(call, base)
    created = schemas.post(document("Ticket"), name="Something else").json()
    assert created["name"] == "Ticket"
    assert schemas.put(created["id"], 1, document("Case"), name="Something else").json()["name"] == "Case"


def test_get_and_the_list_show_the_same(schemas: Schemas) -> None:
    """Lists are unpaged {total, entities, selfUri}; businessrules returns {entities, nextUri, selfUri, previousUri}."""
    created = [schemas.create(document(title, a=text(schemas.base))) for title in ("B", "A")]
    listed = schemas.get(pageSize=1).json()
    assert listed["entities"] == [schemas.get(each["id"]).json() for each in created]
    envelope: dict[str, Any] = {"entities": listed["entities"], "selfUri": schemas.base.path}
    assert listed == (envelope if schemas.base is RULES else {"total": 2, **envelope})


def test_only_get_bodies_say_deleted_and_only_of_two_bases(schemas: Schemas) -> None:
    """`deleted` is not in any published model, but present in raw GET bodies for workitems and businessrules."""
    created = schemas.create(document())
    updated = schemas.put(created["id"], 1, document()).json()
    shown = schemas.get(created["id"]).json()
    has_it = schemas.base in (WORKITEMS, RULES)
    assert shown == updated | ({"deleted": False} if has_it else {})
    assert ("deleted" in created, "deleted" in updated) == (False, False)


def test_a_schema_starts_enabled_whatever_is_sent(call: Caller) -> None:
    """§4.6: create apparently ignores enabled=false."""
    for base in (WORKITEMS, CONTACTS, ORGANIZATIONS, USERS):
        sent = {"enabled": False, "version": 7, "id": "mine"}
        created = Schemas(call, base).post(document(), **sent).json()
        assert (created["enabled"], created["version"]) == (True, 1)
        assert created["id"] != "mine"


@pytest.mark.parametrize(
    ("base", "body"),
    [
        (WORKITEMS, document()),
        (USERS, {"name": "Ticket"}),
        (USERS, {"jsonSchema": None}),
        (WORKITEMS, {"jsonSchema": document(), "deleted": False}),
        (WORKITEMS, {"jsonSchema": document(), "enabled": "yes"}),
        (WORKITEMS, {"jsonSchema": document(), "name": 7}),
        (RULES, {"jsonSchema": document(), "name": "Ticket"}),
        (RULES, {"jsonSchema": document(), "enabled": True}),
        (RULES, document()),
        (EVENTS, {"jsonSchema": document()}),
        (CONVERSATIONS, {"jsonSchema": document(), "enabled": True}),
        (CONVERSATIONS, []),
    ],
)
def test_another_bases_envelope_is_refused(call: Caller, base: Base, body: Any) -> None:
    """Three create envelopes: full DataSchema; {jsonSchema}; bare JSON schema."""
    assert call("POST", base.path, body).status_code == 400
    assert call("GET", base.path).json()["entities"] == []


def test_a_disabled_schema_can_be_written_to_and_enabled(schemas: Schemas) -> None:
    """Enable/disable: yes, via PUT; each toggle increments version."""
    created = schemas.create(document())
    for version, enabled in ((1, False), (2, False), (3, True)):
        updated = schemas.put(created["id"], version, document(), enabled=enabled).json()
        assert (updated["version"], updated["enabled"]) == (version + 1, enabled)


@pytest.mark.parametrize("base", [EVENTS, CONVERSATIONS, RULES])
@pytest.mark.parametrize("missing", ["enabled", "jsonSchema"])
def test_what_an_update_must_have(call: Caller, base: Base, missing: str) -> None:
    """Update body is {version, enabled, jsonSchema} all required."""
    created = Schemas(call, base).create(document())
    body = {"version": 1, "enabled": True, "jsonSchema": document()}
    del body[missing]
    assert call("PUT", created["selfUri"], body).status_code == 400


@pytest.mark.parametrize("base", [WORKITEMS, CONTACTS, ORGANIZATIONS, USERS])
def test_a_whole_schema_may_leave_enabled_out_but_not_the_document(call: Caller, base: Base) -> None:
    """DataSchema: `jsonSchema` is required, `enabled` is not."""
    created = Schemas(call, base).create(document())
    call("PUT", created["selfUri"], {"version": 1, "enabled": False, "jsonSchema": document()})
    assert call("PUT", created["selfUri"], {"version": 2, "jsonSchema": document()}).json()["enabled"] is False
    assert call("PUT", created["selfUri"], {"version": 3, "enabled": True}).status_code == 400


@pytest.mark.parametrize("base", [EVENTS, CONVERSATIONS, RULES])
@pytest.mark.parametrize("extra", ["name", "id", "selfUri", "deleted"])
def test_an_update_request_has_three_members_and_no_more(call: Caller, base: Base, extra: str) -> None:
    """The SDK's update requests have version, enabled and jsonSchema."""
    schemas = Schemas(call, base)
    created = schemas.create(document())
    assert schemas.put(created["id"], 1, document(), **{extra: "x"}).status_code == 400


def test_what_get_shows_put_takes_except_for_deleted(call: Caller) -> None:
    """DataSchema: server-owned members are read-only; `deleted` is in no published model."""
    schemas = Schemas(call, WORKITEMS)
    shown = schemas.get(schemas.create(document(a=text()))["id"]).json()
    assert call("PUT", shown["selfUri"], shown).status_code == 400
    del shown["deleted"]
    updated = call("PUT", shown["selfUri"], shown | {"dateCreated": "2000-01-01", "appliesTo": ["CONTACT"]})
    assert (updated.status_code, updated.json()) == (200, shown | {"version": 2})


def test_a_body_with_another_id_is_refused(call: Caller) -> None:
    schemas = Schemas(call, WORKITEMS)
    created = schemas.create(document())
    assert schemas.put(created["id"], 1, document(), id="another").status_code == 400


def test_versions_can_be_read_one_by_one(schemas: Schemas) -> None:
    """/{id}/versions(/{v}): createdBy and dateCreated are of THIS version."""
    created = schemas.create(document("One"))
    schemas.call("PUT", created["selfUri"], {"version": 1, "enabled": False, "jsonSchema": document("Two")})
    versions = schemas.get(f"{created['id']}/versions").json()
    assert [each["version"] for each in versions["entities"]] == [1, 2]
    assert [each["enabled"] for each in versions["entities"]] == [True, False]
    assert versions["selfUri"] == f"{created['selfUri']}/versions"
    assert versions.get("total") == (None if schemas.base is RULES else 2)
    for each in versions["entities"]:
        assert schemas.get(f"{created['id']}/versions/{each['version']}").json() == each
    assert versions["entities"][0]["jsonSchema"]["title"] == "One"
    assert schemas.get(f"{created['id']}/versions/3").status_code == 404
    assert schemas.get("none/versions").status_code == schemas.get("none/versions/1").status_code == 404


def test_the_date_is_that_of_the_version(sandbox: Sandbox, call: Caller) -> None:
    """dateCreated: of THIS version."""
    schemas = Schemas(call, CONTACTS)
    created = schemas.create(document())
    sandbox.control.advance(60)
    updated = schemas.put(created["id"], 1, document()).json()
    assert updated["dateCreated"] == "2026-11-01T12:01:00.000Z"
    assert schemas.get(f"{created['id']}/versions/1").json()["dateCreated"] == created["dateCreated"]


def test_versions_of_business_rules_come_page_by_page(call: Caller) -> None:
    """Cursor before/after: the cursor must be parsed out of nextUri; no total."""
    schemas = Schemas(call, RULES)
    created = schemas.create(document())
    for version in range(1, 5):
        schemas.put(created["id"], version, document())
    path = f"{created['selfUri']}/versions"
    first = call("GET", f"{path}?pageSize=2").json()
    assert [each["version"] for each in first["entities"]] == [1, 2]
    assert set(first) == {"entities", "selfUri", "nextUri"}
    second = call("GET", first["nextUri"]).json()
    third = call("GET", second["nextUri"]).json()
    assert [each["version"] for page in (second, third) for each in page["entities"]] == [3, 4, 5]
    assert "nextUri" not in third
    assert call("GET", third["previousUri"]).json()["entities"] == second["entities"]
    both = f"{first['nextUri'].partition('&')[2]}&{third['previousUri'].partition('&')[2]}"
    for wrong in ("pageSize=0", "pageSize=101", "after=x", "before=x", both):
        assert call("GET", f"{path}?{wrong}").status_code == 400


def test_a_page_of_versions_has_25_unless_told_otherwise(call: Caller, control: Control) -> None:
    """pageSize: number of items per page, between 1 and 100 (SDK); usual default 25 (§1.7)."""
    versions = [{"version": number, "jsonSchema": document()} for number in range(1, 31)]
    control.load({"business_rules_schemas": [{**versions[-1], "id": "r", "versions": versions[:-1]}]})
    path = f"{RULES.path}/r/versions"
    assert len(call("GET", path).json()["entities"]) == 25
    assert len(call("GET", f"{path}?pageSize=100").json()["entities"]) == 30


@pytest.mark.parametrize("base", [ORGANIZATIONS, CONVERSATIONS], ids=named)
def test_a_base_without_delete_answers_405(call: Caller, base: Base) -> None:
    """DELETE: none. The path has other methods, so it is the method that is not there."""
    created = Schemas(call, base).create(document())
    answer = call("DELETE", created["selfUri"])
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT")
    assert call("GET", created["selfUri"]).status_code == 200


def test_whatever_is_read_is_answered_with_200(schemas: Schemas) -> None:
    created = schemas.create(document())
    paths = [
        "",
        created["id"],
        f"{created['id']}/versions",
        f"{created['id']}/versions/1",
        "coretypes",
        "coretypes/enum",
    ]
    assert {schemas.get(path).status_code for path in paths} == {200}


@pytest.mark.parametrize(
    "rest", ["none", "none/versions", "none/versions/1", "none/x", "none/versions/1/x", "coretypes/x"]
)
def test_what_is_not_there_is_404(schemas: Schemas, rest: str) -> None:
    assert schemas.get(rest).status_code == 404
    assert schemas.put("none", 1, document()).status_code == 404


@pytest.mark.parametrize("rest", ["coretypes", "coretypes/enum", "limits", "none/versions", "none/versions/1"])
def test_what_can_only_be_read_is_405_otherwise(call: Caller, rest: str) -> None:
    """PUT only (no PATCH); GET only."""
    assert call("POST", f"{WORKITEMS.path}/{rest}", {}).status_code == 405
    assert call("PATCH", f"{WORKITEMS.path}/none", {}).status_code == 405


SCOPES = {
    WORKITEMS: [f"workitems:workitemSchema:{each}" for each in ("view", "add", "edit", "delete")],
    CONTACTS: [f"externalContacts:customFields:{each}" for each in ("view", "add", "edit", "edit")],
    ORGANIZATIONS: [f"externalContacts:customFields:{each}" for each in ("view", "add", "edit")],
    EVENTS: [f"journey:externalEventsSchema:{each}" for each in ("view", "add", "edit", "delete")],
    CONVERSATIONS: [f"conversation:customAttributes:schema{each}" for each in ("View", "Add", "Edit")],
    USERS: [f"users:customAttributesSchema:{each}" for each in ("view", "add", "edit", "delete")],
    RULES: [f"businessrules:businessRulesSchema:{each}" for each in ("view", "add", "edit", "delete")],
}


@pytest.mark.parametrize("base", BASES, ids=named)
def test_each_access_asks_for_its_permission(sandbox: Sandbox, call: Caller, base: Base) -> None:
    """Permissions (view / add / edit / delete); contacts DELETE needs edit; 403 `missing.permissions` (§1.3)."""
    created = Schemas(call, base).create(document())
    permissions = dict(zip(("view", "add", "edit", "delete"), SCOPES[base], strict=False))
    stranger = Caller(sandbox.url, scope="webhooks:write")
    versions = f"{created['selfUri']}/versions"
    views = [base.path, created["selfUri"], versions, f"{versions}/1", f"{base.path}/coretypes"]
    tried = [("GET", path, "view") for path in views]
    tried += [("POST", base.path, "add"), ("PUT", created["selfUri"], "edit")]
    tried += [("DELETE", created["selfUri"], "delete")] if base in DELETABLE else []
    for method, path, access in tried:
        answer = stranger(method, path, {} if method in ("POST", "PUT") else None)
        assert (answer.status_code, code(answer)) == (403, "missing.permissions")
        assert permissions[access] in answer.json()["message"]
        allowed = Caller(sandbox.url, scope=permissions[access])
        assert allowed(method, path, {} if method in ("POST", "PUT") else None).status_code != 403


@pytest.mark.parametrize("base", BASES, ids=named)
def test_a_base_that_is_not_offered_is_404_and_verbs_can_be_withheld(sandbox: Sandbox, base: Base) -> None:
    """404/405/410 on a collection means "this organisation does not offer KIND (or VERB) at PATH"."""
    call = Caller(sandbox.url)
    sandbox.control.settings(withheld=[f"{base.collection}.list", f"{base.collection}.coretypes"])
    assert call("GET", base.path).status_code == call("GET", f"{base.path}/coretypes").status_code == 405
    assert Schemas(call, base).post(document()).status_code == 200
    sandbox.control.settings(offered=["purposes"])
    assert Schemas(call, base).post(document()).status_code == call("GET", f"{base.path}/limits").status_code == 404
