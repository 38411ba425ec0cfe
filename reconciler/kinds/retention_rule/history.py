"""A strategy and its versions, as the organisation shows them, read strictly."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.model.archive import History, Version
from reconciler.model.observed import Observed
from reconciler.model.values import Json
from reconciler.model.window import spell

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_LARGEST: Final = 2**53
READS: Final = ("id", "name", "version", "createdDate", "modifiedDate", "createdBy")
"""The members of a strategy and of its versions that are looked at here."""


class _Unusable(Exception):
    """What is wrong, as a sentence's end."""


def read_history(strategy: Observed, items: Sequence[Mapping[str, Json]]) -> History:
    """The history of one strategy. What is not as the contract says makes it unusable, and is named."""
    live_id, name = strategy.live_id.lower(), strategy.body.get("name")
    shown = name if isinstance(name, str) else ""
    try:
        if not _UUID.fullmatch(live_id):
            raise _Unusable("its id is not a UUID")
        if not shown.strip():
            raise _Unusable("it has no name")
        versions = sorted(map(_version, items), key=lambda version: version.number)
        _check_numbers(versions)
    except _Unusable as trouble:
        return History(live_id, shown, trouble=str(trouble))
    return History(live_id, shown, tuple(versions), lack=_lack(strategy, versions), doubt=_doubt(versions))


def _version(item: Mapping[str, Json]) -> Version:
    identity, number = item.get("id"), item.get("version")
    if not isinstance(identity, str) or not identity.strip():
        raise _Unusable("one of its versions has no id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < _LARGEST:
        raise _Unusable(f"version {identity} has no number")
    by = item.get("createdBy")
    author = by.get("name") if isinstance(by, dict) else None
    return Version(
        identity,
        number,
        _time(item, "createdDate", number),
        _time(item, "modifiedDate", number),
        author if isinstance(author, str) else "",
    )


def _time(item: Mapping[str, Json], name: str, number: int) -> str:
    """RFC 3339, UTC, to the millisecond: more exact than that the organisation is not."""
    stated = item.get(name)
    try:
        if isinstance(stated, str) and _TIME.fullmatch(stated):
            return spell(datetime.datetime.fromisoformat(stated))
    except (ValueError, OverflowError):
        pass
    raise _Unusable(f"the {name} of version {number} is no date")


def _check_numbers(versions: Sequence[Version]) -> None:
    numbers = [version.number for version in versions]
    if len(set(numbers)) < len(numbers):
        twice = next(number for number, after in itertools.pairwise(numbers) if number == after)
        raise _Unusable(f"its versions do not fit together: two of them have the number {twice}")


def _lack(strategy: Observed, versions: Sequence[Version]) -> str:
    """The strategy says itself how far its history goes: one that ends before has lost a page."""
    stated, newest = strategy.body.get("version"), versions[-1].number if versions else 0
    if isinstance(stated, int) and not isinstance(stated, bool) and stated > newest:
        return f"the strategy is at version {stated}, and its history ends at {newest or 'none'}"
    return ""


def _doubt(versions: Sequence[Version]) -> str:
    """Numbers that are left out look like a page that is, and may be versions that somebody deleted."""
    missing = versions[-1].number - versions[0].number + 1 - len(versions) if versions else 0
    return f"{missing} of the numbers up to {versions[-1].number} are missing" if missing else ""
