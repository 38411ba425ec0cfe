"""The version to put in a precondition."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.model.values import Json

_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')
_MOST = 10**18
"""What a ledger can hold, and more writes than any object has seen."""


def version_of(entity: Mapping[str, Json], etag: str | None = None) -> int | None:
    """The entity's `version`, else the number in the ETag (weak or not), else None: nothing to lock with."""
    version = entity.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and 0 <= version < _MOST:
        return version
    match = _ETAG.fullmatch(etag.strip()) if etag else None
    return int(match[1]) if match else None
