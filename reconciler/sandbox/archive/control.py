"""The part of `Control` that reads what the user's own host was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from reconciler.sandbox.journal import Recorded

Json = dict[str, Any]


class ArchiveControl:
    def addresses(self) -> dict[str, str]:
        """Of the `organisation`, and of the user's `archives`, `notifications` and `events`."""
        return {name: str(url) for name, url in self._call("GET", "addresses").items()}

    def archives(self) -> list[Json]:
        """What is stored, in order: `archiveId`, `time`, and the `payload` as it came."""
        return cast("list[Json]", self._call("GET", "archives")["archives"])

    def put_archives(self, archives: Sequence[Mapping[str, Any]]) -> None:
        """These are stored and no others; none at all is possible."""
        self._call("PUT", "archives", list(archives))

    def most_in_flight(self) -> int:
        """How many requests to the archive were under way at one moment, at most, since `forget`."""
        return int(self._call("GET", "archives")["most_in_flight"])

    def user_requests(self, path: str | None = None) -> list[Recorded]:
        """Every request to the user's host in order, or those to one path, with all headers; credentials are masked."""
        found = self._call("GET", "user_requests")["user_requests"]
        recorded = [Recorded(**{**each, "faults": tuple(each["faults"])}) for each in found]
        return [each for each in recorded if path in (None, each.path)]

    def strays(self) -> list[Json]:
        """The organisation's secrets at the user's host, and the other way: none, if all is well."""
        return cast("list[Json]", self._call("GET", "strays")["strays"])

    def _call(self, method: str, path: str, content: object = None) -> Json:
        """`Control`'s."""
        raise NotImplementedError
