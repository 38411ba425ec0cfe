"""CSV records as rows: a block at a time by columns where nothing is wrong with it, else one by one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

import orjson

from reconciler.exports.normalising.batch import TRUNCATED, Batch, Malformed, Reject, Row, Text
from reconciler.exports.normalising.delimited import Record, Records
from reconciler.exports.normalising.header import FIELDS, Header, read_header, without_header
from reconciler.exports.normalising.instant import EXACT, instant

_EXACT_OR_EMPTY = re.compile(f"(?:{EXACT})?", re.ASCII).fullmatch

Fields = Sequence[str]


def csv_batches(found: Iterable[Records], *, largest: int, where: str) -> Iterator[Batch]:
    """Every record after the header as a row or as a reject. Raises ReconcilerError where there is no header."""
    csv.field_size_limit(max(csv.field_size_limit(), largest))
    header: Header | None = None
    for block in found:
        if header is None:
            if block.rejects and (not block.records or block.rejects[0].line < block.records[0][0]):
                raise without_header(where)
            if block.records:
                header = _header(block.records.pop(0), where)
        yield _batch(block, header) if header else Batch(blank_lines=block.blank_lines)
    if header is None:
        raise without_header(where)


def _header(record: Record, where: str) -> Header:
    try:
        (names,) = _parsed([record])
    except UnicodeDecodeError as reason:
        raise without_header(where) from reason
    return read_header(names, where)


def _batch(block: Records, header: Header) -> Batch:
    records = len(block.records) + len(block.rejects)
    try:
        parsed = _parsed(block.records)
        rows, rests = _by_columns(parsed, header)
    except (UnicodeDecodeError, _Irregular):
        rows, rests = _one_by_one(block, header)
    return Batch(rows, rests, sorted(block.rejects, key=_line), records, block.blank_lines)


def _line(reject: Reject) -> int:
    return reject.line


class _Irregular(Exception):
    """A block that has to be looked at record by record."""


def _parsed(records: Sequence[Record]) -> list[list[str]]:
    """The reader sees one record at a time, line breaks and all; `delimited` has checked its quotation marks."""
    return list(csv.reader([raw.removesuffix(b"\r").decode() for _, _, raw in records], strict=True))


def _by_columns(parsed: list[list[str]], header: Header) -> tuple[list[Row], list[Text]]:
    if not parsed:
        return [], []
    if set(map(len, parsed)) != {len(header.names)}:
        raise _Irregular
    columns = list(zip(*parsed, strict=True))
    identities = columns[header.ours[0]]
    if not all(identities) or not all(all(map(_EXACT_OR_EMPTY, columns[index])) for index in header.starts):
        raise _Irregular
    ours = (_nullable(columns[index]) for index in header.ours)
    rows: list[Row] = list(zip(*ours, strict=True))
    if not header.others:
        return rows, [None] * len(rows)
    names = [header.names[index] for index in header.others]
    others = zip(*(columns[index] for index in header.others), strict=True)
    return rows, [orjson.dumps(dict(zip(names, values, strict=True))) for values in others]


def _nullable(column: tuple[str, ...]) -> Sequence[str | None]:
    return [value or None for value in column] if "" in column else column


def _one_by_one(block: Records, header: Header) -> tuple[list[Row], list[Text]]:
    rows: list[Row] = []
    rests: list[Text] = []
    for record in block.records:
        line, offset, raw = record
        try:
            row, rest = _read(record, header)
        except Malformed as reason:
            is_cut = block.is_cut and record is block.records[-1]
            block.rejects.append(Reject(line, offset, len(raw), TRUNCATED if is_cut else str(reason), raw))
        else:
            rows.append(row)
            rests.append(rest)
    return rows, rests


def _read(record: Record, header: Header) -> tuple[Row, bytes | None]:
    try:
        (fields,) = _parsed([record])
    except UnicodeDecodeError as reason:
        raise Malformed("not valid UTF-8") from reason
    if len(fields) != len(header.names):
        raise Malformed(f"{len(fields):,} fields where the header names {len(header.names):,}")
    identity, kind, start, end, channel = (fields[index] or None for index in header.ours)
    if identity is None:
        raise Malformed("interactionId is missing or empty")
    rest = {header.names[index]: fields[index] for index in header.others}
    started, ended = (_time(name, text, rest) for name, text in zip(FIELDS[2:4], (start, end), strict=True))
    return (identity, kind, started, ended, channel), orjson.dumps(rest) if rest else None


def _time(name: str, text: str | None, rest: dict[str, str]) -> str | None:
    if text is None:
        return None
    try:
        moment, is_exact = instant(text)
    except ValueError as reason:
        raise Malformed(f"{name} is not an ISO 8601 date and time") from reason
    if not is_exact:
        rest[name] = text
    return moment
