"""The control operations on routing strategies and their histories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from reconciler.sandbox import colleague
from reconciler.sandbox.belongings import put_versions
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.shapes import sequence
from reconciler.sandbox.statefile import move_in
from reconciler.sandbox.strategies.resource import ROUTING_STRATEGIES


class StrategyDesk:
    """Over the organisation of the moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    def table(self) -> list[tuple[str, str, Callable[[Any, Request], Any]]]:
        return [
            ("POST", "/strategies", self.add),
            ("GET", "/strategies/{target}/versions", self.list_versions),
            ("PUT", "/strategies/{target}/versions", self.put_versions),
        ]

    def add(self, content: Any, _request: Request) -> Any:
        """Strategies that were there all along, written as in a state: no effects, no events."""
        added = [
            move_in(self._organisation, ROUTING_STRATEGIES, body, where=f"strategies[{number}]")
            for number, body in enumerate(sequence(content, where="strategies"))
        ]
        return {"strategies": [{"id": each.id, **each.body, "version": each.version} for each in added]}

    def list_versions(self, _content: Any, request: Request) -> Any:
        strategy = colleague.find(self._organisation, ROUTING_STRATEGIES.collection, request.path_params["target"])
        return {"versions": [each.content for each in self._organisation.histories.of(strategy)]}

    def put_versions(self, content: Any, request: Request) -> Any:
        target = request.path_params["target"]
        return {"count": put_versions(self._organisation, target, content, where="versions")}

    @property
    def _organisation(self) -> Organisation:
        return self._house.organisation
