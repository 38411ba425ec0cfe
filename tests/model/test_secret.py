from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest
from reconciler.model.secret import NONE, Secret

VALUE = "s3cr3t-value"


@pytest.mark.parametrize("shown", [str, repr, "{}".format, "{:>20}".format, "{!r}".format, "%s".__mod__])
def test_a_secret_prints_as_a_mask(shown: object) -> None:
    assert VALUE not in shown(Secret(VALUE))  # type: ignore[operator]
    assert "***" in shown(Secret(VALUE))  # type: ignore[operator]


def test_a_secret_in_a_collection_prints_as_a_mask() -> None:
    assert str({"secret": [Secret(VALUE)]}) == "{'secret': [***]}"


@pytest.mark.parametrize("serialise", [pickle.dumps, copy.deepcopy])
def test_a_secret_is_not_serialised(serialise: object) -> None:
    with pytest.raises(TypeError):
        serialise(Secret(VALUE))  # type: ignore[operator]


def test_a_traceback_with_locals_shows_a_mask() -> None:
    secret = Secret(VALUE)
    try:
        raise ValueError(f"wrong: {secret}")
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert VALUE not in shown
    assert "secret = ***" in shown


def test_a_log_shows_a_mask(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("token %s", Secret(VALUE))
    assert VALUE not in caplog.text


def test_a_secret_is_given_out_when_asked() -> None:
    assert Secret(VALUE).reveal() == VALUE


def test_secrets_are_compared_by_value() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret("another")
    assert Secret(VALUE) != VALUE
    assert len({Secret(VALUE), Secret(VALUE)}) == 1


def test_no_secret_is_false_and_hides_nothing() -> None:
    assert not NONE
    assert NONE.hidden_in("text") == "text"


def test_a_secret_is_hidden_in_text() -> None:
    assert Secret(VALUE).hidden_in(f"a {VALUE} b {VALUE}") == "a *** b ***"
