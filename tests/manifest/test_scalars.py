"""Plain scalars of YAML 1.2's core schema."""

from __future__ import annotations

import pytest
from reconciler.manifest.reader import read
from reconciler.manifest.scalars import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("Null", None),
        ("true", True),
        ("FALSE", False),
        ("no", "no"),
        ("yes", "yes"),
        ("On", "On"),
        ("off", "off"),
        ("nULL", "nULL"),
        ("0", 0),
        ("-12", -12),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2024-05-01", "2024-05-01"),
        ("0b11", "0b11"),
        ("1.2.3", "1.2.3"),
        ("+", "+"),
        ("-1h", "-1h"),
        ("=", "="),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(text: str, value: object) -> None:
    documents, problems = read("f.yaml", f"a: {text}\n".encode())
    assert problems == []
    assert documents[0].value == {"a": value}
    assert type(documents[0].value["a"]) is type(value)


@pytest.mark.parametrize("text", ["true", "123", "null", "1.0", "~"])
def test_what_is_quoted_is_a_string(text: str) -> None:
    documents, _ = read("f.yaml", f"a: '{text}'\nb: \"{text}\"\n".encode())
    assert documents[0].value == {"a": text, "b": text}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("9223372036854775808", "64 bits"),
        ("-9223372036854775809", "64 bits"),
        ("9" * 5000, "64 bits"),
        ("0x" + "F" * 17, "64 bits"),
        ("1e999", "beyond"),
        (".inf", "infinity"),
        ("-.INF", "infinity"),
        (".nan", "not-a-number"),
        ("007", "leading zero"),
        ("-01", "leading zero"),
    ],
)
def test_a_number_that_json_cannot_hold_is_an_error(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        number(text)
