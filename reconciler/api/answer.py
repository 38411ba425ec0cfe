"""How one attempt ended: a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from reconciler.api.legible import legible
from reconciler.api.repeat import Outcome, outcome_of
from reconciler.model.values import Json

_QUOTED = 160
"""Characters of a body that a message quotes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 where nothing came; `trouble` says what is wrong with what came. Header names are in lower case.

    `content` is the decoded body, None where there is none or it is no JSON; `quote` is then its beginning.
    """

    outcome: Outcome
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Json = None
    quote: str = ""
    trouble: str = ""

    @property
    def correlation_id(self) -> str:
        of_body = self.content.get("contextId") if isinstance(self.content, dict) else None
        return legible(self.headers.get("inin-correlation-id") or of_body or "", 80)


def read(
    status: int, headers: Mapping[str, str], body: bytes, *, trouble: str = "", hide: Callable[[str], str] = str
) -> Answer:
    """What `body` means. A success that is cut, oversized or no JSON is GARBLED; an error stays what its status says.

    `hide` is applied to whatever of an unsuccessful answer may end up in a message.
    """
    outcome = outcome_of(status)
    headers = {name.lower(): hide(value) for name, value in headers.items()}
    if outcome is Outcome.DONE:
        if trouble:
            return Answer(Outcome.GARBLED, status, headers, trouble=f"The answer cannot be used: {trouble}.")
        if not body:
            return Answer(Outcome.DONE, status, headers)
        try:
            return Answer(Outcome.DONE, status, headers, orjson.loads(body))
        except orjson.JSONDecodeError:
            outcome = Outcome.GARBLED
    text = hide(body.decode(errors="replace"))
    try:
        content = orjson.loads(text)
    except ValueError:
        return Answer(outcome, status, headers, quote=legible(text, _QUOTED), trouble=_not_json(headers, text))
    return Answer(outcome, status, headers, content)


def _not_json(headers: Mapping[str, str], text: str) -> str:
    if not text:
        return ""
    return f"The answer is not JSON but {legible(headers.get('content-type', ''), 60) or 'of no stated type'}."
