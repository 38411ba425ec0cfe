"""`reconciler plan` and `reconciler show`: what is decided, where it goes, and what the options change."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson
import pytest

from .project import CUSTOMER, SUPPORT, Project, Start, link, purpose, removed, schema, text

RECORDS = "/api/v2/data/flex/schemas/*/records"


@pytest.fixture
def retyped(project: Project) -> Project:
    """The field `score` is to become a number, and there are records."""
    project.applied(schema(text("score")))
    project.control.put_records("customer", [{"score": "7"}, {"score": "8"}])
    project.write(schema(text("score", type="number")))
    return project


def test_planning_writes_nothing(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="else"), schema(), removed("Purpose/gone"))
    before = project.files()
    assert project.run("plan").code == 0
    assert project.wrote_nothing(before)
    assert {request.method for request in project.control.requests() if request.path != "/oauth/token"} == {"GET"}


def test_a_plan_is_the_same_every_time(project: Project) -> None:
    project.write(purpose(), schema())
    words = ("plan", "--as-of", "2026-11-01T09:00:00Z", "--out")
    project.run(*words, "one.json")
    project.run(*words, "two.json")
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()


def test_a_saved_plan_is_for_its_owners_eyes(project: Project) -> None:
    project.write(purpose())
    Path("plan.json").write_text("before")
    project.run("plan", "--out", "plan.json")
    assert stat.S_IMODE(Path("plan.json").stat().st_mode) == 0o600


def test_show_shows_the_plan_as_it_was_shown(project: Project) -> None:
    project.write(purpose(), schema())
    planned = project.run("plan", "--out", "plan.json")
    shown = project.run("show", "plan.json")
    assert (shown.code, shown.out) == (0, planned.out)
    assert project.run("show", "plan.json", "-o", "json").document["seal"] in planned.err


def test_show_needs_no_credentials(project: Project) -> None:
    project.write(purpose())
    project.run("plan", "--out", "plan.json")
    assert project.run("show", "plan.json", **dict.fromkeys(project.environment)).code == 0


def test_detailed_exit_codes_tell_changes_from_none(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan").code == 0
    assert project.run("plan", "--detailed-exitcode").code == 2
    project.apply()
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_a_record_alone_is_a_change(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(lifecycle={"protect": True}))
    assert project.run("plan", "--detailed-exitcode").code == 2


def test_a_blocked_plan_exits_3_whatever_was_asked_for(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    project.write(schema(text("a")))
    assert project.run("plan").code == 3
    assert project.run("plan", "--detailed-exitcode").code == 3


def test_drift_is_set_back_unless_it_is_to_be_kept(project: Project) -> None:
    project.applied(purpose())
    project.control.edit("purposes", "Support", {"description": "drifted"})
    assert project.plan().steps == [("update", SUPPORT)]
    kept = project.plan("--drift", "keep")
    assert (kept.steps, kept.codes) == ([], ["RC201"])


def test_allow_delete_authorises_deletions(project: Project) -> None:
    project.applied(purpose(), schema())
    project.write(schema())
    assert project.plan().codes == ["RC301"]
    assert project.plan("--allow-delete").steps == [("delete", SUPPORT)]


# --exclude.


def test_an_excluded_kind_is_neither_read_nor_planned(project: Project) -> None:
    project.write(purpose(), schema())
    ran = project.plan("--exclude", "FlexSchema")
    assert (ran.steps, ran.document["excluded"]) == ([("create", SUPPORT)], ["FlexSchema"])
    assert not [each for each in project.control.requests() if "flex" in each.path]
    assert project.run("plan", "--exclude", "FlexSchema").says("Partial plan: FlexSchema excluded")


def test_an_excluded_address_is_not_planned(project: Project) -> None:
    project.write(purpose(), purpose("Other"))
    assert project.plan("--exclude", "Purpose/Other").steps == [("create", SUPPORT)]


def test_an_address_that_only_the_ledger_knows_can_be_excluded(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    project.write(purpose())
    assert project.plan("--exclude", "Purpose/Other").code == 0


@pytest.mark.parametrize(
    ("name", "summary", "more"),
    [
        ("Porpoise", "Unknown kind", "Purpose"),
        ("Porpoise/Support", "Unknown kind", "Purpose"),
        ("Purpose/Suport", "Nothing to exclude", "Did you mean Purpose/Support?"),
    ],
)
def test_an_exclusion_of_nothing_is_a_slip(project: Project, name: str, summary: str, more: str) -> None:
    project.write(purpose())
    assert project.run("plan", "--exclude", name).fails_with(1, summary, more)


def test_what_points_at_something_excluded_that_is_not_there_is_blocked(project: Project) -> None:
    target = {"name": "c", "type": "relationship", "relationship": {"schema": "customer", "field": "customerId"}}
    project.write(schema(), schema(target, named="contract"))
    assert project.plan("--exclude", CUSTOMER).codes == ["RC402"]


# Evidence.


def test_complete_evidence_lets_a_change_of_type_through(retyped: Project) -> None:
    ran = retyped.plan()
    assert (ran.code, ran.steps) == (0, [("update", CUSTOMER)])
    evidence = ran.document["changes"][0]["evidence"]
    assert (evidence["read"], evidence["total"], evidence["complete"]) == (2, 2, True)
    assert retyped.apply().code == 0


def test_a_value_that_does_not_convert_cannot_be_acknowledged_away(retyped: Project) -> None:
    retyped.control.put_records("customer", [{"score": "seven"}])
    ran = retyped.plan()
    assert (ran.code, ran.codes) == (3, ["FS102"])
    assert ran.document["findings"][0]["acknowledgeable"] is False
    assert "seven" not in ran.out


def test_without_a_budget_there_is_no_evidence(retyped: Project) -> None:
    retyped.configure(limits={"evidenceCalls": 0, "requestsPerMinute": 1_000_000})
    ran = retyped.plan()
    assert (ran.code, ran.codes) == (3, ["FS102"])
    assert ran.says("the budget for reading records is used up")


def test_an_organisation_without_records_says_so(start: Start) -> None:
    project = start(settings={"offered": ["purposes", "flex_schemas"]})
    project.applied(schema(text("score")))
    project.write(schema(text("score", type="number")))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["FS102"])
    assert ran.says("--records")


def test_records_that_cannot_be_read_are_no_evidence(retyped: Project) -> None:
    retyped.control.fault(f"GET {RECORDS}", "status", status=400, times=None)
    ran = retyped.plan()
    assert (ran.code, ran.codes) == (3, ["FS102"])
    assert ran.says("the records could not be read")


FILES = {
    "records.jsonl": '{"id": "1", "values": {"score": "7"}}\n\n{"score": "8"}\n',
    "records.csv": "id,score\n1,7\n2,8\n",
    "marked.jsonl": '\ufeff{"score": "7"}\n{"score": "8"}',
    "marked.csv": "\ufeffscore\r\n7\r\n8\r\n",
    "quoted.csv": 'other,score\n"a\nb",7\n"c,d",8\n',
}


@pytest.mark.parametrize(("name", "content"), FILES.items(), ids=FILES.keys())
def test_an_export_is_evidence(retyped: Project, name: str, content: str) -> None:
    Path(name).write_text(content, newline="")
    retyped.control.forget()
    ran = retyped.plan("--records", f"{CUSTOMER}={name}")
    evidence = ran.document["changes"][0]["evidence"]
    assert (ran.code, evidence["source"], evidence["read"], evidence["complete"]) == (0, "file", 2, True)
    assert not [each for each in retyped.control.requests() if "records" in each.path]


MALFORMED: dict[str, tuple[bytes, str]] = {
    "no_json.jsonl": (b'{"score": "7"}\nscore: 8\n', "no_json.jsonl:2"),
    "no_object.jsonl": (b"[7]\n", "A record is an object"),
    "not_a_number.jsonl": (b'{"score": NaN}\n', "not_a_number.jsonl:1"),
    "latin.jsonl": (b'{"score": "\xe4"}\n', "latin.jsonl:1"),
    "deep.jsonl": (b"[" * 100_000, "deep.jsonl:1"),
    "latin.csv": (b"score\n\xe4\n", "It is not UTF-8 text"),
    "short.csv": (b"id,score\n1\n", "its number of cells is not the header's".capitalize()),
    "long.csv": (b"score\n1,2\n", "short"),
    "quotes.csv": (b'score\n"7\n', "quotes.csv"),
    "empty.csv": (b"", "It has no header"),
    "empty.jsonl": (b"\n", "It holds no record"),
    "another.jsonl": (b'{"id": "1", "fields": {"score": "x"}}\n{"points": 7}\n', "No record has a score"),
    "another.csv": (b"points\n7\n", "It has no column score"),
    "twice.csv": (b"score,score\n7,8\n", "names score twice"),
}


@pytest.mark.parametrize(("name", "content", "more"), [(n, *rest) for n, rest in MALFORMED.items()], ids=MALFORMED)
def test_an_export_that_is_not_whole_is_no_evidence(retyped: Project, name: str, content: bytes, more: str) -> None:
    Path(name).write_bytes(content)
    ran = retyped.run("plan", "--records", f"{CUSTOMER}={name}")
    assert ran.fails_with(1, "The file with records is malformed", "" if more == "short" else more)


@pytest.mark.parametrize(
    ("stated", "summary"),
    [
        ("customer=records.csv", "--records is not KIND/NAME=FILE"),
        (f"{CUSTOMER}=nowhere.csv", "There is no file with records"),
        (f"{CUSTOMER}", "There is no file with records"),
        ("FlexSchema/custmer=records.csv", "There is no such manifest"),
    ],
)
def test_an_export_that_is_for_nothing_is_a_slip(retyped: Project, stated: str, summary: str) -> None:
    Path("records.csv").write_text("score\n7\n")
    assert retyped.run("plan", "--records", stated).fails_with(1, summary)


# Outputs.


def test_every_format_can_go_to_a_file(project: Project) -> None:
    project.write(purpose())
    ran = project.run("plan", "-o", "human", "-o", "json=plan.json", "-o", "human=plan.txt")
    assert ran.out == Path("plan.txt").read_text()
    assert orjson.loads(Path("plan.json").read_bytes())["document"] == "plan"


def test_outputs_are_written_on_failure_too(project: Project) -> None:
    project.write(purpose(retention="6 months"))
    ran = project.run("plan", "-o", "human", "-o", "json=plan.json", "-o", "human=plan.txt")
    assert ran.code == 1
    assert "MF108" in Path("plan.txt").read_text()
    assert orjson.loads(Path("plan.json").read_bytes())["problems"][0]["code"] == "MF108"


def test_an_error_is_a_document_for_programs_and_a_message_for_people(project: Project) -> None:
    project.write(purpose())
    ran = project.run("plan", "-o", "json", GENESYSCLOUD_OAUTHCLIENT_SECRET="wrong")
    assert (ran.code, ran.document["exit_code"], ran.document["error"]) == (7, 7, "AuthenticationFailed")
    assert ran.err.startswith("Error: The credentials are refused")


def test_an_apply_leaves_one_document(project: Project) -> None:
    project.write(purpose())
    assert project.apply().document["document"] == "report"
    assert project.apply().document["document"] == "plan", "nothing to do"
    project.write()
    assert project.apply().document["blocked"] is True


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        (["-o", "yaml"], "Unknown output format"),
        (["-o", "json="], "An output without a file"),
        (["-o", "json", "-o", "human"], "Two outputs to the terminal"),
        (["-o", "json=nowhere/plan.json"], "A file cannot be written"),
        (["-o", "json=manifests"], "A file cannot be written"),
        (["--out", "nowhere/plan.json"], "A file cannot be written"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_work(project: Project, words: list[str], summary: str) -> None:
    project.write(purpose())
    assert project.run("plan", *words).fails_with(1, summary)
    assert project.control.requests() == []


def test_an_output_that_fails_in_the_end_does_not_hide_the_reason(project: Project) -> None:
    project.write(purpose(retention="6 months"))
    ran = project.run("plan", "-o", "json=/dev/full")
    assert ran.code == 1
    assert ran.says("MF108", "Error: A file cannot be written", "/dev/full")


def test_a_device_is_written_to_and_stays_a_device(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan", "-o", "json=/dev/null", "--out", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_a_linked_file_is_written_through_the_link(project: Project) -> None:
    project.write(purpose())
    Path("target.json").write_text("")
    Path("link.json").symlink_to("target.json")
    project.run("plan", "-o", "json=link.json")
    assert Path("link.json").is_symlink()
    assert orjson.loads(Path("target.json").read_bytes())["document"] == "plan"


def test_every_call_is_told_when_asked_for(project: Project) -> None:
    project.write(purpose())
    debug = project.run("plan", "--log-level", "debug").err
    assert "GET /api/v2/privacy/purposes 200" in debug
    assert "Bearer" not in debug
    assert project.run("plan", "--out", "plan.json", "--log-level", "quiet").err == ""


# --target.


def test_a_targeted_plan_looks_at_its_targets_alone_and_says_so(project: Project) -> None:
    project.write(purpose(metadata={"labels": {"team": "crm"}}), purpose("Other"), schema())
    ran = project.plan("--target", "team=crm")
    assert (ran.steps, ran.document["targets"]) == ([("create", SUPPORT)], ["team=crm"])
    assert not [each for each in project.control.requests() if "flex" in each.path]
    assert project.run("plan", "--target", "Purpose/S*").says(
        "Partial plan: only Purpose/S* and what they cannot do without."
    )


def test_what_a_target_refers_to_is_made_first(project: Project) -> None:
    project.write(schema(), schema(link("to", "customer"), named="contract"), purpose())
    ran = project.run("apply", "--auto-approve", "--target", "FlexSchema/contract")
    assert ran.code == 0
    assert sorted(str(address) for address in project.rows()) == ["FlexSchema/contract", CUSTOMER]


def test_what_is_no_target_is_not_deleted_though_its_manifest_is_gone(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    project.write(purpose(retention="90d"))
    assert "RC301" not in project.plan("--target", SUPPORT).codes
