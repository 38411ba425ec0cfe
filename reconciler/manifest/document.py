"""One admitted manifest: its lifecycle, and its document as the rest of the program asks it for places."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from reconciler.manifest.reader import YamlDocument
from reconciler.manifest.varied import VariedDocument
from reconciler.model.manifest import Acknowledgement, ForeignElements, Lifecycle
from reconciler.model.source import Source
from reconciler.model.values import Json, Path


class ManifestDocument:
    """A manifest's document. The name that the loader filled in stands where it was taken from."""

    __slots__ = ("_document",)

    def __init__(self, document: YamlDocument | VariedDocument) -> None:
        self._document = document

    def locate(self, path: Path) -> Source:
        if path[:2] == ("spec", "name") and "name" not in self._document.value["spec"]:
            path = ("metadata", "name")
        return self._document.locate(path)


_PLAIN = Lifecycle()


def lifecycle_of(value: Mapping[str, Json], document: YamlDocument | VariedDocument) -> Lifecycle:
    """The lifecycle of an admitted manifest."""
    stated = value.get("lifecycle")
    if not stated:
        return _PLAIN
    return Lifecycle(
        stated.get("protect", False),
        stated.get("adopt", False),
        ForeignElements(stated.get("foreign", "keep")),
        tuple(_acknowledgement(each, index, document) for index, each in enumerate(stated.get("acknowledge", ()))),
    )


def _acknowledgement(
    stated: Mapping[str, Json], index: int, document: YamlDocument | VariedDocument
) -> Acknowledgement:
    return Acknowledgement(
        stated["code"],
        stated["path"],
        stated["reason"],
        stated["by"],
        datetime.date.fromisoformat(stated["expires"]),
        stated.get("change", ""),
        tuple(stated.get("removes", ())),
        document.locate(("lifecycle", "acknowledge", index)),
    )
