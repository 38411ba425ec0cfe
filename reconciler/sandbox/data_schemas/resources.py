"""The seven bases as resources: accepted by their rules, stamped by the server, free to be deleted or not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.data_schemas.bases import BASES, Base
from reconciler.sandbox.data_schemas.compatibility import check_compatible
from reconciler.sandbox.data_schemas.documents import checked_document
from reconciler.sandbox.data_schemas.normal import settled
from reconciler.sandbox.data_schemas.quotas import check_quotas, limits_of
from reconciler.sandbox.data_schemas.violations import TAKEN_TITLE, refusal, violation
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Occasion, Resource
from reconciler.sandbox.shapes import mapping

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.resources import Body
    from reconciler.sandbox.store import Stored

OWNED = frozenset({"appliesTo", "createdBy", "dateCreated", "selfUri", "deleted"})


def accept(base: Base, organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """`{enabled, jsonSchema}` as they will be stored, out of a body that has them in any base (see `envelopes`).

    A new schema is enabled whatever the body says (§4.6).
    """
    settings, document = organisation.settings, body.get("jsonSchema")
    enabled = True if before is None else body.get("enabled", before.body["enabled"])
    if not isinstance(enabled, bool):
        raise bad_request("enabled must be true or false.", Detail("enabled", "must be true or false"))
    checked = checked_document(base, document, limits_of(base, settings))
    content = {"enabled": enabled, "jsonSchema": checked}
    _refuse_taken_title(organisation, base, content, before)
    if before is not None:
        check_compatible(base, before.body, content)
    check_quotas(organisation, base, content, before)
    return {**content, "jsonSchema": settled(base, checked, settings.schema_adds)}


def title_of(body: Body) -> str:
    document = body.get("jsonSchema")
    return str(document.get("title", "")) if isinstance(document, Mapping) else ""


def retitled(body: Body, title: str) -> dict[str, Any]:
    """The same schema under another title; its `name` follows it."""
    unnamed = {name: value for name, value in body.items() if name != "name"}
    return {**unnamed, "jsonSchema": {**body.get("jsonSchema", {}), "title": title}}


def stamp(base: Base, _resource: Resource, content: Body, occasion: Occasion) -> dict[str, Any]:
    """What the server writes into each version: who made this one, and when; `name` mirrors the title (§4.2)."""
    stamped: dict[str, Any] = {
        "enabled": content.get("enabled", True),
        "createdBy": {"id": occasion.by, "selfUri": f"/api/v2/users/{occasion.by}"},
        "dateCreated": occasion.now,
        "selfUri": f"{base.path}/{occasion.id}",
    }
    if base.applies_to is not None:
        stamped |= {"name": content.get("name") or title_of(content), "appliesTo": [base.applies_to]}
    if base.tombstones:
        stamped["deleted"] = False
    return stamped


def check_shape(body: Body, where: str) -> None:
    """The least that the rules stand on: a document with properties that are mappings."""
    document = mapping(body.get("jsonSchema"), where=f"{where}.jsonSchema")
    for key, prop in mapping(document.get("properties", {}), where=f"{where}.jsonSchema.properties").items():
        mapping(prop, where=f"{where}.jsonSchema.properties.{key}")
    if not isinstance(body.get("enabled", True), bool):
        raise SandboxError("Wrong type", f"{body['enabled']!r} is not true or false", where=f"{where}.enabled")


def _refuse_taken_title(organisation: Organisation, base: Base, content: Body, before: Stored | None) -> None:
    among_enabled = base.titles == "unique among enabled"
    if base.titles == "free" or (among_enabled and not content["enabled"]):
        return
    title = title_of(content)
    for rival in organisation.collection(base.collection):
        is_other = before is None or rival.id != before.id
        if is_other and title_of(rival.body) == title and (rival.body["enabled"] or not among_enabled):
            raise refusal(violation("title", f"{title!r} is that of schema {rival.id}", TAKEN_TITLE))


def _user_of(base: Base, organisation: Organisation, schema_id: str) -> str | None:
    return next(iter(organisation.collection(base.collection).users.get(schema_id, ())), None)


def _resource(base: Base) -> Resource:
    return Resource(
        collection=base.collection,
        path=base.path,
        noun="Schema",
        scopes=base.scopes,
        accept=partial(accept, base),
        server_owned=OWNED,
        stamp=partial(stamp, base),
        named=title_of,
        renamed=retitled,
        unique_names=False,
        referrer=partial(_user_of, base),
        in_use=base.in_use,
        keeps_versions=True,
        check_shape=check_shape,
    )


DATA_SCHEMAS = tuple(_resource(base) for base in BASES.values())
