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
| an option disabled                          | yes, except for conversations                                  |
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
    newly = set(_document(after).get("required", ())) - set(_document(before).get("required", ()))
    for key in sorted(newly):
        if key not in present:
            yield "required", f"cannot name {key!r}, which is new"
        elif not base.later_required:
            yield "required", f"cannot name {key!r}, which was optional"


def _narrowings(where: str, before: Content, after: Content) -> Iterator[tuple[str, str]]:
    for low, high in PAIRS:
        if low in before and low in after and after[low] > before[low]:
            yield f"{where}.{low}", "cannot become greater"
        if high in before and high in after and after[high] < before[high]:
            yield f"{where}.{high}", "cannot become less"
    if after.get("uniqueItems") is True and before.get("uniqueItems") is not True:
        yield f"{where}.uniqueItems", "cannot be asked for later"
    for option in before.get("enum", ()):
        if option not in after.get("enum", ()):
            yield f"{where}.enum", f"cannot lose {option!r}"
    if isinstance(before.get("items"), Mapping):
        yield from _narrowings(f"{where}.items", before["items"], after.get("items", {}))


def _document(content: Content) -> Content:
    document = content.get("jsonSchema")
    return document if isinstance(document, Mapping) else {}
