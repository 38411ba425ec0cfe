"""Presigned URIs: whoever has one may read one file until it expires, and needs nothing else."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from enum import Enum
from urllib.parse import urlencode

DATE, EXPIRES, SERIAL, SIGNATURE = "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Signature"


class Verdict(Enum):
    GOOD = "good"
    FORGED = "forged"
    EXPIRED = "expired"


class Signer:
    """Signs for the file host at `url`, known once it listens. Like tokens, signatures are not from the seed."""

    def __init__(self) -> None:
        self.url = ""
        self._key = secrets.token_bytes(32)
        self._revoked: set[str] = set()
        self._signed = 0

    def uri(self, path: str, *, now: float, lifetime: int, serial: int | None = None) -> str:
        """`path` for `lifetime` seconds from `now`, which is the sandbox's time; another each time without `serial`."""
        self._signed += serial is None
        signed = f"{now:.3f}", str(lifetime), str(self._signed if serial is None else serial)
        query = {**dict(zip((DATE, EXPIRES, SERIAL), signed, strict=True)), SIGNATURE: self._signature(path, *signed)}
        return f"{self.url}{path}?{urlencode(query)}"

    def verdict(self, path: str, query: Mapping[str, list[str]], now: float) -> Verdict:
        given = [query.get(name, [""]) for name in (DATE, EXPIRES, SERIAL, SIGNATURE)]
        date, expires, serial, signature = (values[0] if len(values) == 1 else "" for values in given)
        if not hmac.compare_digest(self._signature(path, date, expires, serial).encode(), signature.encode()):
            return Verdict.FORGED
        if signature in self._revoked or now >= float(date) + int(expires):
            return Verdict.EXPIRED
        return Verdict.GOOD

    def revoke(self, query: Mapping[str, list[str]]) -> None:
        """The URI with this query counts as expired from now on."""
        self._revoked.update(query.get(SIGNATURE, ()))

    def _signature(self, *signed: str) -> str:
        return hmac.new(self._key, "\n".join(("GET", *signed)).encode(), "sha256").hexdigest()
