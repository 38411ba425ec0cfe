"""CSV records as rows: many at a time where nothing is unusual about any, else one by one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

import orjson

from reconciler.exports.normalising.batch import TRUNCATED, Batch, Malformed, Reject, Row, Text
from reconciler.exports.normalising.delimited import MANY, RECORD, Records
from reconciler.exports.normalising.header import FIELDS, Header, read_header, without_header
from reconciler.exports.normalising.instant import instant


def csv_batches(found: Iterable[Records | Reject], *, largest: int, where: str) -> Iterator[Batch]:
    """Every record after the header as a row or as a reject. Raises ReconcilerError where there is no header."""
    csv.field_size_limit(max(csv.field_size_limit(), largest))
    header: Header | None = None
    for piece in found:
        if isinstance(piece, Reject):
            if header is None:
                raise without_header(where)
            yield Batch(rejects=[piece], records=1)
            continue
        if header is None:
            header, blank_lines, piece = _header(piece, where)
            yield Batch(blank_lines=blank_lines)
        if header is not None and piece.text:
            yield _batch(piece, header)
    if header is None:
        raise without_header(where)


def _header(piece: Records, where: str) -> tuple[Header | None, int, Records]:
    """The first record that is not blank, how many blank lines are before it, and the records after it."""
    for blank_lines, found in enumerate(RECORD.finditer(piece.text)):
        if not _is_blank(found[0]):
            try:
                header = read_header(_fields(found[0]), where)
            except UnicodeDecodeError as reason:
                raise without_header(where) from reason
            line = piece.line + piece.text.count(b"\n", 0, found.end())
            text = piece.text[found.end() :]
            return header, blank_lines, Records(line, piece.offset + found.end(), text, piece.is_cut)
    return None, piece.text.count(b"\n"), Records(piece.line, piece.offset, b"")


def _batch(piece: Records, header: Header) -> Batch:
    if len(piece.text) >= MANY:
        from reconciler.exports.normalising.columns import read_columns

        batch = read_columns(piece.text, header)
        if batch is not None:
            return batch
    return _one_by_one(piece, header)


def _one_by_one(piece: Records, header: Header) -> Batch:
    rows: list[Row] = []
    rests: list[Text] = []
    batch = Batch(rows, rests)
    line = piece.line
    for found in RECORD.finditer(piece.text):
        record = found[0]
        if _is_blank(record):
            batch.blank_lines += 1
        else:
            batch.records += 1
            try:
                row, rest = _read(record, header)
            except Malformed as malformed:
                is_cut = piece.is_cut and found.end() == len(piece.text)
                reason = TRUNCATED if is_cut else str(malformed)
                batch.rejects.append(Reject(line, piece.offset + found.start(), len(record) - 1, reason, record[:-1]))
            else:
                rows.append(row)
                rests.append(rest)
        line += record.count(b"\n")
    return batch


def _is_blank(record: bytes) -> bool:
    return record in (b"\n", b"\r\n")


def _fields(record: bytes) -> list[str]:
    """The reader sees one record, line breaks and all, whose quotation marks are where they may be."""
    return next(csv.reader([record.removesuffix(b"\n").removesuffix(b"\r").decode()], strict=True))


def _read(record: bytes, header: Header) -> tuple[Row, bytes | None]:
    try:
        fields = _fields(record)
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
