"""Export requests from the shell: planned, made once, followed, fetched and verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from .project import ROBOT, Json, Project, Ran, Start, manifest

DATA = "/api/v2/dataexports"
PRIVACY = "/api/v2/data/privacy/requests"
SUBJECT = "PrivacyExport/subject"
SEPTEMBER = "DataExport/september"
REQUESTER = ROBOT


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[REQUESTER])


def subject(name: str = "subject", **spec: Any) -> Json:
    body = {"entityType": "user", "dataTypes": ["profile", "notes"], "window": {"month": "2026-09"}} | spec
    return manifest("PrivacyExport", name, body, None)


def data(name: str = "september", **spec: Any) -> Json:
    return manifest("DataExport", name, {"window": {"month": "2026-09"}} | spec, None)


def week(day: int, name: str = "week") -> Json:
    return data(name, window={"start": f"2026-10-{day:02}T00:00:00Z", "end": f"2026-10-{day + 7:02}T00:00:00Z"})


def submissions(project: Project) -> list[str]:
    return [each.path for each in project.control.requests("POST") if each.path in (DATA, PRIVACY)]


def made(project: Project) -> int:
    return sum(effect.action == "create" for effect in project.effects())


def asked(ran: Ran) -> list[str]:
    return [each["step"] for each in ran.document["submissions"]]


def listed(project: Project) -> list[Json]:
    ran = project.run("exports", "list", "-o", "json")
    assert ran.code == 0, str(ran)
    return list(ran.document["requests"])


def completed(project: Project, *documents: Json) -> None:
    project.write(*documents)
    ran = project.apply("--wait")
    assert ran.code == 0, str(ran)


def fetched(project: Project) -> list[Path]:
    return sorted((project.root / "exports").rglob("partition_*"))


# Asked for once.


def test_a_plan_shows_what_is_asked_for_and_sends_nothing(project: Project) -> None:
    project.write(subject(), data())
    ran = project.run("plan")
    assert ran.code == 0
    assert ran.says(f"{SUBJECT} submit:", f"{SEPTEMBER} submit:", "dataTypes [notes, profile]", "2 to submit")
    assert ran.says('startDate "2026-09-01T00:00:00.000Z"', 'endDate "2026-10-01T00:00:00.000Z"')
    assert submissions(project) == []


@pytest.mark.parametrize("document", [subject(), data()], ids=["privacy", "data"])
def test_a_request_is_made_once_however_often_it_is_applied(project: Project, document: Json) -> None:
    project.write(document)
    assert project.apply().code == 0
    assert project.plan("--detailed-exitcode").code == 0
    assert project.apply().code == 0
    assert made(project) == len(submissions(project)) == 1


def test_two_manifests_of_one_kind_are_two_requests(project: Project) -> None:
    project.configure(limits={"requestsPerMinute": 1_000_000, "maxInFlight": 4})
    project.write(subject(), subject("other"), data(), data("other"))
    assert project.apply().code == 0
    assert made(project) == 4
    assert project.plan("--detailed-exitcode").code == 0


def test_our_own_id_is_sent_and_kept(project: Project) -> None:
    project.write(subject())
    [planned] = project.plan().document["submissions"]
    assert project.apply().code == 0
    [sent] = project.control.requests("POST", PRIVACY)
    assert sent.body["requestId"] == planned["key"] == listed(project)[0]["id"]


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_what_has_no_room_is_queued_and_made_later(project: Project, kind: Any) -> None:
    first, second = kind("first"), kind("second", window={"day": "2026-10-05"})
    name = f"{second['kind']}/second"
    project.write(first, second)
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 0
    assert ran.says("Queued", f"submit {name}", "with --wait", "1 done, 1 queued")
    again = project.apply()
    assert again.code == 0
    assert again.outcomes == {name: "queued"}
    assert len(submissions(project)) == 1
    project.time.pass_by(60)
    assert project.apply().outcomes == {name: "done"}
    assert made(project) == 2


def test_waiting_follows_what_an_earlier_apply_has_made(project: Project) -> None:
    project.write(subject("first"))
    assert project.apply().code == 0
    project.write(subject("first"), subject("second", window={"day": "2026-10-05"}))
    ran = project.apply("--wait")
    assert ran.code == 0, str(ran)
    assert {each["stage"] for each in listed(project)} == {"completed"}


def test_requests_are_no_foreign_objects(project: Project) -> None:
    project.write(data("first"))
    assert project.apply().code == 0
    project.write(data("first"), data("second", window={"day": "2026-10-05"}))
    assert project.plan().document["foreign_objects"] == {}


def test_waiting_drains_the_queue_and_follows_to_the_end(project: Project) -> None:
    completed(project, week(1, "first"), week(8, "second"), week(15, "third"), subject())
    assert made(project) == 4
    assert {each["stage"] for each in listed(project)} == {"completed"}


def test_a_failed_request_shows_the_organisations_reason(project: Project) -> None:
    project.control.settings(export_failure="no consent on file")
    project.write(data(), subject())
    ran = project.apply("--wait")
    assert ran.code == 5
    assert ran.says("The request has failed", "no consent on file")
    waited = project.run("exports", "wait", SEPTEMBER)
    assert waited.code == 1
    assert waited.says("FAILED")
    assert project.run("exports", "show", SEPTEMBER).says("no consent on file")
    assert project.run("exports", "fetch", SEPTEMBER).fails_with(1, "The request has failed", "no consent on file")
    assert project.apply().code == 0
    assert made(project) == 2


# What becomes of a manifest.


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_a_changed_manifest_is_another_request(project: Project, kind: Any) -> None:
    completed(project, kind())
    project.write(kind(format="csv"))
    ran = project.plan()
    [planned] = ran.document["submissions"]
    assert planned["reason"] == "the manifest changed: another request than before"
    assert len(ran.document["forgotten_requests"]) == 1
    assert project.apply().code == 0
    assert made(project) == 2
    assert [each["forgotten"] for each in listed(project)] == [True, False]


def test_a_removed_manifest_is_forgotten_and_never_cancelled(project: Project) -> None:
    completed(project, data(), subject())
    project.write(subject())
    assert project.run("plan").says("1 request no longer followed: never cancelled, kept as history")
    assert project.apply().code == 0
    assert {each["address"]: each["forgotten"] for each in listed(project)} == {SEPTEMBER: True, SUBJECT: False}
    assert not project.control.requests("DELETE")
    assert project.run("exports", "list").says("COMPLETED (forgotten)")


def test_a_manifest_that_comes_back_asks_for_nothing_again(project: Project) -> None:
    completed(project, data(), subject())
    project.write(subject())
    assert project.apply().code == 0
    project.write(data(), subject())
    assert project.plan().says("it is taken up again")
    assert project.apply().code == 0
    assert made(project) == 2
    assert not any(each["forgotten"] for each in listed(project))


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_another_generation_asks_again(project: Project, kind: Any) -> None:
    completed(project, kind())
    project.write(kind(generation=2))
    [planned] = project.plan().document["submissions"]
    assert planned["reason"] == "asked again, as generation says"
    assert project.apply().code == 0
    assert made(project) == 2


def test_a_long_window_is_split_without_gap_or_overlap(project: Project) -> None:
    window = {"start": "2026-06-01T00:00:00Z", "end": "2026-08-15T12:00:00.001Z"}
    completed(project, subject(window=window, split=True))
    assert made(project) == 3
    ranges = [each.body["timeRange"] for each in project.control.requests("POST", PRIVACY)]
    assert ranges[0]["start"] == "2026-06-01T00:00:00.000Z"
    assert ranges[-1]["end"] == "2026-08-15T12:00:00.001Z"
    assert [each["end"] for each in ranges[:-1]] == [each["start"] for each in ranges[1:]]
    assert project.plan("--detailed-exitcode").code == 0


def test_a_data_export_is_split_by_the_project_s_own_limit(project: Project) -> None:
    project.configure(limits={"requestsPerMinute": 1_000_000, "dataExportDays": 10, "maxInFlight": 9})
    project.write(data(split=True))
    assert asked(project.plan()) == [f"{SEPTEMBER}+{part}/3" for part in (1, 2, 3)]
    assert project.apply().code == 0
    assert made(project) == 3


def test_a_moved_manifest_keeps_its_request(project: Project) -> None:
    completed(project, data(), subject())
    moved = {"apiVersion": "reconciler/v1", "moved": [{"from": SEPTEMBER, "to": "DataExport/autumn"}]}
    project.write(data("autumn"), subject(), moved)
    ran = project.plan()
    assert ran.document["submissions"] == []
    assert list(ran.document["moved_requests"].values()) == ["DataExport/autumn"]
    assert project.apply().code == 0
    assert made(project) == 2
    assert {each["address"] for each in listed(project)} == {"DataExport/autumn", SUBJECT}
    assert project.plan("--detailed-exitcode").code == 0


def test_a_saved_plan_is_applied_once_and_its_seal_is_checked(project: Project) -> None:
    project.write(data())
    file = project.root / "it.plan"
    assert project.run("plan", "--out", file).code == 0
    document = orjson.loads(file.read_bytes())
    assert project.run("apply", file).code == 0
    project.run("apply", file)
    assert made(project) == 1
    file.write_bytes(orjson.dumps(document).replace(b"2026-09-01T00", b"2026-08-01T00"))
    ran = project.run("apply", file)
    assert ran.code not in (0, 2), str(ran)
    assert made(project) == 1


# Windows and data types.

BAD: dict[str, tuple[Json, str, str]] = {
    "over the limit": (subject(window={"days": 31, "before": "2026-11-01"}), "ER003", "at most 30 are allowed"),
    "over by a millisecond": (
        subject(window={"start": "2026-09-01T00:00:00Z", "end": "2026-10-01T00:00:00.001Z"}), "ER003", "split: true",
    ),
    "reversed": (data(window={"start": "2026-09-02T00:00:00Z", "end": "2026-09-01T00:00:00Z"}), "ER002", "not after"),
    "empty": (data(window={"start": "2026-09-01T02:00:00+02:00", "end": "2026-09-01T00:00:00Z"}), "ER002", "not after"),
    "no zone": (data(window={"start": "2026-09-01T00:00:00", "end": "2026-09-02T00:00:00Z"}), "ER002", "no zone"),
    "no such day": (data(window={"day": "2026-02-30"}), "ER002", "2026-02-30 is no date"),
    "no such month": (data(window={"month": "2026-13"}), "ER002", "2026-13 is no month"),
    "beyond the calendar": (data(window={"days": 3660, "before": "0002-01-01"}), "ER002", "calendar"),
    "after the calendar": (data(window={"month": "9999-12"}), "ER002", "calendar"),
    "no window": (manifest("DataExport", "september", {}, None), "MF104", "window"),
    "half a window": (data(window={"start": "2026-09-01T00:00:00Z"}), "", "window"),
    "relative": (data(window={"days": 30}), "", "window"),
    "a foreign type": (subject(dataTypes=["transcript"]), "ER001", "A user has no 'transcript'; it has profile"),
    "a misspelt type": (subject(dataTypes=["profil"]), "ER001", "Did you mean `profile`?"),
    "no type": (subject(dataTypes=[]), "MF109", "dataTypes"),
    "a type twice": (subject(dataTypes=["tags", "tags"]), "MF110", "dataTypes"),
    "no such entity": (subject(entityType="agent"), "MF107", "entityType"),
    "no such format": (data(format="json"), "MF107", "format"),
    "generation zero": (data(generation=0), "MF109", "generation"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_asked_for_is_said_with_its_place(project: Project, name: str) -> None:
    document, code, text = BAD[name]
    project.write(document)
    ran = project.run("plan")
    assert ran.code == 1, str(ran)
    assert ran.says("manifests/all.yaml:", code, text)
    assert "Traceback" not in ran.flat
    assert submissions(project) == []


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_thirty_days_to_the_millisecond_are_not_too_many(project: Project, kind: Any) -> None:
    project.write(kind(window={"days": 30, "before": "2026-11-01"}))
    assert project.plan().code == 0


@pytest.mark.parametrize("kind", [subject, data], ids=["privacy", "data"])
def test_a_window_that_is_not_over_blocks(project: Project, kind: Any) -> None:
    project.write(kind(window={"month": "2098-01"}, split=True))
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 3, str(ran)
    assert ran.says("RC701 The window is not over yet", "manifests/all.yaml:")
    assert submissions(project) == []


# What an organisation may be like.


@pytest.mark.parametrize(("kind", "collection"), [(subject, "privacy_requests"), (data, "data_exports")])
def test_an_organisation_without_the_endpoint_is_said(start: Start, kind: Any, collection: str) -> None:
    others = [name for name in ("purposes", "privacy_requests", "data_exports") if name != collection]
    project = start(settings={"offered": others}, clients=[REQUESTER])
    project.write(kind())
    ran = project.apply()
    assert ran.code not in (0, 2), str(ran)
    assert "Traceback" not in ran.flat
    assert made(project) == 0


def test_without_a_list_a_privacy_request_is_made_all_the_same(project: Project) -> None:
    project.control.settings(withheld=["privacy_requests.list"])
    completed(project, subject())
    assert made(project) == 1


def test_a_missing_scope_is_named(start: Start) -> None:
    project = start(clients=[ROBOT | {"scopes": ["data:privacy:view"]}])
    project.write(subject())
    ran = project.apply()
    assert ran.code == 7
    assert ran.says("A permission is missing", "data:privacy:write")


# Following.


def test_an_unknown_status_means_to_keep_following(project: Project) -> None:
    project.control.settings(export_stages={"QUEUED": 1, "PONDERING": 400})
    project.write(data())
    assert project.apply("--wait").code == 0
    assert project.time.waited > 300
    assert [each["status"] for each in listed(project)] == ["COMPLETED"]


def test_waiting_ends_at_the_deadline(project: Project) -> None:
    project.control.settings(export_stages={"QUEUED": None})
    project.write(data())
    assert project.apply().code == 0
    ran = project.run("exports", "wait", "--timeout", "100")
    assert ran.code != 0, str(ran)
    assert "Traceback" not in ran.flat
    assert project.time.waited < 200


def test_a_gateway_timeout_does_not_end_the_following(project: Project) -> None:
    project.write(data())
    assert project.apply().code == 0
    project.control.fault(f"GET {DATA}/*", "status", status=504, times=2)
    ran = project.run("exports", "wait", SEPTEMBER)
    assert ran.code == 0, str(ran)
    assert ran.says("COMPLETED")


def test_status_asks_once_and_list_and_show_ask_nobody(project: Project) -> None:
    project.write(data())
    assert project.apply().code == 0
    project.time.pass_by(60)
    project.control.forget()
    assert project.run("exports", "list").says(SEPTEMBER, "QUEUED", "1 request in the ledger")
    assert project.run("exports", "show", SEPTEMBER).says("asked for", "2026-09-01T00:00:00.000Z")
    assert project.control.requests() == []
    ran = project.run("exports", "status", "-o", "json")
    assert [each["stage"] for each in ran.document["requests"]] == ["completed"]


@pytest.mark.parametrize("verb", ["show", "status", "wait", "fetch", "verify", "normalise"])
def test_an_address_that_the_ledger_does_not_know_is_said(project: Project, verb: str) -> None:
    completed(project, data())
    ran = project.run("exports", verb, "DataExport/nowhere")
    assert ran.fails_with(1, "The ledger knows no such request", "DataExport/nowhere", "reconciler exports list")


# Fetching.


def test_what_is_not_completed_is_not_fetched(project: Project) -> None:
    project.control.settings(export_stages={"QUEUED": None})
    project.write(data())
    assert project.apply().code == 0
    ran = project.run("exports", "fetch", SEPTEMBER)
    assert ran.fails_with(1, "The request is not completed yet", "QUEUED", f"reconciler exports wait {SEPTEMBER}")
    assert project.run("exports", "fetch").fails_with(1, "Nothing to fetch")
    assert project.run("exports", "verify").fails_with(1, "Nothing to verify")


def test_fetching_twice_downloads_nothing_again(project: Project) -> None:
    project.control.settings(export_partitions=3)
    completed(project, data(), subject())
    first = project.run("exports", "fetch")
    assert first.code == 0, str(first)
    assert len(fetched(project)) == 4
    before = [each.number for each in project.control.file_requests() if each.method == "GET"]
    assert len(before) == 4
    assert project.run("exports", "fetch").code == 0
    assert [each.number for each in project.control.file_requests() if each.method == "GET"] == before
    assert project.control.leaks() == []
    verified = project.run("exports", "verify")
    assert verified.code == 0
    assert verified.says("every file is as it was fetched")


def test_who_fetched_what_is_in_the_audit_once(project: Project) -> None:
    completed(project, data())
    for _ in range(2):
        assert project.run("exports", "fetch", RECONCILER_ACTOR="a.smith").code == 0
    [entry] = [each for each in project.audit() if each.action == "EXPORT_FETCHED"]
    assert (entry.address, entry.live_id) == (SEPTEMBER, listed(project)[0]["id"])
    assert entry.summary == ("files:1", f"bytes:{fetched(project)[0].stat().st_size}")
    assert project.run("audit", "log", "--action", "EXPORT_FETCHED").says("a.smith")


def test_a_report_lies_beside_the_files(project: Project) -> None:
    completed(project, data())
    assert project.run("exports", "fetch", "--to", "there").code == 0
    [report] = [orjson.loads(path.read_bytes()) for path in (project.root / "there").rglob("report.json")]
    assert report["status"] == "COMPLETED"
    assert report["export_id"] == listed(project)[0]["id"]
    assert all((project.root / "there" / location).is_file() for location in report["file_locations"])


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_verify_finds_what_is_no_longer_right_and_fetch_mends_it(project: Project, harm: str) -> None:
    completed(project, data())
    assert project.run("exports", "fetch").code == 0
    [file] = fetched(project)
    right = file.read_bytes()
    if harm == "changed":
        file.write_bytes(right.replace(b"i", b"j", 1))
    else:
        file.unlink()
    ran = project.run("exports", "verify", SEPTEMBER)
    assert ran.code == 1
    assert ran.says(f"{harm}: partition_0.jsonl")
    assert project.run("exports", "fetch").code == 0
    assert file.read_bytes() == right


def test_a_checksum_that_does_not_hold_fails_and_leaves_nothing(project: Project) -> None:
    completed(project, data())
    project.control.change_export_file(listed(project)[0]["id"], 0, listed={"checksum": f"sha256:{'0' * 64}"})
    ran = project.run("exports", "fetch")
    assert ran.code not in (0, 2), str(ran)
    assert ran.says("checksum")
    assert "Traceback" not in ran.flat
    assert fetched(project) == []


def test_no_signed_address_is_shown_or_kept(project: Project) -> None:
    completed(project, data(), subject())
    ids = [each["id"] for each in listed(project)]
    project.control.fault("GET /exports/**", "status", status=503, times=2)
    ran = [project.run("exports", verb) for verb in ("status", "fetch", "list", "show", "verify")]
    assert [each.code for each in ran] == [0] * 5, "\n".join(map(str, ran))
    uris = [file["uri"] for each in ids for file in project.control.export_files(each)]
    assert all("?" in uri for uri in uris)
    for text in [each.out + each.err for each in ran] + [repr(kept) for kept in project.files().values()]:
        assert "signature" not in text.lower()
        assert "Bearer " not in text
        assert not any(uri in text or uri.partition("?")[0] in text for uri in uris)
