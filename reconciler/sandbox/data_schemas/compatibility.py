"""What a new version may change (published API §4.5): schemas only ever grow, for data refers to what they had.

| change                                      | allowed                                                        |
|---------------------------------------------|----------------------------------------------------------------|
| titles, descriptions, display names         | yes                                                            |
| a new optional property                     | yes                                                            |
| a property gone, or of another core type    | no                                                             |
| a new property that is required             | no; said of conversations, [U] for the others                  |
| an optional property becomes required       | conversations only; said of external events, [U] for the others |
| a required property becomes optional        | yes [U]                                                        |
| limits wider                                | yes                                                            |
| limits narrower, items unique from now on   | no; said of business rules and conversations, [U] for the others |
| a new option                                | yes                                                            |
| an option gone                              | no; said of business rules and conversations, [U] for the others |
| an option disabled                          | yes; a conversation's cannot be disabled at all                |
| no additional properties any more           | no [U]                                                         |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.data_schemas.bases import Base
from reconciler.sandbox.data_schemas.documents import properties_of
from reconciler.sandbox.data_schemas.properties import PAIRS, referred
from reconciler.sandbox.data_schemas.violations import INCOMPATIBLE, refuse, violation

Content = Mapping[str, Any]


def check_compatible(base: Base, before: Content, after: Content) -> None:
    """Refuses a version whose data could contradict those of the version before."""
    refuse(violation(where, message, INCOMPATIBLE) for where, message in _breaks(base, before, after))


def _breaks(base: Base, before: Content, after: Content) -> Iterator[tuple[str, str]]:
    present, wanted = properties_of(before), properties_of(after)
    for key, prop in present.items():
        if key not in wanted:
            yield f"properties.{key}", "cannot be removed"
        elif referred(prop) != referred(wanted[key]):
            yield f"properties.{key}.allOf", "cannot refer to another core type"
        elif isinstance(prop, Mapping):
            yield from _narrowings(f"properties.{key}", prop, wanted[key])
    yield from _requirements(base, before, after)
    if _document(after).get("additionalProperties") is False and _document(before).get("additionalProperties") is True:
        yield "additionalProperties", "cannot be forbidden"


def _requirements(base: Base, before: Content, after: Content) -> Iterator[tuple[str, str]]:
    present = properties_of(before)
    required = _list(_document(before).get("required"))
    newly = [key for key in _list(_document(after).get("required")) if key not in required]
    for key in newly:
        if key not in present:
            yield "required", f"cannot name {key!r}, which is new"
        elif not base.later_required:
            yield "required", f"cannot name {key!r}, which was optional"


def _narrowings(where: str, before: Content, after: Content) -> Iterator[tuple[str, str]]:
    for low, high in PAIRS:
        if _is_number(before.get(low)) and _is_number(after.get(low)) and after[low] > before[low]:
            yield f"{where}.{low}", "cannot become greater"
        if _is_number(before.get(high)) and _is_number(after.get(high)) and after[high] < before[high]:
            yield f"{where}.{high}", "cannot become less"
    if after.get("uniqueItems") is True and before.get("uniqueItems") is not True:
        yield f"{where}.uniqueItems", "cannot be asked for later"
    for option in _list(before.get("enum")):
        if option not in _list(after.get("enum")):
            yield f"{where}.enum", f"cannot lose {option!r}"
    if isinstance(before.get("items"), Mapping):
        yield from _narrowings(f"{where}.items", before["items"], after.get("items", {}))


# What a forced edit left behind is compared as far as it can be.


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _document(content: Content) -> Content:
    document = content.get("jsonSchema")
    return document if isinstance(document, Mapping) else {}
