"""A runner of our own: it takes a workflow's YAML, and runs the steps in order, as GitHub's runner would.

The shell steps are run word for word, with the environment that the YAML gives them and no other. Of the actions that
are used, each is played; an unknown one is an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from .expressions import evaluated, filled, shown
from .fake import REPOSITORY, TOKEN, FakeGitHub

REPO: Final = Path(__file__).parents[2]
WORKFLOWS: Final = ".github/workflows"
Json = dict[str, Any]


@dataclass
class Step:
    """What came of one step."""

    job: str
    name: str
    code: int | None
    """None = it was skipped."""
    text: str = ""


@dataclass
class Run:
    """What came of a workflow."""

    id: int
    steps: list[Step] = field(default_factory=list)
    summary: str = ""

    @property
    def failed(self) -> bool:
        return any(each.code for each in self.steps)

    @property
    def text(self) -> str:
        return "\n".join(f"--- {each.job}: {each.name}: {each.code}\n{each.text}" for each in self.steps)

    def ran(self, name: str) -> list[int | None]:
        return [each.code for each in self.steps if each.name == name]


@dataclass(frozen=True)
class Settings:
    """What one environment of a repository on GitHub holds."""

    variables: dict[str, str]
    secrets: dict[str, str]


@dataclass
class Runner:
    """A repository on GitHub, which has no variable and no secret but those of its environments."""

    folder: Path
    origin: Path
    github: FakeGitHub
    environments: dict[str, Settings] = field(default_factory=dict)
    scanned: list[bytes] = field(default_factory=list)

    def run(
        self, workflow: str, *, event: str, ref: str, sha: str, inputs: Json | None = None, run: Json | None = None,
        payload: Json | None = None,
    ) -> Run:  # fmt: skip
        """One run of the workflow as it is at that commit, registered at GitHub."""
        path = f"{WORKFLOWS}/{workflow}.yml"
        document = yaml.safe_load(self.git("show", f"{sha}:{path}"))
        started = self.github.started(path, event, **{"head_sha": sha, "head_branch": ref} | (run or {}))
        github = {"repository": REPOSITORY, "ref_name": ref, "ref": f"refs/heads/{ref}", "token": TOKEN, "sha": sha}
        contexts = {
            "github": github | {"event": payload or {}, "event_name": event},
            "vars": {},
            "inputs": inputs or {},
            "needs": {},
        }
        done = Run(int(started["id"]))
        for name, job in document["jobs"].items():
            _Job(self, done, started, name, job, contexts).run()
        started |= {"status": "completed", "conclusion": "failure" if done.failed else "success"}
        return done

    def git(self, *words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=self.origin, check=True, capture_output=True, text=True
        ).stdout.strip()


@dataclass
class _Job:
    runner: Runner
    run_: Run
    started: Json
    name: str
    job: Json
    contexts: Json

    def run(self) -> None:
        needs = [self.job["needs"]] if isinstance(self.job.get("needs"), str) else self.job.get("needs", [])
        wanted = all(self.contexts["needs"].get(each, {}).get("result") == "success" for each in needs)
        if not (wanted and evaluated(self.job.get("if", "!cancelled()"), self.contexts, {"cancelled": lambda: False})):
            self.contexts["needs"][self.name] = {"result": "skipped", "outputs": {}}
            return
        for matrix in self._matrices():
            self._once(matrix)

    def _matrices(self) -> Iterator[Json]:
        found = filled(self.job.get("strategy", {}).get("matrix", {}), self.contexts, {})
        if not found:
            yield {}
        for name, values in found.items():
            for value in values:
                yield {name: value}

    def _once(self, matrix: Json) -> None:
        contexts = self.contexts | {"matrix": matrix, "steps": {}, "secrets": {}}
        environment = filled(self.job.get("environment", ""), contexts, {})
        settings = self.runner.environments.get(environment, Settings({}, {}))
        contexts |= {"vars": settings.variables, "secrets": settings.secrets}
        workspace = self.runner.folder / f"run-{self.run_.id}-{self.name}-{len(self.run_.steps)}"
        workspace.mkdir()
        failed = False
        for step in self.job["steps"]:
            failed |= bool(self._step(step, contexts, workspace, failed=failed))
        outputs = {name: filled(text, contexts, {}) for name, text in self.job.get("outputs", {}).items()}
        self.contexts["needs"][self.name] = {"result": "failure" if failed else "success", "outputs": outputs}

    def _step(self, step: Json, contexts: Json, workspace: Path, *, failed: bool) -> int | None:
        functions = {
            "cancelled": lambda: False,
            "hashFiles": lambda pattern: "hash" if list(workspace.glob(pattern)) else "",
        }
        condition = str(step.get("if", "")).removeprefix("${{").removesuffix("}}")
        told = Step(self.name, step.get("name", step.get("uses", "")), None)
        self.run_.steps.append(told)
        if (failed and "cancelled()" not in condition) or not evaluated(
            condition or "!cancelled()", contexts, functions
        ):
            return None
        given = {name: filled(text, contexts, functions) for name, text in step.get("with", {}).items()}
        if "uses" in step:
            told.code = self._action(step["uses"].partition("@")[0], given, workspace, contexts)
            return told.code
        exported = self.job.get("env", {}) | step.get("env", {})
        values = {name: shown(filled(text, contexts, functions)) for name, text in exported.items()}
        told.code, told.text, outputs = self._shell(step["run"], values, workspace, contexts)
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": outputs}
        return told.code

    def _shell(self, script: str, values: Mapping[str, str], workspace: Path, contexts: Json) -> tuple[int, str, Json]:
        """`bash -e`, which is what a step has that names no shell."""
        assert "${{" not in script, "an expression in a script is somebody's code"
        output, summary = workspace / ".git" / "outputs", workspace / ".git" / "summary"
        output.write_text("")
        summary.write_text("")
        github = contexts["github"]
        surroundings = {
            "PATH": f"{_programs(self.runner.folder)}:{os.environ['PATH']}", "HOME": str(self.runner.folder),
            "PYTHONPATH": os.environ.get("PYTHONPATH", str(REPO)), "GITHUB_ACTIONS": "true", "CI": "true",
            "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_SHA": github["sha"],
            "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": self.runner.github.url, "GITHUB_ACTOR": "ann",
            "GITHUB_REF": github["ref"], "GITHUB_RUN_ID": str(self.run_.id), "GITHUB_WORKSPACE": str(workspace),
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=workspace, env=surroundings | dict(values), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        self.run_.summary += summary.read_text()
        pairs = (line.partition("=") for line in output.read_text().splitlines())
        return done.returncode, done.stdout, {name: value for name, _, value in pairs}

    def _action(self, action: str, given: Json, workspace: Path, contexts: Json) -> int:
        """Played, each as its own documentation has it."""
        match action:
            case "actions/checkout":
                assert given["persist-credentials"] is False
                self.runner.git("clone", "-q", str(self.runner.origin), str(workspace))
                what = given.get("ref", contexts["github"]["sha"])
                subprocess.run(["git", "checkout", "-q", what], cwd=workspace, check=True)
            case "./.github/actions/reconciler":
                assert (workspace / action / "action.yml").is_file()
            case "actions/upload-artifact":
                path = workspace / given["path"]
                if not path.is_file():
                    return 1
                self.runner.github.upload(self.started, given["name"], {path.name: path.read_bytes()})
            case "actions/download-artifact":
                found = self.runner.github.files_of(self.run_.id, given["name"])
                (workspace / given["path"]).mkdir()
                for name, content in found.items():
                    (workspace / given["path"] / name).write_bytes(content)
            case "github/codeql-action/upload-sarif":
                self.runner.scanned.append((workspace / given["sarif_file"]).read_bytes())
            case _:
                raise AssertionError(f"nobody plays {action}")
        return 0


def _programs(folder: Path) -> Path:
    """Where `reconciler` is, as if it had been installed."""
    place = folder / "bin"
    if not place.is_dir():
        place.mkdir()
        program = place / "reconciler"
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m reconciler \"$@\"\n")
        program.chmod(0o755)
    return place


def repository(origin: Path) -> None:
    """An empty repository with our workflows in it, as `init` puts them into a user's."""
    shutil.copytree(REPO / ".github", origin / ".github", ignore=shutil.ignore_patterns("*.svg", "ci.yml"))
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "ann"),
        ("config", "user.email", "ann@example.com"),
    ):
        subprocess.run(["git", *words], cwd=origin, check=True)
