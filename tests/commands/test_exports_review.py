"""Export requests under a hostile reading of the issue: twice, never, somebody else's, not followed, not told."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest
from reconciler.sandbox.journal import Effect

from proofs.crashing import Act, killed, started

from .project import ROBOT, Json, Project, Ran, Start, manifest, purpose, removed
from .shell import in_the_background

pytestmark = pytest.mark.long

DATA = "/api/v2/dataexports"
PRIVACY = "/api/v2/data/privacy/requests"
SEPTEMBER = "DataExport/september"
EQUAL: Json = {
    "type": "conversation", "view": "full", "format": "jsonl",
    "startDate": "2026-09-01T00:00:00Z", "endDate": "2026-10-01T00:00:00Z",
}  # fmt: skip
NEVER_ENDING = {"export_stages": {"QUEUED": None}}


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def data(name: str = "september", **spec: Any) -> Json:
    return manifest("DataExport", name, {"window": {"month": "2026-09"}} | spec, None)


def subject(name: str = "subject", **spec: Any) -> Json:
    body = {"entityType": "user", "dataTypes": ["profile"], "window": {"month": "2026-09"}} | spec
    return manifest("PrivacyExport", name, body, None)


def days(count: int, kind: Any = data) -> list[Json]:
    """So many manifests, each for a day of its own."""
    return [kind(f"day{number:02}", window={"day": f"2026-09-{number:02}"}) for number in range(1, count + 1)]


def room_for(project: Project, most: int, **limits: Any) -> None:
    project.configure(limits={"requestsPerMinute": 1_000_000, "maxInFlight": most, **limits})


def made(project: Project) -> list[Effect]:
    return [effect for effect in project.control.effects(by="robot") if effect.action == "create"]


def listed(project: Project) -> list[Json]:
    ran = project.run("exports", "list", "-o", "json")
    assert ran.code == 0, str(ran)
    return list(ran.document["requests"])


def stages(project: Project) -> dict[str, str]:
    return {each["address"]: each["stage"] for each in listed(project)}


def there(project: Project) -> list[str]:
    return [each["id"] for each in project.control.objects("data_exports")]


def applied(project: Project, *words: str) -> Ran:
    ran = project.apply(*words)
    assert ran.code == 0, str(ran)
    return ran


def in_doubt(project: Project, *documents: Json, twin: Json = EQUAL) -> list[str]:
    """A submission that was cut off, and two exports that look like it."""
    project.write(*(documents or (data(),)))
    project.control.fault(f"POST {DATA}", "cut", when="after")
    edit = {"operation": "create", "collection": "data_exports", "body": twin}
    project.control.fault(f"POST {DATA}", "edit", edits=[edit], when="before")
    ran = project.apply()
    assert ran.code == 5, str(ran)
    return there(project)


# Never twice.


def test_a_paced_submission_that_is_cut_off_is_given_its_settle_time(project: Project) -> None:
    project.write(data())
    project.control.fault(f"POST {DATA}", "status", status=429, retry_after=20)
    project.control.fault(f"POST {DATA}", "late", seconds=3, skip=1)
    project.control.fault(f"POST {DATA}", "cut", when="after", skip=1)
    applied(project)
    assert len(made(project)) == 1


def test_a_paced_submission_that_is_killed_is_given_its_settle_time(project: Project, tmp_path: Path) -> None:
    """As if the POST had waited for its turn for long: the intent is old, and the effect is not."""
    project.write(data())
    project.control.fault(f"POST {DATA}", "late", seconds=3)
    words = ["apply", "--auto-approve", "--dir", str(project.manifests)]
    state = project.control.state()
    with started(words, project.environment, tmp_path / "counted.log", Act.COUNT) as child:
        points = child.points()
    project.control.load(state)
    project.control.forget()
    for file in (project.manifests / ".reconciler").iterdir():
        file.unlink()
    before = points.index(f"before POST {DATA}") + 1
    with started(words, project.environment, tmp_path / "held.log", Act.HOLD, before) as child:
        child.reached()
        project.control.advance(20)
        project.control.fault(f"POST {DATA}", "late", seconds=3)
        project.control.fault(f"POST {DATA}", "hang", when="after")
        child.go_on()
        project.awaits("POST", DATA)
        child.process.kill()
        child.process.join()
    applied(project)
    assert len(made(project)) == 1


@pytest.mark.parametrize(
    "ids",
    [
        "client",
        "server",
    ],
)
def test_a_fresh_ledger_does_not_ask_for_personal_data_again(start: Start, ids: str) -> None:
    project = start(settings={"request_ids": ids}, clients=[ROBOT])
    project.write(subject())
    applied(project)
    project.ledger.unlink()
    applied(project)
    assert len(made(project)) == 1


def test_a_saved_plan_on_a_fresh_ledger_finds_what_it_has_made(project: Project) -> None:
    project.write(data())
    assert project.run("plan", "--out", "it.plan").code == 0
    assert project.run("apply", "it.plan").code == 0
    project.ledger.unlink()
    project.run("apply", "it.plan")
    assert len(made(project)) == 1


def test_a_saved_plan_sees_what_was_made_since(project: Project) -> None:
    project.write(data())
    assert project.run("plan", "--out", "it.plan").code == 0
    there = project.control.create("data_exports", EQUAL)
    assert project.run("apply", "it.plan").code == 0
    assert made(project) == []
    assert listed(project)[0]["id"] == there["id"]


def test_a_gateway_s_clock_may_be_some_seconds_ahead(project: Project) -> None:
    project.write(data())
    project.control.fault(f"POST {DATA}", "cut", when="after")
    earlier = f"{project.control.now()[:19]}"
    project.control.advance(5)
    project.control.fault(f"GET {DATA}", "mangle", set={"entities.0.createdDate": f"{earlier}Z"}, skip=1, times=None)
    applied(project)
    assert len(made(project)) == 1


@pytest.mark.parametrize("odd", [None, 17, "", "yesterday", "2026-11-01T00:00:00.123456789Z"])
def test_a_date_that_cannot_be_read_does_not_hide_what_was_made(project: Project, odd: Any) -> None:
    project.write(data())
    project.control.fault(f"POST {DATA}", "cut", when="after")
    project.control.fault(f"GET {DATA}", "mangle", set={"entities.0.createdDate": odd}, skip=1, times=None)
    applied(project)
    assert len(made(project)) == 1


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
@pytest.mark.parametrize("after", [None, 7])
def test_a_throttled_submission_is_made_once(project: Project, kind: Any, after: int | None) -> None:
    project.write(kind())
    for path in (DATA, PRIVACY):
        project.control.fault(f"POST {path}", "status", status=429, retry_after=after, times=3)
    applied(project)
    assert len(made(project)) == 1


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_a_token_that_is_revoked_in_mid_work_is_renewed(project: Project, kind: Any) -> None:
    project.write(kind())
    for path in (DATA, PRIVACY):
        project.control.fault(f"POST {path}", "status", status=401, code="bad.credentials")
        project.control.fault(f"GET {path}/*", "status", status=401, code="bad.credentials")
    applied(project, "--wait")
    assert len(made(project)) == 1


def test_a_list_that_shifts_while_it_is_looked_at_is_read_again(project: Project) -> None:
    project.control.settings(default_page_size=1, max_page_size=1)
    for day in range(1, 4):
        ends = {"startDate": f"2026-08-0{day}T00:00:00Z", "endDate": f"2026-08-0{day + 1}T00:00:00Z"}
        project.control.create("data_exports", EQUAL | ends)
    project.write(data())
    project.control.fault(f"POST {DATA}", "cut", when="after")
    project.control.fault(f"GET {DATA}", "shift", by="insert", skip=6, query={"pageNumber": "2"})
    applied(project)
    assert len(made(project)) == 1


def cut_before(project: Project, *edits: Json, skip: int = 0) -> None:
    """The next submission never arrives, and meanwhile somebody makes these exports."""
    made_up = [{"operation": "create", "collection": "data_exports", "body": body} for body in edits]
    project.control.fault(f"POST {DATA}", "edit", edits=made_up, when="before", skip=skip)
    project.control.fault(f"POST {DATA}", "cut", when="before", skip=skip)


def test_what_another_address_has_is_not_taken_for_what_was_cut_off(project: Project) -> None:
    room_for(project, 9)
    project.write(data("first"), data("second"))
    project.control.fault(f"POST {DATA}", "cut", when="before", skip=1)
    applied(project)
    assert len(made(project)) == 2
    assert len({each["id"] for each in listed(project)}) == 2


def test_a_request_for_something_else_is_not_taken_for_what_was_cut_off(project: Project) -> None:
    project.write(data())
    cut_before(project, EQUAL | {"format": "csv"}, EQUAL | {"endDate": "2026-09-30T00:00:00Z"})
    applied(project)
    assert len(made(project)) == 1
    assert listed(project)[0]["id"] == made(project)[0].id


def test_an_older_request_is_not_taken_for_what_was_cut_off(project: Project) -> None:
    project.write(data())
    cut_before(project, EQUAL)
    long_ago = {"entities.0.createdDate": "2026-10-02T00:00:00.000Z"}
    project.control.fault(f"GET {DATA}", "mangle", set=long_ago, skip=1, times=None)
    applied(project)
    assert len(made(project)) == 1
    assert listed(project)[0]["id"] == made(project)[0].id


def test_a_saved_plan_is_stale_once_its_manifest_has_asked_for_something_else(project: Project) -> None:
    room_for(project, 9)
    project.write(purpose())
    applied(project)
    project.write(purpose(), data())
    assert project.run("plan", "--out", "it.plan").code == 0
    project.write(purpose(), data(format="csv"))
    applied(project)
    ran = project.run("apply", "it.plan")
    assert ran.code == 4, str(ran)
    assert len(made(project)) == 2  # one of them is the purpose


def test_ctrl_c_while_waiting_leaves_the_ledger_true(project: Project) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(data())
    applied(project)
    with in_the_background(project, "exports", "wait") as running:
        running.until("1 request(s) under way")
        assert running.interrupted() == 130
    assert stages(project) == {SEPTEMBER: "under way"}


# Never: what was asked for is asked for.


def test_another_generation_is_not_answered_with_what_was_there_before(project: Project) -> None:
    old = project.control.create("data_exports", EQUAL)
    project.write(data(generation=2))
    applied(project)
    assert listed(project)[0]["id"] != old["id"]
    assert len(made(project)) == 1


def test_an_export_of_a_window_that_was_not_over_then_is_not_taken_over(project: Project) -> None:
    old = project.control.create("data_exports", EQUAL)
    too_early = {"entities.0.createdDate": "2026-09-15T00:00:00.000Z"}
    project.control.fault(f"GET {DATA}", "mangle", set=too_early, times=None)
    project.write(data())
    applied(project)
    assert listed(project)[0]["id"] != old["id"]


def test_a_failed_request_of_somebody_else_is_not_taken_over(project: Project) -> None:
    old = project.control.create("data_exports", EQUAL)
    project.control.fail_export(old["id"], "not today")
    project.write(data())
    applied(project, "--wait")
    assert stages(project) == {SEPTEMBER: "completed"}


def test_time_is_not_argued_with_for_a_window_that_is_not_over(project: Project) -> None:
    project.write(data(window={"month": "2098-01"}))
    project.apply("--as-of", "2099-01-01T00:00:00Z")
    assert made(project) == []


def test_a_manifest_that_names_a_live_request_does_not_ask_for_another(project: Project) -> None:
    old = project.control.create("privacy_requests", {
        "entityType": "user", "format": "json", "dataTypes": ["profile"],
        "timeRange": {"start": "2026-09-01T00:00:00Z", "end": "2026-10-01T00:00:00Z"},
    })  # fmt: skip
    bound = subject()
    bound["metadata"]["id"] = old["id"]
    project.write(bound)
    project.apply()
    assert made(project) == []


# Following.


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_a_request_that_shows_late_has_not_failed(project: Project, kind: Any) -> None:
    project.write(kind())
    for path in (DATA, PRIVACY):
        project.control.fault(f"POST {path}", "late", seconds=3)
    applied(project, "--wait")
    assert set(stages(project).values()) == {"completed"}


@pytest.mark.parametrize("verb", [("exports", "wait"), ("apply", "--auto-approve", "--wait")], ids=["wait", "apply"])
def test_a_storm_of_gateway_timeouts_does_not_end_the_following(project: Project, verb: tuple[str, ...]) -> None:
    project.write(data("first"))
    applied(project)
    project.write(data("first"), subject())
    project.control.fault(f"GET {DATA}/*", "status", status=504, times=40)
    ran = project.run(*verb)
    assert ran.code == 0, str(ran)
    assert stages(project)["DataExport/first"] == "completed"


def test_apply_waits_for_what_was_made_before_although_nothing_else_is_to_be_done(project: Project) -> None:
    project.write(data())
    applied(project)
    applied(project, "--wait")
    assert stages(project) == {SEPTEMBER: "completed"}


def test_a_failure_of_what_was_made_before_is_not_passed_over(project: Project) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(data("first"))
    applied(project)
    project.control.fail_export(there(project)[0], "no consent")
    project.control.settings(export_stages={"QUEUED": 1.0})
    project.write(data("first"), subject())
    ran = project.apply("--wait")
    assert ran.code in (1, 5), str(ran)


def test_at_the_deadline_a_report_says_what_was_made(project: Project) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(data())
    ran = project.apply("--wait", "--timeout", "100")
    assert ran.code == 5, str(ran)
    assert [each["step"] for each in ran.document["results"]] == [SEPTEMBER]


def test_when_following_fails_a_report_says_what_was_made(project: Project) -> None:
    project.write(data(), subject())
    project.control.fault(f"GET {DATA}/*", "status", status=403, times=None)
    ran = project.apply("--wait")
    assert ran.code == 5, str(ran)
    assert {each["step"] for each in ran.document["results"]} == {SEPTEMBER, "PrivacyExport/subject"}


def test_when_interrupted_a_report_says_what_was_made(project: Project) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(data())
    with in_the_background(project, "apply", "--auto-approve", "--wait") as running:
        running.until("under way or queued")
        assert running.interrupted() == 130
    assert "1 done" in " ".join(running.seen.split()), running.seen


def test_the_wait_begins_anew_with_every_request(project: Project) -> None:
    project.write(*days(8))
    applied(project, "--wait")
    assert len(made(project)) == 8
    assert project.time.waited < 8 * 20


def test_what_is_queued_costs_no_calls(project: Project) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(*days(9))
    applied(project)
    project.control.forget()
    applied(project)
    asked = [each for each in project.control.requests("GET") if each.path.startswith(f"{DATA}/")]
    assert len(asked) <= 2


def test_no_more_are_under_way_than_may_be_though_a_manifest_changed(project: Project) -> None:
    project.control.settings(**NEVER_ENDING)
    project.write(data())
    applied(project)
    project.write(data(format="csv"))
    assert applied(project).outcomes == {SEPTEMBER: "queued"}


def test_no_more_are_under_way_than_may_be_though_one_is_in_doubt(project: Project) -> None:
    in_doubt(project, data(), data("third", window={"day": "2026-09-03"}))
    assert project.control.requests("POST", DATA)[1:] == []


@pytest.mark.parametrize("status", ["completed", "Completed"])
def test_a_status_in_lower_case_is_that_status(project: Project, status: str) -> None:
    project.write(data())
    applied(project)
    project.control.fault(f"GET {DATA}/*", "mangle", set={"status": status}, times=None)
    project.run("exports", "status")
    assert stages(project) == {SEPTEMBER: "completed"}


@pytest.mark.parametrize("status", [None, 7, ["COMPLETED"], {"is": "COMPLETED"}, "", "C" * 5000])
def test_a_status_that_is_none_means_to_keep_following(project: Project, status: Any) -> None:
    project.write(data())
    applied(project)
    project.control.fault(f"GET {DATA}/*", "mangle", set={"status": status}, times=1)
    assert project.run("exports", "wait").code == 0
    assert stages(project) == {SEPTEMBER: "completed"}


def test_exports_wait_is_patient_with_a_ledger_that_is_held(project: Project) -> None:
    from reconciler.commands.clock import SystemClock
    from reconciler.state import hold

    project.write(data())
    applied(project)
    with hold(project.ledger, SystemClock(), command="somebody"):
        ran = project.run("exports", "wait", "--timeout", "100")
    assert ran.code != 6, str(ran)


# What is said.


def failed_with(project: Project, reason: str) -> list[str]:
    """Everything that is shown and kept of a request that failed for this reason."""
    project.control.settings(export_failure=reason)
    project.write(data(), subject())
    project.run("apply", "--auto-approve", "--wait")
    verbs = [("list",), ("show",), ("status",), ("fetch", SEPTEMBER)]
    ran = [project.run("exports", *verb) for verb in verbs]
    return [each.out + each.err for each in ran] + [project.ledger.read_bytes().decode(errors="replace")]


def test_a_signed_address_in_a_reason_is_not_shown_or_kept(project: Project) -> None:
    uri = "https://files.example.com/exports/x.json?X-Amz-Signature=0a1b2c3d"
    for text in failed_with(project, f"could not write {uri}, see there"):
        assert "0a1b2c3d" not in text


def test_a_reason_is_shown_without_what_a_terminal_would_obey(project: Project) -> None:
    *shown, _ = failed_with(project, "no \x1b[31mconsent\x1b[0m \u202e[bold]on file[/bold]\x07")
    for text in shown:
        assert not {"\x1b", "\u202e", "\x07"} & set(text)
    assert any("[bold]" in text for text in shown), "markup is text"


def test_a_status_is_shown_without_what_a_terminal_would_obey(project: Project) -> None:
    project.write(data())
    applied(project)
    project.control.put_export_status(there(project)[0], "PON\x1b[2JDERING\u202e")
    ran = [project.run("exports", verb) for verb in ("status", "list", "show")]
    ran.append(project.run("exports", "fetch", SEPTEMBER))
    assert all("PON" in each.flat for each in ran)
    assert not any({"\x1b", "\u202e"} & set(each.out + each.err) for each in ran)


def test_the_audit_says_what_the_contract_asks_for(project: Project) -> None:
    project.write(subject())
    applied(project)
    [entry] = [each for each in project.audit() if each.action == "EXPORT_SUBMISSION"]
    assert entry.request_id == listed(project)[0]["key"]
    told = f"{entry.summary} {entry.detail}"
    assert "QUEUED" in told
    assert "user" in told, "entityType"


def test_a_write_that_could_not_be_noted_is_in_doubt(project: Project) -> None:
    project.write(purpose())
    applied(project)
    with sqlite3.connect(project.ledger) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'full'); END")
    connection.close()
    project.write(purpose(), data())
    ran = project.apply()
    assert len(made(project)) == 2
    assert ran.code == 5, str(ran)
    assert ran.outcomes[SEPTEMBER] == "in doubt"


def test_refused_credentials_end_the_run(project: Project) -> None:
    room_for(project, 20)
    project.write(*days(9))
    for path in (DATA, PRIVACY):
        project.control.fault(f"POST {path}", "status", status=401, code="bad.credentials", times=None)
    ran = project.apply()
    assert ran.code == 7
    assert len(project.control.requests("POST", DATA)) <= 2


# A person's word.


def test_one_request_is_not_adopted_for_two_addresses(project: Project) -> None:
    room_for(project, 9)
    project.write(data("other"))
    applied(project)
    [other] = there(project)
    in_doubt(project, data("other"), data())
    ran = project.run("exports", "resolve", SEPTEMBER, "--adopt", other)
    assert ran.code == 1, str(ran)
    assert other in ran.flat


def test_a_request_for_something_else_is_not_adopted(project: Project) -> None:
    in_doubt(project)
    other = project.control.create("data_exports", EQUAL | {"format": "csv"})
    ran = project.run("exports", "resolve", SEPTEMBER, "--adopt", other["id"])
    assert ran.code == 1, str(ran)


def test_a_request_of_another_kind_is_not_adopted(project: Project) -> None:
    project.write(subject())
    applied(project)
    [other] = project.control.objects("privacy_requests")
    in_doubt(project, subject(), data())
    ran = project.run("exports", "resolve", SEPTEMBER, "--adopt", other["id"])
    assert ran.fails_with(1, "The request is not there", other["id"])


def two_parts_in_doubt(project: Project) -> None:
    room_for(project, 9, dataExportDays=15)
    parts = (("2026-09-01T00:00:00Z", "2026-09-16T00:00:00Z"), ("2026-09-16T00:00:00Z", "2026-10-01T00:00:00Z"))
    for number, (start, end) in enumerate(parts):
        twin = {
            "operation": "create",
            "collection": "data_exports",
            "body": EQUAL | {"startDate": start, "endDate": end},
        }
        project.control.fault(f"POST {DATA}", "edit", edits=[twin], when="before", skip=number)
    project.control.fault(f"POST {DATA}", "cut", when="after", times=2)
    project.write(data(split=True))
    ran = project.apply()
    assert ran.code == 5, str(ran)
    assert set(ran.outcomes.values()) == {"in doubt"}


def test_one_id_is_not_adopted_for_both_parts_of_a_split_request(project: Project) -> None:
    two_parts_in_doubt(project)
    project.run("exports", "resolve", SEPTEMBER, "--adopt", there(project)[0])
    ids = [each["id"] for each in listed(project)]
    assert len(ids) == len(set(ids))


def test_resubmitting_is_remembered_when_sending_fails(project: Project) -> None:
    ids = in_doubt(project)
    project.control.fault(f"POST {DATA}", "status", status=400, code="bad.request")
    assert project.run("exports", "resolve", SEPTEMBER, "--resubmit").code != 0
    project.apply()
    assert not {each["id"] for each in listed(project)} & set(ids), "none of them is the one, a person said"


@pytest.mark.long
def test_resubmitting_that_is_killed_takes_effect_once(project: Project, tmp_path: Path) -> None:
    ids = in_doubt(project)
    project.time.pass_by(60)
    saved, ledger = project.control.state(), project.ledger.read_bytes()
    words = ["exports", "resolve", SEPTEMBER, "--resubmit", "--dir", str(project.manifests)]
    with started(words, project.environment, tmp_path / "counted.log", Act.COUNT) as child:
        points = child.points()
    wrong = []
    for at, point in enumerate(points, 1):
        project.control.load(saved)
        project.control.forget()
        for file in project.ledger.parent.iterdir():
            file.unlink()
        project.ledger.write_bytes(ledger)
        with started(words, project.environment, tmp_path / "killed.log", Act.KILL, at) as child:
            killed(child, project.control)
        project.time.pass_by(60)
        if project.apply().code == 5:  # still in doubt: a person looks what has come, and says it again
            come = sorted(set(there(project)) - set(ids))
            word = ("--adopt", *come) if come else ("--resubmit",)
            assert project.run("exports", "resolve", SEPTEMBER, *word).code == 0
            project.apply()
        if len(made(project)) != 1 or {each["id"] for each in listed(project)} & set(ids):
            wrong.append((at, point, len(made(project)), len(listed(project))))
    assert wrong == [], wrong


def test_what_is_in_doubt_can_be_left_out(project: Project) -> None:
    in_doubt(project)
    project.write(data(), purpose())
    ran = project.apply("--exclude", SEPTEMBER)
    assert ran.code == 0, str(ran)
    assert "Support" in [effect.name for effect in made(project)]


def test_the_message_of_two_candidates_says_so(project: Project) -> None:
    project.write(data())
    project.control.fault(f"POST {DATA}", "cut", when="after")
    twin = {"operation": "create", "collection": "data_exports", "body": EQUAL}
    project.control.fault(f"POST {DATA}", "edit", edits=[twin], when="before")
    assert project.run("apply", "--auto-approve").says("In doubt which object is ours")


# Two manifests, moves, removals.


def test_a_request_that_another_took_over_meanwhile_is_not_taken_over_too(project: Project) -> None:
    project.write(purpose())
    applied(project)
    there = project.control.create("data_exports", EQUAL)
    project.write(purpose(), data("first"))
    assert project.run("plan", "--out", "it.plan").code == 0
    project.write(purpose(), data("second"))
    applied(project)
    ran = project.run("apply", "it.plan")
    owners = [each["address"] for each in listed(project) if each["id"] == there["id"]]
    assert owners == ["DataExport/second"], str(ran)


def moves(before: str, after: str) -> Json:
    return {"apiVersion": "reconciler/v1", "moved": [{"from": f"DataExport/{before}", "to": f"DataExport/{after}"}]}


def test_a_rename_to_a_name_that_was_used_before_asks_for_nothing_again(project: Project) -> None:
    project.write(data("used", window={"day": "2026-09-01"}), purpose())
    applied(project, "--wait")
    project.write(data("fresh"), purpose())
    applied(project, "--wait")
    project.write(data("used"), purpose(), moves("fresh", "used"))
    applied(project)
    assert project.plan("--detailed-exitcode").code == 0
    project.write(data("used"), purpose())
    assert project.plan("--detailed-exitcode").code == 0
    assert len(made(project)) == 3  # one of them is the purpose


def test_a_new_manifest_under_a_former_name_has_a_request_of_its_own(project: Project) -> None:
    project.write(data("former"))
    applied(project, "--wait")
    project.write(data("latter"), moves("former", "latter"))
    applied(project, "--wait")
    project.write(data("latter"), data("former"))
    applied(project, "--wait")
    assert {each["address"] for each in listed(project)} == {"DataExport/latter", "DataExport/former"}


def test_a_forgotten_request_that_moves_is_counted_once(project: Project) -> None:
    project.write(data("former"), purpose())
    applied(project, "--wait")
    project.write(purpose())
    applied(project)
    project.write(purpose(), data("latter"), moves("former", "latter"))
    assert project.plan().document["summary"]["unchanged"] == 1


def test_leaving_out_a_moved_manifest_does_not_forget_its_request(project: Project) -> None:
    project.write(data("former"), purpose())
    applied(project, "--wait")
    project.write(data("latter"), purpose(), moves("former", "latter"))
    assert project.plan("--exclude", "DataExport/latter").document["forgotten_requests"] == []


def test_a_request_without_a_manifest_can_be_left_out(project: Project) -> None:
    project.write(data(), purpose())
    applied(project, "--wait")
    project.write(purpose())
    ran = project.plan("--exclude", SEPTEMBER)
    assert ran.code == 0, str(ran)
    assert ran.document["forgotten_requests"] == []


@pytest.mark.parametrize("delete", [True, False])
def test_a_removal_by_name_forgets_and_cancels_nothing(project: Project, delete: bool) -> None:
    project.write(data(), purpose())
    applied(project, "--wait")
    project.write(purpose(), removed(SEPTEMBER, delete=delete))
    ran = project.apply()
    assert "Traceback" not in ran.flat
    if delete:
        assert ran.code != 0, "an order that cannot be carried out is said"
    else:
        assert listed(project)[0]["forgotten"]
    assert not project.control.requests("DELETE")


def test_a_changed_limit_is_named_as_the_reason(project: Project) -> None:
    room_for(project, 9, dataExportDays=15)
    project.write(data(split=True))
    applied(project, "--wait")
    room_for(project, 9, dataExportDays=10)
    reasons = {each["reason"] for each in project.plan().document["submissions"]}
    assert reasons
    assert not any("manifest changed" in reason for reason in reasons)


def test_a_split_window_at_the_end_of_the_calendar_is_no_crash(project: Project) -> None:
    room_for(project, 9, dataExportDays=30)
    project.write(data(split=True, window={"start": "9999-12-10T00:00:00Z", "end": "9999-12-31T00:00:00Z"}))
    ran = project.run("plan")
    assert "Traceback" not in ran.flat
    assert ran.says("RC701")


# Killed, with effects that show late.


@pytest.mark.parametrize(("document", "path"), [(subject(), PRIVACY), (data(), DATA)], ids=["privacy", "data"])
@pytest.mark.parametrize("ids", ["client", "server"])
def test_killed_around_a_submission_whose_effect_shows_late(
    start: Start, tmp_path: Path, document: Json, path: str, ids: str
) -> None:
    project = start(settings={"request_ids": ids}, clients=[ROBOT])
    project.write(document)
    words = ["apply", "--auto-approve", "--dir", str(project.manifests)]
    state = project.control.state()
    with started(words, project.environment, tmp_path / "counted.log", Act.COUNT) as child:
        points = child.points()
    first = points.index(f"before POST {path}")
    for at in range(first, len(points) + 1):
        project.control.load(state)
        project.control.forget()
        project.control.clear_faults()
        for file in project.ledger.parent.iterdir():
            file.unlink()
        project.control.fault(f"POST {path}", "late", seconds=3)
        with started(words, project.environment, tmp_path / "killed.log", Act.KILL, at) as child:
            killed(child, project.control)
        applied(project)
        assert project.plan("--detailed-exitcode").code == 0
        assert len(made(project)) == 1, points[at - 1]


@pytest.mark.long
def test_killed_while_waiting_with_a_queue_every_request_is_made_once(project: Project, tmp_path: Path) -> None:
    room_for(project, 2)
    project.control.settings(export_stages={"QUEUED": 0.01})
    project.write(*days(4))
    words = ["apply", "--auto-approve", "--wait", "--dir", str(project.manifests)]
    state = project.control.state()
    for at in (9, 12, 15, 18, 21, 24, 27, 30):
        project.control.load(state)
        project.control.forget()
        folder = project.ledger.parent
        for file in folder.iterdir() if folder.exists() else ():
            file.unlink()
        with started(words, project.environment, tmp_path / "killed.log", Act.KILL, at) as child:
            child.wait()
            project.control.rest()
        project.time.pass_by(60)
        applied(project, "--wait")
        assert len(made(project)) == 4, at


def test_a_saved_plan_may_not_lie_about_its_requests(project: Project) -> None:
    project.write(data())
    assert project.run("plan", "--out", "it.plan").code == 0
    document = orjson.loads(Path("it.plan").read_bytes())
    document["plan"]["submissions"][0]["body"]["endDate"] = "2026-12-01T00:00:00.000Z"
    Path("it.plan").write_bytes(orjson.dumps(document))
    assert project.run("apply", "it.plan").code in (1, 4)
    assert made(project) == []
