"""`POST /archives`, `/notifications` and `/events`: what the user's own services say.

They know nothing of the organisation: their credential, if they want one, is their own.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from reconciler.sandbox.archive.notices import event_violations, notice_violations
from reconciler.sandbox.archive.payloads import Violation, is_uuid, payload_violations
from reconciler.sandbox.archive.store import Archived
from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.exchange import JSON_TYPE, Answer, Exchange, json_answer
from reconciler.sandbox.oauth import bearer
from reconciler.sandbox.organisation import Organisation

KEY = "idempotency-key"


class RefusedError(Exception):
    """On its way to the client."""

    def __init__(self, status: int, error: str, message: str, violations: Iterable[Violation] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.content = {
            "error": error,
            "message": message,
            "violations": [{"field": place, "message": wrong} for place, wrong in violations],
        }


def answer(organisation: Organisation, exchange: Exchange) -> Answer:
    """What is answered; refusals are answers too."""
    work = _WORK.get(exchange.path)
    try:
        if work is None:
            raise RefusedError(404, "not_found", "There is nothing here.")
        if exchange.method != "POST":
            raise RefusedError(405, "method_not_allowed", "POST only.")
        return work(organisation, exchange)
    except RefusedError as refused:
        challenge = (("WWW-Authenticate", "Bearer"),) if refused.status == 401 else ()
        allowed = (("Allow", "POST"),) if refused.status == 405 else ()
        return json_answer(refused.status, refused.content, headers=(*challenge, *allowed))


def _archive(organisation: Organisation, exchange: Exchange) -> Answer:
    """201 for a new key, 409 for a known one whatever comes with it."""
    _authenticate(organisation.settings.archive_credential, exchange)
    payload = _json(exchange)
    violations = [*_key_violations(payload, exchange), *payload_violations(payload)]
    _refuse(violations)
    if organisation.archive.known(payload) is not None:
        raise RefusedError(409, "already_archived", "There is an archive with this idempotency key.")
    archived = Archived(organisation.ids.next("archives"), wire_date(organisation.clock.now()), payload)
    organisation.archive.put(archived)
    return json_answer(organisation.settings.archive_accepted, {"archiveId": archived.archiveId})


def _notice(_organisation: Organisation, exchange: Exchange) -> Answer:
    _refuse(list(notice_violations(_json(exchange))))
    return json_answer(200, {"received": True})


def _event(_organisation: Organisation, exchange: Exchange) -> Answer:
    _refuse(list(event_violations(_json(exchange))))
    return json_answer(200, {"received": True})


_WORK: Mapping[str, Callable[[Organisation, Exchange], Answer]] = {
    "/archives": _archive,
    "/notifications": _notice,
    "/events": _event,
}


def _authenticate(credential: str | None, exchange: Exchange) -> None:
    if credential is not None and not hmac.compare_digest((bearer(exchange) or "").encode(), credential.encode()):
        raise RefusedError(401, "unauthorized", "The archive's own credential is missing or wrong.")


def _json(exchange: Exchange) -> dict[str, Any]:
    if exchange.content_type != JSON_TYPE:
        raise RefusedError(415, "unsupported_media_type", f"The body must be {JSON_TYPE}.")
    try:
        content = orjson.loads(exchange.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise RefusedError(400, "invalid", "The body must be a JSON object.")
    return content


def _key_violations(payload: Mapping[str, Any], exchange: Exchange) -> Iterable[Violation]:
    """Header `Idempotency-Key`, a UUID, and the same in the body."""
    key = exchange.headers.get(KEY)
    if not is_uuid(key):
        yield "Idempotency-Key", "is not a UUID"
    elif key != payload.get("idempotencyKey"):
        yield "Idempotency-Key", "is not the idempotencyKey of the body"


def _refuse(violations: list[Violation]) -> None:
    if violations:
        listed = "; ".join(f"{place} {wrong}".strip() for place, wrong in violations)
        raise RefusedError(400, "invalid", listed, violations)
