"""Whether a schema fits what the organisation says about its base: core types, mandatory limits, lengths, titles.

What the organisation says is certain, and what it does not say is documented at most: findings of class platform and of
class policy. Only what a change touches is judged; a colleague's field that stands there already is nobody's problem.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.kinds.data_schema.bases import Base
from reconciler.kinds.data_schema.spec import LIMITS, PAIRS, is_number
from reconciler.kinds.data_schema.terms import CORE_TYPES, SIZES
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Transition
from reconciler.model.values import Json, Normal, Path, fingerprint, same

_DOCUMENTED: Final = {
    "FieldName": (1, 100),
    "FieldTitle": (1, 100),
    "FieldDescription": (0, 200),
    "SchemaName": (1, 50),
    "SchemaDescription": (0, 200),
}
"""Characters, least and greatest (§4.3)."""
MOST_OPTIONS: Final = 50
LONGEST_OPTION: Final = 100
"""Of an enum, and the characters of each (§4.2: contacts, conversations)."""
_SHORT: Final = 40
_UNSAID: Final = " The number is the documented one: the organisation does not say which it has."


@dataclass(frozen=True, slots=True)
class _Fitting:
    """One change of one schema, held against what the organisation says."""

    base: Base
    transition: Transition

    def finding(
        self, code: str, summary: str, path: Path, detail: str, *, certain: bool = True, hint: str = "", facet: str = ""
    ) -> Finding:
        cls = FindingClass.PLATFORM if certain else FindingClass.POLICY
        said = {} if certain else {"change": facet}
        address = self.transition.address
        return Finding(code, Severity.BLOCK, summary, address, path, cls, facet=said, detail=detail, hint=hint)


def fits(base: Base, transition: Transition) -> Iterator[Finding]:
    """The findings about what a change adds or alters."""
    after = transition.after
    if after is None:
        return
    fitting = _Fitting(base, transition)
    was = _by_key(transition.before)
    touched = [field for field in after.get("fields", ()) if not same(field, was.get(field["key"]))]
    if base.has_limits and SIZES not in transition.terms and CORE_TYPES in transition.terms:
        detail = f"The organisation does not say its limits for {base.kind}: the documented numbers are taken."
        yield Finding("DS209", Severity.WARN, "Limits are not known", transition.address, detail=detail)
    yield from _texts(fitting, transition.before or {}, after, was, touched)
    yield from _core_types(fitting, was, touched)
    yield from _options(fitting, was, touched)
    yield from _titles(fitting, after, touched)


def _by_key(normal: Normal | None) -> Mapping[str, Normal]:
    return {field["key"]: field for field in (normal or {}).get("fields", ())}


def _texts(
    fitting: _Fitting, before: Normal, after: Normal, was: Mapping[str, Normal], touched: Iterable[Normal]
) -> Iterator[Finding]:
    """Lengths of names, titles and descriptions, where they are new."""
    for member, noun in (("name", "SchemaName"), ("description", "SchemaDescription")):
        yield from _text(fitting, noun, (member,), before.get(member), after.get(member))
    for field in touched:
        key, former = field["key"], was.get(field["key"], {})
        yield from _text(fitting, "FieldName", ("fields", key, "key"), former.get("key"), key)
        for member, noun in (("title", "FieldTitle"), ("description", "FieldDescription")):
            yield from _text(fitting, noun, ("fields", key, member), former.get(member), field.get(member))


def _text(fitting: _Fitting, noun: str, path: Path, before: Json, after: Json) -> Iterator[Finding]:
    if not isinstance(after, str) or after == before:
        return
    said = fitting.transition.terms.get(SIZES, {})
    names = (f"min{noun}Characters", f"max{noun}Characters")
    least, most = (said.get(name, default) for name, default in zip(names, _DOCUMENTED[noun], strict=True))
    if not least <= len(after) <= most:
        certain = names[len(after) > most] in said
        yield fitting.finding(
            "DS205", "A text too short or too long", path,
            f"It has {len(after)} characters, and {least} to {most} are allowed.{'' if certain else _UNSAID}",
            certain=certain, facet=f"{len(after)} characters: {shortened(after)}",
        )  # fmt: skip


def shortened(text: str) -> str:
    """A text that is told from others by its beginning and its fingerprint, for a facet."""
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}... {fingerprint(text)[7:15]}"


def _core_types(fitting: _Fitting, was: Mapping[str, Normal], touched: Iterable[Normal]) -> Iterator[Finding]:
    types = fitting.transition.terms.get(CORE_TYPES)
    for field in touched:
        if types is None:
            yield _unknown_terms(fitting)
            return
        if field.get("type") not in types:
            yield from _unknown_type(fitting, field, types)
        else:
            yield from _limits(fitting, field, was.get(field["key"], {}), types[field["type"]])


def _unknown_terms(fitting: _Fitting) -> Finding:
    detail = f"The organisation does not say which core types {fitting.base.kind} has: types and limits are unchecked."
    return Finding("DS207", Severity.WARN, "Core types are not known", fitting.transition.address, detail=detail)


def _unknown_type(fitting: _Fitting, field: Normal, types: Mapping[str, Json]) -> Iterator[Finding]:
    """Not of a field whose type the platform shows in a way that we do not know: that one is somebody else's."""
    if "type" not in field:
        return
    near = difflib.get_close_matches(field["type"], types, 1)
    yield fitting.finding(
        "DS201", "Unknown core type", ("fields", field["key"], "type"),
        f"The organisation has no core type {field['type']!r} for {fitting.base.kind}; it has {', '.join(types)}.",
        hint=f"Did you mean {near[0]}?" if near else "",
    )  # fmt: skip


def _limits(fitting: _Fitting, field: Normal, former: Normal, mandatory: Mapping[str, Json]) -> Iterator[Finding]:
    key = field["key"]
    missing = [name for name in mandatory if name not in field]
    if missing:
        yield fitting.finding(
            "DS202", "A limit is missing", ("fields", key),
            f"A field of type {field['type']} must state {', '.join(mandatory)}; not there: {', '.join(missing)}.",
            hint=_suggested(mandatory, missing),
        )  # fmt: skip
    for name, (least, most) in mandatory.items():
        value = field.get(name)
        if not is_number(value) or same(value, former.get(name)):
            continue
        if (least is not None and value < least) or (most is not None and value > most):
            yield fitting.finding(
                "DS203", "A limit outside what is allowed", ("fields", key, name),
                f"{name} is {value}, and type {field['type']} allows {_span(least, most)}.",
            )  # fmt: skip
    yield from _crossed(fitting, field)
    yield from _members(fitting, field, former, mandatory)
    for name in LIMITS:
        if name in field and name not in mandatory and not same(field[name], former.get(name)):
            yield fitting.finding(
                "DS204", _ODD, ("fields", key, name),
                f"Type {field['type']} has no {name}. Whether the platform refuses it is not documented.",
                certain=False, facet=f"{name} of {field['type']}",
            )  # fmt: skip


def _members(fitting: _Fitting, field: Normal, former: Normal, mandatory: Mapping[str, Json]) -> Iterator[Finding]:
    """Members that belong to other core types, and options where they belong."""
    kind, path = field["type"], ("fields", field["key"])
    if kind == _ENUM and not field.get("options"):
        yield fitting.finding(
            "DS204", _ODD, (*path, "options"), "An enum has options.", certain=False, facet="no options"
        )
    for name, belongs in (("options", kind == _ENUM), ("uniqueItems", "maxItems" in mandatory)):
        if field.get(name) and not belongs and not same(field[name], former.get(name)):
            detail = f"Type {kind} has no {name}. Whether the platform refuses it is not documented."
            yield fitting.finding("DS204", _ODD, (*path, name), detail, certain=False, facet=f"{name} of {kind}")
    for name in ("minimum", "maximum"):
        if kind == "integer" and isinstance(field.get(name), float) and not same(field[name], former.get(name)):
            detail = f"{name} of an integer is {field[name]}."
            yield fitting.finding("DS204", _ODD, (*path, name), detail, certain=False, facet=f"{name}: {field[name]}")


_ENUM: Final = "enum"
_ODD: Final = "A member that does not fit the type"


def _crossed(fitting: _Fitting, field: Normal) -> Iterator[Finding]:
    """Bounds that leave no value: by the manifest they cannot, merged with what somebody else wrote they can."""
    for least, most in PAIRS:
        bounds = (field.get(least), field.get(most))
        if all(map(is_number, bounds)) and field[least] > field[most]:
            yield fitting.finding(
                "DS203", "A limit outside what is allowed", ("fields", field["key"], least),
                f"{least} is {field[least]}, and {most} only {field[most]}.",
            )  # fmt: skip


def _suggested(mandatory: Mapping[str, Json], missing: Iterable[str]) -> str:
    """The widest that is allowed, ready to paste."""
    widest = {name: mandatory[name]["max" in name.lower()] for name in missing}
    return ", ".join(f"{name}: {value}" for name, value in widest.items() if value is not None)


def _span(least: Json, most: Json) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _options(fitting: _Fitting, was: Mapping[str, Normal], touched: Iterable[Normal]) -> Iterator[Finding]:
    """Number and length of options, by the documentation: no organisation says them."""
    for field in touched:
        path, options = ("fields", field["key"], "options"), field.get("options", ())
        former = {option["value"] for option in was.get(field["key"], {}).get("options", ())}
        if len(options) > MOST_OPTIONS and len(options) > len(former):
            yield fitting.finding(
                "DS208", "Too many or too long options", path,
                f"{len(options)} options, and at most {MOST_OPTIONS} are documented.",
                certain=False, facet=f"{len(options)} options, over {MOST_OPTIONS}",
            )  # fmt: skip
        for value in (option["value"] for option in options):
            if len(value) > LONGEST_OPTION and value not in former:
                yield fitting.finding(
                    "DS208", "Too many or too long options", path,
                    f"An option has {len(value)} characters, and at most {LONGEST_OPTION} are documented.",
                    certain=False, facet=f"{len(value)} characters: {shortened(value)}",
                )  # fmt: skip


def _titles(fitting: _Fitting, after: Normal, touched: Iterable[Normal]) -> Iterator[Finding]:
    """Titles are unique: of the fields in a schema, of the options in a field. Some bases do not declare it."""
    used = _counted(after.get("fields", ()))
    for field in touched:
        path = ("fields", field["key"])
        if used.get(str(field.get("title")), 0) > 1:
            yield _twice(
                fitting, (*path, "title"), field["title"], f"More than one field has the title {field['title']!r}."
            )
        for title, count in _counted(field.get("options", ())).items():
            if count > 1:
                yield _twice(fitting, (*path, "options"), title, f"{count} options have the title {title!r}.")


def _counted(parts: Iterable[Normal]) -> Counter[str]:
    """By title; that of an option which has none is its value."""
    titles = (part.get("title", part.get("value")) for part in parts)
    return Counter(title for title in titles if isinstance(title, str))


def _twice(fitting: _Fitting, path: Path, title: str, detail: str) -> Finding:
    certain = fitting.base.unique_titles
    text = detail if certain else f"{detail} Whether {fitting.base.kind} allows that is not documented."
    return fitting.finding(
        "DS206", "A title comes twice", path, text, certain=certain, facet=f"title {shortened(title)} not unique"
    )  # fmt: skip
