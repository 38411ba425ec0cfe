"""Starting and stopping: in a thread for tests, in the foreground for the command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import PURPOSES, Caller, purpose


def test_an_import_loads_nothing_heavy() -> None:
    code = (
        "import sys, reconciler.sandbox; print([m for m in ('uvicorn', 'starlette', 'requests') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    import reconciler.sandbox

    with pytest.raises(AttributeError, match="has no attribute 'Sandpit'"):
        reconciler.sandbox.Sandpit  # noqa: B018


def test_it_is_ready_when_it_has_started_and_gone_when_it_has_stopped() -> None:
    with Sandbox.start() as sandbox:
        assert requests.get(f"{sandbox.url}/api/v2/organizations/me", timeout=30).status_code == 401
    assert "sandbox" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(requests.ConnectionError):
        requests.get(sandbox.url, timeout=5)


def test_stopping_waits_for_nobody(sandbox: Sandbox, call: Caller, stops_at_once: Callable[[], bool]) -> None:
    for action in ({"action": "hang"}, {"action": "delay", "seconds": 60}):
        sandbox.control.add_faults([{"route": f"GET {PURPOSES}", **action}])
        with pytest.raises(requests.ReadTimeout):
            call("GET", PURPOSES, timeout=0.05)
    assert stops_at_once()
    sandbox.stop()


def test_the_environment_points_a_client_here(sandbox: Sandbox) -> None:
    """`RECONCILER_API_URL` and `RECONCILER_LOGIN_URL` point at another host."""
    environment = sandbox.environment()
    assert environment == {
        "RECONCILER_API_URL": sandbox.url,
        "RECONCILER_LOGIN_URL": sandbox.url,
        "GENESYSCLOUD_OAUTHCLIENT_ID": "sandbox",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": "sandbox",
        "RECONCILER_SECRET_ARCHIVE": "sandbox-archive",
    }


def test_it_listens_on_loopback_and_where_it_is_told() -> None:
    with Sandbox.start() as first:
        port = int(first.url.rpartition(":")[2])
        assert first.url == f"http://127.0.0.1:{port}"
        with pytest.raises(SandboxError, match="Cannot listen"):
            Sandbox.start(port)
    with Sandbox.start(port) as second:
        assert second.url == first.url


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids(seed: int | None, reads: int) -> list[str]:
        with Sandbox.start(seed=seed) as sandbox:
            call = Caller(sandbox.url)
            for _ in range(reads):
                call("GET", PURPOSES)
            return [call.create(PURPOSES, purpose(name))["id"] for name in ("A", "B")]

    assert ids(7, 0) == ids(7, 3)
    assert ids(7, 0) != ids(8, 0)
    assert ids(None, 0) != ids(None, 0)


def test_a_loaded_id_is_not_given_out_again() -> None:
    with Sandbox.start(seed=7) as sandbox:
        sandbox.control.create("purposes", purpose("A"))
        state = sandbox.control.state()
    with Sandbox.start(seed=7, load=state) as sandbox:
        assert sandbox.control.create("purposes", purpose("B"))["id"] != state["purposes"][0]["id"]


@pytest.mark.parametrize(("clock", "frozen"), [(None, False), ("real", False), ("frozen", True), ("2026-11-01", True)])
def test_the_clock_runs_or_stands_still_from_the_start(clock: str | None, frozen: bool) -> None:
    with Sandbox.start(clock=clock) as sandbox:
        assert sandbox.control._call("GET", "clock")["frozen"] is frozen


def test_a_clock_that_is_no_instant_is_refused() -> None:
    with pytest.raises(SandboxError, match="'noon' is not like"):
        Sandbox.start(clock="noon")


SERVE = """
import sys
from reconciler.sandbox import serve
load, save, faults = (value or None for value in sys.argv[1:4])
serve(0, load, save, faults, on_ready=lambda at, environment: print(at.organisation, *environment, flush=True))
"""


@contextmanager
def served(*, load: str = "", save: str = "", faults: str = "") -> Iterator[tuple[Any, str]]:
    arguments = [sys.executable, "-c", SERVE, load, save, faults]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().partition(" ")[0].strip()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sandbox_saves_what_it_can_load(tmp_path: Path, number: int) -> None:
    file = tmp_path / "org.json"
    file.write_text(json.dumps({"purposes": [purpose("Loaded")]}))
    with served(load=str(file), save=str(file)) as (process, url):
        Caller(url).create(PURPOSES, purpose("Made"))
        with Control(url) as control:
            state = control.state()
        os.kill(process.pid, number)
        assert process.wait(120) == 0
    assert json.loads(file.read_text()) == state
    assert [each["name"] for each in state["purposes"]] == ["Loaded", "Made"]
    assert list(tmp_path.iterdir()) == [file]


def test_a_state_that_cannot_be_saved_is_an_error(tmp_path: Path) -> None:
    with served(save=str(tmp_path / "none" / "org.json")) as (process, _):
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(120) == 1
        assert "Cannot save the state" in process.stderr.read()


def test_it_does_not_listen_to_the_world(sandbox: Sandbox) -> None:
    """Loopback only."""
    port = int(sandbox.url.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        address = probe.getsockname()[0]
    if address.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address, port), timeout=2).close()
