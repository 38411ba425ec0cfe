"""What a file host's answer means for a file of which some bytes may be here already. Pure.

| status        | meaning                                                                    |
|---------------|----------------------------------------------------------------------------|
| 200           | the whole file, also where a part was asked for: start over                 |
| 206           | the part that was asked for, if its Content-Range and ETag say so           |
| 3xx           | refused                                                                    |
| 400, 401, 403 | the URI has expired, or access is denied: hosts differ in which they say    |
| 404, 410      | gone                                                                       |
| 416           | there is no such part: start over                                          |
| 408, 429, 5xx | later                                                                      |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from reconciler.exports.fetching.failures import Failed, Kind, Setback

_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_COUNT = re.compile(r"[0-9]{1,18}")
_STRONG = re.compile(r'"[\x21\x23-\x7e]{1,512}"')

_ASK_ANEW = "Fetch again later; if it stays so, ask for the export anew."


@dataclass(frozen=True, slots=True)
class Held:
    """What is here: so many bytes, of the version with this ETag. `size` is the whole file's, None while unknown.

    `proven` = a stated checksum will tell in the end whether parts of different answers fit together.
    """

    length: int
    size: int | None
    etag: str
    proven: bool

    def headers(self) -> dict[str, str]:
        """Of the request for what is missing. The hash is over raw bytes, so no encoding is welcome."""
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self.length:
            headers["Range"] = f"bytes={self.length}-"
            if self.etag:
                headers["If-Range"] = self.etag
        return headers


@dataclass(frozen=True, slots=True)
class Body:
    """What an answer brings: the file from byte `start`. `size` is the whole file's, None where nobody states it."""

    start: int
    size: int | None
    etag: str


def judge(status: int, headers: Mapping[str, str], held: Held, *, now: float) -> Body:
    """Raises Setback, Failed. `now` is in seconds since the epoch."""
    if status not in (200, 206):
        raise _refusal(status, headers, held, now)
    if headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise Failed("encodes the file, although that was not asked for", "Whoever runs the host must switch it off.")
    if not held.proven and headers.get("content-type", "").strip().lower().startswith("text/html"):
        # What gateways and login pages say with 200. No checksum would tell it from the export.
        raise Setback("answers with a web page instead of the file")
    coding = headers.get("transfer-encoding", "").strip().lower()
    if coding not in ("", "chunked"):
        raise Failed("sends the file in a way that nobody asked for", "Whoever runs the host must switch it off.")
    announced = None if coding else _count(headers.get("content-length"))
    body = _whole(headers, announced) if status == 200 else _part(headers, announced, held)
    if body.size is not None and held.size is not None and body.size != held.size:
        what = f"has a file of {body.size:,} bytes where there should be {held.size:,}"
        raise Setback(what, Kind.SPOILT)
    if body.size is None and held.size is None and not coding and not held.proven:
        raise Failed("does not say how long the file is, so a cut could not be told from its end", _ASK_ANEW)
    return body


def _whole(headers: Mapping[str, str], announced: int | None) -> Body:
    return Body(0, announced, _etag(headers))


def _part(headers: Mapping[str, str], announced: int | None, held: Held) -> Body:
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if held.length == 0 or found is None or int(found[1]) != held.length:
        raise Setback("answers with a part of the file that was not asked for", Kind.SPOILT)
    start, end = int(found[1]), int(found[2])
    size = None if found[3] == "*" else int(found[3])
    if end < start or (size is not None and end >= size) or announced not in (None, end - start + 1):
        raise Setback("answers with a part of the file whose ends make no sense", Kind.SPOILT)
    etag = _etag(headers)
    if held.etag and etag != held.etag and (etag or not held.proven):
        raise Setback("has another version of the file by now", Kind.SPOILT)
    return Body(start, size, etag or held.etag)


def _refusal(status: int, headers: Mapping[str, str], held: Held, now: float) -> Setback | Failed:
    if status in (400, 401, 403):
        return Setback(f"answers {status}: the URI has expired or access is denied", Kind.EXPIRED)
    if status in (404, 410):
        return Failed(f"answers {status}: the file is gone", "Ask for the export anew.")
    if status == 416 and held.length:
        return Setback("answers 416: it has no more of the file", Kind.SPOILT)
    if status == 429:
        return Setback("answers 429: too many requests", Kind.THROTTLED, after=_retry_after(headers, now))
    if status == 408 or status >= 500:
        return Setback(f"answers {status}", after=_retry_after(headers, now))
    if 300 <= status < 400:
        return Failed(f"answers {status}: it sends us elsewhere, and a presigned URI is not to travel", _ASK_ANEW)
    if status == 407:
        return Failed("is behind a proxy that wants credentials", "Put them into HTTPS_PROXY.")
    return Failed(f"answers {status}, which is no file", _ASK_ANEW)


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not _COUNT.fullmatch(text.strip()):
        raise Setback("states a length that is no count", Kind.SPOILT)
    return int(text)


def _etag(headers: Mapping[str, str]) -> str:
    """A strong one, else none: a weak one says nothing about bytes (RFC 9110 §8.8.1)."""
    etag = headers.get("etag", "").strip()
    return etag if _STRONG.fullmatch(etag) else ""


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds, or a date (RFC 9110 §10.2.3); None where it is missing or makes no sense."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and text.isascii() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
