"""Who may ask: this machine alone, or whoever has the token. Everything that is not named as open is closed."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.model.secret import NONE, Secret
from reconciler.service.documents import Problem
from reconciler.service.problems import answer

SHORTEST_TOKEN: Final = 32
"""Characters."""
_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::[0-9]{1,5})?")
_FORWARDING: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Access:
    """With a token, every request must carry it. Without, it must have been made to a name of this machine, and not
    through a proxy: a web page whose name was bound to 127.0.0.1 (DNS rebinding) sends its own name as the host.

    `open_paths` have an access of their own, or need none; one that ends in a slash stands for all below it.
    """

    token: Secret = NONE
    open_paths: Sequence[str] = ("/healthz",)

    def is_open(self, path: str) -> bool:
        return any(path.startswith(each) if each.endswith("/") else path == each for each in self.open_paths)

    def problem(self, headers: Headers) -> Problem | None:
        """Why a request with these headers is refused; None where it is not."""
        if self.token:
            title = "The bearer token is missing or wrong"
            return None if self._has_token(headers) else Problem(status=401, title=title)
        if not is_local(headers) or any(name in headers for name in _FORWARDING):
            return Problem(
                status=421,
                title="The request was not made to this machine",
                detail="Without a token the service answers only who asks it directly, as localhost or 127.0.0.1.",
                hint="To publish it, set RECONCILER_SERVICE_TOKEN.",
            )
        return None

    def _has_token(self, headers: Headers) -> bool:
        stated = headers.getlist("authorization")
        scheme, _, token = stated[0].partition(" ") if len(stated) == 1 else ("", "", "")
        same = hmac.compare_digest(token.strip().encode(), self.token.reveal().encode())
        return same and scheme.lower() == "bearer"


def is_local(headers: Headers) -> bool:
    """Whether the one Host header is a name of this machine."""
    stated = [_HOST.fullmatch(each) for each in headers.getlist("host")]
    return len(stated) == 1 and stated[0] is not None and is_loopback(stated[0][1] or stated[0][2])


def is_loopback(host: str) -> bool:
    """`localhost`, or an address that never leaves the machine."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Gate:
    """ASGI: lets a request pass, or answers why not, before anything else looks at it."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = None
        if scope["type"] == "http" and not self._access.is_open(scope["path"]):
            problem = self._access.problem(Headers(scope=scope))
        if problem is None:
            return await self._app(scope, receive, send)
        headers = {"WWW-Authenticate": 'Bearer realm="reconciler"'} if problem.status == 401 else None
        return await answer(problem, headers)(scope, receive, send)
