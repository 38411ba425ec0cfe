"""Comments and issues: one of each, ours, changed in place."""

from __future__ import annotations

import pytest
from reconciler.errors import ForgeError, UsageError
from reconciler.forge import GitHub, close_issue, put_comment, put_issue

from .fake import BOT, FakeGitHub

MARKER = "<!-- reconciler:plan:production -->"


def test_a_comment_is_written_once_and_then_changed(fake: FakeGitHub, github: GitHub) -> None:
    for text in ("one", "two", "three"):
        put_comment(github, 17, f"{MARKER}\n{text}", author=BOT)
    put_comment(github, 17, "<!-- reconciler:plan:dev -->\nfour", author=BOT)
    assert [each["body"].split("\n")[1] for each in fake.comments[17]] == ["three", "four"]


def test_somebody_elses_comment_with_our_marker_is_left_alone(fake: FakeGitHub, github: GitHub) -> None:
    theirs = {"id": 5, "body": f"{MARKER}\nforged", "user": {"login": "mallory"}, "html_url": ""}
    fake.comments[17] = [theirs]
    put_comment(github, 17, f"{MARKER}\nours", author=BOT)
    assert [each["body"].split("\n")[1] for each in fake.comments[17]] == ["forged", "ours"]


def test_ours_is_found_behind_hundreds_of_others(fake: FakeGitHub, github: GitHub) -> None:
    fake.comments[17] = [{"id": n, "body": "x", "user": {"login": "u"}, "html_url": ""} for n in range(10_000, 10_250)]
    put_comment(github, 17, f"{MARKER}\none", author=BOT)
    put_comment(github, 17, f"{MARKER}\ntwo", author=BOT)
    assert len(fake.comments[17]) == 251


@pytest.mark.parametrize("text", ["no marker", "<!-- other -->\nx", f"x\n{MARKER}"])
def test_a_text_without_a_marker_is_refused(fake: FakeGitHub, github: GitHub, text: str) -> None:
    with pytest.raises(UsageError):
        put_comment(github, 17, text, author=BOT)
    assert fake.asked == []


def test_a_write_that_fails_is_not_repeated(fake: FakeGitHub, github: GitHub) -> None:
    put_comment(github, 17, f"{MARKER}\none", author=BOT)
    fake.asked.clear()
    fake.refusals += [(200, {}), (502, {})]
    fake.refusals.pop(0)
    with pytest.raises(ForgeError):
        github.send("POST", "issues/17/comments", {"body": "x"})
    assert len(fake.asked) == 1


def test_an_issue_is_opened_changed_closed_and_opened_again(fake: FakeGitHub, github: GitHub) -> None:
    drift = "<!-- reconciler:drift:production -->\n"
    put_issue(github, "Drift", f"{drift}one", author=BOT)
    put_issue(github, "Drift", f"{drift}two", author=BOT)
    assert [(each["state"], each["body"]) for each in fake.issues] == [("open", f"{drift}two")]
    assert close_issue(github, f"{drift}No drift.", author=BOT)
    assert close_issue(github, f"{drift}No drift.", author=BOT) == ""
    assert fake.comments[1][0]["body"] == "No drift."
    put_issue(github, "Drift", f"{drift}three", author=BOT)
    assert [each["state"] for each in fake.issues] == ["closed", "open"]


def test_an_issue_that_says_so_already_is_left_alone(fake: FakeGitHub, github: GitHub) -> None:
    drift = "<!-- reconciler:drift:production -->\nsame"
    put_issue(github, "Drift", drift, author=BOT)
    fake.asked.clear()
    put_issue(github, "Drift", drift, author=BOT)
    assert [each.split(" ")[0] for each in fake.asked] == ["GET"]
