"""Which place `--to` names: a folder, or a bucket by its URL. Never with credentials: those are the environment's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.errors import UsageError

SCHEMES: Final = ("s3", "gs", "az")
VARIABLES: Final = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE"}
"""What the names of a store's environment variables begin with."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,221}")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.=+-]{1,255}")
_LONGEST_PREFIX: Final = 512
_ENDPOINTS: Final = ("ENDPOINT_URL", "ENDPOINT", "STORAGE_ENDPOINT", "BASE_URL")
_HINT: Final = "Write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX, or a folder."


@dataclass(frozen=True, slots=True)
class Bucket:
    """`prefix` has no slash at either end, and may be empty."""

    scheme: str
    name: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.name}" + (f"/{self.prefix}" if self.prefix else "")


def read_place(text: str) -> Path | Bucket:
    """Raises UsageError, which shows nothing of a URL that might hold credentials."""
    url = _URL.fullmatch(text)
    if url is None:
        if re.match(rf"({'|'.join(SCHEMES)}):", text, re.IGNORECASE):
            raise _wrong("A bucket's URL has two slashes after its scheme.")
        return Path(text)
    scheme, rest = url[1], url[2]
    if scheme not in SCHEMES:
        raise _wrong(f"Its scheme is none of {', '.join(SCHEMES)}.")
    if "@" in rest:
        raise _wrong("It carries credentials, or an @. Credentials come from the environment only.")
    if "?" in rest or "#" in rest:
        raise _wrong("It has a query or a fragment.")
    name, _, prefix = rest.partition("/")
    prefix = prefix.rstrip("/")
    if not _NAME.fullmatch(name):
        raise _wrong("Its bucket is no name of small letters, digits and . _ -.")
    if len(prefix) > _LONGEST_PREFIX or (prefix and not all(map(_SEGMENT.fullmatch, prefix.split("/")))):
        raise _wrong("Its prefix is not made of names of letters, digits and . _ = + - with one slash between them.")
    return Bucket(scheme, name, prefix)


def check_endpoint(bucket: Bucket, environment: Mapping[str, str]) -> None:
    """Raises UsageError. The client library panics over an endpoint that is no URL, and refuses one in clear without
    saying so."""
    family = VARIABLES[bucket.scheme]
    for name in (f"{family}_{each}" for each in _ENDPOINTS):
        scheme = _scheme(environment[name]) if name in environment else "https"
        if scheme not in ("http", "https"):
            raise UsageError("The store's endpoint is no URL", detail=f"{name} is not http(s)://HOST.")
        if scheme == "http" and environment.get(f"{family}_ALLOW_HTTP", "").lower() not in ("true", "1"):
            raise UsageError(
                "The store's endpoint would be asked unencrypted",
                detail=f"{name} is an http URL.",
                hint=f"Use https; or, for a store on this machine:\nexport {family}_ALLOW_HTTP=true",
            )


def _scheme(text: str) -> str:
    """Empty where it is no URL with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme if parts.hostname and parts.port != 0 and text.isprintable() and " " not in text else ""
    except ValueError:
        return ""


def _wrong(detail: str) -> UsageError:
    return UsageError("The place for exports is none", detail=detail, hint=_HINT)
