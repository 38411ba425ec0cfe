"""The audit as a chain: every entry carries the hash of the one before, so that nothing can be changed unseen.

The recipe `chain/v1`: an entry's hash is `sha256:` and the hexadecimal SHA-256 of a JSON array of its `FIELDS`, in
that order, in UTF-8, without white space; `summary` is in it as a string, itself a JSON array in the same spelling.
`previous` is the hash of the entry before, `GENESIS` for the first; numbers grow by one. Entries from before there was
a chain were chained when the ledger was brought forward, and their recipe says so: nobody watched them until then.

A recipe, once released, never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from reconciler.errors import AuditBroken
from reconciler.model.ports import AuditEntry
from reconciler.model.provenance import Provenance
from reconciler.model.values import Json, canonical, fingerprint

RECIPE: Final = "chain/v1"
MIGRATED: Final = "chain/v1 at migration"
GENESIS: Final = "sha256:" + "0" * 64

FIELDS: Final = (
    "recipe", "previous", "number", "at", "actor", "commit_id", "pull_request", "action", "address", "live_id",
    "before_hash", "after_hash", "result", "seal", "latency_ms", "request_id", "correlation_id", "summary", "detail",
)  # fmt: skip

Fields: TypeAlias = tuple[Json, ...]
"""The values of FIELDS."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry where it stands in the chain."""

    number: int
    entry: AuditEntry
    by: Provenance
    recipe: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that is whole: how many entries, the last one's number and hash, and how many were there before it.

    `published_at` is the number of the entry whose hash was published; None where none was given.
    """

    count: int
    number: int
    head: str
    migrated: int = 0
    published_at: int | None = None


def fields_of(entry: AuditEntry, by: Provenance, *, number: int, previous: str, recipe: str = RECIPE) -> Fields:
    """What is hashed of an entry."""
    return (
        recipe, previous, number, entry.at, by.actor, by.commit, by.pull_request, entry.action, entry.address,
        entry.live_id, entry.before_hash, entry.after_hash, entry.result, entry.seal, entry.latency_ms,
        entry.request_id, entry.correlation_id, canonical(list(entry.summary)).decode(), entry.detail,
    )  # fmt: skip


def digest(fields: Fields) -> str:
    """The hash of an entry."""
    return fingerprint(fields)


def link_of(stated: str, fields: Fields) -> Link:
    """An entry read back. Raises ValueError where its summary is no list."""
    values: dict[str, Any] = dict(zip(FIELDS, fields, strict=True))
    by = Provenance(values.pop("actor"), values.pop("commit_id"), values.pop("pull_request"))
    place = {name: values.pop(name) for name in ("number", "recipe", "previous")}
    values["summary"] = tuple(orjson.loads(values["summary"]))
    return Link(entry=AuditEntry(**values), by=by, hash=stated, **place)


def verify(rows: Iterable[Sequence[Json]], *, given: int, published: str = "") -> Verified:
    """Look at every entry: `rows` are each a hash and the FIELDS, in the order of their numbers.

    `given` is the last number that the ledger has given; `published` a hash that was the head once. Raises AuditBroken
    at the first entry that is not as it was written.
    """
    number, head, count, migrated = 0, GENESIS, 0, 0
    published_at = 0 if published == GENESIS else None
    for stated, *rest in rows:
        fields = tuple(rest)
        _check(stated, fields, number, head, chained=count > migrated)
        number, head, count = fields[_NUMBER], stated, count + 1
        migrated += fields[_RECIPE] == MIGRATED
        if stated == published:
            published_at = number
    if given > number:
        raise AuditBroken("The audit has been cut off", detail=f"{_span(number + 1, given)} missing.", hint=_KEEP)
    if published and published_at is None:
        detail = _UNHELD.format(published)
        raise AuditBroken("The audit does not hold the published head", detail=detail, hint=_KEEP)
    return Verified(count, number, head, migrated, published_at)


_RECIPE, _PREVIOUS, _NUMBER = map(FIELDS.index, ("recipe", "previous", "number"))
_AT, _ACTION, _ADDRESS = map(FIELDS.index, ("at", "action", "address"))
_UNHELD: Final = (
    "No entry has the hash {}. Every entry follows from the one before: either the end was cut off and written anew, "
    "or all of it was chained again."
)

_KEEP: Final = (
    "Keep the ledger as it is, and compare it with a copy. What comes before still follows from the beginning."
)


def _check(stated: Json, fields: Fields, number: int, head: str, *, chained: bool) -> None:
    """One entry after the entry `number`, whose hash is `head`. `chained` = no entry at migration may come any more."""
    recipe, previous, found = fields[:3]
    if not _fits(stated, fields):
        raise _altered(found, f"{_named(fields)} does not fit its hash: it was changed after it was written.")
    if recipe != RECIPE and (recipe != MIGRATED or chained):
        raise _altered(found, f"{_named(fields)} has the recipe {recipe!r}, which does not belong there.")
    if found > number + 1 and (recipe == RECIPE or previous != head):
        raise AuditBroken(
            "Entries of the audit are missing", detail=f"{_span(number + 1, found - 1)} missing.", hint=_KEEP
        )
    if found <= number:
        raise _altered(found, f"{_named(fields)} stands after entry {number}.")
    if previous != head:
        raise _altered(number or found, f"{_named(fields)} was appended to another entry than the one before it.")


def _fits(stated: Json, fields: Fields) -> bool:
    try:
        return bool(digest(fields) == stated)
    except TypeError:  # damaged in such a way that it is no text and no number
        return False


def _altered(number: int, detail: str) -> AuditBroken:
    return AuditBroken(f"The audit has been altered at entry {number}", detail=detail, hint=_KEEP)


def _named(fields: Fields) -> str:
    """Which entry, in words, as far as it can be read."""
    said = (fields[place] for place in (_ACTION, _ADDRESS, _AT))
    return f"Entry {fields[_NUMBER]} ({' '.join(str(each) for each in said if isinstance(each, str) and each)})"


def _span(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
