"""Where the organisation is told to say that a request has ended: put onto the wire, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.apply.run import Run
from reconciler.errors import UsageError
from reconciler.model.callback import address_of
from reconciler.model.request import Asking, Submission
from reconciler.model.secret import Secret


def told_where(run: Run, asking: Asking, submission: Submission) -> Mapping[str, Secret]:
    """The wire member with the address; nothing where nobody wants to be told. Raises UsageError."""
    if not (asking.callback and submission.callback):
        return {}
    check_key(run, submission)
    return {asking.callback: address_of(submission.callback, submission.key, run.server_key)}


def check_key(run: Run, submission: Submission) -> None:
    """Raises UsageError where a token is to be made and there is no key to make it with."""
    if submission.callback.service and not submission.taken and not run.server_key:
        raise UsageError(
            "A callback's token cannot be made",
            detail=f"{submission.address} is to be told to {submission.callback.service}, and RECONCILER_SERVICE_KEY "
            "is not set.",
            hint="Set it to the key that `reconciler serve` has there, or leave the callback out.",
        )
