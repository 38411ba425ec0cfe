"""GitHub's REST API (docs.github.com/rest, version 2022-11-28), as little of it as is needed.

The token goes to the API's own host and nowhere else: a download that leads elsewhere is followed without it.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests

import reconciler
from reconciler.errors import AuthenticationFailed, ForgeError, UsageError
from reconciler.model.ports import Clock
from reconciler.model.secret import Secret
from reconciler.model.values import Json

VERSION: Final = "2022-11-28"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one download."""
_TIMEOUT: Final = (10.0, 30.0)
_TRIES: Final = 4
_PATIENCE: Final = 120.0
"""Seconds that are waited for a rate limit, at most."""
_PAGE: Final = 100
_MOST_PAGES: Final = 100


class GitHub:
    """One repository. `repository` is `owner/name`. Raises UsageError for an address that a token must not go to."""

    def __init__(self, api_url: str, repository: str, token: Secret, clock: Clock) -> None:
        _check_address(api_url)
        self._api = api_url.rstrip("/")
        self.repository = repository
        self._token = token
        self._clock = clock
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"reconciler/{reconciler.__version__}"

    def get(self, path: str, **query: str | int) -> Any:
        """One answer. `path` is below the repository."""
        return self._json(self._call("GET", self._url(path), query=query))

    def pages(self, path: str, member: str = "", **query: str | int) -> Iterator[Any]:
        """Every element of a list, from page to page."""
        for page in range(1, _MOST_PAGES + 1):
            answer = self.get(path, **query, per_page=_PAGE, page=page)
            found = answer[member] if member else answer
            yield from found
            if len(found) < _PAGE:
                return
        raise ForgeError("GitHub's list does not end", detail=f"It has more than {_MOST_PAGES} pages.", where=path)

    def send(self, method: str, path: str, body: Mapping[str, Json]) -> Any:
        """A write: sent once; a write that is not answered is not repeated."""
        return self._json(self._call(method, self._url(path), body=body))

    def download(self, path: str) -> bytes:
        """A file, wherever it is kept. Raises ForgeError for one that is larger than `LARGEST`."""
        answer = self._call("GET", self._url(path), follows=True, streams=True)
        content = bytearray()
        with answer:
            for chunk in answer.iter_content(64 * 1024):
                content += chunk
                if len(content) > LARGEST:
                    detail = f"More than {LARGEST // 1024 // 1024} MB."
                    raise ForgeError("The artefact is too large", detail=detail, where=path)
        return bytes(content)

    def _url(self, path: str) -> str:
        return f"{self._api}/repos/{self.repository}/{path}"

    def _call(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Json] | None = None,
        follows: bool = False,
        streams: bool = False,
    ) -> requests.Response:
        for number in range(_TRIES):
            answer = self._once(method, url, query, body, follows=follows, streams=streams)
            wait = _to_wait(answer, number, self._clock.now()) if method == "GET" or _is_limited(answer) else None
            if wait is None or number == _TRIES - 1:
                return _judged(answer, method, url.removeprefix(self._api))
            self._clock.sleep(wait)
        raise AssertionError("every try either answers or is the last one")

    def _once(
        self,
        method: str,
        url: str,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, Json] | None,
        *,
        follows: bool,
        streams: bool,
    ) -> requests.Response:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token.reveal()}",
            "X-GitHub-Api-Version": VERSION,
        }
        try:
            answer = self._session.request(
                method, url, params=query, json=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False,
                stream=streams,
            )  # fmt: skip
            if follows and answer.status_code in (301, 302, 303, 307, 308):
                # Without our token, and without what a `.netrc` may have for that host.
                return requests.get(
                    answer.headers["Location"], timeout=_TIMEOUT, stream=True, auth=_nothing,
                    headers={"User-Agent": self._session.headers["User-Agent"]},
                )  # fmt: skip
        except (requests.RequestException, KeyError) as error:
            what = type(error).__name__
            raise ForgeError("GitHub cannot be reached", detail=what, hint="Run it again.", where=self._api) from None
        return answer

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise ForgeError("GitHub's answer makes no sense", detail="It is no JSON.", where=answer.url) from None


def _nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An authorisation, so that requests looks for no other."""
    return request


def _check_address(api_url: str) -> None:
    parts = urlsplit(api_url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return
    raise UsageError(
        "No address for a token", detail="GITHUB_API_URL is not https.", hint="GITHUB_API_URL=https://api.github.com"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_limited(answer: requests.Response) -> bool:
    """Refused before anything was done: it may be asked again, whatever it was."""
    if answer.status_code == 429:
        return True
    return answer.status_code == 403 and (
        "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    )


def _to_wait(answer: requests.Response, number: int, now: float) -> float | None:
    """Seconds after which to ask again; None where that is of no use."""
    if not _is_limited(answer):
        return 2.0**number if answer.status_code >= 500 else None
    stated = _number(answer.headers.get("retry-after"))
    until = _number(answer.headers.get("x-ratelimit-reset"))
    wait = stated if stated is not None else until - now if until is not None else 2.0**number
    return max(wait, 1.0) if wait <= _PATIENCE else None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _judged(answer: requests.Response, method: str, path: str) -> requests.Response:
    if answer.ok:
        return answer
    where = f"{method} {path}"
    detail = f"It answers {answer.status_code}: {_message(answer)}"
    if answer.status_code in (401, 403):
        hint = "Give the job the permission that this needs, and GITHUB_TOKEN to this step."
        raise AuthenticationFailed("GitHub does not permit this", detail=detail, hint=hint, where=where)
    raise ForgeError("GitHub refuses the request", detail=detail, where=where)


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("message", ""))[:300]
    except (ValueError, AttributeError, requests.RequestException):
        return "no reason"
