"""How the file host says no: S3's XML, which is no ErrorBody of the platform's."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.exports.shipments import Shipment


def refusal(
    status: int, code: str, message: str, exchange: Exchange, headers: dict[str, str] | None = None
) -> Shipment:
    """`<Error><Code>`, `<Message>`, `<RequestId>`; a HEAD gets the headers alone."""
    request_id = exchange.correlation_id
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    return page(status, "application/xml", xml.encode(), {"x-amz-request-id": request_id, **(headers or {})})


def page(status: int, content_type: str, content: bytes, headers: dict[str, str] | None = None) -> Shipment:
    """A short answer that is known as a whole."""
    return Shipment(status, {"Content-Type": content_type, **(headers or {})}, iter((content,)), len(content))
