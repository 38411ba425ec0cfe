"""One JSON Schema, compiled: a fast yes, and a slow explanation of a no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import jsonschema_rs

from reconciler.model.values import Json


@dataclass(frozen=True, slots=True)
class Violation:
    """One failed keyword: its value, the schema that holds it, where in the instance, and what stands there.

    `branches` are the violations of each alternative of a oneOf or anyOf; `of_key` says that the name of a property is
    meant.
    """

    keyword: str
    expected: Json
    schema: Mapping[str, Json]
    path: tuple[str | int, ...]
    value: Json
    message: str = ""
    of_key: bool = False
    branches: tuple[tuple[Violation, ...], ...] = field(default=())


class Gate:
    """Admits or explains. Formats are checked; no reference leaves the schema."""

    def __init__(self, schema: Mapping[str, Json]) -> None:
        self.schema = schema
        self._fast = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, retriever=_closed)
        self._slow: Any = None

    def admits(self, instance: Json) -> bool:
        return self._fast.is_valid(instance)

    def violations(self, instance: Json) -> list[Violation]:
        """Why the instance is not admitted. Never empty for one that is not."""
        if self._slow is None:
            # Imported late: it takes longer than validating a thousand good documents.
            import jsonschema
            import referencing

            self._slow = jsonschema.Draft202012Validator(
                self.schema,
                format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
                registry=referencing.Registry(),
            )
        errors = list(self._slow.iter_errors(instance))
        found = [_violation(error) for error in errors if error.validator is not None]
        if len(found) < len(errors) or not found:
            found += [each for each in self._unexplained(instance) if not found or each.keyword == "falseSchema"]
        return found

    def _unexplained(self, instance: Json) -> Iterator[Violation]:
        """What jsonschema cannot say: where a `false` schema stood, and patterns in which the two libraries differ.

        They do in a few, such as `$` before a final line feed: the gate's word counts.
        """
        for error in self._fast.iter_errors(instance):
            path: tuple[str | int, ...] = tuple(error.instance_path)
            yield Violation(error.kind.name, None, {}, path, error.instance, error.message)


def _violation(error: Any) -> Violation:
    branches: dict[Any, list[Violation]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(_violation(inner))
    return Violation(
        str(error.validator),
        error.validator_value,
        error.schema if isinstance(error.schema, dict) else {},
        tuple(error.absolute_path),
        error.instance,
        error.message,
        of_key="propertyNames" in list(error.relative_schema_path)[:-1],
        branches=tuple(tuple(group) for group in branches.values()),
    )


def _closed(uri: str) -> NoReturn:
    raise ValueError(f"a schema refers to {uri}, which is not part of it")
