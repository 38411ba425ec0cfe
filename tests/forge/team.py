"""A team's repository on our own GitHub, its organisation in the sandbox, and what engineers do there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from reconciler.sandbox import Sandbox

from commands.project import ROBOT, SECRET, purpose

from .fake import REPOSITORY, FakeGitHub
from .runner import Run, Runner, repository

STRANGER = "mallory/estate"


@dataclass
class Team:
    """`main` holds what is merged; the ledger's place is the secret of both environments."""

    runner: Runner
    github: FakeGitHub
    sandbox: Sandbox

    # What engineers do.

    def commit(self, *manifests: Any, to: str = "purposes.yaml") -> str:
        file = self.runner.origin / "manifests" / to
        file.write_text("---\n".join(yaml.safe_dump(each, sort_keys=False) for each in manifests))
        return self._committed()

    def _committed(self) -> str:
        self.runner.git("add", ".")
        self.runner.git("commit", "-qm", "a change")
        return self.runner.git("rev-parse", "HEAD")

    def propose(self, number: int, *manifests: Any, to: str = "purposes.yaml", whose: str = REPOSITORY) -> Run:
        """Commit to the branch of a pull request, which is opened with its first commit. Without manifests, what lies
        in the folder uncommitted."""
        git, branch = self.runner.git, f"pr-{number}"
        git("switch", "-q", *(() if git("branch", "--list", branch) else ("-c",)), branch)
        head = self.commit(*manifests, to=to) if manifests else self._committed()
        git("switch", "-q", "--detach", "main")
        git("merge", "-q", "--no-ff", "-m", "as if merged", branch)
        merged = git("rev-parse", "HEAD")
        git("switch", "-q", "main")
        pull = {"number": number, "head": {"sha": head, "repo": {"full_name": whose}}}
        return self.runner.run(
            "reconcile-plan", event="pull_request", ref=f"{number}/merge", sha=merged,
            run={"head_sha": head, "head_branch": branch, "head_repository": {"full_name": whose}},
            payload={"pull_request": pull},
        )  # fmt: skip

    def approve(self, number: int, by: str = "bob") -> None:
        self.github.review(number, commit=self.runner.git("rev-parse", f"pr-{number}"), by=by)

    def merge(self, number: int) -> str:
        head = self.runner.git("rev-parse", f"pr-{number}")
        self.runner.git("merge", "-q", "--no-ff", "-m", f"Merge #{number}", f"pr-{number}")
        commit = self.runner.git("rev-parse", "HEAD")
        self.github.merge(number, head=head, commit=commit)
        return commit

    def push(self) -> Run:
        """What a push to the main branch starts."""
        return self.runner.run("reconcile-apply", event="push", ref="main", sha=self.runner.git("rev-parse", "main"))

    def by_hand(self, **inputs: Any) -> Run:
        stated = {"environment": "default", "new-ledger": False, "drift": "keep"} | inputs
        sha = self.runner.git("rev-parse", "main")
        return self.runner.run("reconcile-apply-by-hand", event="workflow_dispatch", ref="main", sha=sha, inputs=stated)

    def look(self) -> Run:
        """The nightly run."""
        return self.runner.run(
            "reconcile-drift", event="schedule", ref="main", sha=self.runner.git("rev-parse", "main")
        )

    # What is so.

    def descriptions(self) -> dict[str, str]:
        found = self.sandbox.control.objects("purposes")
        return {each["name"]: each["description"] for each in found}

    def told(self, number: int) -> list[str]:
        """The comments on a pull request, by their markers."""
        return [each["body"].partition("\n")[0] for each in self.github.comments.get(number, [])]


def team(folder: Path, github: FakeGitHub, sandbox: Sandbox, ledger: Any, secret: str) -> Team:
    """A repository with one purpose, none of it applied yet."""
    origin = folder / "origin"
    (origin / "manifests").mkdir(parents=True)
    repository(origin)
    made = team_of(folder, origin, github, sandbox, secret)
    project = {
        "apiVersion": "reconciler/v1", "kind": "Project", "ledger": ledger,
        "limits": {"requestsPerMinute": 1_000_000}, "timing": {"connect": "2s", "request": "2s", "settle": "5s"},
    }  # fmt: skip
    (origin / "manifests" / "reconciler.yaml").write_text(yaml.safe_dump(project))
    github.commits.append(made.commit(purpose()))
    return made


def team_of(folder: Path, origin: Path, github: FakeGitHub, sandbox: Sandbox, secret: str) -> Team:
    """A team around a repository that is there."""
    secrets = {
        "RECONCILER_LEDGER_URL": secret, "GENESYSCLOUD_OAUTHCLIENT_ID": ROBOT["id"],
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": SECRET,
    }  # fmt: skip
    environments = dict.fromkeys(("default", "default-plan", "default-by-hand"), secrets)
    variables = {"RECONCILER_API_URL": sandbox.url, "RECONCILER_LOGIN_URL": sandbox.url}
    return Team(Runner(folder, origin, github, variables, environments), github, sandbox)
