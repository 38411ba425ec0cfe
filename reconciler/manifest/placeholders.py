"""`${values.name}`: where a value of the environment stands in a manifest, and `$${`, the literal `${`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.model.values import Json

PATTERN: Final = r"^\$\{values\.[A-Za-z0-9_.]+\}$"
"""Where a value may stand alone, in the schemas for editors."""
NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
"""What a value may be called. A dot leads into a map."""

MARK: Final = re.compile(r"\$\$\{|\$\{[^{}\n]*\}?")
"""An escape, or what is to be substituted."""
VALUE: Final = re.compile(rf"\$\{{values\.({NAME}(?:\.{NAME})*)\}}")

_PLACEHOLDER: Final = re.compile(r"(?<!\$)\$\{")


def placeholders(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every string that would be substituted, with its path; keys are strings, too, with the path of what they hold."""
    match value:
        case str() if _PLACEHOLDER.search(value):
            yield path, value
        case dict():
            for name, part in value.items():
                if _PLACEHOLDER.search(name):
                    yield (*path, name), name
                yield from placeholders(part, (*path, name))
        case list():
            for index, part in enumerate(value):
                yield from placeholders(part, (*path, index))


def unescaped(value: Json) -> Json:
    """The value with `$${` as the literal `${` that it stands for."""
    match value:
        case str():
            return value.replace("$${", "${")
        case dict():
            return {name: unescaped(part) for name, part in value.items()}
        case list():
            return [unescaped(part) for part in value]
        case _:
            return value
