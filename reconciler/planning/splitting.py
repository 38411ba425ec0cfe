"""Changes made in two steps: creating without what cannot be said yet, letting go before deleting."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.plan import Action, Cause, Change, FieldChange
from reconciler.model.shape import Keyed, Record, Reference, Shape, references
from reconciler.model.values import ABSENT, Json, Normal, Path

COMPLETION = "+references"
"""Suffix of the step that sets the references which the creating step had to leave out."""
GROWTH = "+settings"
"""Suffix of the step that sets what a creation cannot."""
RELEASE = "+release"
"""Suffix of the step that drops the references of an object about to be deleted."""


_NOTHING: Normal = {}


def targets_of(normal: Normal | None, shape: Record) -> set[Address]:
    """The addresses that a normal form points at."""
    if normal is None:
        return set()
    return {
        Address(reference.kind, value) for _, reference, value in references(shape, normal) if isinstance(value, str)
    }


def completed_later(
    change: Change, targets: set[Address], shape: Record, at_birth: Normal = _NOTHING
) -> tuple[Change, Change]:
    """Create without the references to `targets`, and with what every new object has; set both in a second step.

    What the object has at birth is not declared: should the second step fail, the ledger says that it is still to come.
    """
    paths: list[Path] = []
    bare = without_references(shape, change.after, targets, (), paths) | dict(at_birth)
    declared = without_references(shape, change.declared, targets, (), [])
    declared = {name: part for name, part in declared.items() if name not in at_birth}
    paths += ((name,) for name in at_birth)
    first = replace(change, after=bare, declared=declared, deferred=tuple(paths))
    second = replace(
        change,
        step=change.step + (COMPLETION if targets else GROWTH),
        action=Action.UPDATE,
        reason="references that were not known when it was created" if targets else "what a creation cannot set",
        before=bare,
        fields=tuple(
            FieldChange(path, Cause.UPDATE, at_birth.get(path[0], ABSENT), _at(shape, change.after, path))
            for path in paths
        ),
        depends_on=(change.step,),
    )
    return first, second


def released_first(deletion: Change, targets: set[Address], shape: Record) -> tuple[Change, Change]:
    """Drop the references to `targets`; delete in a second step."""
    paths: list[Path] = []
    bare = without_references(shape, deletion.before, targets, (), paths)
    declared = without_references(shape, deletion.declared or {}, targets, (), [])
    first = replace(
        deletion,
        step=deletion.step + RELEASE,
        action=Action.UPDATE,
        reason="lets go of what is deleted with it",
        after=bare,
        declared=declared,
        fields=tuple(FieldChange(path, Cause.UPDATE, _at(shape, deletion.before, path), ABSENT) for path in paths),
    )
    return first, replace(deletion, before=bare, declared=None, depends_on=(first.step,), precondition=None)


def without_references(shape: Shape, value: Json, targets: set[Address], path: Path, left_out: list[Path]) -> Json:
    """A normal form less what points at `targets`: the list element that does, or else the member itself.

    The paths left out are appended to `left_out`.
    """
    match shape:
        case Keyed():
            kept = []
            for element in value:
                if targets_of(element, shape.element) & targets:
                    left_out.append((*path, str(element[shape.key])))
                else:
                    kept.append(element)
            return kept
        case Record():
            return _record_without(shape, value, targets, path, left_out)
        case _:
            return value


def _record_without(shape: Record, value: Json, targets: set[Address], path: Path, left_out: list[Path]) -> Json:
    known = {member.name: member.shape for member in shape.members}
    result: dict[str, Json] = {}
    for name, part in value.items():
        inner = known.get(name)
        if inner is None:
            result[name] = part
        elif isinstance(inner, Reference) and isinstance(part, str) and Address(inner.kind, part) in targets:
            left_out.append((*path, name))
        else:
            result[name] = without_references(inner, part, targets, (*path, name), left_out)
    return result


def _at(shape: Shape, value: Json, path: Path) -> Json:
    """The part of a normal form at a path."""
    for name in path:
        match shape:
            case Record():
                member = shape.member(name)
                value, shape = value[name], member.shape if member else shape
            case Keyed():
                value = next(element for element in value if str(element[shape.key]) == name)
                shape = shape.element
            case _:
                return value
    return value
