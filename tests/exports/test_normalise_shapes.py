"""Records that are nearly written as the one before: read by its shape, they are what a plain reading makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reconciler.exports.normalising import interaction, jsonl
from reconciler.exports.normalising.shape import Spread
from tests.exports.test_normalise import START, done
from tests.exports.test_normalise_laws import _check_jsonl

SORTED = (
    b'{"channel": {"direction": "in", "type": "web"}, "endTimestamp": null, "interactionId": "i", "parts": [{"n": 1}],'
    b' "startTimestamp": "%b", "type": "chat", "wrap": {"type": "x"}}' % START.encode()
)
VALUES = {
    "interactionId": ['"i"', '"j"', '""', '"\\u0069"'],
    "type": ['"chat"', "null", '"\\"type\\":\\"x\\","', '"}"'],
    "startTimestamp": [f'"{START}"', "null", '"2023-10-01T02:00:00+02:00"', '"no"'],
    "endTimestamp": [f'"{START}"', "null", '"2023-10-01 00:00:00"'],
    "channel": [
        '{"type":"web"}', "null", "{}", '{"type":"web","id":1}', '{"id":{"type":"a"},"type":"web"}', '{"type":1,"a":2}',
    ],
    "x": [
        "1", '{"type":"x"}', '[{"channel":{"type":"a"},"b":1}]', '"\\"type\\":\\"x\\",\\"y"', '{"interactionId":"k"}',
    ],
    'y\\"type': ['"voice"', "null"],
    "chann\\u0065l": ['{"type":"sms","id":2}'],
}  # fmt: skip
structure = st.sampled_from(
    [b"", b",", b'"', b"{", b"}", b"[", b"]", b":", b" ", b"\\", b"1", b'"type":"z",', b'"x":1,']
)


@st.composite
def neighbours(draw: st.DrawFn) -> list[bytes]:
    """Records of one order and other values, and such with a byte too many, too few, or another."""
    names = draw(st.permutations(list(VALUES)))[: draw(st.integers(3, 8))]
    names = sorted({*names, "interactionId"}, key=[*names, "interactionId"].index)
    comma = draw(st.sampled_from([", ", ","]))
    written = []
    for _ in range(3):
        members = [f'"{name}":{draw(st.sampled_from(VALUES[name]))}' for name in names]
        written.append(("{" + comma.join(members) + "}").encode())
    return written


@st.composite
def damaged(draw: st.DrawFn) -> list[bytes]:
    place = draw(st.integers(0, len(SORTED)))
    length = draw(st.integers(0, 1) | st.integers(0, 30))
    record = SORTED[:place] + draw(structure) + SORTED[place + length :]
    assume(START.encode() in record)  # What is a time the plain reading takes more freely than we.
    return [SORTED, record]


@settings(deadline=None, max_examples=150)
@given(neighbours() | damaged())
def test_by_a_neighbours_shape_or_without_it_a_record_is_the_same(lines: list[bytes]) -> None:
    _check_jsonl(lines, b"\n", 1 << 20)


@pytest.mark.long
@settings(deadline=None, max_examples=10_000)
@given(neighbours() | damaged())
def test_by_a_neighbours_shape_or_without_it_many_records_are_the_same(lines: list[bytes]) -> None:
    _check_jsonl(lines, b"\n", 1 << 20)


@pytest.mark.parametrize(
    "line",
    [
        SORTED,
        SORTED.replace(b'"in"', b'"out"').replace(b'"i"', b'"another"').replace(b"null", b'"%b"' % START.encode()),
        SORTED.replace(b'"type": "web"', b'"x": 7'),
        SORTED.replace(b'{"n": 1}', b'{"type": "y", "channel": {"type": "z"}}'),
    ],
)
def test_records_of_one_shape_are_read_one_by_one_but_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    """Counted, not timed: the shape is there for speed."""
    seen: list[bytes] = []

    def read(record: bytes) -> interaction.Interaction:
        seen.append(record)
        return interaction.read_interaction(record)

    monkeypatch.setattr(jsonl, "read_interaction", read)
    assert len(done(tmp_path, (SORTED + b"\n") + (line + b"\n") * 50).rows) == 51
    assert seen == [SORTED]


def test_a_channel_that_says_more_may_follow_our_other_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"interactionId":"i","type":"chat","channel":{"id":1,"type":"web"},"x":1}\n'
    first = done(tmp_path, line * 2).rows
    monkeypatch.setattr(Spread, "read", lambda *_: None)
    assert done(tmp_path, line * 2).rows == first


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ((b"{", b"{,"), "not valid JSON"),
        ((b'"i",', b'"i",,'), "not valid JSON"),
        ((b"}}", b"},}"), "not valid JSON"),
        ((b"}}", b"}}}"), "not valid JSON"),
        ((b"}}", b"},1"), "not valid JSON"),
        ((b'"in"', b'"\xff"'), "not valid UTF-8"),
        ((b'"wrap"', b'"type"'), "type appears twice"),
        ((b'"wrap"', b'"channel"'), "channel appears twice"),
        ((b'"parts"', b'"ch\\u0061nnel"'), "channel appears twice"),
    ],
)
def test_a_record_that_nearly_has_the_shape_is_quarantined(
    tmp_path: Path, damage: tuple[bytes, bytes], reason: str
) -> None:
    found = done(tmp_path, SORTED + b"\n" + SORTED.replace(*damage) + b"\n" + SORTED)
    assert found.reason.startswith(reason)
    assert len(found.rows) == 2
