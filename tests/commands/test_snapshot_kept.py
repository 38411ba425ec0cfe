"""What a snapshot holds is for strangers to read; what it lacks is never taken for nothing; it is fit or refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from reconciler.sandbox import Control

from .project import Json, Project, Ran, purpose, schema, text
from .retaining import ARCHIVE_SECRET, rule, standings
from .test_exports import data, subject
from .test_exports_doubt import EQUAL
from .test_snapshot import same
from .webhooks import KEY, VALUE, VARIABLE, webhook

FILE = "snapshot.json"
OTHER = "12345678-1234-4234-8234-123456789012"


def taken(project: Project, *words: str) -> str:
    ran = project.run("snapshot", FILE, *words)
    assert ran.code == 0, str(ran)
    return (project.root / FILE).read_text()


def offline(project: Project, *words: str | Path) -> Ran:
    return project.run("plan", "--against", FILE, *words, **dict.fromkeys(project.environment))


# What it holds.


def test_no_secret_that_the_organisation_shows_and_no_record(project: Project, control: Control) -> None:
    project.environment[VARIABLE] = VALUE
    control.settings(header_mask="sh0wn-value")
    project.write(webhook(headers=KEY))
    control.create("webhooks", {"name": "Theirs", "headers": {"A": "the1rs"}}, force=True)
    control.create("flex_schemas", {"name": "customer", "fields": [{"name": "score", "type": "string"}]}, force=True)
    control.put_records("customer", [{"score": "s3cret-record"}])
    content = taken(project, "--all-kinds")
    assert "Theirs" in content
    for secret in (VALUE, "the1rs", "sh0wn-value", "s3cret-record"):
        assert secret not in content


def test_of_others_objects_not_who_changed_them(project: Project, control: Control) -> None:
    project.applied(purpose())
    control.create("purposes", {"name": "Foreign"}, force=True)
    body = orjson.loads(taken(project))["snapshot"]
    names = {each["body"]["name"]: each["body"].keys() for each in body["listed"]["Purpose"]}
    assert names["Support"] > names["Foreign"] >= {"name"}


def test_of_requests_those_alone_that_manifests_ask_for(project: Project) -> None:
    project.write(data())
    theirs = project.control.create("data_exports", EQUAL | {"format": "csv"})
    equal = project.control.create("data_exports", EQUAL)
    content = taken(project)
    assert (theirs["id"] in content, equal["id"] in content) == (False, True)
    assert "downloadUr" not in content
    same(project)


def test_of_a_request_that_no_manifest_asks_for_any_more_only_that_it_was_there(project: Project) -> None:
    project.applied(subject("former", dataTypes=["interactions"]))
    project.write(subject())
    assert "interactions" not in taken(project)
    same(project)


def test_of_a_version_its_number_time_and_author(project: Project) -> None:
    project.environment["RECONCILER_SECRET_ARCHIVE"] = ARCHIVE_SECRET
    project.control.add_strategies(2, versions=3)
    project.write(rule(project.control))
    versions = [each for told in orjson.loads(taken(project))["snapshot"]["told"] for each in told["versions"]]
    assert len(versions) == 6
    assert all(
        each.keys() <= {"id", "name", "version", "createdDate", "modifiedDate", "createdBy"} for each in versions
    )
    same(project)


def test_a_kind_that_the_client_may_not_see_is_left_out_where_nobody_manages_it(project: Project) -> None:
    project.write(purpose())
    project.control.fault("GET /api/v2/data/flex/schemas", "status", status=403, times=None)
    taken(project, "--all-kinds")
    assert offline(project).code == 0


# What it lacks.


def test_an_id_that_was_not_looked_up_is_an_error(project: Project) -> None:
    project.write(purpose())
    taken(project)
    project.write(purpose(metadata={"id": "b" * 8}))
    assert offline(project).fails_with(1, "The snapshot does not have it", "bbbbbbbb")


def test_a_request_that_was_not_looked_for_is_said_to_be_so(project: Project) -> None:
    project.write(subject())
    taken(project)
    assert "RC901" not in offline(project, "-o", "json").codes
    project.write(subject(), data())
    assert "RC901" in offline(project, "-o", "json").codes


def test_a_history_that_was_not_read_archives_nothing(project: Project) -> None:
    project.environment["RECONCILER_SECRET_ARCHIVE"] = ARCHIVE_SECRET
    project.control.add_strategies(2, versions=3)
    project.write(rule(project.control, strategies={"names": ["Strategy 1"]}))
    taken(project)
    project.write(rule(project.control, strategies={"names": ["Strategy 1", "Strategy 2"]}))
    ran = offline(project, "-o", "json")
    assert standings(ran.document) == {"Strategy 1": "due", "Strategy 2": "trouble"}
    assert ran.codes == ["RC853"]


@pytest.mark.parametrize("records", [(), ({"score": "7"}, {"score": "seven"})])
def test_what_records_say_to_another_question_blocks(project: Project, records: tuple[Json, ...]) -> None:
    project.applied(schema(text("customerId"), text("score")))
    project.control.put_records("customer", records)
    project.write(schema(text("customerId"), {"name": "score", "type": "number"}))
    same(project)
    project.write(schema({"name": "customerId", "type": "number"}, text("score")))
    ran = offline(project)
    assert ran.code == 3
    assert ran.says("the snapshot has no answer of the records to this")


# Where it fits.


def test_one_with_another_ledger_or_of_another_environment_is_refused(project: Project) -> None:
    project.write(purpose())
    taken(project)
    project.configure(ledgerId=OTHER)
    assert offline(project).fails_with(1, "The snapshot was taken with another ledger")
    assert offline(project, "--new-ledger").code == 0
    project.configure(environment={"name": "prod"})
    assert offline(project).fails_with(1, "The snapshot is of another environment")


def test_a_plan_from_it_is_applied_as_any_other(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(retention="200d"))
    taken(project)
    assert offline(project, "--out", "plan.json").code == 0
    assert project.run("apply", "plan.json", "--auto-approve").code == 0
    assert project.control.find("purposes", "Support")["retentionPeriod"] == "200d"


LOCKED = """
import os, sys
FORBIDDEN = "socket.connect socket.getaddrinfo socket.sendto sqlite3.connect subprocess.Popen os.exec".split()
def forbid(event, arguments):
    if event in FORBIDDEN:
        os._exit(99)
sys.addaudithook(forbid)
class Guarded(type(os.environ)):
    def __getitem__(self, name):
        if name.startswith(("RECONCILER_SECRET_", "GENESYSCLOUD_", "RECONCILER_LEDGER_")):
            os._exit(98)
        return super().__getitem__(name)
os.environ.__class__ = Guarded
"""


def test_planning_from_it_opens_no_socket_and_no_ledger_and_reads_no_secret(project: Project) -> None:
    project.environment[VARIABLE] = VALUE
    project.applied(purpose(), webhook(headers=KEY))
    taken(project)
    (project.root / "sitecustomize.py").write_text(LOCKED)

    def locked(*words: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(project.root), *filter(None, sys.path)])
        return subprocess.run(
            [sys.executable, "-m", "reconciler", "plan", *words],
            env=project.environment | {"PYTHONPATH": path},
            cwd=project.root,
            capture_output=True,
            text=True,
            timeout=300,
        )

    ran = locked("--against", FILE)
    assert (ran.returncode, "No changes." in ran.stdout) == (0, True), ran.stderr
    assert locked().returncode in (98, 99), "the lock holds"
