"""What could not be normalised, kept whole: JSON Lines, one object a record. Made only when there is something to keep.

    {"line": 17, "offset": 9120, "length": 33, "reason": "...", "text": "..."}

`text` where the record is UTF-8, `base64` where it is not, neither where it was too long to be held.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from reconciler.exports.normalising.batch import Reject
from reconciler.exports.normalising.draft import Draft, Finished, writing


@dataclass(slots=True)
class Quarantine:
    target: Path
    owner: int
    draft: Draft | None = None

    def add(self, rejects: Iterable[Reject]) -> None:
        for reject in rejects:
            if self.draft is None:
                self.draft = Draft.begin(self.target, owner=self.owner)
            with writing(self.target):
                self.draft.file.write(_entry(reject))

    def finish(self) -> tuple[Finished | None, int]:
        """Put it on disk if there is one; the number of records it has, counted there."""
        if self.draft is None:
            return None, 0
        finished = self.draft.finish()
        with finished.path.open("rb") as written:
            return finished, sum(1 for _ in written)

    def discard(self) -> None:
        if self.draft is not None:
            self.draft.discard()


def _entry(reject: Reject) -> bytes:
    entry: dict[str, object] = {
        "line": reject.line,
        "offset": reject.offset,
        "length": reject.length,
        "reason": reject.reason,
    }
    if reject.raw is not None:
        try:
            entry["text"] = reject.raw.decode()
        except UnicodeDecodeError:
            entry["base64"] = base64.b64encode(reject.raw).decode()
    return orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
