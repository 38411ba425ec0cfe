"""From a schema's violations to problems: one mistake, one message, at its own place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.fields import described, known_here, place_of, required_names
from reconciler.manifest.gate import Gate, Violation
from reconciler.manifest.suggest import did_you_mean, listed, nearest
from reconciler.manifest.varied import Readable
from reconciler.manifest.wording import (
    capital,
    dotted_place,
    emptiness_hint,
    in_flow,
    members_hint,
    schema_hint,
    spoken,
    type_hint,
    type_of,
    types_wanted,
)
from reconciler.model.source import Problem, Source
from reconciler.model.values import Json

Place: TypeAlias = tuple[str | int, ...]

_WORDS: Final = ("x-hint", "examples", "description")
"""The keywords that speak to a reader."""

_CODES: Final[Mapping[str, Code]] = {
    "enum": Code.NOT_ALLOWED,
    "const": Code.NOT_ALLOWED,
    "pattern": Code.WRONG_FORM,
    "format": Code.WRONG_FORM,
    "uniqueItems": Code.REPEATED,
}
_LIMITS: Final[Mapping[str, str]] = {
    "minimum": "must be at least {0}",
    "exclusiveMinimum": "must be more than {0}",
    "maximum": "must be at most {0}",
    "exclusiveMaximum": "must be less than {0}",
    "multipleOf": "must be a multiple of {0}",
    "minLength": "must have at least {0} characters",
    "maxLength": "must have at most {0} characters, and has {1}",
    "minItems": "must have at least {0} elements, and has {1}",
    "maxItems": "must have at most {0} elements, and has {1}",
    "minProperties": "must have at least {0} members, and has {1}",
    "maxProperties": "must have at most {0} members, and has {1}",
}


def explain(gate: Gate, document: Readable, instance: Json) -> list[Problem]:
    """What is wrong with an instance that the gate does not admit; the document says where things stand.

    A line on which the reading has found something already is not judged again: what follows from it is an echo.
    """
    explainer = _Explainer(gate.schema, document, instance)
    violations = _without_echoes([leaf for each in gate.violations(instance) for leaf in _narrowed(each, {})])
    said = [each for violation in violations for each in explainer.explain(violation, violations)]
    # Two keywords may object to one value, with the same advice: the first is enough.
    found = list({(each.code, each.where, each.hint): each for each in reversed(said)}.values())[::-1]
    echoed = {each.where.line for each in document.problems}
    return [each for each in found if each.where.line not in echoed] or ([] if echoed else found)


def _without_echoes(violations: list[Violation]) -> list[Violation]:
    """What else is wrong with a value of the wrong type is said of a value that nobody meant."""
    mistyped = {each.path for each in violations if each.keyword == "type"}
    return [each for each in violations if each.keyword == "type" or each.path not in mistyped]


def _narrowed(violation: Violation, around: Mapping[str, Json]) -> list[Violation]:
    """The violations of the one alternative that was evidently meant, or the violation itself.

    What the schema around the alternatives says to its reader goes for them, too.
    """
    violation = replace(violation, schema={**around, **violation.schema})
    fitting = [branch for branch in violation.branches if not _rules_out(branch, violation.path)]
    if len(fitting) != 1:
        return [violation]
    words = {keyword: violation.schema[keyword] for keyword in _WORDS if keyword in violation.schema}
    return [leaf for inner in fitting[0] for leaf in _narrowed(inner, words if inner.path == violation.path else {})]


def _rules_out(branch: Iterable[Violation], path: Place) -> bool:
    """Whether a branch fails by type, or by a constant at its top: it was not meant."""
    return any(inner.path == path if inner.keyword == "type" else _is_constant(inner, path) for inner in branch)


def _is_constant(violation: Violation, path: Place) -> bool:
    return violation.keyword in ("const", "enum") and len(violation.path) <= len(path) + 1


class _Explainer:
    def __init__(self, schema: Mapping[str, Json], document: Readable, instance: Json) -> None:
        self._schema = schema
        self._document = document
        self._instance = instance

    def explain(self, violation: Violation, others: list[Violation]) -> Iterator[Problem]:
        """Where the schema says `writeOnly`, the line may hold a secret, and would get into logs: it is not shown."""
        for each in self._explained(violation, others):
            yield replace(each, where=replace(each.where, text="")) if violation.schema.get("writeOnly") else each

    def _explained(self, violation: Violation, others: list[Violation]) -> Iterator[Problem]:
        match violation.keyword:
            case "additionalProperties" | "unevaluatedProperties":
                yield from self._unknown(violation, others)
            case "required" | "dependentRequired":
                yield from self._missing(violation, others)
            case "type":
                yield self._wrong_type(violation, violation.expected)
            case "enum" | "const":
                yield self._not_allowed(violation)
            case "pattern" | "format" | "uniqueItems":
                yield self._wrong_form(violation)
            case keyword if keyword in _LIMITS:
                yield self._beyond(violation)
            case "oneOf" | "anyOf" if wanted := types_wanted(violation):
                yield self._wrong_type(violation, wanted)
            case _:
                yield self._no_fit(violation)

    def _unknown(self, violation: Violation, others: list[Violation]) -> Iterator[Problem]:
        known = known_here(violation.schema, self._schema)
        for name in violation.value:
            if name in known:
                continue
            guess = nearest(name, [field for field in known if field not in violation.value])
            elsewhere = place_of(name, self._schema, beside=violation.path)
            if elsewhere is not None and (guess is None or elsewhere[-1] == name):
                spelling = "" if elsewhere[-1] == name else f", as `{elsewhere[-1]}`"
                hint = f"It belongs to {dotted_place(elsewhere[:-1])}{spelling}."
            elif guess:
                hint = f"Did you mean `{guess}`?"
            else:
                hint = f"Known here: {listed(known)}." if known else "Delete it."
            where = self._document.locate((*violation.path, name))
            detail = f"`{name}` is not a field of {self._spelt(violation.path)}."
            yield problem(Code.UNKNOWN_FIELD, where, detail=detail, hint=hint)

    def _missing(self, violation: Violation, others: list[Violation]) -> Iterator[Problem]:
        unknown = {
            name
            for other in others
            if other.keyword == "additionalProperties" and other.path == violation.path
            for name in set(other.value) - set(known_here(other.schema, self._schema))
        }
        for name in required_names(violation):
            # A misspelt field is one mistake, reported as the unknown field that it is.
            if name in violation.value or any(nearest(each, [name]) for each in unknown):
                continue
            part = described(name, violation.schema)
            example = next(iter(part.get("examples", ())), None)
            hint = f"Add `{name}`" + (f", for example `{name}: {in_flow(example)}`." if example is not None else ".")
            detail = f"{self._spelt(violation.path)} has no `{name}`."
            yield problem(Code.MISSING_FIELD, self._where(violation), detail=capital(detail), hint=hint)

    def _wrong_type(self, violation: Violation, wanted: Json) -> Problem:
        types = [wanted] if isinstance(wanted, str) else list(wanted)
        raw = self._document.raw(violation.path)
        detail = (
            f"{self._spelt(violation.path)} must be {' or '.join(map(spoken, types))}, not {type_of(violation.value)}."
        )
        hint = (
            emptiness_hint(types, violation)
            or type_hint(types, violation.value, raw if self._fits_quoted(violation, raw) else None)
            or members_hint(types, violation)
            or schema_hint(violation)
        )
        if violation.schema.get("writeOnly"):
            hint = schema_hint(violation)
        return problem(Code.WRONG_TYPE, self._where(violation), detail=capital(detail), hint=hint)

    def _fits_quoted(self, violation: Violation, raw: str | None) -> bool:
        """Whether the text of a plain scalar, in quotes, would be no mistake any more."""
        if raw is None or "pattern" not in violation.schema:
            return True
        return Gate({"type": "string", "pattern": violation.schema["pattern"]}).admits(raw)

    def _not_allowed(self, violation: Violation) -> Problem:
        allowed = violation.expected if violation.keyword == "enum" else [violation.expected]
        words = [each if isinstance(each, str) else in_flow(each) for each in allowed]
        spelt = violation.value if isinstance(violation.value, str) else in_flow(violation.value)
        code = Code.API_VERSION if violation.path == ("apiVersion",) else Code.NOT_ALLOWED
        allowed_are = "allowed are" if len(words) > 1 else "allowed is"
        detail = f"{self._spelt(violation.path)} is `{spelt[:80]}`; {allowed_are} {listed(words)}."
        only = f"Write `{words[0]}`." if len(words) == 1 else "Choose one of them."
        return problem(
            code, self._where(violation), detail=capital(detail), hint=did_you_mean(spelt, words, otherwise=only)
        )

    def _wrong_form(self, violation: Violation) -> Problem:
        what = {
            "uniqueItems": "states an element more than once",
            "format": f"is not a valid {violation.expected}",
        }.get(
            violation.keyword,
            "is not written in the form required" if schema_hint(violation) else f"does not match {violation.expected}",
        )
        detail = f"{self._spelt(violation.path)} {what}."
        if violation.of_key:
            detail = f"The name `{violation.value}` {what}."
        return problem(
            _CODES[violation.keyword], self._where(violation), detail=capital(detail), hint=schema_hint(violation)
        )

    def _beyond(self, violation: Violation) -> Problem:
        has = len(violation.value) if isinstance(violation.value, (str, list, dict)) else violation.value
        if violation.keyword == "minLength" and violation.value == "":
            said = "must not be empty"
        else:
            said = _LIMITS[violation.keyword].format(violation.expected, has)
        detail = f"{self._spelt(violation.path)} {said}."
        return problem(Code.OUT_OF_RANGE, self._where(violation), detail=capital(detail), hint=schema_hint(violation))

    def _no_fit(self, violation: Violation) -> Problem:
        spelt = self._spelt(violation.path)
        if violation.keyword == "falseSchema":
            detail = f"{spelt} is not allowed together with the rest."
        elif violation.branches or violation.keyword in ("oneOf", "anyOf"):
            detail = f"{spelt} fits none of the forms allowed, or more than one."
        elif violation.keyword == "not":
            detail = f"{spelt} has a form that is not allowed."
        else:
            detail = f"{spelt}: {violation.message[:200]}."
        return problem(Code.NO_FIT, self._where(violation), detail=capital(detail), hint=schema_hint(violation))

    def _where(self, violation: Violation) -> Source:
        if violation.of_key:
            return self._document.locate((*violation.path, violation.value))
        if violation.keyword in ("required", "dependentRequired"):
            return self._document.locate(violation.path)
        return self._document.locate_value(violation.path)

    def _spelt(self, path: Place) -> str:
        """`spec.fields[risk_band].type`: elements by their name where they have one."""
        spelt, value = "", self._instance
        for segment in path:
            value = value[segment]
            if isinstance(segment, str):
                spelt += f".{segment}" if spelt else segment
            else:
                name = value.get("name") if isinstance(value, dict) else None
                spelt += f"[{name if isinstance(name, str) else segment}]"
        return f"`{spelt}`" if spelt else "the document"
