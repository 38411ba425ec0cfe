"""A team's repository on our own GitHub, its organisation in the sandbox, and what engineers do there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from reconciler.sandbox import Sandbox

from commands.project import ROBOT, SECRET, Json, purpose

from .fake import REPOSITORY, FakeGitHub
from .runner import Run, Runner, Settings, repository

STRANGER = "mallory/estate"


@dataclass
class Team:
    """`main` holds what is merged; the ledger's place is the secret of both environments."""

    runner: Runner
    github: FakeGitHub
    sandbox: Sandbox

    # What engineers do.

    def type(self, *words: str, **exported: str) -> str:
        """The program at an engineer's desk, in the repository; what it says."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
        surroundings = others | {
            "RECONCILER_API_URL": self.sandbox.url, "RECONCILER_LOGIN_URL": self.sandbox.url,
            "GENESYSCLOUD_OAUTHCLIENT_ID": ROBOT["id"], "GENESYSCLOUD_OAUTHCLIENT_SECRET": SECRET,
        } | exported  # fmt: skip
        ran = subprocess.run(
            [sys.executable, "-m", "reconciler", *words], cwd=self.runner.origin, env=surroundings,
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def begin(self) -> None:
        """What lies in the folder becomes the first commit."""
        for words in (("init", "-q", "-b", "main"), ("config", "user.name", "ann"), ("config", "user.email", "a@b.c")):
            self.runner.git(*words)
        self.github.commits.append(self.committed())

    def commit(self, *manifests: Any, to: str = "purposes.yaml") -> str:
        file = self.runner.origin / "manifests" / to
        file.write_text("---\n".join(yaml.safe_dump(each, sort_keys=False) for each in manifests))
        return self.committed()

    def committed(self) -> str:
        self.runner.git("add", ".")
        self.runner.git("commit", "-qm", "a change")
        return self.runner.git("rev-parse", "HEAD")

    def propose(self, number: int, *manifests: Any, to: str = "purposes.yaml", whose: str = REPOSITORY) -> Run:
        """Commit to the branch of a pull request, which is opened with its first commit. Without manifests, what lies
        in the folder uncommitted."""
        git, branch = self.runner.git, f"pr-{number}"
        git("switch", "-q", *(() if git("branch", "--list", branch) else ("-c",)), branch)
        head = self.commit(*manifests, to=to) if manifests else self.committed()
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

    def night(self) -> Run:
        """The apply of what stands, when nothing was merged."""
        head = self.runner.git("rev-parse", "main")
        return self.runner.run("reconcile-apply", event="schedule", ref="main", sha=head)

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
        "limits": {"requestsPerMinute": 1_000_000}, "timing": {"connect": "25s", "request": "25s", "settle": "30s"},
    }  # fmt: skip
    (origin / "manifests" / "reconciler.yaml").write_text(yaml.safe_dump(project))
    github.commits.append(made.commit(purpose()))
    return made


def team_of(folder: Path, origin: Path, github: FakeGitHub, sandbox: Sandbox, secret: str) -> Team:
    """A team around a folder, which need not be there yet."""
    made = Team(Runner(folder, origin, github), github, sandbox)
    made.runner.environments = environments_of("default", sandbox, secret)
    return made


def environments_of(name: str, sandbox: Sandbox, ledger: str, robot: Json = ROBOT) -> dict[str, Settings]:
    """The three of GitHub that one of ours has, as the README names them."""
    secrets = {
        "RECONCILER_LEDGER_URL": ledger, "GENESYSCLOUD_OAUTHCLIENT_ID": robot["id"],
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": robot["secret"],
    }  # fmt: skip
    variables = {"RECONCILER_API_URL": sandbox.url, "RECONCILER_LOGIN_URL": sandbox.url}
    return {f"{name}{ending}": Settings(variables, dict(secrets)) for ending in ("", "-plan", "-by-hand")}
