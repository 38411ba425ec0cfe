"""What is sent: a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.api.repeat import Method
from reconciler.model.secret import Secret
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

    `content` is what `body` was made of, for messages that show what was sent; `secrets` are those in it, to be taken
    out of whatever comes back.
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
    secrets: tuple[Secret, ...] = ()


def json_body(content: Json) -> dict[str, Json]:
    """The members of a Request that carries `content`, in which a text may be a Secret."""
    return {
        "content": content,
        "body": canonical(_revealed(content)),
        "headers": {"Content-Type": "application/json"},
        "secrets": tuple(_secrets(content)),
    }


def _revealed(value: Json) -> Json:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {name: _revealed(part) for name, part in value.items()}
    return [_revealed(part) for part in value] if isinstance(value, list) else value


def _secrets(value: Json) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _secrets(part)
