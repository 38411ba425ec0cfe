"""A user's project in a temporary folder, and `reconciler` run in it as from a shell.

The program runs in this process, from its command line to real HTTP. Only its clock is handed in: a wait moves the
program's time and the organisation's, and costs nothing.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import yaml
from reconciler.cli import main
from reconciler.commands.clock import SystemClock
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.observed import Recorded
from reconciler.model.ports import AuditEntry
from reconciler.sandbox import Control, Sandbox
from reconciler.sandbox.journal import Effect
from reconciler.state import open_ledger

Json = dict[str, Any]

SECRET = "the-robots-own-secret"
"""Of the client that the program runs as. No output and no file may hold it."""
SETTINGS: Json = {"token_rate": None, "family_rates": {}, "login_rate": None}
EVERY_SCOPE = sorted(
    {needed for kind in KINDS.values() for needed in ({*kind.permissions.values()} or {*kind.scopes.all})}
)
ROBOT: Json = {"id": "robot", "secret": SECRET, "scopes": EVERY_SCOPE}
SETTLE = 30
"""Seconds: more than an answer may take on a busy machine. Waiting for it costs nothing."""
SUPPORT = "Purpose/Support"
CUSTOMER = "FlexSchema/customer"


def purpose(
    name: str = "Support", /, *, lifecycle: Json | None = None, metadata: Json | None = None, **spec: Any
) -> Json:
    body = {"description": "Why", "retention": "180d", "legalBasis": "contract"} | spec
    return manifest("Purpose", name, body, lifecycle, metadata)


def schema(*fields: Json, named: str = "customer", lifecycle: Json | None = None, **spec: Any) -> Json:
    listed = list(fields) or [text("customerId")]
    return manifest("FlexSchema", named, {"description": "What", "fields": listed} | spec, lifecycle)


def text(name: str, **members: Any) -> Json:
    return {"name": name, "type": "string"} | members


def link(name: str, target: str, target_field: str = "customerId", **members: Any) -> Json:
    relationship = {"schema": target, "field": target_field}
    return {"name": name, "type": "relationship", "relationship": relationship} | members


def removed(*addresses: str, delete: bool = True) -> Json:
    return {"apiVersion": "reconciler/v1", "removed": [{"address": each, "delete": delete} for each in addresses]}


def acknowledging(code: str, path: str, **facet: Any) -> Json:
    """A lifecycle that accepts one finding."""
    said = {"code": code, "path": path, **facet, "reason": "agreed", "by": "a.smith", "expires": "2099-12-31"}
    return {"acknowledge": [said]}


def manifest(kind: str, name: str, spec: Json, lifecycle: Json | None, metadata: Json | None = None) -> Json:
    document = {
        "apiVersion": "reconciler/v1",
        "kind": kind,
        "metadata": {"name": name} | (metadata or {}),
        "spec": spec,
    }
    return document | ({"lifecycle": lifecycle} if lifecycle else {})


@dataclass
class Time:
    """What the program takes for time: only waiting moves it. `waited` is the sum of all waits, in seconds."""

    control: Control
    waited: float = 0.0
    began: float = field(default_factory=time.time)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def clock(self, stop: Any = None) -> SystemClock:
        return _Clock(self, stop)

    def pass_by(self, seconds: float) -> None:
        with self._guard:
            self.waited += seconds
        self.control.advance(seconds)


class _Clock(SystemClock):
    def __init__(self, shared: Time, stop: Any) -> None:
        super().__init__(stop)
        self._shared = shared

    def now(self) -> float:
        return self._shared.began + self._shared.waited

    def monotonic(self) -> float:
        return self._shared.waited

    def sleep(self, seconds: float) -> None:
        super().sleep(0)
        if seconds > 0:
            self._shared.pass_by(seconds)


@dataclass(frozen=True)
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Json:
        return orjson.loads(self.out)

    @property
    def flat(self) -> str:
        """Both streams, in one line: messages are folded to the width of the terminal."""
        return " ".join(f"{self.out} {self.err}".split())

    @property
    def outcomes(self) -> dict[str, str]:
        return {each["step"]: each["outcome"] for each in self.document["results"]}

    @property
    def steps(self) -> list[tuple[str, str]]:
        return [(each["action"], each["step"]) for each in self.document["changes"]]

    @property
    def codes(self) -> list[str]:
        """Of the findings of a plan, or of the problems of manifests."""
        return [each["code"] for each in self.document.get("findings", self.document.get("problems"))]

    def says(self, *texts: str) -> bool:
        missing = [text for text in texts if text not in self.flat]
        assert not missing, f"{missing} not in:\n{self}"
        return True

    def fails_with(self, code: int, summary: str, *texts: str) -> bool:
        """One clear message of the four parts, and nothing that looks like an accident."""
        assert self.code == code, str(self)
        assert "Traceback" not in self.flat, str(self)
        assert "Internal error" not in self.flat, str(self)
        assert self.flat.count(f"Error: {summary}") == 1, str(self)
        return self.says(*texts)

    def fails_in_doubt(self, *texts: str) -> bool:
        assert self.code == 1, str(self)
        return self.says("In doubt which object is ours", *texts)

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


@dataclass
class Project:
    """`root` is the working folder. `environment` is what the shell has exported."""

    root: Path
    sandbox: Sandbox
    time: Time = field(init=False)
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.time = Time(self.sandbox.control)
        self.environment = self.sandbox.environment() | {
            "GENESYSCLOUD_OAUTHCLIENT_ID": "robot",
            "GENESYSCLOUD_OAUTHCLIENT_SECRET": SECRET,
            "RECONCILER_TRACEBACK": "1",
        }
        self.manifests.mkdir(parents=True)
        self.configure()

    @property
    def control(self) -> Control:
        return self.sandbox.control

    @property
    def manifests(self) -> Path:
        return self.root / "manifests"

    @property
    def ledger(self) -> Path:
        return self.manifests / ".reconciler" / "ledger.db"

    # Files.

    def configure(self, **members: Any) -> None:
        """The project file. By default it holds nobody back and waits for nothing long."""
        document: Json = {
            "apiVersion": "reconciler/v1",
            "kind": "Project",
            "limits": {"requestsPerMinute": 1_000_000},
            "timing": {"connect": "25s", "request": "25s", "settle": f"{SETTLE}s"},
        }
        (self.manifests / "reconciler.yaml").write_text(yaml.safe_dump(document | members))

    def write(self, *documents: Json | str, to: str = "all.yaml") -> Path:
        """Manifests, or the text of a file."""
        file = self.manifests / to
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\n".join(each if isinstance(each, str) else _dumped(each) for each in documents))
        return file

    # Commands.

    def run(self, *words: str | Path, **exported: str | None) -> Ran:
        """Type a command. `exported` changes the environment; None takes a name away."""
        changed = self.environment | exported
        ran = run(map(str, words), {name: value for name, value in changed.items() if value is not None}, self.time)
        assert SECRET not in ran.out + ran.err
        return ran

    def plan(self, *words: str | Path, **exported: str | None) -> Ran:
        return self.run("plan", "-o", "json", *words, **exported)

    def apply(self, *words: str | Path, **exported: str | None) -> Ran:
        return self.run("apply", "--auto-approve", "-o", "json", *words, **exported)

    def applied(self, *documents: Json) -> Ran:
        """These manifests, in the organisation and in the ledger."""
        self.write(*documents)
        ran = self.apply()
        assert ran.code == 0, str(ran)
        self.control.forget()
        return ran

    # What is so.

    def awaits(self, method: str, path: str) -> None:
        """Until a program in another process has sent such a request."""
        give_up = time.monotonic() + 120
        while not self.control.requests(method, path):
            assert time.monotonic() < give_up, "nothing was sent"

    def effects(self) -> list[Effect]:
        """What the program did to the organisation."""
        return self.control.effects(by="robot")

    def actions(self) -> list[tuple[str, str]]:
        return [(effect.action, effect.name) for effect in self.effects()]

    def rows(self) -> Mapping[Address, Recorded]:
        with open_ledger(self.ledger, writable=False) as ledger:
            return ledger.rows()

    def row(self, address: str) -> Recorded:
        return self.rows()[Address.parse(address)]

    def audit(self) -> tuple[AuditEntry, ...]:
        with open_ledger(self.ledger, writable=False) as ledger:
            return ledger.audit()

    def files(self) -> dict[str, bytes]:
        """Every file in the folder, but for the lock's: it says who held it last."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.suffix != ".lock"
        }

    def wrote_nothing(self, before: Mapping[str, bytes]) -> bool:
        """Neither to the organisation nor to any file."""
        assert self.effects() == []
        assert self.files() == before
        return True

    def wrote_only_its_refusal(self, before: Mapping[str, bytes], *, code: str = "") -> bool:
        """Nothing to the organisation; to the ledger the audit entry that says so, with the finding's code."""
        kept = {name: content for name, content in self.files().items() if "ledger.db" not in name}
        entry = self.audit()[-1]
        assert self.effects() == []
        assert kept == {name: content for name, content in before.items() if "ledger.db" not in name}
        assert (entry.action, entry.result) == ("APPLY", "REFUSED")
        assert code in (*(part.partition(":")[0] for part in entry.summary), "")
        return True


def run(words: Iterable[str], environment: Mapping[str, str], shared: Time) -> Ran:
    """The program, as its console script starts it."""
    out, err = _Captured(), _Captured()
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GENESYSCLOUD_", "RECONCILER_")) and name not in ("NO_COLOR", "FORCE_COLOR")
    }
    with (
        mock.patch.object(sys, "argv", ["reconciler", *words]),
        mock.patch.object(sys, "stdin", io.StringIO()),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
        mock.patch.dict(os.environ, others | dict(environment), clear=True),
        mock.patch("reconciler.commands.session.SystemClock", shared.clock),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return Ran(code, out.text, err.text)


class _Captured(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def text(self) -> str:
        self.flush()
        held: Any = self.buffer
        return bytes(held.getvalue()).decode()


def _dumped(document: Json) -> str:
    return yaml.safe_dump(document, sort_keys=False)


Start = Callable[..., Project]
