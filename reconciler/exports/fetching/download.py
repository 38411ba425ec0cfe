"""One file: there already, or fetched until it is whole and proven, or given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from reconciler.exports.fetching.failures import Failed, Failure, Kind, Setback
from reconciler.exports.fetching.folder import Folder
from reconciler.exports.fetching.host import Host
from reconciler.exports.fetching.manner import Manner
from reconciler.exports.fetching.meter import Meter, Retrying
from reconciler.exports.fetching.partial import Partial, open_partial
from reconciler.exports.fetching.presence import present
from reconciler.exports.fetching.reading import judge
from reconciler.exports.fetching.run import Run
from reconciler.exports.fetching.sources import Sources
from reconciler.exports.fetching.tries import Tries
from reconciler.exports.fetching.uris import host_of
from reconciler.model.export import LocalFile, RemoteFile
from reconciler.model.secret import Secret

_START_OVER = (Kind.SPOILT, Kind.MISMATCH)
_ASK_ANEW = (Kind.EXPIRED, Kind.SPOILT, Kind.MISMATCH)
"""What is wrong with the bytes may be that the organisation lists others by now."""


@dataclass(frozen=True, slots=True)
class Download:
    """What every file's fetching needs. Shared by the workers."""

    manner: Manner
    run: Run
    host: Host
    folder: Folder
    sources: Sources
    meter: Meter
    random: Random
    known: dict[str, LocalFile]
    notify: Callable[[Retrying], None]

    def provide(self, remote: RemoteFile) -> LocalFile | Failure:
        """Raises ReconcilerError for what concerns more than this file."""
        there = present(self.folder, remote, self.known.get(remote.name), self.run.check)
        if there is not None:
            self.meter.learn(remote.name, there.size)
            self.meter.move(there.size)
            return there
        try:
            return self._fetched(remote)
        except Failed as failed:
            host = host_of(self.sources.uri(remote))
            return Failure(remote.name, f"The file host ({host}) {failed.what}.", failed.hint)

    def _fetched(self, remote: RemoteFile) -> LocalFile:
        tries = Tries(self.manner, self.random)
        with open_partial(remote, self.folder, self.run.check) as partial:
            self.meter.move(partial.length)
            while True:
                uri = self.sources.uri(remote)
                try:
                    if partial.size is None or partial.length < partial.size:
                        self._attempt(remote, uri, partial)
                    return self._complete(remote, partial)
                except Setback as caught:
                    setback = caught
                if setback.kind in _START_OVER:
                    self._restart(partial)
                wait = tries.wait(setback, partial.length)
                self.notify(Retrying(remote.name, f"The file host {setback.what}.", wait))
                if setback.kind in _ASK_ANEW:
                    self.sources.renew(remote, uri)
                self.run.wait(wait)

    def _attempt(self, remote: RemoteFile, uri: Secret, partial: Partial) -> None:
        """Get all that is missing. Raises Setback with what came in place."""
        if not partial.is_resumable:
            self._restart(partial)
        with self.host.get(uri, partial.held.headers()) as answer:
            body = judge(answer.status, answer.headers, partial.held, now=self.run.clock.now())
            if body.start < partial.length:
                self._restart(partial)
            partial.learn(body.size, body.etag)
            if partial.size is not None:
                self.meter.learn(remote.name, partial.size)
                self.folder.require(partial.size - partial.length)
            for chunk in answer.chunks():
                if partial.size is not None and partial.length + len(chunk) > partial.size:
                    raise Setback(f"sends more than the {partial.size:,} bytes that there should be", Kind.SPOILT)
                partial.append(chunk)
                self.meter.move(len(chunk), arrived=len(chunk))
        if partial.size is not None and partial.length < partial.size:
            raise Setback(f"ended the answer after {partial.length:,} of {partial.size:,} bytes")

    def _complete(self, remote: RemoteFile, partial: Partial) -> LocalFile:
        """Raises Setback where it is not what was promised."""
        if remote.sha256 and partial.sha256 != remote.sha256:
            raise Setback("gave bytes that do not have the checksum which the organisation states", Kind.MISMATCH)
        self.run.check()
        partial.publish()
        return LocalFile(remote.name, remote.partition, remote.format, partial.length, partial.sha256)

    def _restart(self, partial: Partial) -> None:
        self.meter.move(-partial.length)
        partial.restart()
