"""Where each file is to be had at the moment: the organisation's list, asked for anew when a URI has expired."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from reconciler.errors import ReconcilerError
from reconciler.exports.fetching.failures import Failed
from reconciler.exports.fetching.manner import Checksum
from reconciler.exports.fetching.names import is_format, is_partition
from reconciler.exports.fetching.run import Run
from reconciler.exports.fetching.uris import trouble_with
from reconciler.model.export import RemoteFile
from reconciler.model.secret import Secret

Listing = Callable[[], Sequence[RemoteFile]]

_MOST_SHOWN = 10
_ANEW = "Fetch again: the export has changed meanwhile."


class Sources:
    """Safe to share between threads: a list that one of them got serves all."""

    def __init__(self, listing: Listing, run: Run, checksum: Checksum, export: str) -> None:
        self._listing = listing
        self._run = run
        self._checksum = checksum
        self._export = export
        self._guard = threading.Lock()
        self.files = self._asked()
        self._uris = {file.name: file.uri for file in self.files}

    def uri(self, file: RemoteFile) -> Secret:
        return self._uris[file.name]

    def renew(self, file: RemoteFile, expired: Secret) -> None:
        """See to it that `uri` is none that has `expired`. Raises Failed where the file is no longer what it was."""
        with self._run.outside(), self._guard:
            if self._uris[file.name] != expired:
                return
            listed = {each.name: each for each in self._asked()}
            if listed.keys() != self._uris.keys():
                raise Failed("no longer has the export that was listed: it has other files by now", _ANEW)
            self._uris |= {each.name: listed[each.name].uri for each in self.files if _is_listed(each, listed)}
        if not _is_listed(file, listed):
            raise Failed(
                "no longer has what was listed, and the organisation does not list it any more as it was", _ANEW
            )

    def _asked(self) -> tuple[RemoteFile, ...]:
        files = tuple(self._listing())
        problems = [problem for file in files if (problem := self._problem(file))]
        if len({file.name for file in files}) < len(files):
            problems.append("Two files have one partition and format.")
        if not files:
            problems.append("There is no file at all.")
        if problems:
            raise ReconcilerError(
                "The files of the export are refused",
                detail="\n".join(problems[:_MOST_SHOWN]),
                hint="Ask for the export anew; if it stays so, tell Genesys.",
                where=self._export,
            )
        return files

    def _problem(self, file: RemoteFile) -> str:
        if not is_partition(file.partition) or not is_format(file.format):
            return "Its partition and format make no plain file name: it might lead out of the folder."
        if problem := trouble_with(file.uri):
            return f"{file.name}: its URI {problem}."
        if self._checksum is Checksum.STATED and not file.sha256:
            return f"{file.name}: no checksum is stated, so nothing would prove it to be right."
        return ""


def _is_listed(file: RemoteFile, listed: Mapping[str, RemoteFile]) -> bool:
    """Whether `listed` has it with the content that it had."""
    latest = listed.get(file.name)
    return latest is not None and (latest.size, latest.sha256) == (file.size, file.sha256)
