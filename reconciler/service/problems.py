"""Every answer that is no success: one shape, and nothing in it of what was sent to us."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from reconciler.errors import ReconcilerError
from reconciler.service.documents import Problem


class Refused(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: HTTPStatus, title: str, *, detail: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.problem = Problem(status=status, title=title, detail=detail, hint=hint)


RESPONSES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "The body is no callback.",
    HTTPStatus.FORBIDDEN: "The token is not that of the request.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not come in time.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than a callback.",
    HTTPStatus.UNAUTHORIZED: "The bearer token is missing or wrong.",
    HTTPStatus.NOT_FOUND: "Nobody knows such an export.",
    HTTPStatus.CONFLICT: "The export is known, and has no table that can be queried.",
    HTTPStatus.MISDIRECTED_REQUEST: "The request was not made to this machine.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter is not what it should be.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The table is damaged.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The ledger cannot be read, or a query took too long.",
}


def described(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for its OpenAPI description."""
    return {int(status): {"model": Problem, "description": RESPONSES[status]} for status in statuses}


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(), problem.status, headers)


def install(app: FastAPI) -> None:
    """Make every failure of the app a problem."""

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(error.problem)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return answer(Problem(status=error.status_code, title=HTTPStatus(error.status_code).phrase), error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()]
        return answer(Problem(status=422, title="A parameter is not what it should be", detail="; ".join(wrong)))

    @app.exception_handler(ReconcilerError)
    async def unavailable(_: Request, error: ReconcilerError) -> JSONResponse:
        return answer(Problem(status=503, title=error.summary, hint=error.hint))
