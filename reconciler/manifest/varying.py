"""An environment at work on one manifest after another: which there are in it, with which values and patches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.estate import Claims
from reconciler.manifest.patching import patched
from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.substitution import substituted
from reconciler.manifest.suggest import did_you_mean, listed
from reconciler.manifest.variation import Patch, Variation
from reconciler.manifest.varied import AsStated, Part, Place, Readable, VariedDocument
from reconciler.model.address import Address
from reconciler.model.kind import Kind
from reconciler.model.source import Problem, Source
from reconciler.model.values import Json

ALIKE = Variation()
"""Nothing differs: there is one environment."""


@dataclass(frozen=True, slots=True)
class Varied:
    """A manifest's document as it is in this environment: its value, where its parts come from, and for explaining."""

    value: dict[str, Json]
    document: YamlDocument | VariedDocument
    readable: Readable


@dataclass(slots=True)
class Varying:
    """`fitted` are the patches that fit a manifest, `varied` the documents that are not as they stand."""

    variation: Variation
    globs: list[Patch] = field(init=False)
    exact: dict[str, list[Patch]] = field(init=False, default_factory=dict)
    fitted: set[Patch] = field(default_factory=set)
    varied: list[VariedDocument] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.globs = [patch for patch in self.variation.patches if patch.is_glob]
        for patch in self.variation.patches:
            if not patch.is_glob:
                self.exact.setdefault(patch.target, []).append(patch)

    def includes(self, stated: Json) -> bool:
        """Whether what states `environments` is in this one."""
        return self.variation.includes(limits_of(stated))

    def unknown(self, document: YamlDocument, stated: Json, path: Place) -> Iterator[Problem]:
        """The environments stated at a path that the project does not have."""
        for index, name in enumerate(limits_of(stated)):
            if name not in self.variation.known:
                known = self.variation.known
                yield problem(
                    Code.NO_ENVIRONMENT,
                    document.locate_value((*path, "environments", index)),
                    detail=f"The project file has no environment `{str(name)[:80]}`.",
                    hint=did_you_mean(str(name), known, otherwise=f"There is {listed(known)}."),
                )

    def vary(self, document: YamlDocument, *, marked: bool) -> tuple[Varied, list[Problem]]:
        """The document with the environment's values; `marked` says that it may hold placeholders."""
        if not marked:
            return Varied(document.value, document, document), []
        value, origin, problems = substituted(document, self.variation)
        return self._kept(document, value, origin), problems

    def patch(
        self, document: YamlDocument, varied: Varied, address: Address, kind: Kind
    ) -> tuple[Varied, list[Problem]]:
        """The document with the environment's patches for it."""
        patches = [*self.exact.get(str(address), ()), *(patch for patch in self.globs if patch.fits(address))]
        if not patches:
            return varied, []
        self.fitted.update(patches)
        origin = varied.document.origin if isinstance(varied.document, VariedDocument) else Part(document)
        value, origin, problems = patched(varied.value, origin, patches, kind.shape)
        return self._kept(document, value, origin), problems

    def _kept(self, document: YamlDocument, value: dict[str, Json], origin: Part) -> Varied:
        varied = VariedDocument(document, value, origin)
        self.varied.append(varied)
        return Varied(value, varied, AsStated(varied))

    def unfitted(self, claims: Claims) -> Iterator[Problem]:
        """The patches that fit no manifest."""
        names = [str(address) for address in claims.documents]
        for patch in () if self.variation.is_part else self.variation.patches:
            if patch in self.fitted:
                continue
            there = next((limits for address, limits in claims.elsewhere.items() if patch.fits(address)), None)
            detail = f"No manifest of the environment `{self.variation.name}` has the address `{patch.target}`."
            hint = did_you_mean(patch.target, names, otherwise="Correct the address, or delete the patch.")
            if there is not None:
                hint = f"The manifest is limited to {listed(there)}: add `{self.variation.name}`, or delete the patch."
            where = patch.document.locate_value((*patch.path, "target"))
            yield problem(Code.PATCHES_NOTHING, where, detail=detail, hint=hint)

    def told(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems that come up while documents are varied; those about a value name both its places: where it is
        used, and where it is stated."""
        known: dict[tuple[str, int, int], str] = {}
        done = len(self.varied)
        for each in problems:
            for document in self.varied[done:]:
                self._note_places(document, known)
            done = len(self.varied)
            more = known.get(_place(each.where))
            yield replace(each, detail=f"{each.detail} {more}") if more else each

    def told_of_all(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The same for what is wrong between manifests."""
        found = list(problems)
        known: dict[tuple[str, int, int], str] = {}
        for document in self.varied if found else ():
            self._note_places(document, known)
        for each in found:
            more = known.get(_place(each.where))
            yield replace(each, detail=f"{each.detail} {more}") if more else each

    def _note_places(self, document: VariedDocument, known: dict[tuple[str, int, int], str]) -> None:
        for use, stated, used in document.uses():
            told = f"`${{values.{use.name}}}` of `{self.variation.name}`"
            known.setdefault(_place(used), f"{told} is stated at {stated}.")
            known.setdefault(_place(stated), f"{told} is used at {used}.")


def limits_of(stated: Json) -> list[Json]:
    """The environments that something is limited to; none where it does not say, or not in the right form."""
    limits = stated.get("environments") if isinstance(stated, dict) else None
    return limits if isinstance(limits, list) else []


def _place(where: Source) -> tuple[str, int, int]:
    return where.file, where.line, where.column
