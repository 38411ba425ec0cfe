"""Whether a URI may be asked for a file, and what of it may be seen: its host.

A URI grants the data to whoever has it. So it is sent in clear only to this very machine.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from reconciler.model.secret import Secret

LONGEST = 16_384

_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""RFC 3986. Anything else is where two readers of one URI see two different hosts."""

_USERINFO = re.compile(r"[^/?#]*//[^/?#]*@")


def trouble_with(uri: Secret) -> str:
    """Why `uri` is not to be asked, continuing "its URI ..."; empty where nothing is wrong."""
    text = uri.reveal()
    if len(text) > LONGEST or not _CHARACTERS.fullmatch(text):
        return "is no URI"
    parsed = _parsed(text)
    if parsed is None or not parsed.host:
        return "is no URI of a file on a host"
    if parsed.scheme not in ("http", "https"):
        return "is neither http nor https"
    if parsed.auth is not None or _USERINFO.match(text):
        return "carries credentials"
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        return f"would send the data over {parsed.host} unencrypted (http)"
    return ""


def host_of(uri: Secret) -> str:
    """The host, for messages."""
    parsed = _parsed(uri.reveal())
    return (parsed.host if parsed else None) or "an unreadable host"


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _parsed(text: str) -> Url | None:
    """As urllib3 reads it, since that is what connects."""
    try:
        return parse_url(text)
    except LocationParseError:
        return None
