"""Manifests that other manifests stand for: as if they had been written, but for where they stand."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from reconciler.manifest.codes import Code, problem
from reconciler.manifest.estate import Claims
from reconciler.model.address import SLUG, Address
from reconciler.model.kind import Kind
from reconciler.model.manifest import Expansion, Lifecycle, Manifest, Move
from reconciler.model.normal import complete
from reconciler.model.project import Project
from reconciler.model.source import Document, Problem, Source
from reconciler.model.values import Path


class ExpandedDocument:
    """The part of the owner's document that asks for the manifest. What does not stand there is located at its top."""

    __slots__ = ("_document", "_path")

    def __init__(self, document: Document, path: Path) -> None:
        self._document = document
        self._path = ("spec", *path)

    def locate(self, path: Path) -> Source:
        inner = path[1:] if path[:1] == ("spec",) else ()
        return self._document.locate((*self._path, *inner))


def expand(
    manifests: dict[Address, Manifest], claims: Claims, *, kinds: Mapping[str, Kind], project: Project
) -> Iterator[Problem]:
    """Add every manifest that another stands for. One whose address is taken or impossible is a problem.

    An acknowledgement in the owner's lifecycle goes to the one whose kind has its code.
    """
    for owner in tuple(manifests.values()):
        for part in kinds[owner.address.kind].expand(owner.address.name, owner.normal):
            trouble = _trouble(owner, part, claims)
            if trouble is not None:
                yield trouble
                continue
            manifests[part.address] = expanded(owner, part, kinds[part.kind], project)
            manifests[owner.address] = _without_codes(manifests[owner.address], kinds[part.kind].explanations)


def _trouble(owner: Manifest, part: Expansion, claims: Claims) -> Problem | None:
    where = owner.locate(part.path)
    if not SLUG.fullmatch(part.name):
        detail = f"{owner.address} stands for {part.address}, whose name is longer than 128 characters."
        return problem(Code.OUT_OF_RANGE, where, detail=detail, hint="Give the manifest a shorter name.")
    document = claims.documents[owner.address]
    first = claims.first(part.address, document)
    if first is None:
        return None
    there = first.locate_value(("metadata", "name"))
    detail = f"{part.address} is stated at {there} already, and {owner.address} stands for it here."
    return problem(Code.DUPLICATE_ADDRESS, where, detail=detail, hint="Keep one of the two.")


def expanded(owner: Manifest, part: Expansion, kind: Kind, project: Project) -> Manifest:
    """The manifest itself. Of its owner's lifecycle it has the permission to take over what is there already, and the
    acknowledgements that speak of its kind."""
    spec = {**part.spec, kind.owner: str(owner.address)}
    return Manifest(
        part.address,
        spec,
        complete(kind.shape, kind.resolve(spec, project)),
        ExpandedDocument(owner.document, part.path),
        owner.locate(part.path),
        owner.labels,
        lifecycle=Lifecycle(
            adopt=owner.lifecycle.adopt,
            acknowledge=tuple(each for each in owner.lifecycle.acknowledge if each.code in kind.explanations),
        ),
    )


def _without_codes(owner: Manifest, codes: Container[str]) -> Manifest:
    kept = tuple(each for each in owner.lifecycle.acknowledge if each.code not in codes)
    return replace(owner, lifecycle=replace(owner.lifecycle, acknowledge=kept))


def moved_along(
    moves: tuple[Move, ...], manifests: Mapping[Address, Manifest], kinds: Mapping[str, Kind]
) -> Iterator[Move]:
    """What moves with what a manifest stands for: its former address follows from the owner's former one."""
    stated = {move.before for move in moves}
    for move in moves:
        owner = manifests.get(move.after)
        if owner is None:
            continue
        parts = [kinds[move.after.kind].expand(name, owner.normal) for name in (move.before.name, move.after.name)]
        for before, after in zip(*parts, strict=True):
            if before.address not in stated:
                yield replace(move, before=before.address, after=after.address)
