"""The repeat rules of contract §1, each cell twice: as the table says, and as the organisation sees it."""

from __future__ import annotations

import itertools
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.api import Client
from reconciler.api.persistence import may_have_happened
from reconciler.api.repeat import POLICY, RULES, Method, Next, Outcome, outcome_of
from reconciler.errors import (
    NotFound,
    NotOffered,
    PermissionDenied,
    ReconcilerError,
    Rejected,
    Unknown,
    Unreachable,
    UntrustworthyAnswer,
    VersionConflict,
)
from reconciler.sandbox import Sandbox

from .builders import PURPOSE, PURPOSES, TOKEN, asked, client, closed_port, http, purpose, raw, request_of

READ, GUARDED, UNGUARDED, CREATE = Method
ANY = frozenset(Method)


def cells(outcome: Outcome, step: Next, methods: frozenset[Method] = ANY) -> dict[tuple[Outcome, Method], Next]:
    return {(outcome, method): step for method in methods}


REPEATABLE = frozenset({READ, GUARDED})
UNREPEATABLE = ANY - REPEATABLE

CONTRACT = (
    cells(Outcome.DONE, Next.ACCEPT)
    # "GET always; PUT/DELETE with a precondition always" ...
    | cells(Outcome.NO_ANSWER, Next.REPEAT, REPEATABLE)
    | cells(Outcome.GARBLED, Next.REPEAT, REPEATABLE)
    | cells(Outcome.TIMED_OUT, Next.REPEAT, REPEATABLE)
    | cells(Outcome.BROKEN, Next.REPEAT, REPEATABLE)
    # ... "POST after a timeout, a cut or a 5xx is unknown: look it up first"
    | cells(Outcome.NO_ANSWER, Next.LOOK, UNREPEATABLE)
    | cells(Outcome.GARBLED, Next.LOOK, UNREPEATABLE)
    | cells(Outcome.TIMED_OUT, Next.LOOK, UNREPEATABLE)
    | cells(Outcome.BROKEN, Next.LOOK, UNREPEATABLE)
    # "POST after 429 or a connection that was never made"
    | cells(Outcome.NEVER_CONNECTED, Next.REPEAT)
    | cells(Outcome.THROTTLED, Next.REPEAT)
    # "drop the cached token, get a new one once, repeat the call"
    | cells(Outcome.UNAUTHENTICATED, Next.RENEW)
    | cells(Outcome.FORBIDDEN, Next.FAIL)
    | cells(Outcome.MISSING, Next.FAIL)
    | cells(Outcome.CONFLICT, Next.FAIL)
    | cells(Outcome.REFUSED, Next.FAIL)
    | cells(Outcome.REDIRECTED, Next.FAIL)
    | cells(Outcome.NOT_TRUSTED, Next.FAIL)
)


@pytest.mark.parametrize(("outcome", "method"), list(itertools.product(Outcome, Method)))
def test_every_cell_is_as_the_contract_says(outcome: Outcome, method: Method) -> None:
    assert RULES[outcome, method] is CONTRACT[outcome, method]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DONE),
        (202, Outcome.DONE),
        (204, Outcome.DONE),
        (301, Outcome.REDIRECTED),
        (308, Outcome.REDIRECTED),
        (400, Outcome.REFUSED),
        (401, Outcome.UNAUTHENTICATED),
        (403, Outcome.FORBIDDEN),
        (404, Outcome.MISSING),
        (405, Outcome.REFUSED),
        (408, Outcome.TIMED_OUT),
        (409, Outcome.CONFLICT),
        (410, Outcome.MISSING),
        (412, Outcome.CONFLICT),
        (413, Outcome.REFUSED),
        (422, Outcome.REFUSED),
        (429, Outcome.THROTTLED),
        (500, Outcome.BROKEN),
        (502, Outcome.BROKEN),
        (503, Outcome.BROKEN),
        (504, Outcome.BROKEN),
        (100, Outcome.GARBLED),
        (999, Outcome.GARBLED),
    ],
)
def test_a_status_stands_for_an_outcome(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


@given(status=st.integers(0, 999), method=st.sampled_from(Method))
def test_every_status_has_a_rule(status: int, method: Method) -> None:
    assert (outcome_of(status), method) in RULES


@given(outcome=st.sampled_from(Outcome))
def test_only_what_may_have_happened_is_looked_up(outcome: Outcome) -> None:
    assert may_have_happened(CREATE, outcome) == (RULES[outcome, CREATE] is Next.LOOK)
    assert not may_have_happened(READ, outcome)


@given(failures=st.integers(1, 10_000), seed=st.integers())
def test_waits_grow_from_one_second_to_a_cap_with_jitter(failures: int, seed: int) -> None:
    wait = POLICY.wait(failures, Random(seed))
    plain = min(POLICY.cap, 2.0 ** min(failures - 1, 30))
    assert plain <= wait <= plain * 1.5


# Over the wire.


@dataclass(frozen=True)
class Case:
    """A fault before the effect; `error` is what a call gets that is not repeated, by method where they differ."""

    outcome: Outcome
    fault: dict[str, Any]
    errors: tuple[type[ReconcilerError], ...]

    def __str__(self) -> str:
        return f"{self.outcome.name}-{self.fault.get('status', self.fault['action'])}"


def every(error: type[ReconcilerError]) -> tuple[type[ReconcilerError], ...]:
    return (error,) * 4


def status(outcome: Outcome, code: int, errors: tuple[type[ReconcilerError], ...] = every(Unknown)) -> Case:
    return Case(outcome, {"action": "status", "status": code}, errors)


CASES = [
    Case(Outcome.NO_ANSWER, {"action": "cut"}, every(Unknown)),
    Case(Outcome.GARBLED, {"action": "html", "status": 200}, every(Unknown)),
    Case(Outcome.REDIRECTED, {"action": "redirect", "location": "http://127.0.0.1:9"}, every(UntrustworthyAnswer)),
    status(Outcome.UNAUTHENTICATED, 401),
    status(Outcome.FORBIDDEN, 403, every(PermissionDenied)),
    status(Outcome.MISSING, 404, (ReconcilerError, NotFound, NotFound, NotOffered)),
    status(Outcome.MISSING, 410, (ReconcilerError, NotFound, NotFound, NotOffered)),
    status(Outcome.TIMED_OUT, 408),
    status(Outcome.CONFLICT, 409, (Rejected, VersionConflict, Rejected, Rejected)),
    status(Outcome.CONFLICT, 412, (Rejected, VersionConflict, Rejected, Rejected)),
    status(Outcome.REFUSED, 400, every(Rejected)),
    status(Outcome.REFUSED, 405, every(NotOffered)),
    status(Outcome.REFUSED, 422, every(Rejected)),
    status(Outcome.THROTTLED, 429),
    status(Outcome.BROKEN, 500),
    status(Outcome.BROKEN, 502),
    status(Outcome.BROKEN, 503),
    status(Outcome.BROKEN, 504),
]

VERBS = {READ: "GET", GUARDED: "PUT", UNGUARDED: "PUT", CREATE: "POST"}


def act(api: Client, method: Method, live_id: str) -> object:
    match method:
        case Method.READ:
            return api.get(PURPOSE, live_id)
        case Method.GUARDED:
            return api.replace(PURPOSE, live_id, purpose(description="new"), version=1)
        case Method.UNGUARDED:
            return api.replace(PURPOSE, live_id, purpose(description="new"), version=None)
        case Method.CREATE:
            return api.create(PURPOSE, purpose("Another"))


@pytest.mark.parametrize("method", list(Method), ids=lambda each: each.name)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_organisation_is_asked_as_often_as_the_table_says(
    sandbox: Sandbox, api: Client, case: Case, method: Method
) -> None:
    live_id = sandbox.control.create("purposes", purpose())["id"]
    sandbox.control.fault(f"{VERBS[method]} {PURPOSES}**", **case.fault)
    step = RULES[case.outcome, method]
    if step in (Next.REPEAT, Next.RENEW):
        assert act(api, method, live_id)
        assert asked(sandbox, VERBS[method]) == 2
        return
    if (case.outcome, method) == (Outcome.MISSING, READ):
        assert act(api, method, live_id) is None
        return
    with pytest.raises(case.errors[list(Method).index(method)]) as caught:
        act(api, method, live_id)
    assert asked(sandbox, VERBS[method]) == 1
    assert VERBS[method] in str(caught.value)


@pytest.mark.parametrize("method", list(Method), ids=lambda each: each.name)
def test_a_connection_that_was_never_made_is_tried_again_and_had_no_effect(method: Method) -> None:
    with closed_port() as url, client({"RECONCILER_API_URL": url, **TOKEN}) as api:
        with pytest.raises(Unreachable) as caught:
            act(api, method, "p-1")
        assert sum(api.calls.values()) == POLICY.tries
    assert f"Tried {POLICY.tries} times." in caught.value.detail


@pytest.mark.parametrize("method", list(Method), ids=lambda each: each.name)
def test_a_proxy_that_cannot_be_reached_is_a_connection_never_made(
    method: Method, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "")
    with closed_port() as proxy, client({"RECONCILER_API_URL": sandbox.url, **TOKEN}) as api:
        monkeypatch.setenv("http_proxy", proxy)
        with pytest.raises(Unreachable, match="reached"):
            act(api, method, "p-1")
    assert sandbox.control.requests() == []


@pytest.mark.parametrize("method", list(Method), ids=lambda each: each.name)
def test_an_untrusted_certificate_fails_at_once(method: Method, untrusted: str) -> None:
    with client({"RECONCILER_API_URL": untrusted, **TOKEN}) as api:
        with pytest.raises(Unreachable, match="certificate is not trusted") as caught:
            act(api, method, "p-1")
        assert sum(api.calls.values()) == 1
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


@pytest.mark.parametrize("method", list(Method), ids=lambda each: each.name)
def test_a_kept_connection_that_turns_out_dead_may_have_carried_a_write(method: Method) -> None:
    """The server closes after its first answer without saying so, as load balancers do with idle connections."""
    served: list[bytes] = []

    def once(connection: Any) -> None:
        served.append(request_of(connection))
        connection.sendall(http("200 OK", b'{"id": "p-1", "name": "x", "version": 1}'))
        if len(served) == 1:
            request_of(connection)  # the next request arrives, and there is no answer

    with raw(once) as environ, client(environ) as api:
        api.get(PURPOSE, "p-1")
        if method in REPEATABLE:
            assert act(api, method, "p-1")
            assert len(served) == 2
        else:
            with pytest.raises(Unknown):
                act(api, method, "p-1")


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("certificate")
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    _make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def greet(connection: Any) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    with raw(greet) as environ:
        yield environ["RECONCILER_API_URL"].replace("http:", "https:")


def _make_certificate(certificate: Path, key: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1", "-days", "2"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")


def test_a_deletion_repeated_after_a_cut_that_hid_its_success_has_succeeded(sandbox: Sandbox, api: Client) -> None:
    live_id = sandbox.control.create("purposes", purpose())["id"]
    sandbox.control.fault(f"DELETE {PURPOSES}/*", "cut", when="after")
    api.delete(PURPOSE, live_id, version=1)
    assert asked(sandbox, "DELETE") == 2


def test_a_replacement_repeated_after_a_cut_that_hid_its_success_is_a_conflict(sandbox: Sandbox, api: Client) -> None:
    live_id = sandbox.control.create("purposes", purpose())["id"]
    sandbox.control.fault(f"PUT {PURPOSES}/*", "cut", when="after")
    with pytest.raises(VersionConflict):
        api.replace(PURPOSE, live_id, purpose(description="new"), version=1)
    assert [effect.after for effect in sandbox.control.effects("purposes", by="sandbox")] == [2]


def test_a_deletion_without_a_precondition_is_not_repeated(sandbox: Sandbox, api: Client) -> None:
    live_id = sandbox.control.create("purposes", purpose())["id"]
    sandbox.control.fault(f"DELETE {PURPOSES}/*", "cut", when="after")
    with pytest.raises(Unknown):
        api.delete(PURPOSE, live_id, version=None)


def test_a_write_that_may_have_happened_stays_unknown_when_the_next_try_never_connects(sandbox: Sandbox) -> None:
    sandbox.control.fault(f"PUT {PURPOSES}/*", "cut", times=None)
    live_id = sandbox.control.create("purposes", purpose())["id"]
    with client(sandbox.environment()) as api:
        api.organisation()
        sandbox.control.fault(f"PUT {PURPOSES}/*", "status", status=429, skip=1, times=None)
        sandbox.control.clear_faults("fault-1")
        sandbox.control.add_faults([{"route": f"PUT {PURPOSES}/*", "action": "cut"}])
        with pytest.raises(Unknown) as caught:
            api.replace(PURPOSE, live_id, purpose(description="new"), version=1)
    assert "HTTP 429" in caught.value.detail


def test_a_token_that_cannot_be_renewed_leaves_a_doubtful_write_unknown(sandbox: Sandbox, api: Client) -> None:
    live_id = sandbox.control.create("purposes", purpose())["id"]
    api.organisation()
    sandbox.control.add_faults(
        [
            {"route": f"PUT {PURPOSES}/*", "action": "cut"},
            {"route": f"PUT {PURPOSES}/*", "action": "status", "status": 401, "times": None},
            {"route": "POST /oauth/token", "action": "status", "status": 401, "times": None},
        ]
    )
    with pytest.raises(Unknown):
        api.replace(PURPOSE, live_id, purpose(description="new"), version=1)
