from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from reconciler.api.answer import Answer, read
from reconciler.api.repeat import Outcome
from reconciler.api.wording import told


def body(**members: Any) -> Answer:
    return Answer(Outcome.REFUSED, 422, content=members)


def test_message_and_code_are_told() -> None:
    assert told(body(message="Bad field.", code="bad.request")) == "HTTP 422; Bad field (bad.request)."


def test_a_violation_is_told_with_the_value_that_was_sent() -> None:
    answer = body(message="Invalid", details=[{"errorCode": "invalid.value", "fieldName": "fields[1].type"}])
    sent = {"fields": [{"type": "string"}, {"type": "strng"}]}
    assert told(answer, sent) == "HTTP 422; Invalid; fields[1].type: invalid.value (sent: 'strng')."


def test_a_secret_value_that_was_sent_is_masked() -> None:
    for path, sent in {
        "headers.X-Key": {"headers": {"X-Key": "s3cr3t"}},
        "headers": {"headers": {"X-Key": "s3cr3t"}},
        "auth.clientSecret": {"auth": {"clientSecret": "s3cr3t"}},
        "downloadUrl": {"downloadUrl": "s3cr3t"},
    }.items():
        text = told(body(details=[{"errorCode": "x", "fieldName": path}]), sent)
        assert "s3cr3t" not in text
        assert "(sent: ***)" in text


def test_nested_errors_are_told() -> None:
    assert told(body(message="Invalid", errors=[{"message": "a is wrong", "code": "c"}])).endswith("; a is wrong (c).")


def test_an_organisations_limit_is_told() -> None:
    answer = body(message="Too many", limit={"key": "schemas.max", "namespace": "gdpr", "value": 50})
    assert "limit schemas.max = 50" in told(answer)


def test_a_long_list_of_violations_is_cut() -> None:
    assert told(body(errors=[{"message": f"m{number}"} for number in range(25)])).endswith("m9; 15 more.")


def test_oauths_own_error_is_told() -> None:
    assert (
        told(body(error="invalid_client", error_description="no such client"))
        == "HTTP 422; no such client (invalid_client)."
    )


def test_a_page_of_html_is_told_with_its_type_and_its_beginning() -> None:
    answer = read(502, {"Content-Type": "text/html"}, b"<html>\x1b[31m<h1>Bad gateway</h1>" + b"x" * 9000)
    text = told(answer)
    assert text.startswith("HTTP 502. The answer is not JSON but text/html. It begins: <html> [31m<h1>Bad gateway</h1>")
    assert len(text) < 300


def test_no_answer_is_told_by_its_reason() -> None:
    assert told(Answer(Outcome.NO_ANSWER, trouble="Read timed out.")) == "Read timed out."


def test_the_organisations_text_cannot_command_a_terminal() -> None:
    assert "\x1b" not in told(body(message="\x1b[2Jgone", code="\x1b[1m"))


MEMBERS = ("message", "code", "details", "errors", "limit", "fieldName", "errorCode", "error", "contextId")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(content=JSON, sent=JSON)
def test_whatever_the_body_is_something_is_told(content: Any, sent: Any) -> None:
    answer = Answer(Outcome.REFUSED, 422, content=content)
    assert told(answer, sent).startswith("HTTP 422")
    assert len(answer.correlation_id) <= 80
