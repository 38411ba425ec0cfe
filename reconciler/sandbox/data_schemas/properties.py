"""One property of a data schema (published API §4.2), judged against the core type that it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.data_schemas.bases import Base, Limits
from reconciler.sandbox.data_schemas.core_types import Bounds, CoreType
from reconciler.sandbox.data_schemas.violations import (
    EXPAND_FAILED,
    LIMIT_ERROR,
    LIMIT_MISSING,
    SAME_OPTION,
    duplicates,
    text_violations,
    violation,
)
from reconciler.sandbox.problems import Detail

DEFINITIONS = "#/definitions/"
PAIRS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))


def referred(prop: object) -> str | None:
    """The core type's name in `allOf: [{$ref: "#/definitions/<name>"}]`; None where it is not just that."""
    match prop:
        case {"allOf": [{"$ref": str(reference), **rest}]} if not rest and reference.startswith(DEFINITIONS):
            return reference.removeprefix(DEFINITIONS)
        case _:
            return None


def property_violations(base: Base, limits: Limits, where: str, prop: object) -> Iterator[Detail]:
    if not isinstance(prop, dict):
        yield violation(where, "must be an object")
        return
    name = referred(prop)
    if name is None:
        yield violation(f"{where}.allOf", f"must be one $ref to {DEFINITIONS}<core type>")
        return
    core_type = base.core_types.get(name)
    if core_type is None:
        yield violation(f"{where}.allOf", f"refers to {name!r}, which cannot be expanded", EXPAND_FAILED)
        return
    for extra in sorted(set(prop) - core_type.members):
        yield violation(f"{where}.{extra}", f"is not a member of a property of type {name}")
    least, greatest = limits["minFieldTitleCharacters"], limits["maxFieldTitleCharacters"]
    yield from text_violations(f"{where}.title", prop.get("title"), (least, greatest))
    if "description" in prop:
        bounds = limits["minFieldDescriptionCharacters"], limits["maxFieldDescriptionCharacters"]
        yield from text_violations(f"{where}.description", prop["description"], bounds)
    yield from _limit_violations(where, prop, core_type.limits, whole=core_type.primitive != "number")
    if core_type.options:
        yield from _enum_violations(base, core_type, where, prop)
    elif core_type.item_limits:
        yield from _item_violations(core_type, where, prop)


def _limit_violations(where: str, given: Mapping[str, Any], bounds: Bounds, *, whole: bool) -> Iterator[Detail]:
    """Every limit given, of the right type, between the core type's bounds, and no least above its greatest."""
    sound = {}
    for name, (least, greatest) in bounds.items():
        value = given.get(name)
        if value is None:
            yield violation(f"{where}.{name}", "is missing", LIMIT_MISSING)
        elif type(value) is not int and (whole or type(value) is not float):
            yield violation(f"{where}.{name}", "is not a whole number" if whole else "is not a number", LIMIT_ERROR)
        elif not least <= value <= greatest:
            yield violation(f"{where}.{name}", f"is {value}, it may be {least} to {greatest}", LIMIT_ERROR)
        else:
            sound[name] = value
    for low, high in PAIRS:
        if low in sound and high in sound and sound[low] > sound[high]:
            yield violation(f"{where}.{low}", f"is greater than {high}", LIMIT_ERROR)


def _item_violations(core_type: CoreType, where: str, prop: Mapping[str, Any]) -> Iterator[Detail]:
    if not isinstance(prop.get("uniqueItems", True), bool):
        yield violation(f"{where}.uniqueItems", "must be true or false")
    items = prop.get("items")
    if items is None:
        yield violation(f"{where}.items", "is missing", LIMIT_MISSING)
    elif not isinstance(items, dict):
        yield violation(f"{where}.items", "must be an object")
    else:
        for extra in sorted(set(items) - set(core_type.item_limits)):
            yield violation(f"{where}.items.{extra}", "is not a member of items")
        yield from _limit_violations(f"{where}.items", items, core_type.item_limits, whole=True)


def _enum_violations(base: Base, core_type: CoreType, where: str, prop: Mapping[str, Any]) -> Iterator[Detail]:
    """`_enumProperties` are mandatory, one for each option: nobody says that they may be left out [U]."""
    options, shown = prop.get("enum"), prop.get("_enumProperties")
    if not (isinstance(options, list) and options and all(isinstance(each, str) for each in options)):
        yield violation(f"{where}.enum", "must be a list of strings that is not empty")
        return
    if len(options) > core_type.options:
        yield violation(f"{where}.enum", f"has {len(options)} options, it may have {core_type.options}", LIMIT_ERROR)
    for option in duplicates(options):
        yield violation(f"{where}.enum", f"has {option!r} twice")
    length = core_type.item_limits["minLength"][0], core_type.item_limits["maxLength"][1]
    for option in options:
        yield from text_violations(f"{where}.enum", option, length, LIMIT_ERROR)
    if not (isinstance(shown, dict) and set(shown) == set(options)):
        yield violation(f"{where}._enumProperties", "must have each option and nothing else")
        return
    for option, each in shown.items():
        yield from _option_violations(base, f"{where}._enumProperties.{option}", each, length)
    if base.distinct_titles:
        for title in duplicates(each.get("title") for each in shown.values() if isinstance(each, dict)):
            yield violation(f"{where}._enumProperties", f"have the title {title!r} twice", SAME_OPTION)


def _option_violations(base: Base, where: str, option: object, length: tuple[int, int]) -> Iterator[Detail]:
    if not isinstance(option, dict):
        yield violation(where, "must be an object")
        return
    for extra in sorted(set(option) - {"title", "_disabled"}):
        yield violation(f"{where}.{extra}", "is not a member of an option")
    yield from text_violations(f"{where}.title", option.get("title"), length)
    disabled = option.get("_disabled", False)
    if not isinstance(disabled, bool):
        yield violation(f"{where}._disabled", "must be true or false")
    elif disabled and base.options_stay_enabled:
        yield violation(f"{where}._disabled", "cannot be true: options are not disabled here")
