"""The control operations on deliveries of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.webhooks.deliveries import Delivery


class WebhookDesk:
    """Over the organisation of the moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    def table(self) -> list[tuple[str, str, Callable[[Any, Request], Any]]]:
        return [
            ("GET", "/deliveries", self.list_deliveries),
            ("POST", "/deliveries/{number:int}/again", self.deliver_again),
        ]

    def list_deliveries(self, _content: Any, _request: Request) -> Any:
        return {"deliveries": [each.to_json() for each in self._organisation.deliveries.all]}

    def deliver_again(self, _content: Any, request: Request) -> Any:
        """The same event, with the same `eventId`, once more."""
        number, deliveries = request.path_params["number"], self._organisation.deliveries
        known = next((each for each in deliveries.all if each.number == number), None)
        if known is None:
            raise SandboxError("No such delivery", f"there are {len(deliveries.all)}", where=f"deliveries[{number}]")
        now = self._organisation.clock.now()
        return deliveries.add(Delivery(deliveries.next_number, known.webhook, known.event, now)).to_json()

    @property
    def _organisation(self) -> Organisation:
        return self._house.organisation
