"""Between a webhook on the wire and what the shape reads (contract §4).

On the wire `headers` is a mapping, and a filter the text `schemaId eq '<id>'`. A filter that says anything else stays
the text that it is.
"""

from __future__ import annotations

import re
from typing import Final

from reconciler.model.kind import Body, Envelope
from reconciler.model.values import Json

_BY_SCHEMA: Final = re.compile(r"schemaId eq '([^'\x00-\x1f]+)'")


def opened(body: Body) -> Body:
    """An answer as the shape reads it. What is not as it should be stays, for the shape to refuse."""
    flat = dict(body)
    if isinstance(headers := body.get("headers"), dict):
        flat["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
    if isinstance(text := body.get("filter"), str):
        found = _BY_SCHEMA.fullmatch(text)
        flat["filter"] = {"schemaId": found[1]} if found else {"text": text}
    return flat


def closed(body: Body) -> Body:
    """What is sent. Every webhook is told by POST, and nobody can choose."""
    whole = {"requestType": "POST", **body}
    if "headers" in body:
        whole["headers"] = {header["name"]: header["value"] for header in body["headers"]}
    if "filter" in body:
        whole["filter"] = _text(body["filter"])
    return whole


def _text(stated: Json) -> str:
    return f"schemaId eq '{stated['schemaId']}'" if "schemaId" in stated else str(stated["text"])


ENVELOPE: Final = Envelope(opened, closed, closed)
