"""What the organisation answers when it refuses: the platform's ErrorBody, made in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reconciler.sandbox.exchange import Answer, json_answer


@dataclass(frozen=True, slots=True)
class Detail:
    """One violation: the field as a path (`fields[3].type`) and what is wrong with it."""

    field: str
    message: str
    code: str = "invalid.value"


@dataclass(frozen=True, slots=True)
class OrgLimit:
    """A limit of the organisation that a request would exceed, under its name in the limits' namespaces."""

    key: str
    namespace: str
    value: int


class Problem(Exception):
    """A refusal on its way to the client; `more` are members of its ErrorBody that not every refusal has."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: tuple[Detail, ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
        self.more = more or {}

    def answer(self, correlation_id: str) -> Answer:
        """The ErrorBody of the published API §1.4; `contextId` equals the `ININ-Correlation-Id` header."""
        body = error_body(self.status, self.code, self.message, correlation_id)
        body["details"] = [{"errorCode": detail.code, "fieldName": detail.field} for detail in self.details]
        body["errors"] = [
            error_body(self.status, detail.code, f"{detail.field}: {detail.message}", correlation_id)
            for detail in self.details
        ]
        return json_answer(self.status, body | dict(self.more), headers=self.headers)


def error_body(status: int, code: str, message: str, correlation_id: str) -> dict[str, object]:
    return {
        "message": message,
        "code": code,
        "status": status,
        "contextId": correlation_id,
        "details": [],
        "errors": [],
    }


def limit_exceeded(code: str, template: str, limit: OrgLimit) -> Problem:
    """400 with the limit itself; `template` names it as `{value}` (published API §1.4)."""
    params = {"value": str(limit.value)}
    more = {"messageWithParams": template, "messageParams": params, "limit": asdict(limit)}
    return Problem(400, code, template.format(**params), more=more)


def bad_request(message: str, *details: Detail, code: str = "bad.request") -> Problem:
    return Problem(400, code, message, details=details)


def not_found(message: str) -> Problem:
    return Problem(404, "not.found", message)


def unprocessable(message: str, *details: Detail) -> Problem:
    return Problem(422, "constraint.validation", message, details=details)
