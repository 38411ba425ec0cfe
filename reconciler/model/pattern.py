"""Regular expressions that the project file brings along, matched in linear time.

Whoever proposes a change to the project file must not be able to hang the check of it, and Python's own engine
backtracks without end. The engine of jsonschema-rs does not; in return it knows no look-around and no back-references.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import jsonschema_rs


@cache
def whole(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a whole text matches. Raises ValueError for what is no such expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{error}") from None
    try:
        _validator(pattern)
        return _validator(f"^(?:{pattern})$").is_valid
    except jsonschema_rs.ValidationError:
        raise ValueError("it is too large, or has look-around or back-references") from None


def _validator(pattern: str) -> jsonschema_rs.Draft202012Validator:
    schema = {"type": "string", "pattern": pattern}
    return jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())
