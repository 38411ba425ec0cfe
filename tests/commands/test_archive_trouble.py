"""What can go wrong with a history, an archive, a copy, a notification: said, nothing lost, and the others go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reconciler.model.observed import Intent
from reconciler.state import open_ledger

from .conftest import Start
from .project import Project, acknowledging, removed
from .retaining import (
    ARCHIVE_SECRET,
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

pytestmark = pytest.mark.long

ARCHIVES = "POST /archives"
NOTICES = "POST /notifications"


@pytest.fixture
def project(start: Start) -> Project:
    """Two strategies with three versions each."""
    project = start(settings={"archive_credential": ARCHIVE_SECRET})
    project.environment["RECONCILER_SECRET_ARCHIVE"] = ARCHIVE_SECRET
    project.control.add_strategies(2, versions=3)
    project.control.forget()
    return project


def one_at_a_time(project: Project, **more: Any) -> None:
    """A wait moves the time of all threads, and whoever reads an answer meanwhile would take it for a slow one."""
    project.configure(limits={"archivesInFlight": 1, "requestsPerMinute": 1_000_000}, **more)


def open_intents(project: Project) -> tuple[Intent, ...]:
    with open_ledger(project.ledger, writable=False) as ledger:
        return ledger.intents()


def versions_of(project: Project, name: str) -> str:
    return f"GET {STRATEGIES}/{project.control.find('routing_strategies', name)['id']}/versions"


def troubled(project: Project, *texts: str) -> bool:
    """The first strategy is in trouble, and says why; the second one is archived."""
    ran = project.apply()
    first = project.control.find("routing_strategies", "Strategy 1")["id"]
    assert ran.code == 5, str(ran)
    assert ran.outcomes[f"{RULE}+{first}"] == "failed"
    assert [name for name, *_ in heads(project.control)] == ["Strategy 2"]
    assert "ARCHIVE_FAILED" in {entry.action for entry in project.audit() if entry.live_id == first}
    return project.run("plan").says("nothing is sent", *texts) and ran.says("Nothing was archived")


# Histories.


@pytest.mark.parametrize(
    ("leads", "more", "said"),
    [
        ("without_cursor", {}, "holds no cursor"),
        ("abroad", {"host": "evil.example.com"}, "leads to another host"),
        ("to_the_first", {}, "holds no cursor"),
    ],
)
def test_a_next_page_that_makes_no_sense_is_no_end(project: Project, leads: str, more: Any, said: str) -> None:
    project.write(rule(project.control))
    project.control.fault(versions_of(project, "Strategy 1"), "next_page", leads=leads, times=None, **more)
    assert troubled(project, said)
    assert all(each.path.startswith("/api") or each.path.startswith("/oauth") for each in project.control.requests())


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_any_page_size_and_any_order_give_the_same_history(start: Start, size: int, order: str) -> None:
    limits = {"default_page_size": size, "max_page_size": size, "version_order": order}
    project = start(settings=limits, name=f"{size}-{order}")
    project.control.add_strategies(1, versions=5)
    project.write(rule(project.control, maxVersions=4))
    assert project.apply().code == 0
    [archived] = project.control.archives()
    assert [each["versionNumber"] for each in archived["payload"]["versionMatrix"]] == [2, 3, 4, 5]


def test_pages_that_go_round_in_a_circle_are_left(start: Start) -> None:
    project = start(settings={"max_page_size": 2, "default_page_size": 2})
    project.control.add_strategies(2, versions=3)
    project.control.fault(versions_of(project, "Strategy 1"), "next_page", leads="here", skip=2, times=None)
    project.write(rule(project.control))
    assert project.run("plan").says("nothing is sent", "Its pages go round in a circle")


def test_a_history_that_loses_its_end_is_no_whole_one(start: Start) -> None:
    project = start(settings={"max_page_size": 2, "default_page_size": 2, "version_order": "oldest_first"})
    project.control.add_strategies(2, versions=3)
    project.write(rule(project.control))
    project.control.fault(versions_of(project, "Strategy 1"), "next_page", leads="nowhere", times=None)
    assert troubled(project, "the strategy is at version 3, and its history ends at 2")


def test_a_version_that_comes_twice_is_read_again_until_it_does_not(start: Start) -> None:
    project = start(settings={"max_page_size": 2, "default_page_size": 2, "version_cursors": "offset"})
    project.control.add_strategies(1, versions=5)
    fault = versions_of(project, "Strategy 1")
    project.write(rule(project.control))
    edits = [{"operation": "add_version", "collection": "routing_strategies", "target": "Strategy 1", "body": {}}]
    project.control.fault(fault, "edit", edits=edits, when="after")
    ran = project.apply()
    assert ran.code == 0, str(ran)
    assert heads(project.control) == [("Strategy 1", 6, 6)]


def test_a_page_that_is_left_out_is_noticed_and_read_again(start: Start) -> None:
    project = start(settings={"max_page_size": 1, "default_page_size": 1})
    project.control.add_strategies(1, versions=5)
    project.control.fault(versions_of(project, "Strategy 1"), "next_page", leads="past_one")
    project.write(rule(project.control))
    assert project.apply().code == 0
    assert heads(project.control) == [("Strategy 1", 5, 5)]


def test_a_version_that_somebody_deleted_is_remarked_on(project: Project) -> None:
    project.control.drop_version("Strategy 1", version=2)
    project.write(rule(project.control))
    assert project.run("plan").says("archive 2 versions up to 3; 1 of the numbers up to 3 are missing")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ({"createdDate": "yesterday"}, "the createdDate of version 3 is no date"),
        ({"modifiedDate": "2026-02-30T00:00:00Z"}, "the modifiedDate of version 3 is no date"),
        ({"version": "three"}, "has no number"),
        ({"id": ""}, "has no id"),
    ],
)
def test_a_version_that_makes_no_sense_is_named(project: Project, version: dict[str, Any], said: str) -> None:
    *older, newest = project.control.versions("Strategy 1")
    project.control.put_versions("Strategy 1", [*older, newest | version])
    project.write(rule(project.control))
    assert troubled(project, said)


def test_a_strategy_that_is_not_there_is_said_and_the_others_go_on(project: Project) -> None:
    known = project.control.find("routing_strategies", "Strategy 2")["id"]
    gone = "11111111-2222-4333-8444-555555555555"
    project.write(rule(project.control, strategies={"ids": [gone, known]}))
    ran = project.apply()
    assert (ran.code, ran.outcomes[f"{RULE}+{gone}"], ran.outcomes[f"{RULE}+{known}"]) == (5, "failed", "done")
    assert ran.says("the organisation does not know it")
    project.write(rule(project.control, strategies={"names": ["Nobody", "Strategy 2"]}))
    assert project.apply().says("Nobody: the organisation has none of this name")


def test_of_two_strategies_with_one_name_none_is_guessed(project: Project) -> None:
    project.control.add_strategies([{"name": "Strategy 1", "version": 1}])
    project.write(rule(project.control, strategies={"names": ["Strategy 1"]}))
    assert project.apply().code == 1
    assert project.run("plan").says("several have this name")
    assert project.control.archives() == []


def test_a_strategy_in_two_rules_by_id_and_by_name_blocks(project: Project) -> None:
    one = project.control.find("routing_strategies", "Strategy 1")["id"]
    project.write(
        rule(project.control, strategies={"ids": [one]}),
        rule(project.control, "other", strategies={"names": ["Strategy 1"]}),
    )
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC852"])
    assert ran.document["findings"][0]["where"]["file"].endswith("all.yaml")


def test_no_version_within_retention_is_said_and_nothing_sent(start: Start) -> None:
    project = start()
    project.control.add_strategies([{"name": "Old", "version": 2, "modifiedDate": "2020-01-01T00:00:00Z"}])
    project.write(rule(project.control))
    ran = project.apply()
    assert ran.code == 0, str(ran)
    plan = project.plan().document
    assert (standings(plan), plan["findings"][0]["code"]) == ({"Old": "nothing retained"}, "RC854")
    assert project.control.user_requests() == []


def test_an_organisation_without_strategies_to_offer_is_never_empty(project: Project) -> None:
    project.control.fault("GET " + STRATEGIES, "status", status=404, times=None)
    project.write(rule(project.control))
    assert project.run("plan").fails_with(1, "The organisation does not offer this", "RetentionRule")


def test_a_missing_scope_ends_it(start: Start) -> None:
    project = start()
    project.control.add_strategies(2)
    project.control.fault(f"GET {STRATEGIES}/*/versions", "status", status=403, times=None)
    project.write(rule(project.control))
    assert project.run("plan").code == 7


# Archives.


@pytest.mark.parametrize("retry_after", [None, 7])
def test_a_throttled_archive_is_waited_for(project: Project, retry_after: int | None) -> None:
    one_at_a_time(project)
    project.control.fault(ARCHIVES, "status", status=429, retry_after=retry_after)
    project.write(rule(project.control))
    assert project.apply().code == 0
    assert len(project.control.archives()) == 2
    assert 1 <= project.time.waited <= (retry_after or 2)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("action", "more"), [("cut", {}), ("status", {"status": 503}), ("hang", {})])
def test_an_answer_that_is_lost_makes_no_second_archive(
    project: Project, action: str, more: dict[str, Any], when: str
) -> None:
    one_at_a_time(project, timing={"connect": "1s", "request": "500ms", "settle": "5s"})
    project.control.fault(ARCHIVES, action, when=when, **more)
    project.write(rule(project.control, notify=telling(project.control)))
    ran = project.apply()
    assert ran.code == 0, str(ran)
    assert len(project.control.archives()) == len(receipts(project)) == len(copied(project)) == 2
    assert len(project.control.user_requests("/notifications")) == 2


@pytest.mark.parametrize(
    ("action", "more", "code", "outcome", "said"),
    [
        ("redirect", {"location": "https://evil.example.com/", "status": 307}, 1, "failed", "a redirect"),
        ("status", {"status": 400}, 1, "failed", "It answers 400"),
        ("status", {"status": 401}, 7, "failed", "does not take our credential"),
        ("status", {"status": 403}, 7, "failed", "does not take our credential"),
        ("status", {"status": 500}, 5, "in doubt", "Tried 5 times"),
        ("cut", {"when": "before"}, 5, "in doubt", "closed the connection without an answer"),
        ("html", {"status": 200}, 5, "in doubt", "names no archiveId"),
        ("mangle", {"remove": ["archiveId"]}, 5, "in doubt", "names no archiveId"),
        ("truncate", {"keep": 5}, 5, "in doubt", "names no archiveId"),
        ("oversize", {"bytes": 1_000_000}, 5, "in doubt", "names no archiveId"),
    ],
)
def test_an_archive_that_does_not_confirm_is_none_and_one_more_apply_makes_one(
    project: Project, action: str, more: dict[str, Any], code: int, outcome: str, said: str
) -> None:
    one_at_a_time(project)
    project.control.fault(ARCHIVES, action, times=None, **more)
    project.write(rule(project.control, notify=telling(project.control)))
    ran = project.apply()
    assert ran.code == code, str(ran)
    assert {each for step, each in ran.outcomes.items() if step != RULE} == {outcome}
    assert ran.says(said)
    assert (receipts(project), copies(project), project.control.user_requests("/notifications")) == ([], [], [])
    project.control.clear_faults()
    again = project.apply()
    assert again.code == 0, str(again)
    stored = project.control.archives()
    assert len(stored) == len(receipts(project)) == 2
    assert sorted(map(repr, copied(project))) == sorted(repr(each["payload"]) for each in stored)
    assert len(project.control.user_requests("/notifications")) == 2
    assert project.control.strays() == []


@pytest.mark.parametrize(("action", "more"), [("cut", {"when": "after"}), ("mangle", {"remove": ["archiveId"]})])
def test_what_we_may_have_made_ourselves_is_told_of(project: Project, action: str, more: dict[str, Any]) -> None:
    """There is no backup whose absence would say so: in the same run, or in the one after the interrupted one."""
    one_at_a_time(project)
    project.control.fault(ARCHIVES, action, times=2 if action == "mangle" else 1, **more)
    project.write(rule(project.control, backup=..., notify=telling(project.control)))
    project.apply()
    assert project.apply().code == 0
    assert 409 in {each.status for each in project.control.user_requests("/archives")}
    assert len(project.control.user_requests("/notifications")) == 2


def test_an_archive_in_doubt_gives_way_to_a_newer_head(project: Project) -> None:
    one_at_a_time(project)
    project.control.fault(ARCHIVES, "status", status=500, times=None)
    project.write(rule(project.control))
    assert project.apply().code == 5
    assert len(open_intents(project)) == 2
    project.control.clear_faults()
    project.control.add_version("Strategy 1")
    assert project.apply().code == 0
    assert heads(project.control) == [("Strategy 1", 4, 4), ("Strategy 2", 3, 3)]
    assert open_intents(project) == ()
    assert [entry.result for entry in project.audit() if entry.action == "ARCHIVE_FAILED"][-1] == "RESOLVED"


def test_an_interrupted_archive_is_sent_again_to_the_letter(project: Project) -> None:
    one_at_a_time(project)
    project.control.fault(ARCHIVES, "html", status=200, times=None)
    project.write(rule(project.control))
    assert project.apply().code == 5
    before = {intent.step: intent.body for intent in open_intents(project)}
    project.control.clear_faults()
    project.time.pass_by(3600)
    assert project.apply().code == 0
    assert {each["payload"]["idempotencyKey"]: each["payload"] for each in project.control.archives()} == before


def test_an_archive_that_is_down_is_not_asked_five_hundred_times(start: Start) -> None:
    project = start()
    project.control.add_strategies(40)
    project.control.fault(ARCHIVES, "status", status=503, times=None)
    one_at_a_time(project)
    project.write(rule(project.control))
    ran = project.apply()
    assert (ran.code, ran.document["summary"]["in doubt"], ran.document["summary"]["skipped"]) == (5, 5, 35)
    assert len(project.control.user_requests("/archives")) == 25


def test_at_most_so_many_are_in_flight_as_the_project_says(start: Start) -> None:
    project = start()
    project.control.add_strategies(30)
    project.control.fault(ARCHIVES, "delay", seconds=0.05, times=None)
    project.write(rule(project.control))
    assert project.apply().code == 0
    assert 2 <= project.control.most_in_flight() <= 5
    project.configure(limits={"archivesInFlight": 2, "requestsPerMinute": 1_000_000})
    project.write(rule(project.control, generation=2))
    project.control.forget()
    assert project.apply().code == 0
    assert project.control.most_in_flight() <= 2


# Copies and notifications.


def test_a_copy_that_cannot_be_written_fails_alone_and_is_made_by_the_next_apply(project: Project) -> None:
    (project.manifests / "backups").write_text("a file, and no folder")
    project.write(rule(project.control))
    ran = project.apply()
    assert (ran.code, ran.document["summary"]["failed"]) == (5, 2), str(ran)
    assert ran.says("The backup could not be written", "only its copy is missing")
    assert len(project.control.archives()) == len(receipts(project)) == 2
    assert [entry.result for entry in project.audit() if entry.action == "ARCHIVE_BACKED_UP"] == ["FAILED"] * 2
    (project.manifests / "backups").unlink()
    project.control.forget()
    assert project.apply().code == 0
    assert len(copies(project)) == 2
    assert project.control.user_requests() == []


def test_an_absolute_folder_is_meant(project: Project, tmp_path: Path) -> None:
    project.write(rule(project.control, backup={"folder": str(tmp_path / "cold")}))
    assert project.apply().code == 0
    assert len(list((tmp_path / "cold").iterdir())) == 2


@pytest.mark.parametrize(("action", "more"), [("status", {"status": 500}), ("cut", {}), ("redirect", {})])
def test_a_notification_that_fails_fails_nothing_and_is_tried_again(
    project: Project, action: str, more: dict[str, Any]
) -> None:
    if action == "redirect":
        more = {"location": "https://evil.example.com/", "status": 307}
    project.control.fault(NOTICES, action, times=2, **more)
    project.write(rule(project.control, notify=telling(project.control)))
    ran = project.apply()
    assert (ran.code, ran.document["summary"]["done"]) == (0, 3), str(ran)
    assert ran.says("The notification failed.")
    assert sum(result["owed"] for result in ran.document["results"]) == 2
    assert [(each.notice.value, each.tries) for each in receipts(project)] == [("due", 1)] * 2
    assert project.run("plan").says("head 3 is archived already, the notification missing")
    assert project.apply().code == 0
    assert [(each.notice.value, each.tries, each.trouble) for each in receipts(project)] == [("sent", 2, "")] * 2
    assert [entry.result for entry in project.audit() if entry.action == "ARCHIVE_NOTIFIED"] == [
        "FAILED", "FAILED", "SUCCESS", "SUCCESS",
    ]  # fmt: skip
    assert len(project.control.user_requests("/archives")) == 2
    assert project.plan().document["summary"]["archive"] == 0


# Rules.


@pytest.mark.parametrize(
    ("code", "path", "change", "spec"),
    [
        ("RR101", "retentionDays", "30 -> 10", {"retentionDays": 10}),
        ("RR102", "maxVersions", "12 -> 2", {"maxVersions": 2}),
    ],
)
def test_shortening_a_rule_blocks_until_it_is_acknowledged(
    project: Project, code: str, path: str, change: str, spec: dict[str, Any]
) -> None:
    project.applied(rule(project.control))
    project.write(rule(project.control, **spec))
    ran = project.apply()
    assert (ran.code, ran.codes) == (3, [code])
    assert project.row(RULE).declared[path] != spec[path]
    assert project.run("plan").says("Blocked by 1 finding", f'change: "{change}"')
    project.write(rule(project.control, lifecycle=acknowledging(code, path, change=change), **spec))
    assert project.apply().code == 0
    assert project.row(RULE).declared[path] == spec[path]


def test_lengthening_a_rule_makes_another_archive(project: Project) -> None:
    project.applied(rule(project.control))
    ran = project.applied(rule(project.control, maxVersions=MOST + 1))
    assert ran.document["summary"]["archived"] == 2
    assert project.plan().document["summary"]["unchanged"] == 1


def test_a_rule_that_is_lost_blocks_until_somebody_says_so(project: Project) -> None:
    project.applied(rule(project.control))
    project.write()
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC851"])
    project.write(removed(RULE, delete=True))
    assert project.plan().codes == ["RC306"]
    project.write(removed(RULE, delete=False))
    assert project.apply().code == 0
    assert (project.rows(), len(project.control.archives())) == ({}, 2)


def test_a_rule_that_moves_archives_nothing_again(project: Project) -> None:
    project.applied(rule(project.control))
    move = {"apiVersion": "reconciler/v1", "moved": [{"from": RULE, "to": "RetentionRule/other"}]}
    project.write(rule(project.control, "other"), move)
    assert project.apply().code == 0
    assert ([str(each) for each in project.rows()], len(project.control.archives())) == (["RetentionRule/other"], 2)
    assert project.plan().document["summary"]["unchanged"] == 1


def test_a_rule_that_is_excluded_is_not_looked_at(project: Project) -> None:
    project.write(rule(project.control))
    ran = project.apply("--exclude", "RetentionRule")
    assert (ran.code, ran.document["archives"]) == (0, [])
    assert [each for each in project.control.requests() if STRATEGIES in each.path] == []
