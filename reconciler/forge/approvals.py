"""Which reviewed plans stand behind what was merged: the chain from a commit on the main branch to a plan file.

| from                 | to                                        | by                                              |
|----------------------|-------------------------------------------|-------------------------------------------------|
| commits since        | pull requests merged with them            | GitHub, by commit                               |
| a pull request       | the head that another of us approved      | its reviews: the last word of each reviewer     |
| that head            | a successful run of the plan workflow     | its path, event, head and repository            |
| that run             | the artefact `plan-ENVIRONMENT` it made   | its run; not expired                            |

A link that is missing is a refusal: no plan is taken whose review or origin is not certain.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from reconciler.errors import ForgeError, ForgeRefused
from reconciler.forge.client import GitHub

PLAN_FILE: Final = "plan.json"
SNAPSHOT_FILE: Final = "snapshot.json"
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file, unpacked."""
WRITERS: Final = frozenset({"admin", "write"})
"""Whose approval counts (a maintainer's permission is told as `write`). In a public repository anybody may review."""
BY_HAND: Final = "Plan the main branch, have that plan reviewed, and apply it: the workflow for runs by hand does that."


@dataclass(frozen=True, slots=True)
class Merged:
    """A pull request that was merged, and its last commit."""

    number: int
    head: str
    author: str


def merged_since(github: GitHub, *, since: str, head: str, branch: str) -> tuple[Merged, ...]:
    """The pull requests merged into a branch after one commit and up to another, oldest first. Without `since`, the one
    that `head` came with."""
    commits = [head]
    if since:
        compared = github.get(f"compare/{since}...{head}")
        if compared["status"] not in ("ahead", "identical"):
            detail = f"{since} is not before {head}: the branch was rewritten, or the ledger is of another one."
            raise ForgeRefused("What was applied last is not in the branch", detail=detail, hint=BY_HAND)
        commits = [each["sha"] for each in github.pages(f"compare/{since}...{head}", "commits")]
    found: dict[int, Merged] = {}
    for sha in commits:
        for pull in github.pages(f"commits/{sha}/pulls"):
            if pull.get("merged_at") and pull["base"]["ref"] == branch and pull.get("merge_commit_sha") in commits:
                author = (pull.get("user") or {}).get("login", "")
                found[pull["number"]] = Merged(pull["number"], pull["head"]["sha"], author)
    return tuple(found[number] for number in sorted(found))


def fetched_approvals(
    github: GitHub, merged: Sequence[Merged], *, workflow: str, artefact: str, to: Path, reviewed: bool
) -> tuple[Path, ...]:
    """Download the plan of each pull request. `reviewed` = somebody else than its author has to have approved the very
    commit. Raises ForgeRefused; also for a folder with something in it, which would pass for a reviewed plan."""
    to.mkdir(parents=True, exist_ok=True)
    if strangers := sorted(path.name for path in to.iterdir()):
        detail = f"{', '.join(strangers[:3])} was not fetched by this run."
        raise ForgeRefused("The folder for plans is not empty", detail=detail, hint="Name a new one.", where=str(to))
    paths = []
    for pull in merged:
        if reviewed:
            _check_review(github, pull)
        run = _run(github, pull, workflow)
        archive = github.download(f"actions/artifacts/{_artefact(github, pull, run, artefact)}/zip")
        content = _member_of(archive, PLAN_FILE, f"#{pull.number}")
        path = to / f"{pull.number:06}-{PLAN_FILE}"
        path.write_bytes(content)
        paths.append(path)
    return tuple(paths)


def fetched_snapshot(github: GitHub, *, workflow: str, artefact: str, branch: str, to: Path) -> Path:
    """The newest snapshot that the drift workflow made of a branch of this repository. Raises ForgeRefused."""
    for run in github.pages("actions/runs", "workflow_runs", branch=branch, status="success"):
        ours = run["path"].partition("@")[0] == workflow and run["event"] in ("schedule", "workflow_dispatch")
        here = (run.get("head_repository") or {}).get("full_name") == github.repository
        if not (ours and here and run["head_branch"] == branch):
            continue
        for each in github.pages(f"actions/runs/{int(run['id'])}/artifacts", "artifacts", name=artefact):
            if each["name"] == artefact and not each["expired"]:
                content = github.download(f"actions/artifacts/{int(each['id'])}/zip")
                to.write_bytes(_member_of(content, SNAPSHOT_FILE, artefact))
                return to
    raise ForgeRefused(
        "There is no snapshot",
        detail=f"No run of {workflow} on {branch} has an artefact {artefact} that has not expired.",
        hint="Start the drift workflow by hand.",
    )


def _check_review(github: GitHub, pull: Merged) -> None:
    """The last word of each reviewer counts, and a comment is none."""
    last: dict[str, Any] = {}
    for review in github.pages(f"pulls/{pull.number}/reviews"):
        if review["state"] in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED"):
            last[(review.get("user") or {}).get("login", "")] = review
    others = [review for name, review in last.items() if name and name != pull.author]
    approving = [each for each in others if each["state"] == "APPROVED" and each["commit_id"] == pull.head]
    if any(_is_ours(github, each["user"]["login"]) for each in approving):
        return
    detail = f"#{pull.number} was merged, and nobody of this repository but its author approved of {pull.head[:12]}."
    raise ForgeRefused("A pull request was not reviewed", detail=detail, hint=BY_HAND)


def _is_ours(github: GitHub, login: str) -> bool:
    try:
        said = github.get(f"collaborators/{quote(login, safe='')}/permission")
    except ForgeError:  # GitHub knows of none, or does not say
        return False
    return said["permission"] in WRITERS


def _run(github: GitHub, pull: Merged, workflow: str) -> Any:
    """The newest run that planned this very commit, from this repository, to its end and without failure."""
    runs = [
        run
        for run in github.pages(
            "actions/runs", "workflow_runs", head_sha=pull.head, event="pull_request", status="success"
        )
        if run["path"].partition("@")[0] == workflow
        and run["head_sha"] == pull.head
        and run["event"] == "pull_request"
        and run["conclusion"] == "success"
        and (run.get("head_repository") or {}).get("full_name") == github.repository
    ]
    if not runs:
        detail = f"#{pull.number}: {workflow} has not run to its end for {pull.head[:12]} in this repository."
        raise ForgeRefused("There is no reviewed plan", detail=detail, hint=BY_HAND)
    return max(runs, key=lambda run: (run["run_number"], run.get("run_attempt", 1)))


def _artefact(github: GitHub, pull: Merged, run: Any, name: str) -> int:
    found = [
        each
        for each in github.pages(f"actions/runs/{int(run['id'])}/artifacts", "artifacts", name=name)
        if each["name"] == name
        and not each["expired"]
        and (each.get("workflow_run") or {}).get("id") == run["id"]
        and (each.get("workflow_run") or {}).get("head_sha") == pull.head
    ]
    if not found:
        detail = f"#{pull.number}: the run {run['id']} has no artefact {name}, or it has expired."
        raise ForgeRefused("There is no reviewed plan", detail=detail, hint=BY_HAND)
    return int(max(found, key=lambda each: each["id"])["id"])


def _member_of(archive: bytes, name: str, whose: str) -> bytes:
    """The one file that is wanted of an archive; what else is in it is not looked at."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened, opened.open(name) as member:
            content = b"".join(_bounded(member))
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        detail = f"{whose}: the artefact holds no readable {name}."
        raise ForgeRefused("There is no reviewed plan", detail=detail, hint=BY_HAND) from None
    return content


def _bounded(member: Any) -> Iterator[bytes]:
    """Whatever size the archive claims."""
    left = LARGEST
    while chunk := member.read(1024 * 1024):
        left -= len(chunk)
        if left < 0:
            raise ValueError("too large")
        yield chunk
