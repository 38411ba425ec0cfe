"""One part of a normal form, found by its path."""

from __future__ import annotations

from reconciler.model.shape import Keyed, Record, Scalar, Set, Shape
from reconciler.model.values import ABSENT, Absent, Json, Path, canonical


def shape_at(shape: Shape | None, path: Path) -> Shape | None:
    """The shape of what stands at a path. None = not known."""
    for name in path:
        match shape:
            case Record():
                member = shape.member(name)
                shape = member.shape if member else None
            case Keyed():
                shape = shape.element
            case Set():
                shape = Scalar()
            case _:
                return None
    return shape


def value_at(shape: Shape | None, value: Json | Absent, path: Path) -> Json | Absent:
    """What stands at a path: an element of a keyed list by its key, of a set by its canonical spelling. ABSENT =
    nothing, or the value does not fit the shape."""
    for name in path:
        value = _inside(shape, value, name)
        shape = shape_at(shape, (name,))
    return value


def _inside(shape: Shape | None, value: Json | Absent, name: str) -> Json | Absent:
    if isinstance(value, dict):
        return value.get(name, ABSENT)
    if not isinstance(value, list):
        return ABSENT
    match shape:
        case Keyed():
            named = (each for each in value if isinstance(each, dict) and str(each.get(shape.key)) == name)
            return next(named, ABSENT)
        case Set():
            return next((each for each in value if canonical(each).decode() == name), ABSENT)
        case _:
            return ABSENT
