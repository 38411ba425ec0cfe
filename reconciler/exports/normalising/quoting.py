"""Where the strictly quoted records of much CSV text end, by the places of its quotation marks alone. Needs pyarrow:
import it where it is used."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute as pc

_MARK: Final = pa.scalar(ord('"'), pa.uint8())
_BEFORE: Final = frozenset(b',\n"')
_AFTER: Final = frozenset(b',\r\n"')


def end_of_quoted(text: bytes, start: int) -> int | None:
    """The end of the last whole record from `start` on, which begins one; None where a quotation mark is where none may
    be. `text` ends with a line break, and after every carriage return comes one."""
    held = pa.Array.from_buffers(pa.uint8(), len(text) - start, [None, pa.py_buffer(text)], offset=start)
    marks = pc.indices_nonzero(pc.equal(held, _MARK))
    end, closed = _before_what_is_open(text, start, memoryview(marks.buffers()[1]).cast("Q")[: len(marks)])
    return end if _are_strict(held, marks[:closed]) else None


def _before_what_is_open(text: bytes, start: int, marks: memoryview) -> tuple[int, int]:
    """The end of the last record that is whole, and how many marks are before it: a line break with an odd number of
    them before it is within a field."""
    end, before = len(text), len(marks)
    while before % 2:
        end = text.rfind(b"\n", start, start + marks[before - 1]) + 1 or start
        before = bisect_left(marks, end - start, 0, before)
    return end, before


def _are_strict(held: Any, marks: Any) -> bool:
    """Every other mark opens: at the start of a field, or right after one that closed, with which it means a mark. The
    rest close: at the end of a field, or right before one that opens."""
    pairs = pa.FixedSizeListArray.from_arrays(marks, 2)
    opening, closing = pc.list_element(pairs, 0), pc.list_element(pairs, 1)
    if len(opening) and not opening[0].as_py():
        opening = opening[1:]
    before, after = held.take(pc.subtract(opening, 1)), held.take(pc.add(closing, 1))
    return _BEFORE.issuperset(pc.unique(before).to_pylist()) and _AFTER.issuperset(pc.unique(after).to_pylist())
