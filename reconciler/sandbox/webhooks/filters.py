"""The one filter that the contract §4 shows: `schemaId eq '<id>'`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_FILTER = re.compile(r"schemaId eq '([^'\x00-\x1f]+)'")


def is_filter(text: object) -> bool:
    return isinstance(text, str) and _FILTER.fullmatch(text) is not None


def lets_through(text: object, payload: Mapping[str, Any]) -> bool:
    """Whether an event with this payload passes; where there is no filter every one does."""
    if text is None:
        return True
    match = _FILTER.fullmatch(text) if isinstance(text, str) else None
    return match is not None and payload.get("schemaId") == match[1]
