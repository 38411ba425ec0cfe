"""Parts that only one verb needs are extras: say which is missing, and the line that installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.errors import UsageError


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Import inside. Raises UsageError with the exact line to install what is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "reconciler":
            raise
        raise UsageError(
            f"This needs the extra {extra!r}",
            detail=f"The module {error.name} is not installed.",
            hint=f"Install it:\npip install 'reconciler[{extra}]'",
        ) from None
