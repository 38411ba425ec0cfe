"""An environment's patches, merged into a manifest by its kind's own facts about lists.

Members are merged, scalars and ordered lists replaced, elements of keyed lists merged by their key and appended where
there is none, values of sets added. `null` takes away a member that the manifest states, `{KEY: name, $remove: true}`
an element, `{$remove: value}` a value of a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.variation import Patch
from reconciler.manifest.varied import Part, Place
from reconciler.model.shape import Keyed, Record, Scalar, Set, Shape
from reconciler.model.source import Problem
from reconciler.model.values import ABSENT, Absent, Json, canonical

REMOVE: Final = "$remove"
_LABELS: Final = Record(())


def patched(
    value: Mapping[str, Json], origin: Part, patches: Iterable[Patch], shape: Record
) -> tuple[dict[str, Json], Part, list[Problem]]:
    """A manifest's document with the patches merged into it, where its parts come from, and what was wrong.

    A part that two patches change is a problem: the order of patches must not decide.
    """
    document, touched, problems = dict(value), {}, []  # type: ignore[var-annotated]
    for patch in patches:
        merging = _Merging(patch, touched, problems)
        if patch.spec:
            document, origin = merging.within(document, origin, ("spec",), shape, patch.spec)
        if patch.labels:
            document, origin = merging.within(document, origin, ("metadata", "labels"), _LABELS, patch.labels)
    return document, origin, problems


@dataclass(slots=True)
class _Merging:
    """One patch being merged into one manifest. `touched` is what it and those before it have changed."""

    patch: Patch
    touched: dict[Place, Patch]
    problems: list[Problem]

    def within(
        self, around: Mapping[str, Json], origin: Part, path: tuple[str, ...], shape: Record, change: Mapping[str, Json]
    ) -> tuple[dict[str, Json], Part]:
        """The record at a path below `around`, merged; it begins as an empty one where it is not there."""
        name, *rest = path
        inner, part = around.get(name, {}), origin.inside(name)
        if not isinstance(inner, dict):
            return dict(around), origin  # its schema says so
        if rest:
            result, part = self.within(inner, part, (*rest,), shape, change)
        else:
            result, part = self._record(shape, inner, part, change, (path[-1],), path)
        return {**around, name: result}, _with(origin, {**origin.parts, name: part})

    def _record(
        self,
        shape: Record,
        stated: Mapping[str, Json],
        origin: Part,
        change: Mapping[str, Json],
        at: Place,
        path: Place,
    ) -> tuple[dict[str, Json], Part]:
        result, parts = dict(stated), dict(origin.parts)
        for name, wanted in change.items():
            member = shape.member(name)
            here, there = (*at, name), (*path, name)
            if wanted is not None:
                inner = member.shape if member else Scalar()
                before = stated.get(name, ABSENT)
                result[name], parts[name] = self._merged(inner, before, origin.inside(name), wanted, here, there)
            elif result.pop(name, ABSENT) is ABSENT:
                self._nothing(here, f"`{name}`", stated)
            else:
                self._touch(here, there)
        return result, _with(origin, parts)

    def _merged(
        self, shape: Shape, before: Json | Absent, origin: Part, wanted: Json, at: Place, path: Place
    ) -> tuple[Json, Part]:
        match shape:
            case Record(whole=False) if isinstance(before, dict) and isinstance(wanted, dict):
                return self._record(shape, before, origin, wanted, at, path)
            case Keyed() if isinstance(wanted, list) and (before is ABSENT or isinstance(before, list)):
                return self._keyed(shape, [] if before is ABSENT else before, origin, wanted, at, path)
            case Set() if isinstance(wanted, list) and (before is ABSENT or isinstance(before, list)):
                return self._set([] if before is ABSENT else before, origin, wanted, at, path)
            case _:
                self._touch(at, path)
                return wanted, Part(self.patch.document, (*self.patch.path, *at))

    def _keyed(
        self, shape: Keyed, before: list[Json], origin: Part, wanted: list[Json], at: Place, path: Place
    ) -> tuple[list[Json], Part]:
        elements = [(each, origin.inside(index)) for index, each in enumerate(before)]
        for index, change in enumerate(wanted):
            here = (*at, index)
            key = change.get(shape.key) if isinstance(change, dict) else None
            found = [number for number, (each, _) in enumerate(elements) if key and _key_of(each, shape) == key]
            there = (*path, str(key if key is not None else index))
            if isinstance(change, dict) and REMOVE in change:
                if change != {shape.key: key, REMOVE: True} or key is None:
                    self._odd(here, f"{{{shape.key}: NAME, {REMOVE}: true}}")
                elif not found:
                    self._nothing(here, f"`{key}`", [str(_key_of(each, shape)) for each, _ in elements])
                else:
                    self._touch(here, there)
                    del elements[found[0]]
            elif found and isinstance(elements[found[0]][0], dict):
                each, part = elements[found[0]]
                more = {name: inner for name, inner in change.items() if name != shape.key}
                elements[found[0]] = self._record(shape.element, each, part, more, here, there)
            else:
                self._touch(here, there)
                elements.append((change, self._own(here)))
        return _listed(elements, origin)

    def _set(
        self, before: list[Json], origin: Part, wanted: list[Json], at: Place, path: Place
    ) -> tuple[list[Json], Part]:
        elements = [(each, origin.inside(index)) for index, each in enumerate(before)]
        for index, change in enumerate(wanted):
            here, removes = (*at, index), isinstance(change, dict) and change.keys() == {REMOVE}
            value = change[REMOVE] if removes else change
            found = [number for number, (each, _) in enumerate(elements) if canonical(each) == canonical(value)]
            if removes and not found:
                self._nothing(here, f"`{value}`", [str(each) for each, _ in elements])
            elif removes or not found:
                self._touch(here, (*path, canonical(value).decode()))
                elements = [each for number, each in enumerate(elements) if number not in found]
                elements += [] if removes else [(value, self._own(here))]
        return _listed(elements, origin)

    def _own(self, at: Place) -> Part:
        return Part(self.patch.document, (*self.patch.path, *at))

    def _touch(self, at: Place, path: Place) -> None:
        for other, patch in self.touched.items():
            if patch is not self.patch and other[: len(path)] == path[: len(other)]:
                first = patch.document.locate(patch.path)
                detail = f"`{_dotted(path)}` is changed by the patch at {first}, too."
                self._add(Code.PATCHED_TWICE, at, detail, "Keep one of the two, or give their targets less to share.")
        self.touched[path] = self.patch

    def _nothing(self, at: Place, what: str, known: Iterable[str]) -> None:
        """A patch for many takes away what is there; one for a single manifest that finds nothing is a slip."""
        if not self.patch.is_glob:
            detail = f"{what} is to be taken away, and {self.patch.target} does not state it."
            hint = did_you_mean(what.strip("`"), known, otherwise="Correct its name, or delete the line.")
            self._add(Code.PATCHES_NOTHING, at, detail, hint)

    def _odd(self, at: Place, form: str) -> None:
        detail = f"An element is taken away with `{form}` and nothing else."
        self._add(Code.WRONG_FORM, at, detail, "Write it so, or leave `$remove` out.")

    def _add(self, code: Code, at: Place, detail: str, hint: str) -> None:
        where = self.patch.document.locate((*self.patch.path, *at))
        self.problems.append(problem(code, where, detail=detail, hint=hint))


def _key_of(element: Json, shape: Keyed) -> Json:
    return element.get(shape.key) if isinstance(element, dict) else None


def _with(origin: Part, parts: Mapping[str | int, Part]) -> Part:
    return Part(origin.document, origin.path, parts, origin.use)


def _listed(elements: list[tuple[Any, Part]], origin: Part) -> tuple[list[Json], Part]:
    return [each for each, _ in elements], _with(origin, {index: part for index, (_, part) in enumerate(elements)})


def _dotted(path: Place) -> str:
    return ".".join(map(str, path))
