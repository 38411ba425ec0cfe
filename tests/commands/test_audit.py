"""`reconciler audit` from the shell, and what ends up in the audit with whom behind it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from reconciler.commands.clock import SystemClock
from reconciler.commands.provenance import provenance_of
from reconciler.model.provenance import Provenance
from reconciler.state import hold

from .project import CUSTOMER, SUPPORT, Project, acknowledging, purpose, schema, text
from .shell import at_a_terminal

GITHUB = {
    "GITHUB_ACTOR": "octo",
    "GITHUB_SHA": "3f2c91a",
    "GITHUB_REF": "refs/pull/17/merge",
    "GITHUB_REPOSITORY": "acme/estate",
}


def told(project: Project) -> list[tuple[str, str, str]]:
    return [(entry.action, entry.result, entry.address) for entry in project.audit()]


def altered(project: Project, statement: str) -> None:
    with closing(sqlite3.connect(project.ledger)) as connection, connection:
        connection.execute(statement)


# Searching.


def test_the_log_says_what_happened_by_whom_and_for_what(project: Project) -> None:
    project.write(purpose(), schema())
    project.apply(**GITHUB)
    ran = project.run("audit", "log")
    assert ran.says(
        "CREATE Purpose/Support SUCCESS", "by octo for 3f2c91a (acme/estate#17)", "APPLIED SUCCESS", "3 entries"
    )


def test_the_log_is_searched(project: Project) -> None:
    project.applied(purpose(), schema())
    project.applied(purpose(retention="200d"), schema())

    def found(*words: str) -> list[str]:
        document = project.run("audit", "log", "-o", "json", *words).document
        return [f"{each['action']} {each['address']}" for each in document["entries"]]

    assert sorted(found()) == [f"CREATE {CUSTOMER}", f"CREATE {SUPPORT}", f"UPDATE {SUPPORT}"]
    assert found("--address", SUPPORT) == [f"CREATE {SUPPORT}", f"UPDATE {SUPPORT}"]
    assert found("--action", "update") == found("--last", "1") == [f"UPDATE {SUPPORT}"]
    assert found("--result", "failed") == found("--since", "2999-01-01") == found("--until", "2000-01-01") == []
    assert len(found("--since", "2000-01-01T00:00:00+02:00", "--until", "2999-01-01")) == 3


def test_programs_get_everything_that_a_hash_is_made_of(project: Project) -> None:
    project.applied(purpose())
    [entry] = project.run("audit", "log", "-o", "json").document["entries"]
    assert (entry["number"], entry["recipe"], entry["summary"]) == (1, "chain/v1", [])
    assert entry["before_hash"] == ""
    assert entry["after_hash"].startswith("sha256:")


@pytest.mark.parametrize("words", [["--since", "yesterday"], ["--until", "2026-11-01T09:00:00"], ["--last", "0"]])
def test_a_slip_in_a_filter_is_an_error(project: Project, words: list[str]) -> None:
    assert project.run("audit", "log", *words).code == 1


@pytest.mark.parametrize("verb", [["log"], ["verify"], ["head"], ["stats"], ["bundle", "out.zip"]], ids=lambda v: v[0])
def test_without_a_ledger_that_is_said_and_none_is_made(project: Project, verb: list[str]) -> None:
    assert project.run("audit", *verb).fails_with(1, "There is no ledger", "The first apply makes one.")
    assert not project.ledger.exists()
    assert not Path("out.zip").exists()


@pytest.mark.parametrize("verb", ["log", "verify", "head", "stats"])
def test_looking_writes_nothing(project: Project, verb: str) -> None:
    project.applied(purpose())
    before = project.files()
    assert project.run("audit", verb).code == 0
    assert project.wrote_nothing(before)


@pytest.mark.parametrize("words", [("log",), ("stats",), ("bundle", "out.zip")])
def test_a_period_that_ends_before_it_begins_is_a_slip_and_no_quiet_time(
    project: Project, words: tuple[str, ...]
) -> None:
    project.applied(purpose())
    ran = project.run("audit", *words, "--since", "2026-11-01", "--until", "2026-10-01")
    assert ran.fails_with(1, "The period is empty", "2026-11-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z")
    assert not Path("out.zip").exists()


# Verifying.


def test_a_whole_audit_is_said_to_be_whole(project: Project) -> None:
    project.applied(purpose())
    head = project.run("audit", "head").out
    digits, count = head.split()
    assert count == "1"
    assert project.run("audit", "verify").says("The audit is whole", "1 entry", digits)
    project.applied(purpose(retention="200d"))
    ran = project.run("audit", "verify", "--head", digits.removeprefix("sha256:").upper())
    assert ran.code == 0
    assert ran.says("the published head is entry 1; 1 entry since")


def test_the_head_is_taken_as_it_was_printed_and_an_empty_one_is_none(project: Project) -> None:
    project.applied(purpose())
    printed = project.run("audit", "head").out
    assert project.run("audit", "verify", "--head", printed).says("the published head is entry 1")
    ran = project.run("audit", "verify", "--head", "")
    assert (ran.code, ran.says("it is empty. Is a variable not set?")) == (1, True)


def test_programs_are_told_that_it_is_whole(project: Project) -> None:
    project.applied(purpose())
    head = project.run("audit", "head", "-o", "json").document
    document = project.run("audit", "verify", "-o", "json").document
    assert (document["whole"], document["count"], document["head"]) == (True, head["count"], head["head"])


def test_a_tampered_audit_is_caught_at_the_exact_entry(project: Project) -> None:
    project.applied(*(purpose(f"Purpose_{number}") for number in range(5)))
    altered(project, "UPDATE audit SET actor = 'eve' WHERE number = 3")
    ran = project.run("audit", "verify")
    assert ran.fails_with(
        1, "The audit has been altered at entry 3", "Entry 3 (CREATE Purpose/", "does not fit its hash"
    )
    assert project.run("audit", "bundle", "out.zip").fails_with(1, "The audit has been altered at entry 3")
    assert not Path("out.zip").exists()


def test_a_tampered_audit_is_told_to_programs_as_an_error(project: Project) -> None:
    project.applied(purpose())
    altered(project, "UPDATE audit SET detail = 'x'")
    ran = project.run("audit", "verify", "-o", "json")
    assert (ran.code, ran.document["document"]) == (1, "error")


def test_a_head_that_was_never_there_is_caught(project: Project) -> None:
    project.applied(purpose())
    assert project.run("audit", "verify", "--head", "a" * 64).fails_with(
        1, "The audit does not hold the published head"
    )
    assert project.run("audit", "verify", "--head", "a").fails_with(1, "Not a head", "reconciler audit head")


def test_a_ledger_that_is_damaged_is_said_to_be(project: Project) -> None:
    project.applied(purpose())
    content = bytearray(project.ledger.read_bytes())
    content[100:108] = b"\xff" * 8
    project.ledger.write_bytes(content)
    assert project.run("audit", "verify").fails_with(1, "The ledger is damaged")


# Statistics.


def test_statistics_have_the_seeds_totals(project: Project) -> None:
    project.applied(purpose(), schema())
    project.control.fault("PUT /api/v2/privacy/purposes/*", "status", status=400)
    project.write(purpose(retention="200d"), schema())
    assert project.apply().code == 1
    document = project.run("audit", "stats", "-o", "json").document
    assert (document["totalUpdates"], document["successfulUpdates"]) == (3, 2)
    assert document["successRate"] == pytest.approx(2 / 3)
    assert document["byAction"]["UPDATE"]["successfulUpdates"] == 0
    assert document["byKind"]["FlexSchema"]["successRate"] == 1
    assert document["byResult"] == {"FAILED": 1, "SUCCESS": 2}
    assert document["percentilesMs"].keys() == {"p50", "p90", "p95", "p99"}
    assert project.run("audit", "stats").says("updates", "66.7%", "p95", "UPDATE", "FlexSchema", "FAILED")


def test_of_an_empty_period_there_is_nothing_to_tell(project: Project) -> None:
    project.applied(purpose())
    ran = project.run("audit", "stats", "--until", "2000-01-01")
    assert ran.code == 0
    assert ran.says("none")


# What becomes an entry.


def test_a_blocked_apply_is_noted_with_what_blocked_it(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a")))
    before = project.files()
    assert project.apply().code == 3
    assert project.wrote_only_its_refusal(before, code="FS101")
    assert project.audit()[-1].seal.startswith("sha256:")


def test_a_plan_that_is_only_looked_at_is_no_entry(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a")))
    before = project.files()
    assert project.plan().code == 3
    assert project.wrote_nothing(before)


def test_a_declined_apply_is_noted(project: Project) -> None:
    project.write(purpose())
    with at_a_terminal(project, "apply") as running:
        running.until("Apply these changes?")
        running.say("n\n")
        assert running.ended() == 1
    [entry] = project.audit()
    assert (entry.action, entry.result, entry.detail) == ("APPLY", "REFUSED", "Nothing was applied: You said no.")


def test_a_plan_that_is_not_the_one_of_the_seal_is_noted(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(retention="200d"))
    project.plan("--out", "plan.json")
    before = project.files()
    assert project.run("apply", "plan.json", "--seal", "sha256:" + "0" * 64).code == 4
    assert project.wrote_only_its_refusal(before)


def test_a_plan_is_refused_all_the_same_while_another_apply_has_the_ledger(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(retention="200d"))
    project.plan("--out", "plan.json")
    with hold(project.ledger, SystemClock(), timeout=0, command="another"):
        assert project.run("apply", "plan.json", "--seal", "sha256:" + "0" * 64).code == 4
    assert [entry.action for entry in project.audit()] == ["CREATE"]


def test_an_acknowledgement_is_noted_before_what_it_lets_through(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a"), lifecycle=acknowledging("FS101", "fields.b", removes=["b"])))
    assert project.apply().code == 0
    said, done = project.audit()[-2:]
    assert (said.action, said.address, said.detail) == ("ACKNOWLEDGE", CUSTOMER, "agreed")
    assert said.summary == ("code:FS101", "path:fields.b", "removes:b", "by:a.smith", "expires:2099-12-31")
    assert (done.action, done.seal) == ("UPDATE", said.seal)


def test_what_stays_in_doubt_is_noted_and_what_becomes_of_it(project: Project) -> None:
    project.write(purpose())
    project.control.fault("POST /api/v2/privacy/purposes", "cut", when="after")
    project.control.fault("GET /api/v2/privacy/purposes", "status", status=400, skip=1, times=None)
    project.apply()
    project.control.clear_faults()
    project.apply()
    assert told(project) == [("CREATE", "IN_DOUBT", SUPPORT), ("CREATE", "SUCCESS", SUPPORT)]


def test_a_write_that_is_tried_again_after_somebodys_edit_is_noted(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    edit = {"operation": "patch", "collection": "flex_schemas", "target": "customer",
            "body": {"fields": [text("a"), text("theirs")]}}  # fmt: skip
    project.control.fault("PUT /api/v2/data/flex/schemas/*", "edit", edits=[edit])
    project.apply()
    assert [result for _, result, _ in told(project)] == ["SUCCESS", "RETRIED", "MERGED"]


def test_both_sides_of_a_change_are_in_the_audit_as_hashes(project: Project) -> None:
    project.applied(purpose())
    project.applied(purpose(retention="200d"))
    project.write(
        orjson.dumps({"apiVersion": "reconciler/v1", "removed": [{"address": SUPPORT, "delete": True}]}).decode()
    )
    project.apply()
    made, changed, deleted = project.audit()
    assert made.before_hash == deleted.after_hash == ""
    assert made.after_hash == changed.before_hash
    assert changed.after_hash == deleted.before_hash
    assert len({made.after_hash, changed.after_hash}) == 2


def test_no_entry_holds_a_value_of_a_manifest(project: Project) -> None:
    project.applied(purpose(description="unmistakable"))
    assert all("unmistakable" not in repr(entry) for entry in project.audit())


# Who.


def nobody() -> str:
    return "root@box"


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, Provenance("root@box")),
        (GITHUB, Provenance("octo", "3f2c91a", "acme/estate#17")),
        ({"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": "1"}, Provenance("root@box", "1")),
        ({**GITHUB, "RECONCILER_ACTOR": "a.smith", "RECONCILER_PULL_REQUEST": "GOV-212"},
         Provenance("a.smith", "3f2c91a", "GOV-212")),
        ({"GITLAB_USER_LOGIN": "g", "CI_COMMIT_SHA": "2", "CI_MERGE_REQUEST_IID": "9"}, Provenance("g", "2", "9")),
        ({"RECONCILER_ACTOR": " a\x1b[31m\nb \udcff"}, Provenance("a[31mb")),
        ({"RECONCILER_ACTOR": "x" * 5000}, Provenance("x" * 200)),
        ({"RECONCILER_ACTOR": " \n"}, Provenance("root@box")),
    ],
    ids=["nothing", "GitHub", "a push", "ours first", "GitLab", "odd characters", "overlong", "blank"],
)  # fmt: skip
def test_who_it_is_is_told_by_the_surroundings(environment: dict[str, str], found: Provenance) -> None:
    assert provenance_of(environment, nobody) == found


def test_without_any_ci_it_is_the_user_of_the_operating_system(project: Project) -> None:
    project.applied(purpose())
    [entry] = project.run("audit", "log", "-o", "json").document["entries"]
    assert "@" in entry["actor"]
