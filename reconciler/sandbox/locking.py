"""Optimistic locking: ETags out, If-Match in (RFC 9110 §13.1.1: strong comparison, so a weakened tag never matches)."""

from __future__ import annotations

import re

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Stored

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS = re.compile(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*")


def etag_headers(stored: Stored, settings: Settings) -> tuple[tuple[str, str], ...]:
    if settings.locking == "none" or settings.etags == "stripped":
        return ()
    weak = "W/" if settings.etags == "weak" else ""
    return (("ETag", f'{weak}"{stored.version}"'),)


def is_stale(exchange: Exchange, stored: Stored, settings: Settings) -> bool:
    """Whether If-Match forbids this write. No header, `*`, or an organisation without locking: it does not."""
    condition = exchange.headers.get("if-match")
    if condition is None or settings.locking == "none" or condition.strip() == "*":
        return False
    if not _TAGS.fullmatch(condition):
        raise bad_request("If-Match is malformed", Detail("If-Match", f"{condition!r} is not a list of entity tags"))
    return f'"{stored.version}"' not in re.findall(_TAG, condition)


def body_version(body: dict[str, object]) -> int | None:
    """The `version` a body carries as a lock; None where it carries none."""
    version = body.get("version")
    if version is None:
        return None
    if type(version) is not int:
        raise bad_request("version is malformed", Detail("version", "is not a whole number", "invalid.property"))
    return version
