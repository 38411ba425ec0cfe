"""The control operations on the user's own host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request

from reconciler.sandbox.archive.strays import strays
from reconciler.sandbox.belongings import put_archives
from reconciler.sandbox.house import House
from reconciler.sandbox.organisation import Organisation


class ArchiveDesk:
    """Over the organisation of the moment."""

    def __init__(self, house: House) -> None:
        self._house = house

    def table(self) -> list[tuple[str, str, Callable[[Any, Request], Any]]]:
        return [
            ("GET", "/addresses", self.addresses),
            ("GET", "/archives", self.list_archives),
            ("PUT", "/archives", self.put_archives),
            ("GET", "/user_requests", self.list_requests),
            ("GET", "/strays", self.list_strays),
        ]

    def addresses(self, _content: Any, _request: Request) -> Any:
        return asdict(self._house.addresses)

    def list_archives(self, _content: Any, _request: Request) -> Any:
        archive = self._organisation.archive
        counts = {"in_flight": archive.in_flight, "most_in_flight": archive.most_in_flight}
        return {"archives": archive.to_json(), **counts}

    def put_archives(self, content: Any, _request: Request) -> Any:
        put_archives(self._organisation, content, where="archives")
        return {}

    def list_requests(self, _content: Any, _request: Request) -> Any:
        return {"user_requests": [entry.to_json() for entry in self._organisation.user_journal.requests]}

    def list_strays(self, _content: Any, _request: Request) -> Any:
        return {"strays": [asdict(each) for each in strays(self._organisation)]}

    @property
    def _organisation(self) -> Organisation:
        return self._house.organisation
