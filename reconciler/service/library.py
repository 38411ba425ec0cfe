"""The catalogue as it is now, made again only when something has changed."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from reconciler.model.request import Requested
from reconciler.service.catalogue import Catalogue, Reported, catalogue_of
from reconciler.service.ports import Ports, ReportFile
from reconciler.service.reports import read_report


class Library:
    """Safe to share between threads."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = threading.Lock()
        self._requests: Sequence[Requested] = ()
        self._files: Sequence[ReportFile] = ()
        self._read: dict[ReportFile, Reported] = {}
        self._made = Catalogue()

    def catalogue(self) -> Catalogue:
        """Raises ReconcilerError where the ledger cannot be read."""
        requests, files = self._ports.requests(), self._ports.reports()
        with self._turn:
            if requests is not self._requests or files != self._files:
                self._read = {file: self._read.get(file) or _reported(file) for file in files}
                self._made = catalogue_of(requests, self._read.values(), self._ports.window)
                self._requests, self._files = requests, files
            return self._made


def _reported(file: ReportFile) -> Reported:
    if file.content is None:
        return Reported(file.folder, file.key, None, "it cannot be read")
    try:
        return Reported(file.folder, file.key, read_report(file.content))
    except ValueError as error:
        return Reported(file.folder, file.key, None, str(error))
