"""Callbacks on their way: what is to be posted where and when, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from reconciler.sandbox.clock import wire_date

Outcome = Literal["waiting", "under way", "answered", "failed", "not sent"]


@dataclass(slots=True)
class Callback:
    """`due` is when it may go, by the sandbox's clock; `status` and `answer` are the receiver's."""

    number: int
    url: str
    body: Mapping[str, Any]
    due: float
    outcome: Outcome = "waiting"
    status: int | None = None
    answer: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is recorded: a download URL grants the data, so that it is shown without its signature."""
        shown = asdict(self)
        url = self.body.get("downloadUrl")
        bare = urlsplit(url)._replace(query="***").geturl() if isinstance(url, str) and "?" in url else url
        return shown | {"body": {**self.body, "downloadUrl": bare}, "due": wire_date(self.due)}


@dataclass(slots=True)
class Outbox:
    """In the order in which they came into being."""

    callbacks: list[Callback] = field(default_factory=list)

    def add(self, url: str, body: Mapping[str, Any], due: float) -> Callback:
        callback = Callback(len(self.callbacks) + 1, url, body, due)
        self.callbacks.append(callback)
        return callback

    def take_due(self, now: float) -> list[Callback]:
        """Those that may go now, which are under way from now on."""
        taken = [each for each in self.callbacks if each.outcome == "waiting" and each.due <= now]
        for each in taken:
            each.outcome = "under way"
        return taken
