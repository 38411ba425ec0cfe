"""The control API under `/__sandbox`: outside of authentication, budgets, faults and recording, for loopback only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.sandbox import colleague
from reconciler.sandbox.clock import Clock, parse_instant, wire_date
from reconciler.sandbox.edits import Edit
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import RESOURCES
from reconciler.sandbox.shapes import build, mapping, sequence
from reconciler.sandbox.statefile import objects, put_records

Endpoint = Callable[[Request], Awaitable[Response]]


def control_routes(house: House) -> list[Route]:
    """Each takes and answers JSON; a SandboxError is 400 with `summary`, `detail` and `where`."""

    def requests(_: Any, __: Request) -> Any:
        return {"requests": [entry.to_json() for entry in house.organisation.journal.requests]}

    def effects(_: Any, __: Request) -> Any:
        return {"effects": [asdict(effect) for effect in house.organisation.journal.effects]}

    def forget(_: Any, __: Request) -> Any:
        house.organisation.journal.forget()
        return {}

    def list_faults(_: Any, __: Request) -> Any:
        return {"faults": house.organisation.faults.listed()}

    def add_faults(content: Any, _: Request) -> Any:
        written = content if isinstance(content, list) else [content]
        faults = house.organisation.faults.add_all(written, where="faults")
        return {"faults": [fault.to_json() for fault in faults]}

    def clear_faults(_: Any, request: Request) -> Any:
        house.organisation.faults.clear(request.query_params.get("id"))
        return {}

    def edit(content: Any, _: Request) -> Any:
        stored = colleague.perform(house.organisation, build(Edit, content, where="edit"))
        return {"id": stored.id, **stored.body, "version": stored.version}

    def list_objects(_: Any, request: Request) -> Any:
        name = request.path_params["collection"]
        if name not in RESOURCES:
            raise SandboxError("No such collection", f"{name!r}; there are {', '.join(RESOURCES)}", where=name)
        return {"objects": objects(house.organisation, name)}

    def list_records(_: Any, request: Request) -> Any:
        schema = colleague.find(house.organisation, "flex_schemas", request.path_params["schema"])
        return {"records": [{"id": r.id, "values": r.values} for r in house.organisation.records.of(schema.id)]}

    def replace_records(content: Any, request: Request) -> Any:
        schema = request.path_params["schema"]
        return {"count": put_records(house.organisation, schema, sequence(content, where="records"), where="records")}

    def clock(_: Any, __: Request) -> Any:
        present = house.organisation.clock
        return {"now": wire_date(present.now()), "frozen": present.is_frozen}

    def set_clock(content: Any, request: Request) -> Any:
        _set_clock(house.organisation.clock, mapping(content, where="clock"))
        return clock(content, request)

    def settings(_: Any, __: Request) -> Any:
        return house.organisation.settings.to_json()

    def set_settings(content: Any, request: Request) -> Any:
        house.organisation.settings = house.organisation.settings.changed(content)
        return settings(content, request)

    def revoke(_: Any, __: Request) -> Any:
        return {"revoked": house.organisation.tokens.revoke_all()}

    def dump(_: Any, __: Request) -> Any:
        return house.dump()

    def load(content: Any, _: Request) -> Any:
        house.load(content)
        return {}

    def reset(_: Any, __: Request) -> Any:
        house.reset()
        return {}

    table: list[tuple[str, str, Callable[[Any, Request], Any]]] = [
        ("GET", "/requests", requests),
        ("GET", "/effects", effects),
        ("DELETE", "/journal", forget),
        ("GET", "/faults", list_faults),
        ("POST", "/faults", add_faults),
        ("DELETE", "/faults", clear_faults),
        ("POST", "/edits", edit),
        ("GET", "/objects/{collection}", list_objects),
        ("GET", "/records/{schema}", list_records),
        ("PUT", "/records/{schema}", replace_records),
        ("GET", "/clock", clock),
        ("PATCH", "/clock", set_clock),
        ("GET", "/settings", settings),
        ("PATCH", "/settings", set_settings),
        ("DELETE", "/tokens", revoke),
        ("GET", "/state", dump),
        ("PUT", "/state", load),
        ("POST", "/reset", reset),
    ]
    return [Route(path, _endpoint(answer), methods=[method]) for method, path, answer in table]


def _endpoint(answer: Callable[[Any, Request], Any]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if not _is_local(request):
            return _json(
                403, {"summary": "Loopback only", "detail": "the control API answers this machine", "where": ""}
            )
        try:
            body = await request.body()
            return _json(200, answer(orjson.loads(body) if body else None, request))
        except orjson.JSONDecodeError as unreadable:
            return _json(400, {"summary": "Not JSON", "detail": str(unreadable), "where": request.url.path})
        except SandboxError as refused:
            return _json(400, {"summary": refused.summary, "detail": refused.detail, "where": refused.where})

    return endpoint


def _is_local(request: Request) -> bool:
    return request.client is not None and ip_address(request.client.host).is_loopback


def _set_clock(clock: Clock, wanted: Any) -> None:
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


def _json(status: int, content: Any) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")
