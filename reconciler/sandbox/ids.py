"""Identifiers the organisation gives out: UUIDs, the same ones again for the same seed and the same order of events."""

from __future__ import annotations

import random
import secrets
import uuid


class Ids:
    """Independent streams, so that concurrent reads (which use up correlation ids) never move an object's id."""

    def __init__(self, seed: int | str | None = None) -> None:
        """Without a seed every organisation is another."""
        self.seed = secrets.token_hex(8) if seed is None else str(seed)
        self._streams: dict[str, random.Random] = {}

    def next(self, stream: str) -> str:
        source = self._streams.get(stream)
        if source is None:
            # Deterministic on purpose, and loopback only: nothing here guards a secret.
            source = self._streams[stream] = random.Random(f"{self.seed}/{stream}")  # noqa: S311
        return str(uuid.UUID(int=source.getrandbits(128), version=4))
