"""A ledger, a folder of fetched exports and a table, made by the program's own hands; and the service over them."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import requests
from reconciler.commands.clock import SystemClock
from reconciler.commands.export_files import folder_of, report_on
from reconciler.commands.library import LedgerSeen, ReportFolder, window_of
from reconciler.exports.normalising import Output, normalise_all
from reconciler.exports.places import LocalFolder
from reconciler.model.address import Address
from reconciler.model.export import LocalFile
from reconciler.model.observed import Organisation
from reconciler.model.ports import AuditEntry
from reconciler.model.request import Requested
from reconciler.model.secret import NONE, Secret
from reconciler.render.legible import legible
from reconciler.service.access import Access
from reconciler.service.app import build
from reconciler.service.ports import Ports
from reconciler.service.server import Server, listen, url_of
from reconciler.state import open_ledger

TOKEN = "a-token-of-the-service-with-enough-characters"
NOON = 1_793_534_400.0  # 2026-11-01T12:00:00Z
SEPTEMBER = ("2026-09-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z")

Json = dict[str, Any]


@dataclass
class Estate:
    """Everything that the service reads, below `root`."""

    root: Path
    asked: float = NOON

    @property
    def ledger(self) -> Path:
        return self.root / ".reconciler" / "ledger.db"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def table(self) -> Path:
        return self.exports / "table"

    def ports(self) -> Ports:
        ledger = LedgerSeen(self.ledger, SystemClock())
        return Ports(
            requests=ledger.requests,
            submissions=ledger.submissions,
            reports=ReportFolder(self.exports),
            window=window_of,
            table=self.table,
            legible=legible,
            now=lambda: NOON,
        )

    def keep(self, *known: Requested, entries: list[AuditEntry] | None = None) -> None:
        with open_ledger(self.ledger, Organisation("org-1", "Ours"), writable=True) as ledger:
            for request in known:
                ledger.keep(request)
            for each in entries or ():
                ledger.note(each)

    def request(self, live_id: str = "e-1", name: str = "september", **members: Any) -> Requested:
        """One in the ledger; each is asked a minute after the one before."""
        self.asked += 60
        request = requested(live_id, name, asked=self.asked, **members)
        self.keep(request)
        return request

    def fetched(self, request: Requested, *contents: bytes, format: str = "jsonl") -> tuple[LocalFile, ...]:  # noqa: A002
        place = self.exports / folder_of(request)
        place.mkdir(parents=True, exist_ok=True)
        files = []
        for partition, content in enumerate(contents):
            name, digest = f"partition_{partition}.{format}", hashlib.sha256(content).hexdigest()
            (place / name).write_bytes(content)
            files.append(LocalFile(name, partition, format, len(content), digest))
        LocalFolder(self.exports).write_report(place.name, report_on(request, files))
        return tuple(files)

    def normalised(self, request: Requested, *contents: bytes, output: Output = Output.PARQUET) -> None:
        files, place = self.fetched(request, *contents), self.exports / folder_of(request)
        results = normalise_all(
            files, export_id=request.live_id, source=place, target=self.table, output=output, processes=1,
            emit=lambda _: None,
        )  # fmt: skip
        records = sum(each.records for each in results)
        report = report_on(request, files, records=records, table=[each.target.name for each in results])
        LocalFolder(self.exports).write_report(place.name, report)

    def report(self, request: Requested) -> Path:
        return self.exports / folder_of(request) / "report.json"


def requested(live_id: str = "e-1", name: str = "september", kind: str = "DataExport", **members: Any) -> Requested:
    window = members.pop("window", SEPTEMBER)
    address = Address(kind, name)
    given: Json = {
        "key": str(uuid.uuid5(uuid.NAMESPACE_OID, live_id + name)),
        "address": address,
        "original": address,
        "live_id": live_id,
        "status": "COMPLETED",
        "body": {"type": "conversation", "startDate": window[0], "endDate": window[1]},
        "asked": NOON,
        "seen": NOON,
    }
    return Requested(**given | members)


def submission(result: str = "SUCCESS", latency_ms: int = 0, address: str = "DataExport/september") -> AuditEntry:
    return AuditEntry("2026-11-01T12:00:00Z", "EXPORT_SUBMISSION", address, "e-1", result, "sha256:1", latency_ms)


def lines(*records: Json) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def interaction(identity: str = "i-1", start: str | None = "2026-09-01T00:00:00Z", **members: Any) -> Json:
    times = {"startTimestamp": start, "endTimestamp": start} if start else {}
    return {"interactionId": identity, "type": "conversation", "channel": {"type": "voice"}} | times | members


@dataclass
class Service:
    """The service as its callers see it; `told` and `seen` are what it said of itself."""

    url: str
    told: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def get(self, path: str, **more: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=60, allow_redirects=False, **more)

    def json(self, path: str, **query: Any) -> Json:
        answer = self.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def metric(self, name: str) -> float | None:
        lines = (line.rpartition(" ") for line in self.get("/metrics").text.splitlines())
        return next((float(value) for series, _, value in lines if series == name), None)


@contextmanager
def served(ports: Ports, *, token: str = "", open_paths: tuple[str, ...] = (), **more: Any) -> Iterator[Service]:
    """The app on a free port of loopback, in a thread."""
    listener = listen("127.0.0.1", 0)
    service, ready = Service(url_of(listener)), threading.Event()
    access = Access(Secret(token) if token else NONE, ("/healthz", *open_paths))
    app = build(ports, access, tell=service.told.append, observe=service.seen.append, **more)
    server = Server(app)
    thread = threading.Thread(target=server.run, args=(listener, ready.set), daemon=True)
    thread.start()
    try:
        assert ready.wait(60), "the service did not start"
        yield service
    finally:
        server.stop()
        thread.join(60)
