"""Where an answer's `nextUri` leads when a fault bends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from reconciler.sandbox.exchange import Answer, Exchange
from reconciler.sandbox.fault_actions import NextPage


def bend(answer: Answer, exchange: Exchange, action: NextPage, work: Callable[[Exchange], Answer]) -> Answer:
    """The answer with another `nextUri`; `work` answers other requests than this one."""
    if answer.status != 200:
        return answer
    content: dict[str, Any] = orjson.loads(answer.body)
    following = _bent(content.get("nextUri"), exchange, action, work)
    content.pop("nextUri", None)
    more = {} if following is None else {"nextUri": following}
    return replace(answer, body=orjson.dumps(content | more))


def _bent(
    following: str | None, exchange: Exchange, action: NextPage, work: Callable[[Exchange], Answer]
) -> str | None:
    here = _uri(exchange, dict(parse_qsl(exchange.query_string)))
    match action.leads:
        case "here":
            return here
        case "to_the_first":
            return _uri(exchange, {name: value for name, value in parse_qsl(exchange.query_string) if name != "cursor"})
        case "without_cursor":
            query = parse_qsl(urlsplit(following or here).query)
            return _uri(exchange, {name: value for name, value in query if name != "cursor"})
        case "abroad":
            return urlsplit(following or here)._replace(scheme="https", netloc=action.host).geturl()
        case "relative" if following is not None:
            return urlsplit(following)._replace(scheme="", netloc="").geturl()
        case "past_one" if following is not None:
            asked = replace(exchange, query_string=urlsplit(following).query, _query=None)
            skipped: dict[str, Any] = orjson.loads(work(asked).body)
            return skipped.get("nextUri")
        case "nowhere":
            return None
        case _:
            return following


def _uri(exchange: Exchange, query: dict[str, str]) -> str:
    return f"http://{exchange.headers.get('host', 'localhost')}{exchange.path}?{urlencode(query)}"
