"""Addresses that others are to call: http or https, and without a credential in them."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(
    r"(?i:https?)://(?P<userinfo>[^/?#]*@)?(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~-]+)(?P<port>:[0-9]{1,5})?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
"""RFC 3986, as far as an http address needs it. A fragment would never be sent."""


def trouble_with(address: str) -> str:
    """Continues "the callback's url ..."; empty = none. Never shows the address: it may hold credentials."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return "is no http or https address"
    if found["userinfo"]:
        return "carries credentials"
    if found["port"] and not 0 < int(found["port"][1:]) < 65536:
        return "has a port that there is not"
    return ""


def has_query(address: str) -> bool:
    return "?" in address
