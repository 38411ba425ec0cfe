"""Frozen dataclasses from foreign JSON (load files, fault files, control calls), with every mismatch located."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from reconciler.sandbox.errors import SandboxError

T = TypeVar("T")


def build(cls: type[T], content: object, *, where: str) -> T:
    """An instance of the dataclass `cls` from a mapping of its field names; SandboxError names what does not fit.

    What `__post_init__` refuses says where relative to the instance; its place is put in front.
    """
    given = mapping(content, where=where)
    hints = _hints(cls)  # type: ignore[arg-type]
    known = {each.name: each for each in fields(cls)}  # type: ignore[arg-type]
    if unknown := sorted(set(given) - set(known)):
        raise SandboxError(
            "Unknown key", f"{', '.join(unknown)}; the keys are {', '.join(sorted(known)) or 'none'}", where=where
        )
    values = {}
    for name, each in known.items():
        if name in given:
            values[name] = _fit(hints[name], given[name], where=f"{where}.{name}")
        elif each.default is MISSING and each.default_factory is MISSING:
            raise SandboxError("Missing key", f"{name} is required", where=where)
    try:
        return cls(**values)
    except SandboxError as contradiction:
        place = f"{where}.{contradiction.where}" if contradiction.where else where
        raise SandboxError(contradiction.summary, contradiction.detail, where=place) from None


@cache
def _hints(cls: type[Any]) -> Mapping[str, Any]:
    """Reading them is dearer than all the rest."""
    return get_type_hints(cls)


def mapping(content: object, *, where: str) -> Mapping[str, Any]:
    if isinstance(content, Mapping) and all(isinstance(key, str) for key in content):
        return content
    raise SandboxError("Wrong type", f"a mapping is wanted here, this is {_kind(content)}", where=where)


def sequence(content: object, *, where: str) -> Sequence[Any]:
    if isinstance(content, list | tuple):
        return content
    raise SandboxError("Wrong type", f"a list is wanted here, this is {_kind(content)}", where=where)


def _fit(hint: Any, value: Any, *, where: str) -> Any:
    if (fitted := _fitted(hint, value, where=where)) is not MISSING:
        return fitted
    raise SandboxError("Wrong type", f"{_wanted(hint)} is wanted here, this is {_kind(value)}", where=where)


def _fitted(hint: Any, value: Any, *, where: str) -> Any:
    """The value as `hint` wants it, or MISSING where it is none of the kind."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, UnionType):
        return next((f for each in arguments if (f := _fitted(each, value, where=where)) is not MISSING), MISSING)
    if origin is Literal:
        return value if any(type(value) is type(each) and value == each for each in arguments) else MISSING
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_fit(arguments[0], each, where=f"{where}[{n}]") for n, each in enumerate(value))
    if origin is Mapping and isinstance(value, Mapping):
        return {str(key): _fit(arguments[1], each, where=f"{where}.{key}") for key, each in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if isinstance(hint, type) and type(value) is hint else MISSING


def _wanted(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(_wanted(each) for each in get_args(hint))
    if get_origin(hint) is Literal:
        return " or ".join(repr(each) for each in get_args(hint))
    names = {tuple: "a list", Mapping: "a mapping", str: "a string", int: "a whole number", float: "a number"}
    names |= {bool: "true or false", NoneType: "null"}
    return names.get(get_origin(hint) or hint, str(hint))


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else repr(value)
