"""A request as it arrived and the answer as it leaves: values, without any network in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

JSON_TYPE = "application/json"


@dataclass(slots=True)
class Exchange:
    """One request. Header names are in lower case; `number` counts arrivals from 1; `time` is the sandbox's."""

    number: int
    time: float
    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes
    correlation_id: str
    client_id: str | None = None
    _query: dict[str, list[str]] | None = field(default=None, repr=False)

    @property
    def query(self) -> dict[str, list[str]]:
        """Every parameter with all its values: a parameter given twice is something the routes may refuse."""
        if self._query is None:
            found: dict[str, list[str]] = {}
            for name, value in parse_qsl(self.query_string, keep_blank_values=True):
                found.setdefault(name, []).append(value)
            self._query = found
        return self._query

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: `headers` are those of this answer alone; the gateway adds the ones that every answer has."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE


def json_answer(status: int, content: Any, *, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, orjson.dumps(content), headers)
