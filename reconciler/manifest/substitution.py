"""`${values.name}` in a manifest becomes the value of the environment, of its own type. Never looks into other places:
neither into names, which have to be the same everywhere, nor into the process environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.placeholders import MARK, VALUE
from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.suggest import did_you_mean, listed
from reconciler.manifest.variation import Variation
from reconciler.manifest.varied import Part, Place, Use
from reconciler.manifest.wording import in_flow
from reconciler.model.source import Problem
from reconciler.model.values import Json

_FIXED: Final = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "environments"))
"""What is the same in every environment."""


def substituted(document: YamlDocument, variation: Variation) -> tuple[Json, Part, list[Problem]]:
    """The document's value with the environment's values in it, where its parts come from, and what was wrong."""
    substitution = _Substitution(document, variation)
    value, origin = substitution.take(document.value, ())
    return value, origin or Part(document), substitution.problems


@dataclass(slots=True)
class _Substitution:
    document: YamlDocument
    variation: Variation
    problems: list[Problem] = field(default_factory=list)

    def take(self, value: Json, path: Place) -> tuple[Json, Part | None]:
        """The value with values in it, and its origin where some part of it comes from elsewhere."""
        match value:
            case str() if "${" in value:
                return self._text(value, path)
            case dict():
                for name in value:
                    self._key(name, (*path, name))
                return self._members({name: self.take(part, (*path, name)) for name, part in value.items()}, path)
            case list():
                taken = self._members(
                    {index: self.take(each, (*path, index)) for index, each in enumerate(value)}, path
                )
                return list(taken[0].values()), taken[1]
            case _:
                return value, None

    def _members(self, taken: dict[Any, tuple[Json, Part | None]], path: Place) -> tuple[Json, Part | None]:
        parts = {name: part for name, (_, part) in taken.items() if part is not None}
        values = {name: value for name, (value, _) in taken.items()}
        return values, Part(self.document, path, parts) if parts else None

    def _text(self, text: str, path: Place) -> tuple[Json, Part | None]:
        whole = VALUE.fullmatch(text)
        if whole is None or self._is_fixed(path):
            return MARK.sub(lambda mark: self._written(mark[0], path), text), None
        found = self.variation.values.find(whole[1])
        if found is None or self.variation.values.document is None:
            self._missing(whole[1], path)
            return text, None
        value, place = found
        return value, Part(self.document, path, use=Use(whole[1], self.variation.values.document, place))

    def _written(self, mark: str, path: Place) -> str:
        """What stands in the place of one mark inside a longer text."""
        if mark == "$${":
            return "${"
        named = VALUE.fullmatch(mark)
        if named is None or self._is_fixed(path):
            self._refuse(mark, path)
            return mark
        found = self.variation.values.find(named[1])
        if found is None:
            self._missing(named[1], path)
        elif isinstance(found[0], dict | list):
            detail = f"`{mark}` is {'a map' if isinstance(found[0], dict) else 'a list'}, and stands inside a text."
            self._add(Code.WRONG_TYPE, path, detail, "Let it stand alone, or use a value that is no list and no map.")
        else:
            return found[0] if isinstance(found[0], str) else in_flow(found[0])
        return mark

    def _is_fixed(self, path: Place) -> bool:
        return any(path[: len(fixed)] == fixed for fixed in _FIXED)

    def _key(self, name: str, path: Place) -> None:
        if "${" in name and (mark := re.search(r"(?<!\$)\$\{values\.", name)):
            self._refuse(name[mark.start() :], path)

    def _refuse(self, mark: str, path: Place) -> None:
        if VALUE.search(mark):
            detail, hint = f"`{mark[:80]}` stands in a name.", "Names are the same in every environment: write it out."
        else:
            detail = f"`{mark[:80]}` would be taken as it is."
            hint = "Write `${values.name}` for a value of the environment. A literal `${` is written `$${`."
        self._add(Code.PLACEHOLDER, path, detail, hint)

    def _missing(self, name: str, path: Place) -> None:
        values, environment = self.variation.values, self.variation.name
        stated = f"Its values are {listed(values.names)}." if values.names else "It states no values."
        where = f" They are stated at {values.document.locate_value(values.path)}." if values.document else ""
        detail = f"The environment `{environment}` has no value `{name[:80]}`.{where}"
        self._add(Code.NO_VALUE, path, detail, did_you_mean(name, values.names, otherwise=stated))

    def _add(self, code: Code, path: Place, detail: str, hint: str) -> None:
        self.problems.append(problem(code, self.document.locate_value(path), detail=detail, hint=hint))
