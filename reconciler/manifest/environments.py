"""The environments of a project file: which there are, and what each changes about the manifests."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from reconciler.errors import UsageError
from reconciler.manifest.codes import Code, problem
from reconciler.manifest.environments_schema import VALUES
from reconciler.manifest.gate import Gate
from reconciler.manifest.placeholders import unescaped
from reconciler.manifest.reader import YamlDocument, read
from reconciler.manifest.suggest import did_you_mean, listed
from reconciler.manifest.variation import Patch, Values, Variation
from reconciler.manifest.violations import explain
from reconciler.manifest.wording import in_flow
from reconciler.model.project import Environment, suffix_of, usual_ledger
from reconciler.model.source import Problem
from reconciler.model.values import Json

Linked: TypeAlias = Callable[[str], tuple[str, bytes]]
"""A file that the project file names, by its path there: how it is called, and its bytes. Raises UsageError."""

SECRET: Final = "fromEnv"


def environments_of(document: YamlDocument, linked: Linked) -> tuple[dict[str, Variation], list[Problem]]:
    """The variations of an admitted project file by name, and what is wrong with their values."""
    stated = document.value.get("environments")
    if stated is None:
        name = document.value.get("environment", {}).get("name", Environment().name)
        return {name: Variation(name, (name,))}, []
    found, problems = {}, []
    for name, each in stated.items():
        values, wrong = _values(document, name, each.get("values"), linked)
        problems += wrong
        found[name] = Variation(name, tuple(stated), values, _patches(document, name, each.get("patches", ())))
    return found, problems


def contradictions(document: YamlDocument) -> Iterator[Problem]:
    """What is wrong between the environments of an admitted project file."""
    stated = document.value.get("environments", {})
    for name in ("environment", "ledger", "ledgerId") if stated else ():
        if name in document.value:
            hint = f"Move what `{name}` says to the environments that it is true of."
            detail = f"`{name}` stands beside `environments`."
            yield problem(Code.ONE_PLACE, document.locate((name,)), detail=detail, hint=hint)
    known = list(stated) or [document.value.get("environment", {}).get("name", Environment().name)]
    chosen = document.value.get("defaultEnvironment")
    if chosen is not None and chosen not in known:
        hint = did_you_mean(chosen, known, otherwise=f"There is {listed(known)}.")
        where = document.locate_value(("defaultEnvironment",))
        yield problem(Code.NO_ENVIRONMENT, where, detail=f"There is no environment `{chosen}`.", hint=hint)
    yield from _shared(document, {name: suffix_of(name) for name in stated}, ())
    for member in ("ledger", "ledgerId"):
        marks = {name: _mark(each[member]) for name, each in stated.items() if member in each}
        usual = {name: usual_ledger(name) for name, each in stated.items() if member == "ledger" and member not in each}
        yield from _shared(document, usual | marks, (member,))


def _mark(stated: Json) -> str:
    """The same for the same file, however its path is written."""
    return posixpath.normpath(stated) if isinstance(stated, str) else in_flow(stated)


def _shared(document: YamlDocument, marks: Mapping[str, str], path: tuple[str, ...]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, mark in marks.items():
        other = first.setdefault(mark, name)
        if other != name:
            what = "is the ledger of" if path else "would have the same variables as"
            detail = (
                f"`{mark if path else name}` {what} `{other}`{', too' if path else f', with _{mark} at their end'}."
            )
            where = (
                document.locate_value(("environments", name, *path))
                if path
                else document.locate(("environments", name))
            )
            yield problem(Code.ONE_PLACE, where, detail=detail, hint=f"Give `{name}` one of its own.")


def _values(document: YamlDocument, name: str, stated: Json, linked: Linked) -> tuple[Values, list[Problem]]:
    at = ("environments", name, "values")
    if not isinstance(stated, str):
        return _checked(Values(stated or {}, document if stated is not None else None, at))
    try:
        file, content = linked(stated)
    except UsageError as error:
        where = document.locate_value(at)
        return Values(), [problem(Code.VALUES_UNREADABLE, where, detail=error.detail, hint=error.hint)]
    documents, problems = read(file, content)
    if problems:
        return Values(), problems
    if len(documents) != 1:
        detail = f"{file} holds {len(documents)} documents."
        where = document.locate_value(at)
        return Values(), [problem(Code.VALUES_UNREADABLE, where, detail=detail, hint="Write one YAML map.")]
    if _is_manifest(documents[0].value):
        detail = f"{file} holds a manifest or a project file, which would be read as neither."
        where = document.locate_value(at)
        return Values(), [problem(Code.VALUES_UNREADABLE, where, detail=detail, hint="Give the values a file alone.")]
    gate = Gate(VALUES)
    if not gate.admits(documents[0].value):
        return Values(), explain(gate, documents[0], documents[0].value)
    return _checked(Values(documents[0].value, documents[0]))


def _is_manifest(value: Json) -> bool:
    return isinstance(value, dict) and {"apiVersion", "kind"} <= value.keys()


def _checked(values: Values) -> tuple[Values, list[Problem]]:
    """The values with `$${` as what it stands for. Neither a secret nor another placeholder is a value."""
    document, problems = values.document, []
    if document is not None:
        for path, detail, hint in _odd(values.stated, values.path):
            problems.append(problem(Code.VALUES_UNREADABLE, document.locate(path), detail=detail, hint=hint))
    return replace(values, stated=unescaped(values.stated)), problems


def _odd(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    match value:
        case dict():
            for name, part in value.items():
                if name == SECRET:
                    hint = "Write {fromEnv: RECONCILER_SECRET_...} in the manifest or in a patch."
                    yield (*path, name), "A value refers to a secret.", hint
                yield from _odd(part, (*path, name))
        case list():
            for index, part in enumerate(value):
                yield from _odd(part, (*path, index))
        case None:
            yield path, "A value is empty.", "Write a value, or delete the line."
        case _:
            return


def _patches(document: YamlDocument, name: str, stated: list[Mapping[str, Json]]) -> tuple[Patch, ...]:
    return tuple(
        Patch(
            each["target"],
            unescaped(each.get("labels", {})),
            unescaped(each.get("spec", {})),
            document,
            ("environments", name, "patches", index),
        )
        for index, each in enumerate(stated)
    )
