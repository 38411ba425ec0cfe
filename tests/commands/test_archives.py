"""A rule archives a strategy's head once, however often and wherever it is run (contract §7)."""

from __future__ import annotations

import json
import stat

import pytest

from .conftest import Start
from .project import Project
from .retaining import (
    ARCHIVE_SECRET,
    DAYS,
    MOST,
    RULE,
    STRATEGIES,
    copied,
    copies,
    heads,
    receipts,
    rule,
    standings,
    telling,
)  # fmt: skip


@pytest.fixture
def project(start: Start) -> Project:
    """Three strategies of 40 versions, a day apart, the newest an hour old; the archive wants its credential."""
    project = start(settings={"archive_credential": ARCHIVE_SECRET})
    project.environment["RECONCILER_SECRET_ARCHIVE"] = ARCHIVE_SECRET
    project.control.add_strategies(3, versions=40)
    project.time.pass_by(3600)
    project.control.forget()
    return project


def test_a_plan_says_what_is_retained_and_what_is_not_and_why(project: Project) -> None:
    project.write(rule(project.control))
    ran = project.run("plan")
    assert ran.code == 0, str(ran)
    assert ran.says(
        "Archives: once for each new head",
        "Strategy 1 archive 12 versions up to 40; outside retention: 10 older than 30 days and 18 beyond the newest 12",
        "3 to archive",
    )
    assert project.control.user_requests() == []


def test_each_head_is_archived_once_however_often(project: Project) -> None:
    project.write(rule(project.control, notify=telling(project.control)))
    ran = project.apply()
    assert (ran.code, ran.outcomes[RULE]) == (0, "done"), str(ran)
    expected = [("Strategy 1", MOST, 40), ("Strategy 2", MOST, 40), ("Strategy 3", MOST, 40)]
    assert heads(project.control) == expected
    project.control.forget()
    again = project.plan()
    assert standings(again.document) == dict.fromkeys(("Strategy 1", "Strategy 2", "Strategy 3"), "archived")
    assert project.apply().document["document"] == "plan"
    assert (heads(project.control), project.control.user_requests()) == (expected, [])
    project.control.add_version("Strategy 2")
    assert project.apply().code == 0
    assert len(project.control.archives()) == 4


def test_the_payload_the_copy_and_the_notification_say_the_truth(project: Project) -> None:
    project.write(rule(project.control, strategies={"names": ["Strategy 1"]}, tags={"team": "governance"},
                       notify=telling(project.control)))  # fmt: skip
    assert project.apply().code == 0
    [archived] = project.control.archives()
    payload = archived["payload"]
    assert payload["retentionPolicy"] == {"maxVersions": MOST, "retentionDays": DAYS}
    assert payload["versionMatrix"][0]["metadataTags"] == {
        "archivedBy": "routing-strategy-archiver", "sourceSystem": "genesys-cloud", "team": "governance",
        "originalAuthor": payload["versionMatrix"][0]["metadataTags"]["originalAuthor"],
    }  # fmt: skip
    [path] = copies(project)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert copied(project) == [payload]
    [notice] = project.control.user_requests("/notifications")
    assert notice.body == {
        "event": "strategy.archive.completed",
        "payload": {
            "strategyId": payload["strategyId"], "versionCount": MOST,
            "archiveTimestamp": payload["archiveTimestamp"], "idempotencyKey": payload["idempotencyKey"],
        },
    }  # fmt: skip
    [receipt] = receipts(project)
    assert (receipt.archive_id, receipt.versions, receipt.notice.value) == (archived["archiveId"], MOST, "sent")


def test_another_machine_without_our_ledger_archives_nothing_twice(project: Project) -> None:
    project.write(rule(project.control, notify=telling(project.control)))
    assert project.apply().code == 0
    stored, kept = project.control.archives(), copied(project)
    for file in project.ledger.parent.iterdir():
        file.unlink()
    project.control.forget()
    ran = project.apply()
    assert (ran.code, project.control.archives(), copied(project)) == (0, stored, kept), str(ran)
    assert ran.says("It was archived already, says the endpoint.")
    assert ran.document["summary"]["archived"] == 0
    assert project.control.user_requests("/notifications") == []


def test_after_a_409_a_missing_copy_is_made_and_told_of(project: Project) -> None:
    project.write(rule(project.control, notify=telling(project.control)))
    assert project.apply().code == 0
    for file in [*project.ledger.parent.iterdir(), *copies(project)]:
        file.unlink()
    project.control.forget()
    assert project.apply().code == 0
    assert [each.status for each in project.control.user_requests("/archives")] == [409] * 3
    assert (len(copies(project)), len(project.control.user_requests("/notifications"))) == (3, 3)


def test_a_copy_that_is_lost_is_made_again_and_nothing_is_sent(project: Project) -> None:
    project.write(rule(project.control))
    assert project.apply().code == 0
    before = copied(project)
    copies(project)[1].unlink()
    project.control.forget()
    assert project.run("plan").says("head 40 is archived already, the backup missing")
    assert project.apply().code == 0
    assert (copied(project), project.control.user_requests()) == (before, [])


def test_no_credential_goes_where_it_does_not_belong(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    project.environment["RECONCILER_SECRET_GRC"] = "the-receivers-secret"
    headers = {"X-Key": {"fromEnv": "RECONCILER_SECRET_GRC"}}
    project.write(rule(project.control, notify=telling(project.control) | {"headers": headers}))
    saved = project.run("plan", "--out", "plan.json", "-o", "json")
    ran = project.run("apply", "plan.json", "--log-level", "debug")
    assert (saved.code, ran.code) == (0, 0), str(ran)
    assert project.control.strays() == []
    sent = project.control.user_requests("/notifications")
    assert {name.lower() for name in sent[0].headers} >= {"x-key"}
    everything = b"".join(project.files().values()).decode(errors="replace") + ran.out + ran.err + saved.out
    assert ARCHIVE_SECRET not in everything
    assert "the-receivers-secret" not in everything
    assert "authorization" not in {name.lower() for name in sent[0].headers}


def test_a_netrc_is_not_asked(start: Start) -> None:
    project = start()
    project.control.add_strategies(1)
    (project.root / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    archive = {"endpoint": project.control.addresses()["archives"]}
    project.write(rule(project.control, archive=archive))
    assert project.apply(NETRC=str(project.root / "netrc")).code == 0
    [sent] = project.control.user_requests()
    assert "authorization" not in {name.lower() for name in sent.headers}


def test_a_missing_credential_is_said_before_anything_is_written(project: Project) -> None:
    project.write(rule(project.control))
    ran = project.apply(RECONCILER_SECRET_ARCHIVE=None)
    assert ran.code == 1
    assert ran.says("A credential is missing", "RECONCILER_SECRET_ARCHIVE")
    assert (project.rows(), project.control.user_requests()) == ({}, [])


def test_reads_are_at_the_floor(project: Project) -> None:
    project.write(rule(project.control))
    ran = project.plan()
    calls = [each.path.partition("?")[0] for each in project.control.requests() if STRATEGIES in each.path]
    assert len(calls) == 1 + 3
    assert ran.document["budget"]["plan_calls"] == 2 + len(calls)


def test_strategies_named_by_id_need_no_list(project: Project) -> None:
    one = project.control.find("routing_strategies", "Strategy 2")["id"]
    project.control.fault("GET " + STRATEGIES, "status", status=404, times=None)
    project.write(rule(project.control, strategies={"ids": [one.upper()]}))
    assert project.apply().code == 0
    assert heads(project.control) == [("Strategy 2", MOST, 40)]


def test_a_saved_plan_archives_what_it_says(project: Project) -> None:
    project.write(rule(project.control))
    assert project.plan("--out", "plan.json").code == 0
    project.control.add_version("Strategy 1")
    ran = project.run("apply", "plan.json", "-o", "json")
    assert ran.code == 0, str(ran)
    assert heads(project.control) == [("Strategy 1", MOST, 40), ("Strategy 2", MOST, 40), ("Strategy 3", MOST, 40)]
    assert project.run("apply", "plan.json", "-o", "json").document["summary"]["archived"] == 0
    assert len(project.control.archives()) == 3


def test_a_saved_plan_of_a_rule_that_changed_since_is_stale(project: Project) -> None:
    project.applied(rule(project.control))
    project.control.add_version("Strategy 1")
    assert project.plan("--out", "plan.json").code == 0
    project.applied(rule(project.control, retentionDays=DAYS + 1))
    stored = len(project.control.archives())
    ran = project.run("apply", "plan.json")
    assert ran.fails_with(4, "The plan is stale", RULE)
    assert len(project.control.archives()) == stored


def test_a_rule_that_is_applied_is_shown_and_audited(project: Project) -> None:
    project.applied(rule(project.control, strategies={"names": ["Strategy 1"]}))
    assert json.dumps(dict(project.row(RULE).declared)).count("retentionDays") == 1
    entries = {entry.action: entry for entry in project.audit()}
    assert set(entries) == {"APPROVED", "ORDER", "ARCHIVE_SUBMITTED", "ARCHIVE_BACKED_UP"}
    submitted = entries["ARCHIVE_SUBMITTED"]
    [receipt] = receipts(project)
    assert (submitted.request_id, submitted.result, submitted.live_id) == (receipt.key, "SUCCESS", receipt.live_id)
    assert submitted.summary == (f"versions:{MOST}", f"retentionDays:{DAYS}", f"maxVersions:{MOST}")
    assert submitted.latency_ms >= 0
    assert project.run("state", "show", RULE).says("ARCHIVE_SUBMITTED SUCCESS", "retentionDays")
