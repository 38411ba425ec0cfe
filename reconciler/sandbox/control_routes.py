"""The control API under `/__sandbox`: outside of authentication, budgets, faults and recording, for loopback only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from inspect import isawaitable
from ipaddress import ip_address
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.sandbox import colleague
from reconciler.sandbox.archive.desk import ArchiveDesk
from reconciler.sandbox.belongings import put_records
from reconciler.sandbox.clock import Clock, parse_instant, wire_date
from reconciler.sandbox.edits import Edit
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.desk import ExportDesk
from reconciler.sandbox.exports.progress import settle
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.shapes import build, mapping, sequence
from reconciler.sandbox.statefile import objects
from reconciler.sandbox.strategies.desk import StrategyDesk
from reconciler.sandbox.webhooks.desk import WebhookDesk

Endpoint = Callable[[Request], Awaitable[Response]]
Operation = Callable[[Any, Request], Any]
"""From the request's JSON (None without a body) to the answer's, or to a promise of it."""


def control_routes(house: House) -> list[Route]:
    """Each takes and answers JSON; a SandboxError is 400 with `summary`, `detail` and `where`."""
    desk = _Desk(house)
    table: list[tuple[str, str, Operation]] = [
        ("GET", "/requests", desk.requests),
        ("GET", "/effects", desk.effects),
        ("DELETE", "/journal", desk.forget),
        ("GET", "/faults", desk.list_faults),
        ("POST", "/faults", desk.add_faults),
        ("DELETE", "/faults", desk.clear_faults),
        ("POST", "/edits", desk.edit),
        ("GET", "/objects/{collection}", desk.list_objects),
        ("GET", "/records/{schema}", desk.list_records),
        ("PUT", "/records/{schema}", desk.replace_records),
        ("GET", "/clock", desk.clock),
        ("PATCH", "/clock", desk.set_clock),
        ("GET", "/settings", desk.settings),
        ("PATCH", "/settings", desk.set_settings),
        ("DELETE", "/tokens", desk.revoke_tokens),
        ("GET", "/state", desk.dump),
        ("PUT", "/state", desk.load),
        ("POST", "/reset", desk.reset),
        ("POST", "/rest", desk.rest),
        *ExportDesk(house).table(),
        *StrategyDesk(house).table(),
        *WebhookDesk(house).table(),
        *ArchiveDesk(house).table(),
    ]
    return [Route(path, _endpoint(house, operation), methods=[method]) for method, path, operation in table]


class _Desk:
    """The operations, over the organisation of the moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def _organisation(self) -> Organisation:
        return self._house.organisation

    def requests(self, _content: Any, _request: Request) -> Any:
        return {"requests": [entry.to_json() for entry in self._organisation.journal.requests]}

    def effects(self, _content: Any, _request: Request) -> Any:
        return {"effects": [asdict(effect) for effect in self._organisation.journal.effects]}

    def forget(self, _content: Any, _request: Request) -> Any:
        self._organisation.journal.forget()
        self._organisation.file_journal.forget()
        self._organisation.user_journal.forget()
        self._organisation.archive.most_in_flight = self._organisation.archive.in_flight
        return {}

    def list_faults(self, _content: Any, _request: Request) -> Any:
        return {"faults": self._organisation.faults.listed()}

    def add_faults(self, content: Any, _request: Request) -> Any:
        written = content if isinstance(content, list) else [content]
        return {"faults": [fault.to_json() for fault in self._organisation.faults.add_all(written, where="faults")]}

    def clear_faults(self, _content: Any, request: Request) -> Any:
        self._organisation.faults.clear(request.query_params.get("id"))
        return {}

    def edit(self, content: Any, _request: Request) -> Any:
        stored = colleague.perform(self._organisation, build(Edit, content, where="edit"))
        return {"id": stored.id, **stored.body, "version": stored.version}

    def list_objects(self, _content: Any, request: Request) -> Any:
        name = request.path_params["collection"]
        if name not in RESOURCES:
            raise SandboxError("No such collection", f"{name!r}; there are {', '.join(RESOURCES)}", where="objects")
        return {"objects": objects(self._organisation, name)}

    def list_records(self, _content: Any, request: Request) -> Any:
        schema = colleague.find(self._organisation, "flex_schemas", request.path_params["schema"])
        records = self._organisation.records.of(schema.id)
        return {"records": [{"id": record.id, "values": record.values} for record in records]}

    def replace_records(self, content: Any, request: Request) -> Any:
        schema = request.path_params["schema"]
        return {"count": put_records(self._organisation, schema, sequence(content, where="records"), where="records")}

    def clock(self, _content: Any, _request: Request) -> Any:
        clock = self._organisation.clock
        return {"now": wire_date(clock.now()), "frozen": clock.is_frozen}

    def set_clock(self, content: Any, request: Request) -> Any:
        _set_clock(self._organisation.clock, dict(mapping(content, where="clock")))
        return self.clock(content, request)

    def settings(self, _content: Any, _request: Request) -> Any:
        return self._organisation.settings.to_json()

    def set_settings(self, content: Any, request: Request) -> Any:
        self._organisation.settings = self._organisation.settings.changed(content)
        return self.settings(content, request)

    def revoke_tokens(self, _content: Any, _request: Request) -> Any:
        return {"revoked": self._organisation.tokens.revoke_all()}

    def dump(self, _content: Any, _request: Request) -> Any:
        return self._house.dump()

    def load(self, content: Any, _request: Request) -> Any:
        self._house.load(content)
        return {}

    def reset(self, _content: Any, _request: Request) -> Any:
        self._house.reset()
        return {}

    async def rest(self, _content: Any, _request: Request) -> Any:
        await self._house.rest()
        return {}


def _endpoint(house: House, operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not _is_local(request):
            return _refused(SandboxError("Loopback only", "the control API answers this machine and no other"), 403)
        body = await request.body()
        try:
            content = orjson.loads(body) if body else None
            settle(house.organisation)
            answer = operation(content, request)
            return _json(200, await answer if isawaitable(answer) else answer)
        except orjson.JSONDecodeError as unreadable:
            return _refused(SandboxError("Not JSON", str(unreadable)), 400)
        except SandboxError as refused:
            return _refused(refused, 400)

    return endpoint


def _is_local(request: Request) -> bool:
    return request.client is not None and ip_address(request.client.host).is_loopback


def _set_clock(clock: Clock, wanted: dict[str, Any]) -> None:
    """`{now: instant}` sets and freezes, `{frozen: bool}` stops or goes on, `{advance: seconds}` moves forward."""
    if unknown := set(wanted) - {"now", "frozen", "advance"}:
        raise SandboxError(
            "Unknown key", f"{', '.join(sorted(unknown))}; now, frozen, advance are known", where="clock"
        )
    if "now" in wanted:
        clock.freeze(parse_instant(wanted["now"]))
    if "frozen" in wanted:
        clock.freeze() if wanted["frozen"] else clock.run()
    if "advance" in wanted:
        if type(wanted["advance"]) not in (int, float):
            raise SandboxError("Wrong type", f"{wanted['advance']!r} is not a number of seconds", where="clock.advance")
        clock.advance(wanted["advance"])


def _refused(error: SandboxError, status: int) -> Response:
    return _json(status, {"summary": error.summary, "detail": error.detail, "where": error.where})


def _json(status: int, content: Any) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")
