"""What tests of approved plans are written with: a pull request's plan, the merge's apply, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from reconciler.model.values import fingerprint

from .project import Json, Project, Ran

NOT_APPROVED = "What is planned now is not what was approved"
UNUSABLE = "An approval cannot be used"


def reviewed(project: Project, *documents: Json, to: str = "pr.json") -> str:
    """The plan of a pull request with these manifests, which stay as if it had been merged."""
    project.write(*documents)
    ran = project.run("plan", "--drift", "keep", "--out", to, "-o", "json")
    assert ran.code == 0, str(ran)
    project.control.forget()
    return to


def merged(project: Project, *files: str | Path, **exported: str) -> Ran:
    """The apply that a merge starts."""
    words = [word for file in files for word in ("--approved-plan", file)]
    return project.run("apply", "--drift", "keep", "-o", "json", *words, **exported)


def refused(project: Project, *files: str | Path, summary: str = NOT_APPROVED) -> Ran:
    """One that is refused before its first write, with no more than an audit entry that says so."""
    before = project.files()
    ran = merged(project, *files)
    assert (ran.code, ran.document["summary"]) == (4, summary), str(ran)
    assert project.wrote_only_its_refusal(before)
    return ran


def gaps(ran: Ran) -> list[tuple[str, str, str]]:
    return [(each["gap"], each["address"], each["path"]) for each in ran.document["differences"]]


def altered(file: str, **members: Any) -> str:
    """The plan with other members, sealed anew: what somebody could do who can write the artefact."""
    document = orjson.loads(Path(file).read_bytes())
    plan = document["plan"] | members
    Path(file).write_bytes(orjson.dumps(document | {"plan": plan, "seal": fingerprint(plan)}))
    return file
