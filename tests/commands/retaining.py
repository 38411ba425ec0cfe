"""Retention rules and strategies, with everything that does not matter, and a look at what was archived."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from reconciler.model.archive import Receipt
from reconciler.sandbox import Control
from reconciler.state import open_ledger

from .project import Json, Project, manifest

ARCHIVE_SECRET = "the-archives-own-secret"
"""What the archive takes. No output, no file and no request to the organisation may hold it."""
RULE = "RetentionRule/history"
STRATEGIES = "/api/v2/routing/strategies"
DAYS, MOST = 30, 12


def rule(control: Control, name: str = "history", /, *, lifecycle: Json | None = None, **spec: Any) -> Json:
    """All strategies, 30 days and 12 versions, a credential and a backup; `...` leaves a member out."""
    addresses = control.addresses()
    stated: Json = {
        "strategies": "all",
        "retentionDays": DAYS,
        "maxVersions": MOST,
        "archive": {
            "endpoint": addresses["archives"],
            "credential": {"fromEnv": "RECONCILER_SECRET_ARCHIVE"},
        },
        "backup": {"folder": "backups"},
    } | spec
    return manifest("RetentionRule", name, {key: value for key, value in stated.items() if value is not ...}, lifecycle)


def telling(control: Control) -> Json:
    """The member `notify`, for the sandbox's receiver."""
    return {"url": control.addresses()["notifications"]}


def heads(control: Control) -> list[tuple[str, int, int]]:
    """What is archived: each strategy's name, how many versions, and the newest of them."""
    return [
        (each["payload"]["strategyName"], len(matrix := each["payload"]["versionMatrix"]), matrix[-1]["versionNumber"])
        for each in sorted(control.archives(), key=lambda each: each["payload"]["strategyName"])
    ]


def copies(project: Project, folder: str = "backups") -> list[Path]:
    return sorted((project.manifests / folder).glob("*.json"))


def copied(project: Project) -> list[Json]:
    """The payloads that there are copies of."""
    return [orjson.loads(path.read_bytes())["payload"] for path in copies(project)]


def receipts(project: Project) -> list[Receipt]:
    with open_ledger(project.ledger, writable=False) as ledger:
        return list(ledger.receipts().values())


def standings(document: Json) -> dict[str, str]:
    """How far each history is, by the object's name."""
    return {each["object"]: each["standing"] for each in document["archives"]}
