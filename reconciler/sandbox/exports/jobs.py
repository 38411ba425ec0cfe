"""What a privacy request and a data export have in common: a status that moves by itself, and files at the end.

Next to what the wire shows, a stored body may hold `since` (when its status began, in seconds), `held`, `files`,
`answer` (see `file_specs`) and `expires`; that is how they get into a saved state and out of it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.sandbox.clock import parse_instant
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.file_specs import read_specs
from reconciler.sandbox.problems import Problem
from reconciler.sandbox.shapes import mapping

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.resources import Body
    from reconciler.sandbox.store import Stored

COMPLETED, FAILED = "COMPLETED", "FAILED"
TERMINAL = (COMPLETED, FAILED)
JOBS = ("privacy_requests", "data_exports")
"""The collections whose objects are jobs."""


def begun(organisation: Organisation) -> dict[str, Any]:
    """What a new job is: in the first of the organisation's stages, from now on."""
    return {"status": next(iter(organisation.settings.export_stages)), "since": organisation.clock.now()}


def began(job: Stored) -> float:
    """When the job's status began; a loaded one may say no more than when it was created."""
    since = job.body.get("since")
    return float(since) if since is not None else parse_instant(job.body["createdDate"])


def is_over(stored: Stored) -> bool:
    return stored.body["status"] in TERMINAL


def unchangeable() -> Problem:
    return Problem(409, "request.conflict", "What was asked for cannot be changed.")


def check_shape(body: Body, where: str) -> None:
    """A loaded job has a text for a status, a number for `since`, instants for dates, and files that read."""
    for name, kinds in {"status": (str,), "since": (int, float), "held": (bool,)}.items():
        if name in body and type(body[name]) not in kinds:
            raise SandboxError("Wrong type", f"{body[name]!r} cannot be the {name} of a job", where=f"{where}.{name}")
    for name, instant in _instants(body, where).items():
        try:
            parse_instant(instant)
        except SandboxError as unreadable:
            raise SandboxError(unreadable.summary, unreadable.detail, where=f"{where}.{name}") from None
    read_specs(body.get("files", []), where=f"{where}.files")


def _instants(body: Body, where: str) -> dict[str, Any]:
    window = mapping(body.get("timeRange", {}), where=f"{where}.timeRange")
    dates = {name: body[name] for name in ("startDate", "endDate", "createdDate") if name in body}
    return dates | {f"timeRange.{name}": instant for name, instant in window.items()}
