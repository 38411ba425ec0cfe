"""Paths of a normal form as people read them, by the facts of the kind's shape."""

from __future__ import annotations

from reconciler.model.parts import shape_at
from reconciler.model.shape import Hidden, Keyed, Record, Set, Shape
from reconciler.model.values import Absent, Json, Path, dotted


def label(shape: Shape | None, path: Path) -> str:
    """The dotted path; an element of a set is named by its list, since the value is shown beside it, and the secret of
    an element by the element."""
    is_of_its_parent = (bool(path) and isinstance(shape_at(shape, path[:-1]), Set)) or is_secret(shape, path)
    return dotted(path[:-1] if is_of_its_parent else path)


def is_secret(shape: Shape | None, path: Path) -> bool:
    return isinstance(shape_at(shape, path), Hidden)


def trimmed(shape: Shape | None, path: Path, value: Json | Absent) -> Json | Absent:
    """An element of a keyed list without its key, which the path names, and without what is so by default."""
    parent = shape_at(shape, path[:-1]) if path else None
    if not isinstance(parent, Keyed) or not isinstance(value, dict):
        return value
    defaults = {member.name: member.default for member in parent.element.members}
    return {
        name: part
        for name, part in value.items()
        if name != parent.key
        and not (name in defaults and part == defaults[name] and type(part) is type(defaults[name]))
    }


def spread(shape: Shape | None, value: Json, path: Path = ()) -> list[tuple[Path, Json]]:
    """An object as the paths of its parts: members in the kind's order, keyed lists and sets by element."""
    match shape:
        case Record() if isinstance(value, dict) and not shape.whole:
            known = [member.name for member in shape.members if member.name in value]
            others = [name for name in value if shape.member(name) is None]
            parts = {member.name: member.shape for member in shape.members}
            return [
                found for name in (*known, *others) for found in spread(parts.get(name), value[name], (*path, name))
            ]
        case Keyed() if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
            return [((*path, str(element.get(shape.key, ""))), element) for element in value]
        case _:
            return [(path, value)]
