"""What is wrong with a data schema that its JSON Schema cannot say, and no organisation need be asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.kinds.data_schema.spec import PAIRS
from reconciler.model.kind import Checkup
from reconciler.model.source import Problem
from reconciler.model.values import Json, Path


def check(checkup: Checkup) -> Iterator[Problem]:
    """Keys and values that come twice, bounds that leave no value."""
    seen: set[str] = set()
    for index, field in enumerate(checkup.manifest.normal["fields"]):
        path = ("fields", str(index))
        if field["key"] in seen:
            yield _problem(
                checkup, (*path, "key"), "DS001", "Duplicate field key",
                f"The schema has more than one field {field['key']!r}.",
                "Remove one of them; keys are unique within a schema.",
            )  # fmt: skip
        seen.add(field["key"])
        yield from _check_bounds(checkup, path, field)
        yield from _check_options(checkup, path, field)


def _check_bounds(checkup: Checkup, path: Path, field: Mapping[str, Json]) -> Iterator[Problem]:
    for least, most in PAIRS:
        if least in field and most in field and field[least] > field[most]:
            yield _problem(
                checkup, (*path, least), "DS002", "Bounds that leave no value",
                f"Field {field['key']!r} has {least} {field[least]} and {most} {field[most]}.",
                f"Make {least} no greater than {most}.",
            )  # fmt: skip


def _check_options(checkup: Checkup, path: Path, field: Mapping[str, Json]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, option in enumerate(field.get("options", ())):
        if option["value"] in seen:
            yield _problem(
                checkup, (*path, "options", str(index)), "DS003", "Duplicate option",
                f"Field {field['key']!r} has more than one option {option['value']!r}.",
                "Remove one of them; values are unique within a field.",
            )  # fmt: skip
        seen.add(option["value"])


def _problem(checkup: Checkup, path: Path, code: str, summary: str, detail: str, hint: str) -> Problem:
    return Problem(code, summary, detail, hint, checkup.manifest.locate(path))
