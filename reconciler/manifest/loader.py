"""From files to an estate: read, admit, complete, then look at the manifests together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.document import ManifestDocument, lifecycle_of
from reconciler.manifest.envelope import CHANGES, kindless_schema, manifest_schema
from reconciler.manifest.estate import Claims, check_together
from reconciler.manifest.expansion import expand, moved_along
from reconciler.manifest.gate import Gate
from reconciler.manifest.reader import YamlDocument, read
from reconciler.manifest.suggest import did_you_mean, listed
from reconciler.manifest.variation import Variation
from reconciler.manifest.varied import VariedDocument
from reconciler.manifest.varying import ALIKE, Varied, Varying, limits_of
from reconciler.manifest.violations import explain
from reconciler.model.address import SLUG, Address
from reconciler.model.kind import Checkup, Kind
from reconciler.model.manifest import Estate, Manifest, Move, Removal
from reconciler.model.normal import complete
from reconciler.model.project import Project
from reconciler.model.source import Problem
from reconciler.model.values import Json

_LOST_NAME: Final = re.compile(rb"\bname:[ \t]*[\"']?([A-Za-z0-9_.-]{1,128})")
_MISNAMED: Final = "The project file is called reconciler.yaml: rename this one, or name it with --project."


def _nobody(_: Problem) -> None:
    return None


def load(
    files: Iterable[tuple[str, bytes]],
    *,
    kinds: Mapping[str, Kind],
    project: Project,
    variation: Variation = ALIKE,
    notify: Callable[[Problem], None] = _nobody,
) -> tuple[Estate, tuple[Problem, ...]]:
    """Everything that the files (name, bytes) state, and every problem of all of them, by file, line and column.

    The estate holds what is valid; with a problem it is incomplete and not to be planned from. `notify` is told of a
    file's own problems as soon as the file has been read; what is wrong between manifests is known only at the end.
    `variation` is what the environment changes about the manifests. Raises nothing for what a file may contain.
    """
    loader = _Loader(kinds, project, Varying(variation))
    problems: list[Problem] = []
    for file, content in files:
        for each in loader.take(file, content):
            problems.append(each)
            notify(each)
    for each in loader.finish():
        problems.append(each)
        notify(each)
    return loader.estate(), tuple(sorted(dict.fromkeys(problems), key=lambda each: (each.where, each.code)))


@dataclass(slots=True)
class _Loader:
    kinds: Mapping[str, Kind]
    project: Project
    varying: Varying
    manifests: dict[Address, Manifest] = field(default_factory=dict)
    removals: list[Removal] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)
    gates: dict[str, Gate] = field(default_factory=dict)

    def take(self, file: str, content: bytes) -> Iterator[Problem]:
        """One file's problems."""
        documents, problems = read(file, content)
        yield from problems
        for document in documents:
            if document.lost:
                self.claims.lost.update(name.decode() for name in _LOST_NAME.findall(document.lost))
            elif document.value is not None:
                yield from self.varying.told(self._document(document, marked=b"${" in content))

    def finish(self) -> Iterator[Problem]:
        """What is wrong between manifests, those among them that others stand for."""
        yield from self.varying.told_of_all(self._together())

    def _together(self) -> Iterator[Problem]:
        yield from self.varying.unfitted(self.claims)
        yield from expand(self.manifests, self.claims, kinds=self.kinds, project=self.project)
        yield from check_together(self.estate(), self.removals, self.claims, self.kinds)
        for address, manifest in self.manifests.items():
            yield from self.kinds[address.kind].check(Checkup(manifest, self.project, self.manifests))

    def estate(self) -> Estate:
        moves = (*self.moves, *moved_along(tuple(self.moves), self.manifests, self.kinds))
        return Estate(self.manifests, {removal.address: removal for removal in self.removals}, moves)

    def _document(self, document: YamlDocument, *, marked: bool) -> Iterator[Problem]:
        value = document.value
        if not isinstance(value, dict) or not value.keys() & {"kind", "spec", "metadata", "removed", "moved"}:
            detail = "It is neither a manifest nor has it `removed:` or `moved:` at its top."
            hint = "Begin a manifest with `apiVersion: reconciler/v1` and `kind:`."
            yield problem(Code.NO_MANIFEST, document.source, detail=detail, hint=hint)
        elif "kind" not in value and value.keys() & {"removed", "moved"}:
            yield from self._changes(document)
        else:
            yield from self._stated(document, value, marked=marked)

    def _changes(self, document: YamlDocument) -> Iterator[Problem]:
        gate = self._gate("", lambda: CHANGES)
        if not gate.admits(document.value):
            yield from explain(gate, document, document.value)
            return
        for index, stated in enumerate(document.value.get("removed", ())):
            yield from self.varying.unknown(document, stated, ("removed", index))
            if self.varying.includes(stated):
                where = document.locate(("removed", index))
                address = Address.parse(stated["address"])
                self.removals.append(Removal(address, stated.get("delete", False), where, stated.get("reason", "")))
        for index, stated in enumerate(document.value.get("moved", ())):
            yield from self.varying.unknown(document, stated, ("moved", index))
            if self.varying.includes(stated):
                where = document.locate(("moved", index))
                self.moves.append(Move(Address.parse(stated["from"]), Address.parse(stated["to"]), where))

    def _stated(self, document: YamlDocument, value: dict[str, Json], *, marked: bool) -> Iterator[Problem]:
        """One manifest, if this environment has it, as it is there."""
        address, metadata = _address(value), value.get("metadata")
        yield from self.varying.unknown(document, metadata, ("metadata",))
        if not self.varying.includes(metadata):
            if address is not None:
                self.claims.elsewhere[address] = tuple(map(str, limits_of(metadata)))
            return
        first = self.claims.first(address, document) if address else None
        if first is not None:
            yield self._repeated(address, first, document)
        varied, problems = self.varying.vary(document, marked=marked)
        kind = self._kind(value)
        if address is not None and kind is not None and self.varying.variation.patches:
            varied, wrong = self.varying.patch(document, varied, address, kind)
            problems = [*problems, *wrong]
        yield from problems
        if not problems:
            yield from self._manifest(document, varied, kind, is_first=first is None)

    def _kind(self, value: dict[str, Json]) -> Kind | None:
        name = value.get("kind")
        return self.kinds.get(name) if isinstance(name, str) else None

    def _manifest(
        self, document: YamlDocument, varied: Varied, kind: Kind | None, *, is_first: bool
    ) -> Iterator[Problem]:
        name = varied.value.get("kind")
        gate = self._gate(name, lambda: manifest_schema(kind)) if kind else self._gate("?", kindless_schema)  # type: ignore[arg-type]
        address, value = _address(varied.value), _named(varied.value, kind)
        admitted = gate.admits(value)
        if not admitted:
            yield from explain(gate, varied.readable, value)
            if kind is not None and address is not None and isinstance(value.get("spec"), dict):
                self.claims.rejected.append((address, ManifestDocument(varied.document), value["spec"]))
        if kind is None:
            yield from self._unknown_kind(document, name)
        elif admitted and is_first and not document.problems:
            yield from self._complete(varied.document, value, kind)

    def _complete(
        self, document: YamlDocument | VariedDocument, value: dict[str, Json], kind: Kind
    ) -> Iterator[Problem]:
        stated, metadata = value["spec"], value["metadata"]
        try:
            normal = complete(kind.shape, kind.resolve(stated, self.project))
        except ValueError as error:
            hint = "Define it in reconciler.yaml, or choose one that is defined."
            yield problem(Code.UNRESOLVED, document.locate(("spec",)), detail=f"{error}.", hint=hint)
            return
        address = Address(kind.name, metadata["name"])
        self.manifests[address] = Manifest(
            address,
            stated,
            normal,
            ManifestDocument(document),
            document.source,
            metadata.get("labels", {}),
            metadata.get("id", ""),
            lifecycle_of(value, document),
        )

    def _repeated(self, address: Address | None, first: YamlDocument, document: YamlDocument) -> Problem:
        other = first.locate_value(("metadata", "name"))
        return problem(
            Code.DUPLICATE_ADDRESS,
            document.locate_value(("metadata", "name")),
            detail=f"{address} is stated at {other} already.",
            hint="Rename or delete one of the two.",
        )

    def _unknown_kind(self, document: YamlDocument, name: Json) -> Iterator[Problem]:
        if isinstance(name, str):
            known = f"Known are {listed(self.kinds)}."
            otherwise = _MISNAMED if name == "Project" else known
            yield problem(
                Code.UNKNOWN_KIND,
                document.locate_value(("kind",)),
                detail=f"There is no kind `{name[:80]}`.",
                hint=did_you_mean(name, self.kinds, otherwise=otherwise),
            )

    def _gate(self, name: str, schema: Callable[[], Mapping[str, Json]]) -> Gate:
        if name not in self.gates:
            self.gates[name] = Gate(schema())
        return self.gates[name]


def _address(value: Mapping[str, Json]) -> Address | None:
    """The address that a document claims, valid or not; None where it cannot be told."""
    kind, metadata = value.get("kind"), value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if isinstance(kind, str) and isinstance(name, str) and SLUG.fullmatch(name):
        return Address(kind, name)
    return None


def _named(value: dict[str, Json], kind: Kind | None) -> dict[str, Json]:
    """The document with the organisation's name filled in: by default the slug."""
    spec = value.get("spec")
    if kind is None or not isinstance(spec, dict) or "name" in spec or kind.shape.member("name") is None:
        return value
    address = _address(value)
    return value if address is None else {**value, "spec": {"name": address.name, **spec}}
