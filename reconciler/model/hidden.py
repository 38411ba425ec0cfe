"""The three forms of a secret that the organisation takes and never shows.

| where                    | form                                                                       |
|--------------------------|----------------------------------------------------------------------------|
| declared (manifest, row) | `{fromEnv: NAME, digest: ...}`; no digest = its value was not there to see |
| sent (a change's after)  | `{fromEnv: NAME}`; on the wire the value itself                            |
| observed                 | the mask, which goes back as it came and keeps what is behind it           |

What the organisation shows in place of a mask is not kept: it becomes `SHOWN`, which cannot be sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.model.shape import Hidden, Keyed, Record, Shape
from reconciler.model.values import Absent, Json, Path

SHOWN: Final[Mapping[str, Json]] = {"shown": True}
"""A value that the organisation should have masked."""

_MASK: Final = re.compile(r"[^A-Za-z0-9]*|[<\[({]+[A-Za-z _-]+[>\])}]+")
"""`********`, or a word in brackets: `<hidden>`."""


def seen(value: Json) -> Json:
    """What an answer shows, in normal form. Raises ValueError where it is no text."""
    if not isinstance(value, str):
        raise ValueError("a masked text was expected")
    return value if _MASK.fullmatch(value) else dict(SHOWN)


def is_stated(value: Json | Absent) -> bool:
    """Whether it is ours to send, and no mask."""
    return isinstance(value, dict) and "fromEnv" in value


def sent(value: Json | Absent) -> Json | Absent:
    """A stated secret as a change holds it."""
    return {"fromEnv": value["fromEnv"]} if isinstance(value, dict) and is_stated(value) else value


def is_unchanged(desired: Json, recorded: Json | Absent) -> bool:
    """Whether what is desired was sent already. Where its value is not there to see, by the variable's name."""
    if not isinstance(recorded, dict) or not is_stated(recorded):
        return False
    if "digest" not in desired:
        return bool(desired["fromEnv"] == recorded["fromEnv"])
    return bool(desired["digest"] == recorded.get("digest"))


def secrets_in(shape: Shape, value: Json, path: Path = ()) -> Iterator[tuple[Path, Hidden, Mapping[str, Json]]]:
    """Every secret stated in a normal form: its path, its shape, and where it comes from."""
    match shape:
        case Hidden():
            if is_stated(value):
                yield path, shape, value
        case Record():
            for member in shape.hiding:
                if member.name in value:
                    yield from secrets_in(member.shape, value[member.name], (*path, member.name))
        case Keyed():
            for element in value:
                yield from secrets_in(shape.element, element, (*path, str(element[shape.key])))
        case _:
            return


def with_digests(shape: Shape, value: Json, digests: Mapping[Path, str], path: Path = ()) -> Json:
    """A normal form whose stated secrets have the digests of their paths, and no others."""
    match shape:
        case Hidden():
            known = {"digest": digests[path]} if path in digests else {}
            return {"fromEnv": value["fromEnv"], **known} if is_stated(value) else value
        case Record():
            hiding = {member.name: member.shape for member in shape.hiding}
            return {
                name: with_digests(hiding[name], part, digests, (*path, name)) if name in hiding else part
                for name, part in value.items()
            }
        case Keyed():
            return [
                with_digests(shape.element, element, digests, (*path, str(element[shape.key]))) for element in value
            ]
        case _:
            return value
