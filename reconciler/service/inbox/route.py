"""`POST /callbacks/privacy/{token}`: noted durably and answered; what it is worth is found out later.

The token is all the access there is: whoever has not got it learns nothing, and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from reconciler.model.callback import PATH
from reconciler.model.ports import AuditEntry, Inbox
from reconciler.model.request import Requested
from reconciler.model.secret import Secret
from reconciler.service.inbox.callback import LARGEST, Claim, Unreadable, read_claim, request_key, stamp
from reconciler.service.problems import Refused, described

PATIENCE: Final = 10.0
"""Seconds for a whole body."""


class Receipt(BaseModel):
    """What is answered to a callback, the first time and every other."""

    received: bool = True


@dataclass(frozen=True, slots=True)
class Reception:
    """What receiving needs. `named` are the ledger's requests of a live id; `now` is seconds since the epoch."""

    inbox: Inbox
    key: Secret
    named: Callable[[str], Iterable[Requested]]
    now: Callable[[], float]


def callback_routes(reception: Reception) -> APIRouter:
    router = APIRouter()
    refusals = (
        HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.SERVICE_UNAVAILABLE,
    )  # fmt: skip

    @router.post(PATH + "{token}", responses=described(*refusals), openapi_extra=_BODY)
    async def receive(token: str, request: Request) -> Receipt:
        """Take note that a privacy request may have ended. Nothing is believed before the organisation confirms it."""
        body = await _read(request)
        await run_in_threadpool(_note, reception, token, body)
        return Receipt()

    return router


async def _read(request: Request) -> bytes:
    """The body, no more than may be. A length that is announced is not relied on."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The callback is too large")
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "The callback did not come in time") from None
    except ClientDisconnect:
        raise Refused(HTTPStatus.BAD_REQUEST, "The callback was cut off") from None
    return bytes(body)


def _note(reception: Reception, token: str, body: bytes) -> None:
    try:
        claim = read_claim(body)
    except Unreadable as reason:
        raise Refused(HTTPStatus.BAD_REQUEST, "This is no callback", detail=str(reason)) from None
    key = request_key(claim, token, reception.key, reception.named)
    if key is None:
        raise Refused(HTTPStatus.FORBIDDEN, "The callback is not for this address")
    now = reception.now()
    reception.inbox.receive(key, claim.status, now, _entry(claim, key, now))


def _entry(claim: Claim, key: str, now: float) -> AuditEntry:
    return AuditEntry(
        at=stamp(now), action="WEBHOOK_CALLBACK", address="", live_id=claim.request_id, result="RECEIVED", seal="",
        request_id=key, detail=f"claims {claim.status}",
    )  # fmt: skip


_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["requestId", "status"],
                    "properties": {
                        "requestId": {"type": "string", "pattern": "^[A-Za-z0-9._~:-]{1,200}$"},
                        "status": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_ -]{0,63}$"},
                    },
                }
            }
        },
    }
}
"""Read by ourselves, so that its size is bounded; described all the same."""
