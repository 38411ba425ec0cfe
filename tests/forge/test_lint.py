"""What is in `.github/` is sound: two linters say so, and what they cannot see is looked at here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import reconciler
import yaml

from .runner import REPO, WORKFLOWS

FILES = sorted((REPO / WORKFLOWS).glob("reconcile-*.yml"))
ACTION = REPO / ".github" / "actions" / "reconciler" / "action.yml"


def program(name: str, how: str) -> str:
    """Beside Python, or on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if not found:
        pytest.skip(f"no {name} here: {how} brings it")
    return found


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def every_step(path: Path) -> list[Any]:
    read = document(path)
    return read["runs"]["steps"] if path == ACTION else [each for job in read["jobs"].values() for each in job["steps"]]


def test_actionlint_finds_nothing() -> None:
    how = "`go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12`"
    done = subprocess.run([program("actionlint", how), "-no-color"], cwd=REPO, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_finds_nothing() -> None:
    words = [program("zizmor", "`pip install zizmor`"), "--offline", "--no-progress", "--quiet", ".github"]
    done = subprocess.run(words, cwd=REPO, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", [*FILES, ACTION], ids=lambda path: path.stem)
def test_no_script_holds_an_expression_and_every_action_is_pinned(path: Path) -> None:
    for step in every_step(path):
        assert "${{" not in step.get("run", "")
        used = step.get("uses", "./")
        assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_has_no_permission_but_its_jobs_own_and_every_job_ends(path: Path) -> None:
    read = document(path)
    assert read["permissions"] == {}
    assert "pull_request_target" not in path.read_text()
    for job in read["jobs"].values():
        assert job["timeout-minutes"]
        assert set(job["permissions"]) <= {"contents", "actions", "pull-requests", "security-events", "issues"}
        assert job["permissions"]["contents"] == "read"


def test_an_apply_is_never_cut_off_by_another() -> None:
    for name in ("reconcile-apply", "reconcile-apply-by-hand"):
        job = document(REPO / WORKFLOWS / f"{name}.yml")["jobs"]["apply"]
        assert job["concurrency"]["cancel-in-progress"] is False
        assert job["concurrency"]["group"].startswith(f"{name}-${{{{ ")


def test_a_forks_code_gets_no_secret_and_no_environment() -> None:
    offline = document(REPO / WORKFLOWS / "reconcile-plan.yml")["jobs"]["offline"]
    assert "environment" not in offline
    assert "secrets." not in str(offline)
    assert set(offline["permissions"].values()) == {"read"}


def test_the_action_installs_this_release() -> None:
    assert document(ACTION)["inputs"]["version"]["default"] == reconciler.__version__
