"""Content of any size that is never held: pieces that know their length and can be read from anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

CHUNK = 1 << 20


class Part(Protocol):
    """`identity` tells parts with other bytes apart, and is short."""

    @property
    def size(self) -> int: ...

    @property
    def identity(self) -> str: ...

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` to `stop`, in pieces of about a megabyte at most."""
        ...


@dataclass(frozen=True, slots=True)
class Literal:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def identity(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        for position in range(start, stop, CHUNK):
            yield self.content[position : min(position + CHUNK, stop)]


@dataclass(frozen=True, slots=True)
class Repeated:
    byte: bytes
    size: int

    @property
    def identity(self) -> str:
        return repr(self)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        for position in range(start, stop, CHUNK):
            yield self.byte * min(CHUNK, stop - position)


@dataclass(frozen=True, slots=True)
class Content:
    """Parts one after the other, of which the last `cut` bytes are missing."""

    parts: tuple[Part, ...]
    cut: int = 0

    @property
    def size(self) -> int:
        return max(0, sum(part.size for part in self.parts) - self.cut)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        stop = self.size if stop is None else min(stop, self.size)
        offset = 0
        for part in self.parts:
            first, last = max(start - offset, 0), min(stop - offset, part.size)
            if first < last:
                yield from part.read(first, last)
            offset += part.size

    @property
    def sha256(self) -> str:
        return _sha256(self)

    @property
    def etag(self) -> str:
        """Strong: it differs where the bytes do, and is known without reading them."""
        identity = "/".join([*(part.identity for part in self.parts), str(self.cut)])
        return f'"{hashlib.sha256(identity.encode()).hexdigest()[:32]}"'


@lru_cache(maxsize=256)
def _sha256(content: Content) -> str:
    digest = hashlib.sha256()
    for piece in content.read():
        digest.update(piece)
    return digest.hexdigest()
