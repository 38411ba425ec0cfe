"""What a plain scalar means in the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).

Stricter than it in one point: what would not survive a trip through JSON, or what YAML 1.1 reads as another number, is
an error and not a guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from reconciler.model.values import Json

WORDS: Final[Mapping[str, Json]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""Plain scalars that are neither strings nor numbers."""

NUMERIC: Final = frozenset("-+.0123456789")
"""What a number begins with."""

_DECIMAL: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_UNREAL: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAX_DIGITS: Final = 24
_SMALLEST: Final = -(2**63)
_LARGEST: Final = 2**63 - 1


def number(text: str) -> Json:
    """The number that a plain scalar is, or the scalar itself where it is none. Raises ValueError with the reason."""
    if _DECIMAL.fullmatch(text):
        digits = text.lstrip("-+")
        if len(digits) > 1 and digits.startswith("0"):
            raise ValueError("a leading zero means octal to some readers and nothing to others")
        return _bounded(text, 10)
    if _BASED.fullmatch(text):
        return _bounded(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise ValueError("it is beyond what a 64-bit floating-point number can hold")
        return value
    if _UNREAL.fullmatch(text):
        raise ValueError("JSON, and so the API, has neither infinity nor not-a-number")
    return text


def _bounded(digits: str, base: int) -> int:
    # The length first: int() refuses thousands of digits with an error of its own, and takes its time below that.
    value = int(digits, base) if len(digits) <= _MAX_DIGITS else _LARGEST + 1
    if not _SMALLEST <= value <= _LARGEST:
        raise ValueError("it does not fit into 64 bits")
    return value
