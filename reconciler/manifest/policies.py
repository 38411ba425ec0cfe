"""The project file's section `policies`: read, and what its schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.policies_schema import OFF
from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.rule_schemas import rule_schema_problems
from reconciler.manifest.suggest import did_you_mean, listed
from reconciler.model.finding import Severity
from reconciler.model.kind import Kind, Settings
from reconciler.model.pattern import whole
from reconciler.model.policy import Freeze, Policies, Policy, Scope, Threshold, Thresholds
from reconciler.model.source import Problem, Source
from reconciler.model.values import Json
from reconciler.model.window import instant, spell

OURS = ("MF", "RC")
"""The letters of the engine's own codes; those of kinds are known by their explanations."""


def policies_of(document: YamlDocument, kinds: Mapping[str, Kind]) -> Policies:
    """What an admitted document without contradictions states."""
    stated = _section(document)
    defaults = stated.get("defaults", True)
    weights = defaults if isinstance(defaults, dict) else {}
    sections = {kind.settings.name for kind in kinds.values() if kind.settings is not None}
    return Policies(
        tuple(_policy(document, index, each) for index, each in enumerate(stated.get("rules", ()))),
        defaults is not False,
        {code: None if weight == OFF else Severity(weight) for code, weight in weights.items()},
        {name: stated[name] for name in sorted(sections) if name in stated},
        _thresholds(document, stated.get("thresholds", {})),
        tuple(_freeze(document, index, each) for index, each in enumerate(stated.get("freezes", ()))),
    )


def _section(document: YamlDocument) -> Mapping[str, Json]:
    section: Mapping[str, Json] = document.value.get("policies", {})
    return section


def _policy(document: YamlDocument, index: int, stated: Mapping[str, Json]) -> Policy:
    return Policy(
        stated["code"],
        Severity(stated.get("severity", Severity.BLOCK)),
        stated["message"],
        stated["schema"],
        _scope(stated),
        stated.get("explain", ""),
        document.locate(("policies", "rules", index)),
    )


def _scope(stated: Mapping[str, Json]) -> Scope:
    return Scope(tuple(stated.get("kinds", ())), stated.get("labels", {}))


def _thresholds(document: YamlDocument, stated: Mapping[str, Json]) -> Thresholds:
    return Thresholds(*(_threshold(document, name, stated.get(name, {})) for name in ("changes", "deletions")))


def _threshold(document: YamlDocument, name: str, stated: Mapping[str, Json]) -> Threshold:
    count, percent = (int(stated[each]) if each in stated else None for each in ("count", "percent"))
    return Threshold(count, percent, document.locate(("policies", "thresholds", name)) if stated else None)


def _freeze(document: YamlDocument, index: int, stated: Mapping[str, Json]) -> Freeze:
    start, until = (spell(instant(stated[name])) for name in ("from", "until"))
    return Freeze(start, until, stated["reason"], _scope(stated), document.locate(("policies", "freezes", index)))


def policy_problems(document: YamlDocument, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    """What is wrong in the section of an admitted document."""
    reading = _Reading(document, kinds)
    stated = _section(document)
    for kind in kinds.values():
        if kind.settings is not None:
            yield from reading.adjustments(kind.settings)
    yield from reading.defaults()
    seen: dict[str, Source] = {}
    for index, rule in enumerate(stated.get("rules", ())):
        yield from reading.rule(index, rule, seen)
    for index, freeze in enumerate(stated.get("freezes", ())):
        yield from reading.freeze(index, freeze)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One document, and the kinds that its policies may speak of."""

    document: YamlDocument
    kinds: Mapping[str, Kind]

    def adjustments(self, settings: Settings) -> Iterator[Problem]:
        """Expressions that are none, and bounds in the wrong order."""
        stated = _section(self.document).get(settings.name, {})
        for name in settings.expressions:
            try:
                whole(stated.get(name, settings.default(name)))
            except ValueError as error:
                where = self.document.locate_value(("policies", settings.name, name))
                hint = "Correct the expression. In single quotes a backslash stands for itself."
                yield problem(Code.BAD_REGEX, where, detail=f"{error}.".capitalize(), hint=hint)
        for least, most in settings.ranges:
            low, high = (stated.get(name, settings.default(name)) for name in (least, most))
            if low > high:
                yield problem(
                    Code.EMPTY_RANGE,
                    self.document.locate(("policies", settings.name, least if least in stated else most)),
                    detail=f"`{least}` is {int(low)} and `{most}` is {int(high)}: nothing is left.",
                    hint=f"Lower `{least}` or raise `{most}`.",
                )

    def defaults(self) -> Iterator[Problem]:
        """Severities of policies that nobody brings along."""
        known = sorted({policy.code for kind in self.kinds.values() for policy in kind.policies})
        stated = _section(self.document).get("defaults", True)
        for code in stated if isinstance(stated, dict) else ():
            if code not in known:
                yield problem(
                    Code.NOT_ALLOWED,
                    self.document.locate(("policies", "defaults", code)),
                    detail=f"`{code[:80]}` is not the code of a default policy; these are {listed(known, most=40)}.",
                    hint=did_you_mean(code, known, otherwise="List them:\nreconciler policies"),
                )

    def rule(self, index: int, stated: Mapping[str, Json], seen: dict[str, Source]) -> Iterator[Problem]:
        """A code that is not its own, a schema that is none."""
        path = ("policies", "rules", index)
        yield from self._code(stated["code"], self.document.locate_value((*path, "code")), seen)
        yield from rule_schema_problems(self.document, (*path, "schema"), stated["schema"])

    def _code(self, code: str, where: Source, seen: dict[str, Source]) -> Iterator[Problem]:
        first = seen.setdefault(code, where)
        letters = code.rstrip("0123456789")
        if first is not where:
            detail = f"`{code}` is the code of another rule, at {first}."
            yield problem(Code.CODE_TAKEN, where, detail=detail, hint="Give every rule a code of its own.")
        elif letters in self._reserved():
            detail = f"Codes with the letters `{letters}` are this program's."
            yield problem(Code.CODE_TAKEN, where, detail=detail, hint="Use letters of your own, as in ORG001.")

    def _reserved(self) -> frozenset[str]:
        codes = (code for kind in self.kinds.values() for code in kind.explanations)
        return frozenset({*OURS, *(code.rstrip("0123456789") for code in codes)})

    def freeze(self, index: int, stated: Mapping[str, Json]) -> Iterator[Problem]:
        """Times that are not in the calendar, an end before the start."""
        path = ("policies", "freezes", index)
        moments = []
        for name in ("from", "until"):
            try:
                moments.append(instant(stated[name]))
            except ValueError as error:
                where = self.document.locate_value((*path, name))
                hint = "Write a time that exists, with its zone."
                yield problem(Code.WRONG_FORM, where, detail=f"{error}.", hint=hint)
        if len(moments) == 2 and moments[0] >= moments[1]:
            where = self.document.locate((*path, "until"))
            detail = f"It begins at {stated['from']} and is over at {stated['until']}."
            yield problem(Code.EMPTY_RANGE, where, detail=detail, hint="Exchange or correct the two.")
