"""The control operations on jobs, their files and their callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports import callbacks, progress
from reconciler.sandbox.exports.jobs import JOBS
from reconciler.sandbox.exports.links import listing
from reconciler.sandbox.exports.planning import change_file, keep, plan_files
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.shapes import build, mapping
from reconciler.sandbox.store import Stored


@dataclass(frozen=True, slots=True)
class Move:
    """`step`: into the next stage; `enter`: into a `status` of whatever name; `reason` is that of a failure.

    `hold`: it stays where it is, whatever the clock says; `release`: it goes on by the clock.
    """

    move: Literal["step", "complete", "fail", "enter", "hold", "release"]
    reason: str | None = None
    status: str | None = None

    def __post_init__(self) -> None:
        if (self.status is not None) != (self.move == "enter"):
            raise SandboxError("A move does not add up", "enter takes a status, the others take none", where="status")
        if self.status in ("COMPLETED", "FAILED"):
            raise SandboxError("A move does not add up", "complete and fail lead to the end", where="status")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A callback about `target`, true but for `changes` (a JSON merge patch), to `url` or to the request's own."""

    target: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None


class ExportDesk:
    """Over the organisation of the moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    def table(self) -> list[tuple[str, str, Callable[[Any, Request], Any]]]:
        return [
            ("POST", "/jobs/{target}/moves", self.move),
            ("GET", "/jobs/{target}/files", self.list_files),
            ("PUT", "/jobs/{target}/files", self.plan_files),
            ("PATCH", "/jobs/{target}/files/{partition:int}", self.change_file),
            ("PUT", "/jobs/{target}/answer", self.answer_files),
            ("DELETE", "/jobs/{target}/answer", self.answer_files_truly),
            ("GET", "/file_requests", self.file_requests),
            ("GET", "/callbacks", self.list_callbacks),
            ("POST", "/callbacks", self.call_back),
        ]

    def move(self, content: Any, request: Request) -> Any:
        organisation, (collection, job) = self._organisation, self._job(request)
        move = build(Move, content, where="move")
        match move.move:
            case "step":
                job = progress.step(organisation, collection, job)
            case "complete":
                job = progress.complete(organisation, collection, job)
            case "fail":
                job = progress.fail(organisation, collection, job, move.reason)
            case "enter":
                job = progress.enter(organisation, collection, job, str(move.status))
            case "hold" | "release":
                job = keep(organisation, collection, job, held=True if move.move == "hold" else None)
        return {"id": job.id, **job.body}

    def list_files(self, _content: Any, request: Request) -> Any:
        return {"files": listing(self._organisation, self._job(request)[1])}

    def plan_files(self, content: Any, request: Request) -> Any:
        plan_files(self._organisation, *self._job(request), content)
        return self.list_files(content, request)

    def change_file(self, content: Any, request: Request) -> Any:
        partition = request.path_params["partition"]
        change_file(self._organisation, *self._job(request), partition, mapping(content, where="file"))
        return self.list_files(content, request)

    def answer_files(self, content: Any, request: Request) -> Any:
        keep(self._organisation, *self._job(request), answer={"body": content})
        return {}

    def answer_files_truly(self, _content: Any, request: Request) -> Any:
        keep(self._organisation, *self._job(request), answer=None)
        return {}

    def file_requests(self, _content: Any, _request: Request) -> Any:
        return {"file_requests": [entry.to_json() for entry in self._organisation.file_journal.requests]}

    def list_callbacks(self, _content: Any, _request: Request) -> Any:
        return {"callbacks": [each.to_json() for each in self._organisation.outbox.callbacks]}

    def call_back(self, content: Any, _request: Request) -> Any:
        asked = build(Announcement, content, where="callback")
        collection, job = find_job(self._organisation, asked.target)
        if collection != "privacy_requests":
            raise SandboxError("No callback", "data exports call nobody back", where="callback.target")
        return callbacks.send_now(self._organisation, job, asked.changes, asked.url).to_json()

    @property
    def _organisation(self) -> Organisation:
        return self._house.organisation

    def _job(self, request: Request) -> tuple[str, Stored]:
        return find_job(self._organisation, request.path_params["target"])


def find_job(organisation: Organisation, job_id: str) -> tuple[str, Stored]:
    """The privacy request or data export of that id, with the name of its collection."""
    for collection in JOBS:
        if (job := organisation.collection(collection).true(job_id)) is not None:
            return collection, job
    raise SandboxError("No such object", f"no privacy request or data export has the id {job_id!r}", where="jobs")
