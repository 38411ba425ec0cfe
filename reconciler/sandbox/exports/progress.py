"""Jobs go on by the sandbox's clock, or because the control API moves them."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import changes
from reconciler.sandbox.changes import PLATFORM, Author
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.callbacks import announce
from reconciler.sandbox.exports.jobs import COMPLETED, FAILED, JOBS, began, is_over
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.store import Stored


def settle(organisation: Organisation) -> None:
    """Bring every job to where it is by now."""
    for name in JOBS:
        for job in [each for each in organisation.collection(name) if not is_over(each)]:
            _catch_up(organisation, name, job)


def step(organisation: Organisation, collection: str, job: Stored, *, at: float | None = None) -> Stored:
    """Into the next stage, or to the end where this was the last one."""
    stages = list(organisation.settings.export_stages)
    status = job.body["status"]
    following = stages[stages.index(status) + 1 :] if status in stages else []
    if following:
        return _enter(organisation, collection, job, following[0], at=at)
    if organisation.settings.export_failure is not None:
        return fail(organisation, collection, job, organisation.settings.export_failure, at=at)
    return complete(organisation, collection, job, at=at)


def complete(organisation: Organisation, collection: str, job: Stored, *, at: float | None = None) -> Stored:
    return _enter(organisation, collection, job, COMPLETED, at=at)


def fail(
    organisation: Organisation, collection: str, job: Stored, reason: str | None, *, at: float | None = None
) -> Stored:
    more = {} if reason is None else {_reason_of(collection): reason}
    return _enter(organisation, collection, job, FAILED, at=at, **more)


def enter(organisation: Organisation, collection: str, job: Stored, status: str) -> Stored:
    """Into any status that is not the end, whether anybody knows it or not."""
    return _enter(organisation, collection, job, status)


def _catch_up(organisation: Organisation, collection: str, job: Stored) -> None:
    now = organisation.clock.now()
    while not is_over(job) and not job.body.get("held", False):
        # A status that is not among the stages lasts until somebody moves it.
        lasts = organisation.settings.export_stages.get(job.body["status"])
        if lasts is None or (due := began(job) + lasts) > now:
            return
        job = step(organisation, collection, job, at=due)


def _enter(
    organisation: Organisation, collection: str, job: Stored, status: str, *, at: float | None = None, **more: Any
) -> Stored:
    if is_over(job):
        raise SandboxError("Nothing to move", f"{job.id} is {job.body['status']} already", where=collection)
    since = organisation.clock.now() if at is None else at
    content = {**job.body, **more, "status": status, "since": since}
    after = changes.overwrite(organisation, RESOURCES[collection], job, content, Author(PLATFORM))
    if is_over(after) and collection == "privacy_requests":
        announce(organisation, job, after)
    return after


def _reason_of(collection: str) -> str:
    return "failureReason" if collection == "privacy_requests" else "statusReason"
