"""From a commit on the main branch to reviewed plans: every link is GitHub's word, and a missing one is a refusal."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from reconciler.errors import AuthenticationFailed, ForgeError, ForgeRefused
from reconciler.forge import GitHub, Merged, fetched_approvals, merged_since
from reconciler.forge.approvals import _member_of

from .fake import PLAN, FakeGitHub

PULL = Merged(17, "head17", "ann")


def fetched(github: GitHub, to: Path, *merged: Merged, reviewed: bool = True) -> list[bytes]:
    paths = fetched_approvals(
        github, merged or (PULL,), workflow=PLAN, artefact="plan-default", to=to, reviewed=reviewed
    )
    return [path.read_bytes() for path in paths]


@pytest.fixture
def merged(fake: FakeGitHub) -> FakeGitHub:
    """A pull request that was planned, reviewed and merged."""
    fake.commits.append("c0")
    fake.planned("head17", {"plan.json": b"the plan"})
    fake.review(17, commit="head17")
    fake.merge(17, head="head17", commit="c1")
    return fake


def test_what_was_merged_since_a_commit_is_found(merged: FakeGitHub, github: GitHub) -> None:
    merged.merge(18, head="head18", commit="c2")
    assert [each.number for each in merged_since(github, since="c0", head="c2", branch="main")] == [17, 18]
    assert [each.number for each in merged_since(github, since="c1", head="c2", branch="main")] == [18]
    assert merged_since(github, since="c2", head="c2", branch="main") == ()


def test_without_a_commit_that_was_applied_only_the_last_one_counts(merged: FakeGitHub, github: GitHub) -> None:
    merged.merge(18, head="head18", commit="c2")
    assert [each.number for each in merged_since(github, since="", head="c2", branch="main")] == [18]


def test_what_went_into_another_branch_does_not_count(merged: FakeGitHub, github: GitHub) -> None:
    merged.merge(18, head="head18", commit="c2", branch="other")
    assert [each.number for each in merged_since(github, since="c0", head="c2", branch="main")] == [17]


def test_hundreds_of_commits_come_in_pages(fake: FakeGitHub, github: GitHub) -> None:
    fake.commits.append("c0")
    for number in range(1, 251):
        fake.commits.append(f"d{number}")
    fake.merge(5, head="h", commit="last")
    assert [each.number for each in merged_since(github, since="c0", head="last", branch="main")] == [5]


def test_a_branch_that_was_rewritten_is_refused(merged: FakeGitHub, github: GitHub) -> None:
    with pytest.raises(ForgeRefused, match="What was applied last is not in the branch"):
        merged_since(github, since="c1", head="c0", branch="main")
    with pytest.raises(ForgeError, match="GitHub refuses"):
        merged_since(github, since="gone", head="c1", branch="main")


def test_the_reviewed_plan_is_fetched(merged: FakeGitHub, github: GitHub, tmp_path: Path) -> None:
    assert fetched(github, tmp_path / "to") == [b"the plan"]


def test_of_several_runs_the_newest_counts(merged: FakeGitHub, github: GitHub, tmp_path: Path) -> None:
    merged.planned("head17", {"plan.json": b"the newer plan"})
    assert fetched(github, tmp_path) == [b"the newer plan"]


@pytest.mark.parametrize(
    "reviews",
    [
        [],
        [{"commit": "head16"}],
        [{"commit": "head17", "by": "ann"}],
        [{"commit": "head17", "state": "COMMENTED"}],
        [{"commit": "head17"}, {"commit": "head17", "state": "CHANGES_REQUESTED"}],
        [{"commit": "head17"}, {"commit": "head17", "state": "DISMISSED"}],
        [{"commit": "head17", "by": "mallory"}],
        [{"commit": "head17", "by": "reader"}],
    ],
    ids=[
        "none",
        "of an earlier commit",
        "by the author",
        "a comment",
        "taken back",
        "dismissed",
        "a stranger",
        "somebody who may only read",
    ],
)
def test_what_nobody_else_approved_of_is_refused(
    fake: FakeGitHub, github: GitHub, tmp_path: Path, reviews: list[dict[str, Any]]
) -> None:
    fake.planned("head17", {"plan.json": b"the plan"})
    for review in reviews:
        fake.review(17, **review)
    with pytest.raises(ForgeRefused, match="A pull request was not reviewed"):
        fetched(github, tmp_path)
    assert fetched(github, tmp_path, reviewed=False) == [b"the plan"]


def test_a_file_that_lies_there_already_does_not_pass_for_a_reviewed_plan(
    merged: FakeGitHub, github: GitHub, tmp_path: Path
) -> None:
    (tmp_path / "committed.json").write_bytes(b"{}")
    with pytest.raises(ForgeRefused, match="The folder for plans is not empty"):
        fetched(github, tmp_path)


@pytest.mark.parametrize(
    "run",
    [
        {"head_sha": "head16"},
        {"event": "push"},
        {"event": "workflow_dispatch"},
        {"conclusion": "failure"},
        {"conclusion": "cancelled"},
        {"path": ".github/workflows/evil.yml"},
        {"path": f"{PLAN}.bak"},
        {"head_repository": {"full_name": "mallory/estate"}},
        {"head_repository": None},
    ],
    ids=str,
)
def test_a_strangers_run_is_not_taken(fake: FakeGitHub, github: GitHub, tmp_path: Path, run: dict[str, Any]) -> None:
    fake.review(17, commit="head17")
    fake.planned("head17", {"plan.json": b"a stranger's plan"}, **run)
    with pytest.raises(ForgeRefused, match="There is no reviewed plan"):
        fetched(github, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_artefact_of_another_run_or_one_that_expired_is_not_taken(
    fake: FakeGitHub, github: GitHub, tmp_path: Path
) -> None:
    fake.review(17, commit="head17")
    run = fake.planned("head17", {"plan.json": b"x"}, path=PLAN)
    fake.artefacts[0]["expired"] = True
    fake.upload({"id": run, "head_sha": "other"}, "plan-default", {"plan.json": b"y"})
    fake.upload({"id": run, "head_sha": "head17"}, "plan-other", {"plan.json": b"z"})
    with pytest.raises(ForgeRefused, match="There is no reviewed plan"):
        fetched(github, tmp_path)


@pytest.mark.parametrize("files", [{}, {"../plan.json": b"x"}, {"other.json": b"x"}])
def test_an_archive_without_the_plan_is_refused_and_nothing_else_of_it_is_written(
    fake: FakeGitHub, github: GitHub, tmp_path: Path, files: dict[str, bytes]
) -> None:
    fake.review(17, commit="head17")
    fake.planned("head17", files)
    with pytest.raises(ForgeRefused, match="There is no reviewed plan"):
        fetched(github, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.forge.approvals.LARGEST", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plan.json", bytes(5_000_000))
    with pytest.raises(ForgeRefused):
        _member_of(packed.getvalue(), "plan.json", "#17")
    with pytest.raises(ForgeRefused):
        _member_of(b"no archive", "plan.json", "#17")


def test_a_wrong_token_is_said_and_not_shown(fake: FakeGitHub, clock: Any) -> None:
    from reconciler.model.secret import Secret

    wrong = GitHub(fake.url, "acme/estate", Secret("ghs_wrong-one"), clock)
    with pytest.raises(AuthenticationFailed) as caught:
        merged_since(wrong, since="", head="c1", branch="main")
    assert caught.value.exit_code == 7
    assert "ghs_wrong-one" not in f"{caught.value.detail}{caught.value.hint}{caught.value.where}"


def test_a_token_goes_to_no_address_but_https(clock: Any) -> None:
    from reconciler.errors import UsageError
    from reconciler.model.secret import Secret

    for url in ("http://api.example.com", "ftp://x", "http://127.0.0.1.example.com"):
        with pytest.raises(UsageError):
            GitHub(url, "a/b", Secret("t"), clock)


@pytest.mark.parametrize(
    ("refusal", "waited"),
    [
        ((429, {"Retry-After": "7"}), 7.0),
        ((403, {"X-RateLimit-Remaining": "0", "Retry-After": "3"}), 3.0),
        ((502, {}), 1.0),
    ],
)
def test_a_limit_is_waited_for(
    merged: FakeGitHub, github: GitHub, clock: Any, refusal: tuple[int, dict[str, str]], waited: float
) -> None:
    merged.refusals.append(refusal)
    before = clock.monotonic()
    assert merged_since(github, since="", head="c1", branch="main")
    assert clock.monotonic() - before == waited


def test_one_that_lasts_too_long_is_not(merged: FakeGitHub, github: GitHub) -> None:
    merged.refusals.append((429, {"Retry-After": "9999"}))
    with pytest.raises(ForgeError, match="GitHub refuses the request"):
        merged_since(github, since="", head="c1", branch="main")
