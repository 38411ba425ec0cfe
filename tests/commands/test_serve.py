"""`reconciler serve` from the shell: what it refuses to start with, where it listens, and how it ends."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from .project import Project, manifest
from .shell import Running, in_the_background

pytestmark = pytest.mark.long

TOKEN = "a-token-of-the-service-with-enough-characters"
EVERYWHERE = "0.0.0.0"  # noqa: S104
SEPTEMBER = "DataExport/september"


@contextmanager
def serving(project: Project, *words: str, **exported: str) -> Iterator[tuple[Running, str]]:
    project.environment |= exported
    with in_the_background(project, "serve", "--port", "0", *words) as running:
        running.until("until Ctrl-C.")
        found = re.search(r"is at (\S+) until", " ".join(running.seen.split()))
        assert found
        yield running, found[1]


def get(url: str, **more: object) -> requests.Response:
    return requests.get(url, timeout=60, **more)  # type: ignore[arg-type]


def test_an_export_goes_from_its_manifest_to_records_over_http(project: Project) -> None:
    project.write(manifest("DataExport", "september", {"window": {"month": "2026-09"}}, None))
    for words in (["apply", "--auto-approve", "--wait"], ["exports", "fetch"], ["exports", "normalise"]):
        ran = project.run(*words)
        assert ran.code == 0, str(ran)
    with serving(project) as (_, url):
        [export_id] = get(f"{url}/catalog/routes").json()["available_exports"]
        report = get(f"{url}/catalog/{export_id}").json()
        assert (report["address"], report["state"]) == (SEPTEMBER, "normalised")
        records = get(f"{url}/catalog/{export_id}/records", params={"limit": 1000}).json()["records"]
        assert len(records) == report["total_records"] > 0
        assert get(f"{url}/").status_code == get(f"{url}/healthz").status_code == 200
        assert (
            f'reconciler_export_submissions_total{{kind="{SEPTEMBER[:10]}",result="SUCCESS"}} 1.0'
            in get(f"{url}/metrics").text
        )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_service_that_is_asked_to_stop_has_done_well(project: Project, number: signal.Signals) -> None:
    with serving(project, "--log-level", "debug") as (running, url):
        assert get(f"{url}/catalog?s3cret=s3cret").status_code == 200
        running.until("GET /catalog 200")
        running.process.send_signal(number)
        assert running.ended() == 0
        assert "s3cret" not in running.seen
        assert "Traceback" not in running.seen


def test_it_says_when_there_is_no_ledger_and_finds_one_that_is_made(project: Project) -> None:
    with serving(project) as (running, url):
        assert "There is no ledger at manifests/.reconciler/ledger.db yet" in " ".join(running.seen.split())
        assert get(f"{url}/catalog").json()["total"] == 0
        assert not project.ledger.exists()
        project.write(manifest("DataExport", "september", {"window": {"month": "2026-09"}}, None))
        assert project.apply().code == 0
        assert get(f"{url}/catalog").json()["total"] == 1


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.0.2.1", "example.org"])
def test_elsewhere_than_on_loopback_it_needs_a_token(project: Project, host: str) -> None:
    ran = project.run("serve", "--host", host, "--port", "0")
    assert ran.fails_with(1, "Elsewhere than on loopback the service needs a token", "RECONCILER_SERVICE_TOKEN", host)


@pytest.mark.parametrize("token", ["x" * 31, "with a space in it, and long enough", "ü" * 40, "x" * 40 + "\n"])
def test_a_token_that_cannot_be_used_is_refused_and_not_shown(project: Project, token: str) -> None:
    ran = project.run("serve", "--port", "0", RECONCILER_SERVICE_TOKEN=token)
    assert ran.fails_with(1, "The service's token cannot be used", "at least 32 characters")
    assert token not in ran.out + ran.err


def test_with_a_token_it_listens_everywhere_and_asks_for_it(project: Project) -> None:
    with serving(project, "--host", EVERYWHERE, RECONCILER_SERVICE_TOKEN=TOKEN) as (running, url):
        assert "the token and the data travel unencrypted" in " ".join(running.seen.split())
        url = url.replace(EVERYWHERE, "127.0.0.1")
        assert get(f"{url}/catalog").status_code == 401
        assert get(f"{url}/catalog", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert TOKEN not in running.seen


def test_a_port_that_is_taken_is_said(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = project.run("serve", "--port", str(port))
    assert ran.fails_with(1, "The service cannot listen there", "Address already in use", f"127.0.0.1:{port}")


def test_an_address_of_another_machine_is_said(project: Project) -> None:
    ran = project.run("serve", "--host", "192.0.2.1", "--port", "0", RECONCILER_SERVICE_TOKEN=TOKEN)
    assert ran.fails_with(1, "The service cannot listen there", "192.0.2.1:0")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_it_serves_https(project: Project) -> None:
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]
    command = ["openssl", "req", "-x509", *key, "-out", "cert.pem", *subject]
    subprocess.run(command, check=True, capture_output=True, cwd=project.root)
    with serving(project, "--tls-certificate", "cert.pem", "--tls-key", "key.pem") as (_, url):
        assert url.startswith("https://127.0.0.1:")
        assert get(f"{url}/healthz", verify=str(project.root / "cert.pem")).status_code == 200


def test_a_certificate_that_is_none_is_said(project: Project) -> None:
    file = Path("cert.pem")
    file.write_text("none")
    ran = project.run("serve", "--port", "0", "--tls-certificate", str(file), "--tls-key", str(file))
    assert ran.fails_with(1, "The certificate cannot be used", "cert.pem")
    ran = project.run("serve", "--port", "0", "--tls-key", str(file))
    assert ran.fails_with(1, "A certificate and its key belong together")
