"""One check by itself: whatever goes wrong in it is its verdict, and no other check is the worse for it."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.errors import ReconcilerError
from reconciler.model.diagnosis import Check, Verdict


def ok(name: str, detail: str) -> Check:
    return Check(name, Verdict.OK, detail)


def warning(name: str, detail: str, hint: str = "") -> Check:
    return Check(name, Verdict.WARNING, detail, hint)


def failed(name: str, error: ReconcilerError) -> Check:
    """As the run itself would say it."""
    where = f" ({error.where})" if error.where else ""
    return Check(name, Verdict.ERROR, f"{error.summary}{where}. {error.detail}".strip(), error.hint, _code(error))


def skipped(name: str, why: str) -> Check:
    return Check(name, Verdict.SKIPPED, why)


def examined(name: str, look: Callable[[], Check]) -> Check:
    """What `look` finds; an error that the user can understand is a finding, too."""
    try:
        return look()
    except ReconcilerError as error:
        return failed(name, error)


def _code(error: ReconcilerError) -> int:
    return 7 if error.exit_code == 7 else 1
