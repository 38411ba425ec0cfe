"""The part of `Control` that moves jobs, describes files, and reads what the file host and the callbacks recorded."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.journal import Recorded

Json = dict[str, Any]


class ExportControl:
    """A job is a privacy request or a data export, and is named by its id."""

    # How jobs go on.

    def step_export(self, job: str) -> Json:
        """Into the next of the settings' `export_stages`, or to the end after the last."""
        return self._move(job, move="step")

    def complete_export(self, job: str) -> Json:
        return self._move(job, move="complete")

    def fail_export(self, job: str, reason: str | None = None) -> Json:
        return self._move(job, move="fail", reason=reason)

    def put_export_status(self, job: str, status: str) -> Json:
        """Any status that is not the end, known or not; it stays until it is moved on."""
        return self._move(job, move="enter", status=status)

    def hold_export(self, job: str) -> Json:
        """It stays where it is, whatever the clock says."""
        return self._move(job, move="hold")

    def release_export(self, job: str) -> Json:
        """It goes on by the clock."""
        return self._move(job, move="release")

    # What the files hold.

    def export_files(self, job: str) -> list[Json]:
        """As the organisation would list them, whatever the job's status; the URIs are good once it is completed."""
        return cast("list[Json]", self._call("GET", f"jobs/{_quoted(job)}/files")["files"])

    def plan_export_files(self, job: str, files: Sequence[Mapping[str, Any]]) -> list[Json]:
        """These are its files: each as `FileSpec` has it; none at all is possible."""
        return cast("list[Json]", self._call("PUT", f"jobs/{_quoted(job)}/files", list(files))["files"])

    def put_export_file(self, job: str, partition: int, content: bytes | str, **more: Any) -> list[Json]:
        """This is the content of that file, of an old one or a new one; `more` as `FileSpec` has it."""
        given = {"text": content} if isinstance(content, str) else {"base64": base64.b64encode(content).decode()}
        made_up = {"records": None, "size": None, "text": None, "base64": None}
        return self.change_export_file(job, partition, **{**made_up, **given, **more})

    def change_export_file(self, job: str, partition: int, **changes: Any) -> list[Json]:
        """Change what is said of one file: `records`, `size`, `flaws`, `listed`, ... (a JSON merge patch)."""
        return cast("list[Json]", self._call("PATCH", f"jobs/{_quoted(job)}/files/{partition}", changes)["files"])

    def answer_export_files(self, export: str, answer: Any) -> None:
        """`GET .../files` answers this JSON from now on, whatever there is."""
        self._call("PUT", f"jobs/{_quoted(export)}/answer", answer)

    def answer_export_files_truly(self, export: str) -> None:
        self._call("DELETE", f"jobs/{_quoted(export)}/answer")

    # What was asked of the file host, and what was called back.

    def file_requests(self, path: str | None = None) -> list[Recorded]:
        """Every request to the file host in order, or those of one path; signatures are masked."""
        found = self._call("GET", "file_requests")["file_requests"]
        recorded = [Recorded(**{**each, "faults": tuple(each["faults"])}) for each in found]
        return [each for each in recorded if path in (None, each.path)]

    def leaks(self) -> list[Recorded]:
        """The requests that brought an Authorization header to the file host, where none belongs."""
        return [each for each in self.file_requests() if "authorization" in each.headers]

    def callbacks(self, *, wait: float = 30.0) -> list[Json]:
        """All callbacks once none of them is under way: `outcome`, the receiver's `status` and `answer`, or `reason`.

        One that is not due yet is `waiting`. SandboxError if one is still under way after `wait` seconds.
        """
        until = time.monotonic() + wait
        while True:
            now = self._call("GET", "clock")["now"]
            found = cast("list[Json]", self._call("GET", "callbacks")["callbacks"])
            if not any(_is_moving(each, now) for each in found):
                return found
            if time.monotonic() > until:
                raise SandboxError("Callbacks still under way", f"after {wait} s", where="callbacks")
            time.sleep(0.005)

    def call_back(self, request: str, *, url: str | None = None, **changes: Any) -> Json:
        """One more callback about this request, true but for `changes`, to its own `callbackUrl` or to `url`."""
        return self._call("POST", "callbacks", {"target": request, "changes": changes, "url": url})

    def _move(self, job: str, **move: Any) -> Json:
        return self._call("POST", f"jobs/{_quoted(job)}/moves", move)

    def _call(self, method: str, path: str, content: object = None) -> Json:
        """`Control`'s."""
        raise NotImplementedError


def _is_moving(callback: Json, now: str) -> bool:
    outcome = callback["outcome"]
    return bool(outcome == "under way" or (outcome == "waiting" and callback["due"] <= now))


def _quoted(job: str) -> str:
    return quote(job, safe="")
