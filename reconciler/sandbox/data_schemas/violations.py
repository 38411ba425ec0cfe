"""What is wrong with a schema, as the platform's errors: every violation is named, the first one gives the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.sandbox.problems import Detail, Problem

PREFIX = "dynamic.schema."
INVALID = "invalid.json.schema"
EXPAND_FAILED = "expand.failed"
INCOMPATIBLE = "incompatible.json.schema.update"
LIMIT_MISSING = "validation.limit.missing"
LIMIT_ERROR = "validation.limit.error"
LENGTH = "length.limits.would.be.exceeded"
KEY_LENGTH = "limit.max.number.of.characters.for.field.name.would.be.exceeded"
SAME_TITLE = "duplicate.property.title"
SAME_OPTION = "duplicate.enum.properties.title"
TAKEN_TITLE = "duplicate.schema.title"

_UNPROCESSABLE = PREFIX + EXPAND_FAILED


def violation(where: str, message: str, code: str = INVALID) -> Detail:
    return Detail(where, message, PREFIX + code)


def refuse(violations: Iterable[Detail]) -> None:
    """Raises where there are any."""
    if found := tuple(violations):
        raise refusal(*found)


def refusal(first: Detail, *others: Detail) -> Problem:
    """The status is that of the first: 422 for a `$ref`, 400 for the rest."""
    status = 422 if first.code == _UNPROCESSABLE else 400
    return Problem(status, first.code, f"{first.field} {first.message}.", details=(first, *others))


def text_violations(where: str, text: object, bounds: tuple[int, int], code: str = LENGTH) -> Sequence[Detail]:
    if not isinstance(text, str):
        return [violation(where, "must be a string")]
    least, greatest = bounds
    if least <= len(text) <= greatest:
        return []
    return [violation(where, f"has {len(text)} characters, there may be {least} to {greatest}", code)]


def duplicates(values: Iterable[Any]) -> list[Any]:
    """Each value that was there before, at its later places."""
    seen: list[Any] = []
    again: list[Any] = []
    for value in values:
        (again if value in seen else seen).append(value)
    return again
