"""The files of one job, as a test or a state describes them: JSON that says what they hold and what the list claims."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.exports.flaws import FLAWS
from reconciler.sandbox.shapes import build, sequence


@dataclass(frozen=True, slots=True)
class FileSpec:
    """`records` (the setting's number by default) or at least `size` bytes of them, made up; or `text`, or `base64`.

    `flaws` are what is wrong with the records (see `flaws`). `listed` is merged over what the list of files says of
    this one (RFC 7386: null removes): a wrong `checksum`, a `partition` that is a path, a `uri` elsewhere. Each
    further `edition` is another content: other ids where it is made up, a newline more where it was given.
    """

    partition: int
    format: Literal["jsonl", "csv", "json"] | None = None
    records: int | None = None
    size: int | None = None
    text: str | None = None
    base64: str | None = None
    flaws: tuple[str, ...] = ()
    listed: Mapping[str, Any] = field(default_factory=dict)
    edition: int = 0

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.records, self.size, self.text, self.base64)) > 1:
            raise SandboxError("A file does not add up", "it has one of records, size, text and base64")
        if min(self.records or 0, self.size or 0, self.partition) < 0:
            raise SandboxError("A file does not add up", "partition, records and size are from 0")
        if unknown := sorted(set(self.flaws) - set(FLAWS)):
            raise SandboxError("Unknown name", f"{', '.join(unknown)}; there are {', '.join(FLAWS)}", where="flaws")
        self.literal()

    def literal(self) -> bytes | None:
        """The content where it was given; None where it is made up."""
        if self.text is not None:
            return self.text.encode("utf-8", "surrogatepass")
        if self.base64 is None:
            return None
        try:
            return base64.b64decode(self.base64, validate=True)
        except (binascii.Error, ValueError) as unreadable:
            raise SandboxError("Not base64", str(unreadable), where="base64") from None


def read_specs(written: object, *, where: str) -> list[FileSpec]:
    """SandboxError names what does not read, and a partition that is there twice."""
    specs = [
        build(FileSpec, each, where=f"{where}[{number}]") for number, each in enumerate(sequence(written, where=where))
    ]
    partitions = [spec.partition for spec in specs]
    if len(set(partitions)) < len(partitions):
        detail = f"{partitions}; `listed` can claim one twice"
        raise SandboxError("A partition twice", detail, where=where)
    return specs
