"""JSON Lines as rows. Most records are written as the one before, with our members plainly at their head: one regular
expression takes them off, and the parser only has to accept what is left, whose text stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.exports.normalising.batch import TRUNCATED, Batch, Malformed, Reject, Row, Text, too_long
from reconciler.exports.normalising.interaction import MEMBERS, NOT_UTF8, UNREADABLE, read_interaction
from reconciler.exports.normalising.lines import Block, Lines, LongLine
from reconciler.exports.normalising.shape import Shape, head, shape_of

_BLANKS = b" \t\r"


def jsonl_batches(blocks: Iterable[Block], *, largest: int) -> Iterator[Batch]:
    """Every line that is not blank as a row or as a reject."""
    shape: Shape = head(MEMBERS)
    for block in blocks:
        if isinstance(block, LongLine):
            reject = Reject(block.number, block.offset, block.length, too_long(largest), raw=None)
            yield Batch(rejects=[reject], records=1)
        else:
            batch, shape = _batch(block, shape)
            yield batch


def _batch(block: Lines, shape: Shape) -> tuple[Batch, Shape]:
    rows: list[Row] = []
    rests: list[Text] = []
    reasons: list[tuple[int, str]] = []
    blank_lines = 0
    lines = block.text.split(b"\n")
    for index, raw in enumerate(lines):
        line = raw.strip(_BLANKS)
        read = shape.read(line)
        if read is not None:
            rows.append(read[0])
            rests.append(read[1])
        elif line:
            try:
                interaction = read_interaction(line)
            except Malformed as reason:
                reasons.append((index, str(reason)))
            else:
                rows.append(interaction.row)
                rests.append(interaction.rest)
                shape = shape_of(interaction.names, interaction.told)
        else:
            blank_lines += 1
    rejects = _rejects(block, lines, reasons) if reasons else []
    records = len(lines) - blank_lines
    return Batch(rows, rests, rejects=rejects, records=records, blank_lines=blank_lines), shape


def _rejects(block: Lines, lines: list[bytes], reasons: list[tuple[int, str]]) -> list[Reject]:
    rejects: list[Reject] = []
    offset, passed = block.offset, 0
    for index, reason in reasons:
        offset += sum(map(len, lines[passed:index])) + index - passed
        passed = index
        raw = lines[index]
        if block.is_cut and index == len(lines) - 1 and reason in (UNREADABLE, NOT_UTF8):
            reason = TRUNCATED
        rejects.append(Reject(block.number + index, offset, len(raw), reason, raw))
    return rejects
