"""Published API §4.3 and §4.4: how many schemas and fields there may be, how big a body, and how a refusal says so."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, SandboxError

from .caller import Caller
from .schemas import (
    BASES,
    CONTACTS,
    CONVERSATIONS,
    EVENTS,
    ORGANIZATIONS,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    Schemas,
    code,
    document,
    integer,
    named,
)

NAMESPACES = {
    WORKITEMS: "task.management",
    CONTACTS: "external.contacts",
    ORGANIZATIONS: "external.contacts",
    EVENTS: "journey",
    CONVERSATIONS: "conversation",
    USERS: "users",
    RULES: "business.rules",
}
PER_ORG = "limit.max.number.of.schemas.per.org.would.be.exceeded"
PER_SCHEMA = "limit.max.number.of.fields.per.schema.would.be.exceeded"
FIELDS_PER_ORG = "limit.max.number.of.fields.per.org.would.be.exceeded"


@pytest.fixture(params=BASES, ids=named)
def schemas(request: pytest.FixtureRequest, call: Caller) -> Schemas:
    return Schemas(call, request.param)


def allow(control: Control, base: Base, **limits: int) -> None:
    names = {"schemas": "SchemasPerOrg", "fields": "FieldsPerSchema", "all_fields": "FieldsPerOrg"}
    given = {f"maxNumberOf{names[name]}": value for name, value in limits.items()}
    control.settings(schema_limits={base.collection: given})


def fields(*keys: str) -> dict[str, Any]:
    return {key: integer(title=key) for key in keys}


def test_schemas_per_org_are_limited(schemas: Schemas, control: Control) -> None:
    """400 ...schemas.per.org.would.be.exceeded; ErrorBody's limit {key, namespace, value} and its message in parts."""
    allow(control, schemas.base, schemas=2)
    schemas.create(document("One"))
    second = schemas.create(document("Two"))
    refused = schemas.post(document("Three"))
    body = refused.json()
    assert (refused.status_code, code(refused)) == (400, PER_ORG)
    assert body["limit"] == {"key": "schemas.per.org", "namespace": NAMESPACES[schemas.base], "value": 2}
    assert body["messageWithParams"].format(**body["messageParams"]) == body["message"]
    assert "2" in body["message"]
    assert schemas.put(second["id"], 1, document("Two"), enabled=False).status_code == 200
    assert code(schemas.post(document("Three"))) == PER_ORG, "a disabled one still counts"


def test_a_deleted_schema_does_not_count(call: Caller, control: Control) -> None:
    allow(control, WORKITEMS, schemas=1, all_fields=1)
    schemas = Schemas(call, WORKITEMS)
    schemas.delete(schemas.create(document(**fields("a")))["id"])
    schemas.create(document(**fields("a")))


def test_fields_per_schema_are_limited(schemas: Schemas, control: Control) -> None:
    """400 ...fields.per.schema.would.be.exceeded."""
    allow(control, schemas.base, fields=2)
    refused = schemas.post(document(**fields("a", "b", "c")))
    assert (refused.status_code, code(refused)) == (400, PER_SCHEMA)
    assert refused.json()["limit"]["value"] == 2
    created = schemas.create(document(**fields("a", "b")))
    assert code(schemas.put(created["id"], 1, document(**fields("a", "b", "c")))) == PER_SCHEMA


def test_fields_per_org_are_limited(schemas: Schemas, control: Control) -> None:
    """400 ...fields.per.org.would.be.exceeded."""
    allow(control, schemas.base, all_fields=3)
    schemas.create(document("One", **fields("a", "b")))
    refused = schemas.post(document("Two", **fields("a", "b")))
    assert (refused.status_code, code(refused)) == (400, FIELDS_PER_ORG)
    second = schemas.create(document("Two", **fields("a")))
    assert code(schemas.put(second["id"], 1, document("Two", **fields("a", "b")))) == FIELDS_PER_ORG


def test_who_is_over_a_quota_may_still_write_what_adds_nothing(schemas: Schemas, control: Control) -> None:
    created = schemas.create(document(**fields("a", "b")))
    allow(control, schemas.base, schemas=0, fields=1, all_fields=1)
    assert schemas.put(created["id"], 1, document("Renamed", **fields("a", "b"))).status_code == 200


def test_business_rules_have_quotas_without_showing_limits(call: Caller) -> None:
    """businessrules: 20, 25, 500; no /limits endpoint; namespace business.rules."""
    shown = call("GET", "/api/v2/organizations/limits/namespaces/business.rules").json()["entities"]
    assert [each["value"] for each in shown] == [20, 25, 500]
    refused = Schemas(call, RULES).post(document(**fields(*(f"f{number}" for number in range(26)))))
    assert (code(refused), refused.json()["limit"]["value"]) == (PER_SCHEMA, 25)


def test_contacts_and_organizations_share_their_quotas(call: Caller, control: Control) -> None:
    """20 types shared between contact and org types per help."""
    limits = {"maxNumberOfSchemasPerOrg": 2, "maxNumberOfFieldsPerOrg": 3}
    control.settings(schema_limits={"contact_schemas": limits, "organization_schemas": limits})
    Schemas(call, CONTACTS).create(document(**fields("a", "b")))
    organizations = Schemas(call, ORGANIZATIONS)
    assert code(organizations.post(document(**fields("a", "b")))) == FIELDS_PER_ORG
    organizations.create(document(**fields("a")))
    for base in (CONTACTS, ORGANIZATIONS):
        assert code(Schemas(call, base).post(document("More"))) == PER_ORG


def test_lengths_can_be_set_too(call: Caller, control: Control) -> None:
    control.settings(schema_limits={"workitem_schemas": {"maxSchemaNameCharacters": 3, "maxFieldNameCharacters": 1}})
    assert code(Schemas(call, WORKITEMS).post(document("Four"))) == "length.limits.would.be.exceeded"
    assert code(Schemas(call, WORKITEMS).post(document("Six", **fields("ab")))).startswith("limit.max.number.of.char")
    Schemas(call, WORKITEMS).create(document("Six", **fields("a")))


def test_a_body_that_is_too_large_is_413(schemas: Schemas, control: Control) -> None:
    """413 payload.too.large (users: request.body.size.limit.exceeded)."""
    created = schemas.create(document())
    sent = len(schemas.post(document("Other")).request.body)
    control.settings(max_schema_bytes=sent)
    assert schemas.post(document("Third")).status_code == 200
    control.settings(max_schema_bytes=sent - 10)
    expected = "request.body.size.limit.exceeded" if schemas.base is USERS else "payload.too.large"
    for refused in (schemas.post(document()), schemas.put(created["id"], 1, document())):
        assert (refused.status_code, refused.json()["code"]) == (413, f"dynamic.schema.{expected}")


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_limits": {"purposes": {}}},
        {"schema_limits": {"user_schemas": {"max": 1}}},
        {"schema_limits": {"user_schemas": {"maxNumberOfSchemasPerOrg": "1"}}},
        {"schema_adds": ["everything"]},
        {"schema_conflict": 412},
        {"deleted_schemas": "hidden"},
        {"deletion_forbidden": ["conversation_schemas"]},
        {"withheld": ["purposes.coretypes"]},
    ],
)
def test_a_setting_of_schemas_that_makes_no_sense_is_refused(control: Control, changes: dict[str, Any]) -> None:
    with pytest.raises(SandboxError):
        control.settings(**changes)
