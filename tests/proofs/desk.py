"""An engineer's desk: a folder with manifests and a ledger, and `reconciler` run in it against a sandbox.

The program runs in this process, from its command line to real HTTP; only its clock is handed in, so that waiting costs
nothing: it moves the program's time and the organisation's time together. Nothing else moves it, so that how long the
program really takes decides about nothing.
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
from reconciler.model.address import Address
from reconciler.model.observed import Intent, Recorded
from reconciler.sandbox import Sandbox
from reconciler.sandbox.journal import Recorded as Request
from reconciler.state import Place, database_at, open_ledger

Json = dict[str, Any]

US = "sandbox"
"""The client id that our own effects carry."""
SETTLE = 30
"""Seconds after which an effect that nobody sees never happened."""
VARIABLE = "RECONCILER_SECRET_HOOK"
SECRET = "h00k-s3cret"
HEADERS = {"Authorization": {"fromEnv": VARIABLE}}
OPEN = {"token_rate": None, "family_rates": {}, "login_rate": None}
"""Settings of an organisation that never throttles."""


def purpose(name: str, **spec: Any) -> Json:
    return _manifest("Purpose", name, {"description": "d", "retention": "30d", "legalBasis": "consent"} | spec)


def schema(name: str, *fields: Json, lifecycle: Json | None = None, **spec: Any) -> Json:
    return _manifest("FlexSchema", name, {"description": "d", "fields": list(fields)} | spec, lifecycle)


def webhook(name: str, **spec: Any) -> Json:
    body = {"endpoint": "https://compliance.example.com/hook", "eventTypes": ["data.flex.schema.updated"]}
    return _manifest("Webhook", name, body | {"headers": HEADERS} | spec)


def text(name: str, **members: Any) -> Json:
    return {"name": name, "type": "string", **members}


def link(name: str, target: str, target_field: str = "key") -> Json:
    return {"name": name, "type": "relationship", "relationship": {"schema": target, "field": target_field}}


def _manifest(kind: str, name: str, spec: Json, lifecycle: Json | None = None) -> Json:
    document = {"apiVersion": "reconciler/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    return document | ({"lifecycle": lifecycle} if lifecycle else {})


def removed(*addresses: str, delete: bool = True) -> Json:
    return {"apiVersion": "reconciler/v1", "removed": [{"address": each, "delete": delete} for each in addresses]}


@dataclass
class Time:
    """What the program takes for time: sleeping moves it, and the organisation's, without waiting."""

    sandbox: Sandbox
    slept: float = 0.0
    began: float = field(default_factory=time.time)
    meanwhile: Callable[[], None] | None = None
    """What happens during the next sleep."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def clock(self, stop: Any = None) -> SystemClock:
        return _Clock(self, stop)

    def pass_by(self, seconds: float) -> None:
        with self._guard:
            self.slept += seconds
            happening, self.meanwhile = self.meanwhile, None
        self.sandbox.control.advance(seconds)
        if happening is not None:
            happening()


class _Clock(SystemClock):
    def __init__(self, owner: Time, stop: Any) -> None:
        super().__init__(stop)
        self._owner = owner

    def now(self) -> float:
        return self._owner.began + self._owner.slept

    def monotonic(self) -> float:
        return self._owner.slept

    def sleep(self, seconds: float) -> None:
        super().sleep(0)
        self._owner.pass_by(max(seconds, 0.0))


@dataclass(frozen=True)
class Ran:
    """What came of one command."""

    code: int
    out: bytes
    err: str

    @property
    def document(self) -> Json:
        return orjson.loads(self.out)

    @property
    def changes(self) -> list[Json]:
        return self.document["changes"]

    @property
    def steps(self) -> list[tuple[str, str]]:
        return [(each["action"], each["step"]) for each in self.changes]

    @property
    def outcomes(self) -> dict[str, str]:
        return {each["step"]: each["outcome"] for each in self.document["results"]}

    def result(self, step: str) -> Json:
        return next(each for each in self.document["results"] if each["step"] == step)

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out.decode()}\n{self.err}"


@dataclass
class Desk:
    root: Path
    sandbox: Sandbox
    ledger_url: str = ""
    """Of a ledger in a database; else it is a file in the folder."""
    time: Time = field(init=False)

    def __post_init__(self) -> None:
        self.time = Time(self.sandbox)
        self.project()

    # Files.

    def project(self, **members: Any) -> None:
        """The project file; `limits` and `timing` are merged into ours."""
        limits = {"requestsPerMinute": 1_000_000, "deletions": {"count": 1000, "percent": 100}}
        timing = {"connect": "25s", "request": "25s", "settle": f"{SETTLE}s"}
        document = {
            "apiVersion": "reconciler/v1",
            "kind": "Project",
            "limits": limits | members.pop("limits", {}),
            "timing": timing | members.pop("timing", {}),
            **members,
        }
        self.manifests.mkdir(parents=True, exist_ok=True)
        self.project_file.write_text(yaml.safe_dump(document))

    def write(self, *documents: Json) -> None:
        """The manifests, all of them anew."""
        (self.manifests / "all.yaml").write_text("---\n".join(_dumped(each) for each in documents))

    @property
    def manifests(self) -> Path:
        return self.root / "manifests"

    @property
    def project_file(self) -> Path:
        return self.manifests / "reconciler.yaml"

    @property
    def ledger(self) -> Path:
        return self.manifests / ".reconciler" / "ledger.db"

    @property
    def place(self) -> Place:
        return database_at(self.ledger_url) if self.ledger_url else self.ledger

    @property
    def plan_file(self) -> Path:
        return self.root / "plan.json"

    # Commands.

    def arguments(self, verb: str, *more: str) -> list[str]:
        return [verb, *more, "--dir", str(self.manifests), "-o", "json"]

    def environment(self) -> dict[str, str]:
        team = {"RECONCILER_LEDGER_URL": self.ledger_url} if self.ledger_url else {}
        return self.sandbox.environment() | {VARIABLE: SECRET} | team

    def plan(self, *more: str) -> Ran:
        """A plan, saved in `plan_file`."""
        return self.run("plan", "--out", str(self.plan_file), *more)

    def apply(self, *more: str) -> Ran:
        return self.run("apply", "--auto-approve", *more)

    def apply_saved(self, *more: str) -> Ran:
        return self.run("apply", str(self.plan_file), *more)

    def run(self, verb: str, *more: str) -> Ran:
        return run(self.arguments(verb, *more), self.environment(), self.time)

    def is_converged(self) -> bool:
        """Whether a plan finds nothing to do."""
        seen = self.plan("--detailed-exitcode")
        assert seen.code in (0, 2), seen
        return seen.code == 0

    # What is so.

    def rows(self) -> Mapping[Address, Recorded]:
        with open_ledger(self.place, writable=False) as ledger:
            return ledger.rows()

    def intents(self) -> tuple[Intent, ...]:
        with open_ledger(self.place, writable=False) as ledger:
            return ledger.intents()

    def writes(self) -> list[Request]:
        """Every request that asked for an effect."""
        return [each for each in self.requests() if each.method != "GET"]

    def requests(self) -> list[Request]:
        """Every request but those for tokens."""
        return [each for each in self.sandbox.control.requests() if each.path != "/oauth/token"]

    def creations(self) -> list[str]:
        """The names of the objects that our requests created, one for each effect."""
        return sorted(each.name for each in self.sandbox.control.effects(by=US) if each.action == "create")


def run(arguments: Iterable[str], environment: Mapping[str, str], clock: Time) -> Ran:
    """The program, as its console script starts it."""
    out, err = _Captured(), _Captured()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GENESYSCLOUD_", "RECONCILER_"))}
    with (
        mock.patch.object(sys, "argv", ["reconciler", *arguments]),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
        mock.patch.dict(os.environ, clean | dict(environment) | {"RECONCILER_TRACEBACK": "1"}, clear=True),
        mock.patch("reconciler.commands.session.SystemClock", clock.clock),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return Ran(code, out.content, err.content.decode())


class _Captured(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def content(self) -> bytes:
        self.flush()
        held: Any = self.buffer
        return bytes(held.getvalue())


def _dumped(document: Json) -> str:
    """Strings in quotes, since YAML would make dates of some."""
    return yaml.safe_dump(document, sort_keys=False)
