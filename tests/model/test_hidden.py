"""Secrets that the organisation takes and never shows: their three forms."""

from __future__ import annotations

import pytest
from reconciler.model.hidden import SHOWN, is_unchanged, secrets_in, seen, sent, with_digests
from reconciler.model.normal import agrees, from_wire, to_wire, without_local
from reconciler.model.secret import MASK, Secret, digest
from reconciler.model.shape import Hidden, Keyed, Member, Record, Scalar
from reconciler.model.values import ABSENT, Json

SHAPE = Record(
    (
        Member("name", Scalar()),
        Member("key", Hidden()),
        Member("parts", Keyed("name", Record((Member("name", Scalar()), Member("key", Hidden()))))),
    )
)
STATED: Json = {
    "name": "n",
    "key": {"fromEnv": "A", "digest": "d"},
    "parts": [{"name": "p", "key": {"fromEnv": "B"}}, {"name": "q", "key": "***"}],
}


@pytest.mark.parametrize("mask", ["********", "", "•••", "<hidden>", "[REDACTED]", "{{masked value}}", "(write-only)"])
def test_a_mask_is_kept_as_it_came(mask: str) -> None:
    assert seen(mask) == mask


@pytest.mark.parametrize("value", ["s3cret", "****1234", "hidden", "<hidden>x", "<h1dden>", "a b"])
def test_what_may_be_a_value_is_not_kept(value: str) -> None:
    assert seen(value) == SHOWN


@pytest.mark.parametrize("value", [7, None, [], {"fromEnv": "A"}])
def test_what_is_no_text_does_not_fit(value: Json) -> None:
    with pytest.raises(ValueError, match="masked"):
        seen(value)


def test_what_an_answer_shows_never_looks_like_something_of_ours() -> None:
    read = from_wire(SHAPE, {"key": "fromEnv"}, named=lambda *_: None)
    assert list(secrets_in(SHAPE, read)) == []


def test_a_digest_is_never_sent() -> None:
    assert sent(STATED["key"]) == {"fromEnv": "A"}
    assert without_local(SHAPE, STATED) == STATED | {"key": {"fromEnv": "A"}}


@pytest.mark.parametrize("other", ["***", ABSENT, SHOWN])
def test_what_is_not_ours_is_left_as_it_is(other: Json) -> None:
    assert sent(other) == other


def test_a_body_to_send_has_the_values_and_one_to_note_has_masks() -> None:
    body = to_wire(SHAPE, STATED, live=lambda *_: "", secret=lambda name: Secret(f"of {name}"))
    assert body["key"] == Secret("of A")
    assert [part["key"] for part in body["parts"]] == [Secret("of B"), "***"]
    noted = to_wire(SHAPE, STATED, live=lambda *_: "")
    assert [noted["key"], *(part["key"] for part in noted["parts"])] == [MASK, MASK, "***"]


def test_of_a_secret_it_is_seen_only_that_there_is_one() -> None:
    assert agrees(SHAPE, {"key": {"fromEnv": "A"}}, {"key": "***"})
    assert not agrees(SHAPE, {"key": {"fromEnv": "A"}}, {})


@pytest.mark.parametrize(
    ("desired", "recorded", "unchanged"),
    [
        ({"fromEnv": "A", "digest": "1"}, {"fromEnv": "A", "digest": "1"}, True),
        ({"fromEnv": "A", "digest": "1"}, {"fromEnv": "B", "digest": "1"}, True),
        ({"fromEnv": "A", "digest": "2"}, {"fromEnv": "A", "digest": "1"}, False),
        ({"fromEnv": "A"}, {"fromEnv": "A", "digest": "1"}, True),
        ({"fromEnv": "A"}, {"fromEnv": "B", "digest": "1"}, False),
        ({"fromEnv": "A", "digest": "1"}, {"fromEnv": "A"}, False),
        ({"fromEnv": "A", "digest": "1"}, ABSENT, False),
        ({"fromEnv": "A"}, "***", False),
    ],
)
def test_whether_a_secret_was_sent_already(desired: Json, recorded: Json, unchanged: bool) -> None:
    assert is_unchanged(desired, recorded) is unchanged


def test_every_stated_secret_is_found_with_its_path() -> None:
    found = {path: secret["fromEnv"] for path, _, secret in secrets_in(SHAPE, STATED)}
    assert found == {("key",): "A", ("parts", "p", "key"): "B"}


def test_digests_are_set_by_path_and_no_others_stay() -> None:
    told = with_digests(SHAPE, STATED, {("parts", "p", "key"): "e"})
    assert told["key"] == {"fromEnv": "A"}
    assert told["parts"] == [{"name": "p", "key": {"fromEnv": "B", "digest": "e"}}, {"name": "q", "key": "***"}]


def test_a_digest_tells_secrets_and_ledgers_apart_and_nothing_else() -> None:
    assert digest(Secret("a"), "one") == digest(Secret("a"), "one")
    assert len({digest(Secret("a"), "one"), digest(Secret("b"), "one"), digest(Secret("a"), "two")}) == 3
    assert digest(Secret("a"), "one").startswith("scrypt:")
