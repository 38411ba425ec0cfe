"""The versions that each strategy has had: those that happened here or were written by hand, else made-up ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.store import Stored
from reconciler.sandbox.strategies.made_up import made_up


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the wire shows it, whatever that is; serials ascend with the order in which versions came."""

    serial: int
    content: Mapping[str, Any]


class Histories:
    """Oldest first. One that nobody touched is made up anew at each look: 500 times 40 versions cost no memory."""

    def __init__(self) -> None:
        self._stated: dict[str, list[Version]] = {}

    def of(self, strategy: Stored) -> Sequence[Version]:
        stated = self._stated.get(strategy.id)
        if stated is not None:
            return stated
        return [Version(serial, content) for serial, content in enumerate(made_up(strategy), 1)]

    def put(self, strategy_id: str, contents: Sequence[Mapping[str, Any]]) -> None:
        """These are its versions, oldest first, however wrong they are."""
        self._stated[strategy_id] = [Version(serial, content) for serial, content in enumerate(contents, 1)]

    def grow(self, strategy: Stored, content: Mapping[str, Any]) -> None:
        """One more, the newest, after those of `strategy` as it was before."""
        versions = list(self.of(strategy))
        serial = versions[-1].serial + 1 if versions else 1
        self._stated[strategy.id] = [*versions, Version(serial, content)]

    def change_head(self, strategy: Stored, changes: Mapping[str, Any]) -> None:
        """The newest shows this, too, or instead."""
        *older, head = self.of(strategy)
        self._stated[strategy.id] = [*older, Version(head.serial, {**head.content, **changes})]

    def take_out(self, strategy: Stored, wanted: Mapping[str, Any]) -> bool:
        """Without the first version that shows all of `wanted`; false where none does."""
        versions = list(self.of(strategy))
        found = next((each for each in versions if wanted.items() <= each.content.items()), None)
        if found is None:
            return False
        self._stated[strategy.id] = [each for each in versions if each is not found]
        return True

    def drop(self, strategy_id: str) -> None:
        self._stated.pop(strategy_id, None)

    def stated(self) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
        """What a saved state has to hold: the histories that cannot be made up again."""
        for strategy_id, versions in self._stated.items():
            yield strategy_id, [each.content for each in versions]
