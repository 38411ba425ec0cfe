"""`GET /api/v2/data/flex/schemas/{id}/records?pageSize=&after=` [X]: a list by cursor, without page numbers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from reconciler.sandbox.exchange import Answer, Exchange, json_answer
from reconciler.sandbox.flex_schemas import FLEX_SCHEMAS
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.paging import invalid_parameter, whole_number
from reconciler.sandbox.records import serial_of


def list_records(organisation: Organisation, exchange: Exchange, schema_id: str) -> Answer:
    """No `nextUri` on the last page; `total` counts all records, not those that are left."""
    organisation.existing(FLEX_SCHEMAS, schema_id)
    settings = organisation.settings
    size = whole_number(exchange, "pageSize", default=settings.default_page_size, largest=settings.max_page_size)
    page, following = organisation.records.page(schema_id, size, after=_position(exchange))
    content: dict[str, Any] = {
        "entities": [{"id": record.id, "values": record.values} for record in page],
        "total": len(organisation.records.of(schema_id)),
    }
    if following is not None:
        path = f"{FLEX_SCHEMAS.path}/{quote(schema_id)}/records"
        content["nextUri"] = f"{path}?pageSize={size}&after={quote(following)}"
    return json_answer(200, content)


def _position(exchange: Exchange) -> int:
    given = exchange.query.get("after")
    if given is None:
        return 0
    serial = serial_of(given[-1]) if len(given) == 1 else None
    if serial is None:
        raise invalid_parameter("after", "is not a cursor that this organisation gave out")
    return serial
