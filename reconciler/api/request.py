"""What is sent: a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.api.repeat import Method
from reconciler.model.values import Json, canonical


@dataclass(frozen=True, slots=True)
class Access:
    """What a call needs, for the message when it is refused. `what` names the kind; empty = the organisation itself.

    `advice` says what to do about a refusal, by its code.
    """

    what: str = ""
    scope: str = ""
    roles: tuple[str, ...] = ()
    permission: str = ""
    advice: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """`host` has no slash at the end, `path` begins with one; `template` is the path with ids replaced, for counting.

    `content` is what `body` was made of, for messages that show what was sent.
    """

    verb: str
    host: str
    path: str
    template: str
    method: Method = Method.READ
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content: Json = None
    access: Access = Access()


def json_body(content: Json) -> dict[str, Json]:
    """The members of a Request that carries `content`."""
    return {"content": content, "body": canonical(content), "headers": {"Content-Type": "application/json"}}
