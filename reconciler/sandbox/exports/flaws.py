"""What can be wrong with a file whose bytes arrive as they were sent: the records themselves.

| flaw            | what the file has                                                    | in          |
|-----------------|----------------------------------------------------------------------|-------------|
| bom             | a byte order mark in front                                           | all         |
| crlf            | CR LF at the end of each line                                        | all         |
| blank_lines     | an empty line, and one with white space only                         | all         |
| invalid_utf8    | a record whose id is not UTF-8                                       | all         |
| overlong        | a record of more than 16 MiB                                         | all         |
| malformed       | a line that is no record: broken JSON, a CSV quote that never closes | all         |
| duplicate       | the first record once more                                           | all         |
| truncated       | a last record that stops in the middle                               | all         |
| unterminated    | a whole last record without the end of its line                      | all         |
| not_an_object   | lines that are JSON and no object                                    | json, jsonl |
| no_channel      | records without a channel, with null, with a text for one            | json, jsonl |
| other_members   | a record with other names, nested deeper                             | json, jsonl |
| quoted_newlines | fields with newlines, commas and quotes, in quotes                   | csv         |
| ragged          | a record with too few fields, one with too many                      | csv         |
| no_header       | no header                                                            | csv         |
| other_columns   | a header with other names                                            | csv         |

One that a format does not have changes nothing there.
"""

from __future__ import annotations

from reconciler.sandbox.exports.made_up import CSV_HEADER, Records, Style
from reconciler.sandbox.exports.parts import Content, Literal, Part, Repeated

OVERLONG = 16 * 1024 * 1024 + 1
FLAWS = (
    *("bom", "crlf", "blank_lines", "invalid_utf8", "overlong", "malformed", "duplicate", "truncated", "unterminated"),
    *("not_an_object", "no_channel", "other_members"),
    *("quoted_newlines", "ragged", "no_header", "other_columns"),
)
_TRUNCATED = 20

_TIMES = b'"startTimestamp":"2026-11-01T12:00:00.000Z","endTimestamp":"2026-11-01T12:01:00.000Z"'
_ROW = b"2026-11-01T12:00:00.000Z,2026-11-01T12:01:00.000Z"
_OTHER_COLUMNS = b"id,kind,from,to,medium"


def _json(identity: bytes, rest: bytes) -> bytes:
    return b'{"interactionId":"' + identity + b'","type":"inbound",' + _TIMES + rest + b"}"


_ODD_JSON = {
    "blank_lines": (b"", b" \t"),
    "malformed": (b'{"interactionId":"malformed","type":',),
    "invalid_utf8": (_json(b"\xff\xfe", b',"channel":{"type":"chat"}'),),
    "not_an_object": (b"[1,2]", b"null", b'"text"', b"7"),
    "no_channel": (_json(b"none", b""), _json(b"null", b',"channel":null'), _json(b"text", b',"channel":"voice"')),
    "other_members": (b'{"id":"other","kind":{"of":{"some":["depth"]}}}',),
}
_ODD_CSV = {
    "blank_lines": (b"", b" \t"),
    "malformed": (b'"malformed,inbound,' + _ROW + b",chat",),
    "invalid_utf8": (b"\xff\xfe,inbound," + _ROW + b",chat",),
    "quoted_newlines": (b'"quoted\nid, ""all"" of it",inbound,' + _ROW + b',"cha\r\nt"',),
    "ragged": (b"few,inbound", b"many,inbound," + _ROW + b",chat,one,two"),
}
_BEFORE_OVERLONG = {"json": b'{"interactionId":"', "jsonl": b'{"interactionId":"', "csv": b""}
_AFTER_OVERLONG = {
    "json": b'","type":"inbound",' + _TIMES + b',"channel":{"type":"chat"}}',
    "jsonl": b'","type":"inbound",' + _TIMES + b',"channel":{"type":"chat"}}',
    "csv": b",inbound," + _ROW + b",chat",
}


def flawed(style: Style, records: int, flaws: tuple[str, ...]) -> Content:
    """A file of `records` sound ones and, in their midst, those that the flaws ask for."""
    middle = records // 2
    parts: list[Part] = [Literal(_head(style, flaws)), Records(style, 0, middle)]
    for flaw in flaws:
        parts += _odd(style, flaw)
    parts += _rest(style, middle, records)
    cut = _TRUNCATED if "truncated" in flaws else len(style.newline) if "unterminated" in flaws else 0
    return Content(tuple(part for part in parts if part.size), cut)


def _head(style: Style, flaws: tuple[str, ...]) -> bytes:
    mark = b"\xef\xbb\xbf" if "bom" in flaws else b""
    if style.format == "json":
        return mark + b"[" + style.newline
    if style.format == "jsonl" or "no_header" in flaws:
        return mark
    return mark + (_OTHER_COLUMNS if "other_columns" in flaws else CSV_HEADER) + style.newline


def _odd(style: Style, flaw: str) -> list[Part]:
    if flaw == "duplicate":
        return [Records(style, 0, 1)]
    if flaw == "overlong":
        before, after = _BEFORE_OVERLONG[style.format], _AFTER_OVERLONG[style.format]
        return [Literal(before), Repeated(b"x", OVERLONG), Literal(after + style.end)]
    known = _ODD_CSV if style.format == "csv" else _ODD_JSON
    return [Literal(line + style.end) for line in known.get(flaw, ())]


def _rest(style: Style, middle: int, records: int) -> list[Part]:
    """The second half; in a JSON document the last record has no comma, and the list is closed."""
    if style.format != "json":
        return [Records(style, middle, records - middle)]
    closing = Literal(b"]" + style.newline)
    if records == 0:
        return [closing]
    return [Records(style, middle, records - middle - 1), Records(style.last, records - 1, 1), closing]
