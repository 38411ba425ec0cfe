"""`snapshot` and `plan --against`: the same plan, from a file, without anybody to ask."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from . import data_schemas as bases
from .project import SUPPORT, Project, Start, link, purpose, removed, schema, text
from .webhooks import KEY, VALUE, VARIABLE, webhook

REPOSITORY = Path(__file__).parents[2]
BODY = {"description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}


def offline(project: Project, *words: str, snapshot: str = "snapshot.json") -> Any:
    """A plan with nothing that leads to the organisation in the environment."""
    hidden = {name: None for name in project.environment if name.startswith(("GENESYSCLOUD_", "RECONCILER_"))}
    return project.run("plan", "--against", snapshot, *words, **hidden)


def same(project: Project, *words: str) -> bytes:
    """Both plan files, byte for byte."""
    taken = project.run("snapshot", "snapshot.json")
    assert taken.code == 0, str(taken)
    as_of = f"{orjson.loads((project.root / 'snapshot.json').read_bytes())['snapshot']['now']:.0f}"
    moment = subprocess.run(["date", "-u", "-d", f"@{as_of}", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, text=True)
    stated = ("--as-of", moment.stdout.strip())
    online = project.run("plan", "--out", "online.json", *stated, *words)
    project.control.forget()
    ran = offline(project, "--out", "offline.json", *stated, *words)
    assert ran.out.splitlines() == online.out.splitlines(), words
    assert ran.code == online.code
    assert project.control.requests() == []
    content = (project.root / "offline.json").read_bytes()
    assert content == (project.root / "online.json").read_bytes()
    return content


def test_a_plan_from_a_snapshot_is_the_plan_byte_for_byte(project: Project) -> None:
    case = schema(link("to", "customer"), named="case")
    project.configure(policies={"defaults": False})
    project.applied(purpose(), purpose("Gone"), purpose("Vanished"), schema(), case)
    project.control.edit("purposes", "Support", {"description": "theirs"})
    project.control.create("purposes", {"name": "Foreign", **BODY})
    project.control.delete("purposes", "Vanished")
    project.write(
        purpose(retention="90d"), purpose("New"), purpose("Vanished"), schema(text("a"), text("customerId")),
        removed("Purpose/Gone", delete=True),
    )  # fmt: skip
    for words in ([], ["--drift", "keep"], ["--allow-delete"], ["--target", SUPPORT], ["--exclude", "FlexSchema"]):
        same(project, *words)


def test_evidence_goes_along_as_counts(project: Project) -> None:
    project.applied(schema(text("customerId"), text("age")))
    live = project.row("FlexSchema/customer").live_id
    records = [{"id": f"r{n}", "values": {"age": str(n), "customerId": "secret-value"}} for n in range(9)]
    project.control.put_records(live, records)
    project.write(schema(text("customerId"), {"name": "age", "type": "number"}))
    content = same(project)
    assert b'"read": 9' in content
    assert b"secret-value" not in (project.root / "snapshot.json").read_bytes()


def test_what_the_records_were_not_asked_is_not_known_and_blocks(project: Project) -> None:
    project.applied(schema(text("customerId"), text("age")))
    assert project.run("snapshot", "snapshot.json").code == 0
    project.write(schema(text("customerId"), {"name": "age", "type": "number"}))
    ran = offline(project)
    assert ran.code == 3
    assert ran.says("the snapshot has no answer of the records to this")


def test_what_was_not_read_is_an_error_and_never_nothing(project: Project) -> None:
    project.applied(purpose())
    assert project.run("snapshot", "snapshot.json").code == 0
    project.write(purpose(), schema())
    assert offline(project).fails_with(1, "The snapshot does not have it", "FlexSchema", "--all-kinds")
    assert project.run("snapshot", "all.json", "--all-kinds").code == 0
    assert offline(project, snapshot="all.json").says("1 to create")


def test_secrets_are_in_it_as_digests_only(project: Project) -> None:
    project.environment[VARIABLE] = VALUE
    project.applied(webhook(headers=KEY))
    project.write(webhook(headers=KEY, endpoint="https://other.example.com"))
    same(project)
    assert VALUE.encode() not in (project.root / "snapshot.json").read_bytes()
    assert (project.root / "snapshot.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("base", [bases.WORKITEMS, bases.EVENTS], ids=bases.named)
def test_what_the_organisation_says_about_kinds_goes_along(project: Project, base: Any) -> None:
    project.applied(bases.claim(base, bases.text(base, "number")))
    project.write(bases.claim(base, bases.text(base, "number"), bases.integer("count")))
    same(project)


@pytest.mark.parametrize("folder", [".", "published"])
def test_the_example_estate_is_planned_the_same(start: Start, folder: str) -> None:
    project = start()
    shutil.copytree(REPOSITORY / "manifests" / folder, project.manifests, dirs_exist_ok=True)
    if folder == ".":
        shutil.rmtree(project.manifests / "published")
    same(project)
    assert project.run("apply", "--auto-approve").code in (0, 5)
    same(project)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda whole: whole | {"format_version": 99}, "format 99"),
        (lambda whole: whole | {"document": "plan"}, "no document"),
        (lambda whole: whole | {"snapshot": whole["snapshot"] | {"now": 1}}, "its hash is another"),
        (lambda _: [], "no document"),
    ],
)
def test_a_snapshot_that_was_changed_or_is_none_is_refused(project: Project, change: Any, said: str) -> None:
    project.applied(purpose())
    assert project.run("snapshot", "snapshot.json").code == 0
    file = project.root / "snapshot.json"
    file.write_bytes(orjson.dumps(change(orjson.loads(file.read_bytes()))))
    assert offline(project).fails_with(1, "The file is not a snapshot", said)
    file.write_bytes(b"{")
    assert offline(project).fails_with(1, "The file is not a snapshot")
    file.unlink()
    assert offline(project).fails_with(1, "The snapshot cannot be read")


def test_one_of_another_organisation_than_is_pinned_is_refused(project: Project) -> None:
    project.applied(purpose())
    assert project.run("snapshot", "snapshot.json").code == 0
    project.configure(environment={"organisationId": "00000000-0000-0000-0000-000000000000"})
    assert offline(project).fails_with(1, "The credentials belong to another organisation")


def test_a_read_that_fails_leaves_no_file(project: Project) -> None:
    project.applied(purpose())
    project.control.fault("GET /api/v2/privacy/purposes", "status", status=400, times=None)
    assert project.run("snapshot", "snapshot.json").code == 1
    assert not (project.root / "snapshot.json").exists()


def test_nothing_is_asked_of_the_network(project: Project) -> None:
    project.applied(purpose())
    assert project.run("snapshot", "snapshot.json").code == 0
    program = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('a socket')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "sys.argv = ['reconciler', 'plan', '--against', 'snapshot.json']\n"
        "from reconciler.cli import main\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=project.root, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "No changes." in ran.stdout


def test_a_snapshot_is_yaml_free_json_with_its_hash(project: Project) -> None:
    project.applied(purpose())
    assert project.run("snapshot", "one.json").code == 0
    whole = yaml.safe_load((project.root / "one.json").read_text())
    assert whole["hash"].startswith("sha256:")
