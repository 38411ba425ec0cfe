"""What an update of a schema's fields does to the records under it (contract §3, "What the simulated org does" [X])."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from reconciler.sandbox.problems import Detail, unprocessable

Values = Mapping[str, Any]
Fields = Sequence[Mapping[str, Any]]
_NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def migrate(before: Fields, after: Fields, records: Sequence[Values]) -> list[dict[str, Any]]:
    """The records' values after the update; 422 naming every field that cannot go along.

    | update                                | with records                                    |
    |---------------------------------------|-------------------------------------------------|
    | field removed                         | its data goes                                   |
    | permitted type change, string->number | converted, if every value converts              |
    | other type change, retarget           | refused, whatever the values                    |
    | field required from now on            | refused, unless every record has a value for it |

    A schema without records takes any change.
    """
    if not records:
        return []
    violations = list(_violations(before, after, records))
    if violations:
        raise unprocessable("Existing records do not allow this change.", *violations)
    kept = {field["name"] for field in after}
    gone = {field["name"] for field in before} - kept
    converters = _converters(before, after)
    return [
        {
            name: converters[name](value) if name in converters else value
            for name, value in values.items()
            if name not in gone
        }
        for values in records
    ]


def _violations(before: Fields, after: Fields, records: Sequence[Values]) -> Iterator[Detail]:
    present = {field["name"]: field for field in before}
    for number, field in enumerate(after):
        name, where, former = field["name"], f"fields[{number}]", present.get(field["name"])
        values = [record[name] for record in records if record.get(name) is not None]
        newly_required = field.get("required") and not (former and former.get("required"))
        if newly_required and len(values) < len(records):
            yield Detail(f"{where}.required", f"{len(records) - len(values)} of {len(records)} records have no value")
        if former is None:
            continue
        if former["type"] != field["type"]:
            yield from _conversion_violations(where, former["type"], field["type"], values)
        elif former.get("relationship") != field.get("relationship"):
            yield Detail(f"{where}.relationship", "cannot point elsewhere while there are records")


def _conversion_violations(where: str, source: str, target: str, values: Sequence[Any]) -> Iterator[Detail]:
    convert = CONVERSIONS.get((source, target))
    if convert is None:
        yield Detail(f"{where}.type", f"{source} -> {target} requires a manual data migration")
        return
    stuck = sum(1 for value in values if convert(value) is None)
    if stuck:
        # The value itself stays out of the message: records hold people's data.
        yield Detail(f"{where}.type", f"{source} -> {target}: {stuck} of {len(values)} values do not convert")


def _converters(before: Fields, after: Fields) -> dict[str, Callable[[Any], Any]]:
    types = {field["name"]: field["type"] for field in before}
    changes = {field["name"]: (types.get(field["name"]), field["type"]) for field in after}
    return {name: CONVERSIONS[change] for name, change in changes.items() if change in CONVERSIONS}


def _to_date(value: Any) -> str | None:
    """A date or an RFC 3339 instant, kept as it is written."""
    if not (isinstance(value, str) and _DATE.fullmatch(value)):
        return None
    try:
        date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def _to_number(value: Any) -> int | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not (isinstance(value, str) and _NUMERAL.fullmatch(value)):
        return None
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(value) if value.lstrip("-").isdigit() and abs(number) < 2**53 else number


def _number_to_boolean(value: Any) -> bool | None:
    return value != 0 if isinstance(value, int | float) else None


def _boolean_to_number(value: Any) -> int | None:
    return int(value) if isinstance(value, bool) else None


CONVERSIONS: Mapping[tuple[str | None, str], Callable[[Any], Any]] = {
    ("string", "date"): _to_date,
    ("string", "number"): _to_number,
    ("number", "boolean"): _number_to_boolean,
    ("boolean", "number"): _boolean_to_number,
}
"""No other change of type has a converter. A converter answers None for a value that does not convert,
and for none."""
