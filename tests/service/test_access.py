"""Who may ask: this machine alone, or whoever has the token (contract §6)."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
import requests
from fastapi import APIRouter
from reconciler.service.access import is_loopback

from .builders import TOKEN, Estate, Service, served

PATHS = ("/", "/catalog", "/catalog/routes", "/catalog/e-1", "/catalog/e-1/records", "/metrics", "/openapi.json", "/x")


def test_with_a_token_every_route_needs_it_but_the_one_for_health(estate: Estate) -> None:
    with served(estate.ports(), token=TOKEN) as service:
        for path in PATHS:
            answer = service.get(path)
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="reconciler"'), path
            assert TOKEN not in answer.text + str(answer.headers)
            assert service.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code in (200, 404)
        assert service.get("/healthz").status_code == 200
        for wrong in (TOKEN[:-1], f"{TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer", "Bearer ", f"Bearer {TOKEN}x", "ü"):
            assert _status(service, f"Authorization: {wrong}") == 401, wrong
        assert _status(service, f"Authorization: Bearer {TOKEN}", f"Authorization: Bearer {TOKEN}") == 401
        assert _status(service, f"authorization: bearer {TOKEN}") == 200
        assert not any(TOKEN in line for line in service.seen + service.told)


def test_without_a_token_only_a_name_of_this_machine_is_answered(service: Service) -> None:
    for host in ("localhost", "127.0.0.1:8090", "[::1]:8090", "LOCALHOST:1", "127.8.9.1"):
        assert _status(service, host=host) == 200, host
    strangers = (
        "evil.example", "evil.example:8090", "localhost.evil.example", "127.0.0.1.evil.example", "[::1].evil.example",
        "10.0.0.1", "0.0.0.0", "", "localhost:x", "user@localhost",  # noqa: S104
    )  # fmt: skip
    for host in strangers:
        assert _status(service, host=host) in (400, 421), host


def test_without_a_token_a_proxy_publishes_nothing(service: Service) -> None:
    for header in ("X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "Via: 1.1 proxy", "X-Real-IP: 10.0.0.1"):
        assert _status(service, header) == 421, header
    for path in PATHS:
        assert service.get(path, headers={"Host": "evil.example"}).status_code == 421, path


def test_a_router_with_an_access_of_its_own_is_open_and_no_other(estate: Estate) -> None:
    router = APIRouter()

    @router.get("/callbacks/{token}")
    @router.get("/callbacksx")
    def show() -> str:
        return "called"

    with served(estate.ports(), token=TOKEN, open_paths=("/callbacks/",), routers=[router]) as service:
        assert service.get("/callbacks/x", headers={"Host": "public.example"}).json() == "called"
        for path in ("/callbacksx", "/callbacks", "/catalog", "//callbacks/x", "/healthzx", "/healthz/"):
            assert service.get(path).status_code == 401, path


def test_only_names_and_addresses_of_this_machine_are_loopback() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "::1", "127.1.2.3")))
    everywhere = ("0.0.0.0", "::")  # noqa: S104
    assert not any(map(is_loopback, (*everywhere, "10.0.0.1", "example.org", "", "localhost.example", "127.1")))


def test_no_answer_may_be_framed_kept_or_sniffed(service: Service) -> None:
    for path in PATHS:
        headers = service.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Server" not in headers
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_no_page_that_loads_scripts_from_another_host_is_there(service: Service, path: str) -> None:
    assert service.get(path).status_code == 404


def test_nothing_can_be_written(service: Service) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "XYZZY"):
        answer = requests.request(method, f"{service.url}/catalog", timeout=60)
        assert answer.status_code == 405, method
    assert service.metric('reconciler_http_requests_total{method="(other)",route="(none)",status="405"}') is None
    assert "XYZZY" not in service.get("/metrics").text


def test_a_head_that_does_not_end_is_refused(service: Service) -> None:
    assert _status(service, *(f"X-{number}: {'x' * 1000}" for number in range(200))) in (0, 400)
    assert service.get("/healthz").status_code == 200


def _status(service: Service, *headers: str, host: str = "localhost") -> int:
    """Of a request whose headers are sent as they are; 0 where the line is cut."""
    name, port = service.url.removeprefix("http://").split(":")
    lines = ["GET /catalog HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    with socket.create_connection((name, int(port)), timeout=60) as line, suppress(ConnectionError):
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(line.recv(64).split()[1])
    return 0
