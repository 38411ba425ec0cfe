"""A store of objects over real HTTP (moto), seen from the other side; and a line to it that can be cut or held."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import requests
from reconciler.exports.fetching import Checksum, Event, Manner
from reconciler.exports.places import Fetching, Place, open_place

from .filehost import EXPORT, FileHost, TestClock

KEY = "the-access-key"
SECRET = "the-secret-of-the-bucket"
FOLDER = "october-0b5c"
NOTHING = b" of no request "
METHODS = (b"GET ", b"HEAD ", b"PUT ", b"POST ", b"DELETE ")


@cache
def _server() -> str:
    """One for all tests of a process; it ends with it. Buckets are what keeps them apart."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


@dataclass
class Bucket:
    """Every version of an object is kept, so that uploads can be counted."""

    name: str
    endpoint: str = field(default_factory=_server)

    def __post_init__(self) -> None:
        self._client.create_bucket(Bucket=self.name)
        self._client.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})

    @property
    def url(self) -> str:
        return f"s3://{self.name}/pre/fix"

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.endpoint)

    def listed(self) -> list[str]:
        """Below the prefix."""
        return _keys(self._client.list_objects_v2(Bucket=self.name).get("Contents", ()))

    def uploads(self) -> list[str]:
        """Every object that was ever put, by key."""
        return _keys(self._client.list_object_versions(Bucket=self.name).get("Versions", ()))

    def pending(self) -> list[str]:
        """Uploads in parts that are neither complete nor aborted."""
        return _keys(self._client.list_multipart_uploads(Bucket=self.name).get("Uploads", ()))

    def get(self, key: str) -> bytes:
        return bytes(self._client.get_object(Bucket=self.name, Key=f"pre/fix/{key}")["Body"].read())

    def head(self, key: str) -> Mapping[str, Any]:
        return dict(self._client.head_object(Bucket=self.name, Key=f"pre/fix/{key}"))

    def put(self, key: str, content: bytes, **metadata: str) -> None:
        self._client.put_object(Bucket=self.name, Key=f"pre/fix/{key}", Body=content, Metadata=metadata)

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self.name, Key=f"pre/fix/{key}")

    @property
    def _client(self) -> Any:
        return _client(self.endpoint)


@cache
def _client(endpoint: str) -> Any:
    """Another program's way to the store."""
    import boto3

    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="other", aws_secret_access_key="other"
    )


def _keys(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(each["Key"].removeprefix("pre/fix/") for each in entries)


def environment(endpoint: str) -> dict[str, str]:
    """What the shell exports."""
    return {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }


@contextmanager
def only_known_keys(bucket: Bucket) -> Iterator[None]:
    """The store begins to look at credentials, and knows none."""
    control = f"{bucket.endpoint}/moto-api/reset-auth"
    assert requests.post(control, data=b"0", timeout=60).ok
    try:
        yield
    finally:
        assert requests.post(control, data=b"inf", timeout=60).ok


def place_at(bucket: Bucket, staging: Path, url: str = "") -> Place:
    """Call it where the environment is the bucket's."""
    return open_place(url or bucket.url, staging=staging, environment=bucket.environment)


def fetching(host: FileHost, **members: Any) -> Fetching:
    """With what does not matter supplied."""
    given: dict[str, Any] = {
        "listing": host.listing,
        "export": EXPORT,
        "how": Manner(connect=30.0, read=30.0, checksum=members.pop("checksum", Checksum.STATED)),
        "clock": TestClock(),
        "emit": _nobody,
        "stop": threading.Event(),
    }
    return Fetching(**given | members)


def _nobody(_: Event) -> None:
    pass


@dataclass
class Line:
    """What a request's first line has whose connection is `cut`, or `held` without an answer; `kept` has the latter."""

    endpoint: str = ""
    cut: bytes = NOTHING
    times: int = 1_000
    held: bytes = NOTHING
    holding: threading.Event = field(default_factory=threading.Event)
    kept: set[bytes] = field(default_factory=set)


@contextmanager
def line_to(bucket: Bucket) -> Iterator[Line]:
    """A line to the bucket's store, and the bucket at its other end: its endpoint is the line's meanwhile."""
    address = bucket.endpoint.removeprefix("http://").split(":")
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        line = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    far = socket.create_connection((address[0], int(address[1])))
                    threading.Thread(target=_sent, args=(line, near, far), daemon=True).start()
                    threading.Thread(target=_pumped, args=(far, near), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield line
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def _sent(line: Line, near: socket.socket, far: socket.socket) -> None:
    with near, far, suppress(OSError):
        while chunk := near.recv(65536):
            first = chunk.partition(b"\r\n")[0] if chunk.startswith(METHODS) else b""
            if line.cut in first and line.times:
                line.times -= 1
                return
            if line.held in first:
                line.kept.add(first)
                line.holding.set()
                near.recv(1, socket.MSG_WAITALL)
                while near.recv(65536):
                    pass
                return
            far.sendall(chunk)


def _pumped(far: socket.socket, near: socket.socket) -> None:
    with suppress(OSError):
        while chunk := far.recv(65536):
            near.sendall(chunk)
        near.shutdown(socket.SHUT_WR)
