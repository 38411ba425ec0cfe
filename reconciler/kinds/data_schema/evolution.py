"""What a new version of a schema may not do to the one before (published-api.md §4.5).

| change                       | refused, as documented            | possible, as documented | elsewhere      |
|------------------------------|-----------------------------------|-------------------------|----------------|
| field removed                | contacts, organizations           |                         | assumed refused|
| core type changed            |                                   |                         | assumed refused|
| optional field made required | external events                   | conversations           | assumed refused|
| new field required at once   | conversations                     |                         | assumed refused|
| limit narrowed               | business rules, currencies of     |                         | assumed refused|
|                              | conversations                     |                         |                |
| option removed               | business rules, conversations     |                         | assumed refused|
| option disabled              | conversations                     | business rules          | assumed allowed|
| schema disabled              |                                   | everywhere              |                |

Refused is a finding of class platform: no acknowledgement makes the platform take it. Assumed and possible ones are
policy: they take something away from those who use the schema, and a person may accept that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.kinds.data_schema.bases import Base, Rule
from reconciler.kinds.data_schema.spec import PAIRS, is_number
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Transition
from reconciler.model.values import Json, Normal, Path, same

_REFUSED: Final = "The platform refuses this for {kind}, as its documentation says."
_ALLOWED: Final = "The platform allows it."
_ASSUMED: Final = "Whether the platform allows this for {kind} is not documented; it is assumed that it does not."


_FIRST_OPTIONAL: Final = "Add it as optional, apply, and make it required afterwards."


def evolves(base: Base, transition: Transition) -> Iterator[Finding]:
    """The findings about what becomes of the version before."""
    before, after = transition.before, transition.after
    if before is None or after is None:
        return
    was, becomes = _by_key(before), _by_key(after)
    gone, new = [key for key in was if key not in becomes], [key for key in becomes if key not in was]
    for key in gone:
        yield _removed(base, transition, key, was[key], [becomes[other] for other in new])
    for key in new:
        if becomes[key].get("required"):
            yield _finding(
                base, transition, "DS104", "New required field", ("fields", key, "required"), "optional -> required",
                f"Field {key!r} is new, and what has the schema already has no value for it.", Rule.ADD_REQUIRED,
                hint="" if Rule.REQUIRE in base.refused else _FIRST_OPTIONAL,
            )  # fmt: skip
    for key, field in becomes.items():
        if key in was:
            yield from _edited(base, transition, key, was[key], field)
    in_use = before.get("enabled") is not False and not transition.unfinished("enabled")
    if in_use and after.get("enabled") is False:
        yield _disabled(transition)


def _by_key(normal: Normal) -> Mapping[str, Normal]:
    return {field["key"]: field for field in normal.get("fields", ())}


def _finding(
    base: Base,
    transition: Transition,
    code: str,
    summary: str,
    path: Path,
    facet: str | list[Json],
    detail: str,
    rule: Rule | None,
    *,
    hint: str = "",
    refused: bool | None = None,
) -> Finding:
    """A finding whose text says how certain it is. `facet` is the change, or the list of what is removed."""
    refuses = rule in base.refused if refused is None else refused
    certainty = _REFUSED if refuses else _ALLOWED if rule in base.allowed else _ASSUMED
    cls = FindingClass.PLATFORM if refuses else FindingClass.POLICY
    said: Mapping[str, Json] = {"change": facet} if isinstance(facet, str) else {"removes": facet}
    text = f"{detail} {certainty.format(kind=base.kind)}"
    return Finding(
        code, Severity.BLOCK, summary, transition.address, path, cls, facet=said, detail=text, hint=hint
    )  # fmt: skip


def _removed(base: Base, transition: Transition, key: str, field: Normal, new: list[Normal]) -> Finding:
    twin = next((other["key"] for other in new if other.get("type") == field.get("type")), "")
    renamed = f" If it was to become {twin!r}: a key cannot be renamed." if twin else ""
    return _finding(
        base, transition, "DS101", "Field removed", ("fields", key), [key],
        f"Field {key!r} goes, and with it what is kept in it.{renamed}", Rule.REMOVE_FIELD,
    )  # fmt: skip


def _edited(base: Base, transition: Transition, key: str, was: Normal, becomes: Normal) -> Iterator[Finding]:
    path = ("fields", key)
    if not same(was.get("type"), becomes.get("type")):
        yield _finding(
            base, transition, "DS102", "Core type changed", (*path, "type"),
            f"{was.get('type', 'unknown')} -> {becomes.get('type', 'unknown')}",
            f"Values of type {was.get('type', 'unknown')} are not converted.", None,
            hint="Add a new field with another key.",
        )  # fmt: skip
    if becomes.get("required") and not was.get("required"):
        yield _finding(
            base, transition, "DS103", "Field becomes required", (*path, "required"), "optional -> required",
            f"What has no value in {key!r} may be refused at its next change.", Rule.REQUIRE,
        )  # fmt: skip
    yield from _narrowed(base, transition, key, was, becomes)
    yield from _options(base, transition, key, was, becomes)


def _narrowed(base: Base, transition: Transition, key: str, was: Normal, becomes: Normal) -> Iterator[Finding]:
    refused = Rule.NARROW in base.refused and (not base.narrowing or becomes.get("type") in base.narrowing)
    for least, most in PAIRS:
        for name, sign in ((least, 1), (most, -1)):
            if _is_narrower(name, was.get(name), becomes.get(name), sign):
                known = refused and is_number(was.get(name))
                yield _finding(
                    base, transition, "DS105", "Limit narrowed", ("fields", key, name),
                    f"{was.get(name, 'none')} -> {becomes[name]}",
                    f"{name} of {key!r} was {was.get(name, 'not limited')} and becomes {becomes[name]}: values may "
                    "lie outside.", Rule.NARROW, refused=known,
                )  # fmt: skip
    if becomes.get("uniqueItems") is True and was.get("uniqueItems") is not True:
        yield _finding(
            base, transition, "DS105", "Limit narrowed", ("fields", key, "uniqueItems"), "false -> true",
            f"Lists in {key!r} may hold an item twice.", None,
        )  # fmt: skip


def _is_narrower(name: str, was: Json, becomes: Json, sign: int) -> bool:
    """Whether a bound moves inwards: a least that grows (`sign` 1), a greatest that shrinks (-1).

    A count or length that is not stated is at least 0. Where another bound comes in, none was known: only assumed to be
    refused.
    """
    if not is_number(becomes):
        return False
    if not is_number(was):
        return not (sign == 1 and name != "minimum" and becomes <= 0)
    return bool((becomes - was) * sign > 0)


def _options(base: Base, transition: Transition, key: str, was: Normal, becomes: Normal) -> Iterator[Finding]:
    former = {option["value"]: option for option in was.get("options", ())}
    present = {option["value"]: option for option in becomes.get("options", ())}
    path = ("fields", key, "options")
    removed = [value for value in former if value not in present]
    if removed:
        yield _finding(
            base, transition, "DS106", "Option removed", path, [*removed],
            f"{', '.join(map(repr, removed))} of {key!r} may be in use.", Rule.REMOVE_OPTION,
        )  # fmt: skip
    for value, option in present.items():
        if value in former and option.get("disabled") and not former[value].get("disabled"):
            yield from _option_disabled(base, transition, (*path, value), value)


def _option_disabled(base: Base, transition: Transition, path: Path, value: str) -> Iterator[Finding]:
    """Values that are there stay, so it blocks only where the platform refuses it."""
    if Rule.DISABLE_OPTION in base.refused:
        yield _finding(
            base, transition, "DS107", "Option disabled", path, "enabled -> disabled",
            f"Option {value!r} would no longer be offered.", Rule.DISABLE_OPTION,
        )  # fmt: skip


def _disabled(transition: Transition) -> Finding:
    return Finding(
        "DS108",
        Severity.BLOCK,
        "Schema disabled",
        transition.address,
        ("enabled",),
        facet={"change": "true -> false"},
        detail="It can be given to nothing new; what has it keeps its data. Consumers may be pinned to a version.",
    )
