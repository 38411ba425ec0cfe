"""Over TLS, as every file host but a loopback one is asked."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from reconciler.errors import Interrupted
from reconciler.exports.fetching import FetchFailed

from .filehost import CONTENT, Request, file_host, head, run, seen, serve

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")

NAME = "partition_0.jsonl"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its own certificate, in one file."""
    path = tmp_path_factory.mktemp("tls") / "host.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{path}.key"]
    subprocess.run(["openssl", "req", "-x509", *key, "-out", path, *subject], check=True, capture_output=True)
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, f"{certificate}.key")
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_a_file_comes_over_tls_cuts_and_all(tmp_path: Path, tls: ssl.SSLContext) -> None:
    with file_host(serve(cut=1000), tls=tls) as host:
        run(host, tmp_path)
        assert host.starts() == [0, 1000]
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(tmp_path: Path, tls: ssl.SSLContext) -> None:
    with file_host(tls=tls) as host:
        with pytest.raises(FetchFailed, match="certificate that is not trusted") as caught:
            run(host, tmp_path)
        assert host.requests == []
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


@pytest.mark.usefixtures("trusted")
def test_a_stop_in_the_middle_of_it_takes_no_ciphertext_for_the_file(tmp_path: Path, tls: ssl.SSLContext) -> None:
    stop, over = threading.Event(), threading.Event()

    def slow(connection: socket.socket, request: Request, content: bytes) -> None:
        connection.sendall(head("200 OK", Content_Length=len(content)) + content[:500_000])
        over.wait(120)

    def emit(event: object) -> None:
        if getattr(event, "bytes", 0) == 500_000:
            stop.set()

    with file_host(slow, tls=tls) as host:
        begun = time.monotonic()
        with pytest.raises(Interrupted):
            run(host, tmp_path, stop=stop, emit=emit, read=120.0)
        assert time.monotonic() - begun < 60
        assert seen(tmp_path) == []
        over.set()
        run(host, tmp_path)
        assert host.starts() == [0, 500_000]
    assert (tmp_path / NAME).read_bytes() == CONTENT
