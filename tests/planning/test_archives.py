"""What a standing order retains of a history, and when its head counts as archived (contract §7)."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds.retention_rule import RETENTION_RULE
from reconciler.model.archive import Archive, History, Notice, Receipt, Standing, Version
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Origin, Recorded
from reconciler.model.plan import Action, Plan
from reconciler.model.window import spell
from reconciler.planning.planfile import read_plan, seal_of, write_plan

from builders import AS_OF, codes, manifest, plan, situation

STRATEGY = "3a6f0d1e-8f1c-4a55-9a0c-0f6f3f0a7d21"
ENDPOINT = "https://archive.example.com/a"
KINDS_HERE = {RETENTION_RULE.name: RETENTION_RULE}


def rule(**spec: Any) -> Manifest:
    stated = {"strategies": "all", "retentionDays": 30, "maxVersions": 3, "archive": {"endpoint": ENDPOINT}} | spec
    made = manifest(RETENTION_RULE, "x", stated)
    return replace(made, normal={name: value for name, value in made.normal.items() if name != "name"})


def history(*ages: float, name: str = "Sales", **more: Any) -> History:
    """Versions of so many days ago, oldest first."""
    versions = []
    for number, age in enumerate(ages, 1):
        when = spell(AS_OF - datetime.timedelta(days=age))
        versions.append(Version(f"v-{number}", number, when, when))
    return History(more.pop("live_id", STRATEGY), name, tuple(versions), **more)


def planned(stated: Manifest, *histories: History, **more: Any) -> Plan:
    return plan(
        situation([stated], more.pop("rows", ()), kinds=KINDS_HERE, histories={stated.address: histories}, **more)
    )


def archived(stated: Manifest, *histories: History, **more: Any) -> Archive:
    [only] = planned(stated, *histories, **more).archives
    return only


def receipt(archive: Archive, **more: Any) -> dict[tuple[str, str], Receipt]:
    known = Receipt(ENDPOINT, archive.key, archive.address, archive.live_id, "a-1", archive.retained, "t", "s", **more)
    return {(ENDPOINT, archive.key): known}


def recorded(stated: Manifest) -> list[Recorded]:
    return [Recorded(stated.address, "", Origin.CREATED, stated.normal, "", None, False, 1, "s")]


def test_what_is_too_old_goes_first_and_then_what_is_too_many() -> None:
    found = archived(rule(), history(40, 31, 29, 20, 10, 1))
    assert (found.aged, found.surplus, found.retained, found.head) == (2, 1, 3, 6)
    assert [version.number for version in found.versions] == [4, 5, 6]


def test_the_day_itself_is_within_retention() -> None:
    assert archived(rule(), history(30)).retained == 1
    assert archived(rule(), history(30.001)).standing is Standing.NOTHING


@given(st.lists(st.floats(0, 60), max_size=12), st.integers(1, 60), st.integers(1, 12))
def test_every_version_is_retained_or_outside_for_one_reason(ages: list[float], days: int, most: int) -> None:
    found = archived(rule(retentionDays=days, maxVersions=most), history(*sorted(ages, reverse=True)))
    assert found.retained + found.aged + found.surplus == len(ages)
    assert found.retained <= most
    assert (found.standing is Standing.DUE) == (found.retained > 0)


def test_the_moving_on_of_the_window_makes_no_other_archive() -> None:
    first = archived(rule(), history(29, 1))
    later = archived(rule(), history(29, 1), as_of=AS_OF + datetime.timedelta(days=5))
    assert (first.retained, later.retained, first.key) == (2, 1, later.key)


def test_a_new_version_does() -> None:
    assert archived(rule(), history(3, 2)).key != archived(rule(), history(3, 2, 1)).key


def test_a_receipt_of_this_endpoint_says_that_it_is_archived() -> None:
    due = archived(rule(), history(1))
    found = archived(rule(), history(1), receipts=receipt(due))
    assert (found.standing, found.works, found.versions) == (Standing.ARCHIVED, False, ())
    elsewhere = rule(archive={"endpoint": "https://other.example.com"})
    assert archived(elsewhere, history(1), receipts=receipt(due)).standing is Standing.DUE


def test_an_archive_without_its_copy_has_still_to_be_copied() -> None:
    stated = rule(backup={"folder": "b"})
    due = archived(stated, history(1))
    lacking = archived(stated, history(1), receipts=receipt(due))
    assert (lacking.works, lacking.backup, len(lacking.versions)) == (True, True, 1)
    there = frozenset({("b", due.file_name)})
    assert not archived(stated, history(1), receipts=receipt(due), backups=there).works


@pytest.mark.parametrize(("notice", "works"), [(Notice.DUE, True), (Notice.SENT, False), (Notice.UNWANTED, False)])
def test_a_notification_that_failed_has_still_to_be_sent(notice: Notice, works: bool) -> None:
    stated = rule(notify={"url": "https://n.example.com"})
    due = archived(stated, history(1))
    assert archived(stated, history(1), receipts=receipt(due, notice=notice)).works is works
    assert not archived(rule(), history(1), receipts=receipt(due, notice=notice)).works


def test_a_history_in_trouble_is_a_step_and_stops_nothing() -> None:
    made = planned(rule(), history(1), History("", "Gone", trouble="there is none"), rows=recorded(rule()))
    assert [each.standing for each in made.archives] == [Standing.DUE, Standing.TROUBLE]
    assert (made.blocked, made.empty, codes(made)) == (False, False, ["RC853"])


def test_an_order_whose_histories_are_all_archived_is_nothing_to_do() -> None:
    due = archived(rule(), history(1))
    made = planned(rule(), history(1), receipts=receipt(due), rows=recorded(rule()))
    assert (made.empty, made.unchanged) == (True, 1)


def test_an_order_is_recorded_once_and_shortening_it_is_destructive() -> None:
    [change] = planned(rule(), history(1)).changes
    assert (change.action, change.writes) == (Action.ORDER, False)
    made = planned(rule(retentionDays=10), history(1), rows=recorded(rule()))
    assert (made.blocked, codes(made), made.changes[0].destructive) == (True, ["RR101"], True)
    assert not planned(rule(retentionDays=31), history(1), rows=recorded(rule())).blocked


def test_a_plan_with_archives_survives_its_file() -> None:
    made = planned(rule(tags={"a": "b"}), history(40, 1), History("", "Gone", trouble="x"))
    assert read_plan(write_plan(made), seal=seal_of(made)) == made
