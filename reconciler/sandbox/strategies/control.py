"""The part of `Control` that makes routing strategies and writes their histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

Json = dict[str, Any]
COLLECTION = "routing_strategies"


class StrategyControl:
    """A strategy is named by its id or its name. One at version 40 has a history of 40 unless another is put."""

    def add_strategies(self, strategies: int | Sequence[Mapping[str, Any]], *, versions: int = 1) -> list[Json]:
        """So many, called `Strategy 1` and so on, with so many versions each; or these, written as in a state."""
        if isinstance(strategies, int):
            strategies = [{"name": f"Strategy {n}", "version": versions} for n in range(1, strategies + 1)]
        return cast("list[Json]", self._call("POST", "strategies", list(strategies))["strategies"])

    def versions(self, strategy: str) -> list[Json]:
        """All of them, oldest first, whatever readers are shown."""
        return cast("list[Json]", self._call("GET", _versions_of(strategy))["versions"])

    def put_versions(self, strategy: str, versions: Sequence[Mapping[str, Any]]) -> int:
        """These and no others, oldest first, however wrong they are; answers their number."""
        return int(self._call("PUT", _versions_of(strategy), list(versions))["count"])

    def add_version(self, strategy: str, **changes: Any) -> Json:
        """A new head, as the platform makes them but for `changes`; answers the strategy."""
        return self._edit(operation="add_version", collection=COLLECTION, target=strategy, body=changes)

    def drop_version(self, strategy: str, **shown: Any) -> Json:
        """Without the oldest version that shows all this (`version=3`); answers the strategy."""
        return self._edit(operation="drop_version", collection=COLLECTION, target=strategy, body=shown)

    def _edit(self, **edit: Any) -> Json:
        """`Control`'s."""
        raise NotImplementedError

    def _call(self, method: str, path: str, content: object = None) -> Json:
        """`Control`'s."""
        raise NotImplementedError


def _versions_of(strategy: str) -> str:
    return f"strategies/{quote(strategy, safe='')}/versions"
