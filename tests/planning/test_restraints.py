"""Thresholds and freezes hold a whole run back (issue 5.4)."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from reconciler.model.manifest import Manifest
from reconciler.model.plan import Plan
from reconciler.model.policy import Freeze, Policies, Scope, Threshold, Thresholds
from reconciler.model.project import Project
from reconciler.model.source import Source
from reconciler.planning.planfile import read_plan, write_plan
from reconciler.planning.situation import Choices

from builders import AS_OF, codes, edited, manifest, observed, plan_of, purpose, recorded, removal

HERE = Source("reconciler.yaml", 9, 3)
START, UNTIL = "2026-10-01T00:00:00.000Z", "2026-10-02T00:00:00.000Z"
OURS = [purpose(f"Purpose {number}") for number in range(10)]


def restrained(**policies: Any) -> Project:
    return Project(policies=Policies(defaults=False, **policies))


def changing(count: int, *, ending: int = 0, new: int = 0, **thresholds: Threshold) -> Plan:
    """A plan for ten of our objects of which some change, some end, and some others are new."""
    stated: list[Manifest] = list(OURS[ending:])
    live = [observed(each) for each in OURS]
    live[ending : ending + count] = [edited(each, description="?") for each in live[ending : ending + count]]
    return plan_of(
        [*stated, *(purpose(f"New {number}") for number in range(new))],
        [recorded(each) for each in OURS],
        live,
        removals=[removal(each.address, delete=True) for each in OURS[:ending]],
        project=replace(
            restrained(thresholds=Thresholds(**thresholds)),
            limits=replace(Project().limits, deletions=replace(Project().limits.deletions, count=99, percent=100)),
        ),
    )


THRESHOLDS: dict[str, tuple[Plan, list[str]]] = {
    "as many as allowed": (changing(3, changes=Threshold(count=3)), []),
    "one more": (changing(4, changes=Threshold(count=3)), ["RC802"]),
    "new ones count": (changing(2, new=2, changes=Threshold(count=3)), ["RC802"]),
    "endings are changes": (changing(2, ending=2, changes=Threshold(count=3)), ["RC802"]),
    "none at all": (changing(1, changes=Threshold(count=0)), ["RC802"]),
    "a share": (changing(3, changes=Threshold(percent=30)), []),
    "more than the share": (changing(4, changes=Threshold(percent=30)), ["RC802"]),
    "new ones are no share": (changing(3, new=5, changes=Threshold(percent=30)), []),
    "one is always allowed": (changing(1, changes=Threshold(percent=1)), []),
    "deletions": (changing(0, ending=3, deletions=Threshold(count=2)), ["RC803"]),
    "changes are no deletions": (changing(5, deletions=Threshold(count=0)), []),
    "a share of deletions": (changing(0, ending=3, deletions=Threshold(percent=20)), ["RC803"]),
    "nothing to do": (changing(0, changes=Threshold(count=0, percent=0)), []),
    "no threshold": (changing(10), []),
}


@pytest.mark.parametrize(("made", "expected"), THRESHOLDS.values(), ids=THRESHOLDS)
def test_one_run_does_as_much_as_the_thresholds_allow(made: Plan, expected: list[str]) -> None:
    assert codes(made) == expected
    assert made.blocked is bool(expected)


def test_a_threshold_s_finding_says_the_numbers_and_where_it_is_stated() -> None:
    [finding] = changing(4, changes=Threshold(3, 20, HERE)).findings
    assert finding.where == HERE
    assert finding.detail == ("4 objects, and at most 3 are allowed. 4 of our 10 objects, and 20 % of them are 2.")


def frozen(**more: Any) -> Project:
    values: dict[str, Any] = {"start": START, "until": UNTIL, "reason": "Stocktaking.", "where": HERE, **more}
    return restrained(freezes=(Freeze(**values),))


LABELLED = replace(purpose("Support"), labels={"team": "crm"})


def test_a_plan_within_a_freeze_blocks_with_the_reason() -> None:
    [finding] = plan_of([LABELLED], project=frozen()).findings
    assert (finding.code, finding.blocks, finding.where) == ("RC801", True, HERE)
    assert finding.detail == f"Purpose/Support: frozen from {START} until {UNTIL}. Stocktaking."


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-09-30T23:59:59+00:00", []),
        ("2026-10-01T00:00:00+00:00", ["RC801"]),
        ("2026-10-02T01:59:59+02:00", ["RC801"]),
        ("2026-10-02T00:00:00+00:00", []),
    ],
)
def test_a_freeze_holds_from_its_start_and_no_more_at_its_end(moment: str, expected: list[str]) -> None:
    as_of = datetime.datetime.fromisoformat(moment)
    assert codes(plan_of([LABELLED], project=frozen(), as_of=as_of)) == expected


@pytest.mark.parametrize(("moment", "held"), [(START, True), (UNTIL, False)])
def test_apply_asks_the_same_of_a_freeze(moment: str, held: bool) -> None:
    assert Freeze(START, UNTIL, "r").holds(datetime.datetime.fromisoformat(moment)) is held


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope(("Purpose",)), True),
        (Scope(("FlexSchema",)), False),
        (Scope(labels={"team": "crm"}), True),
        (Scope(labels={"team": "hr"}), False),
    ],
)
def test_a_freeze_is_for_its_kinds_and_labels(scope: Scope, held: bool) -> None:
    assert plan_of([LABELLED], project=frozen(scope=scope)).blocked is held


def test_what_has_no_manifest_any_more_has_no_labels_that_exempt_it() -> None:
    project = frozen(scope=Scope(labels={"team": "hr"}))
    away = [removal(LABELLED.address, delete=True)]
    made = plan_of([], [recorded(LABELLED)], [observed(LABELLED)], removals=away, project=project)
    assert codes(made) == ["RC801"]


def test_a_plan_that_writes_nothing_is_not_frozen() -> None:
    made = plan_of([LABELLED], [recorded(LABELLED)], [observed(LABELLED)], project=frozen())
    assert (made.findings, made.frozen) == ((), ())


def test_a_request_is_frozen_too() -> None:
    request = manifest("DataExport", "d", {"window": {"month": "2026-08"}})
    assert codes(plan_of([request], project=frozen())) == ["RC801"]


def test_what_is_excluded_is_not_frozen() -> None:
    choices = Choices(excluded=frozenset({"Purpose"}))
    assert not plan_of([LABELLED], project=frozen(), choices=choices).blocked


def test_a_freeze_to_come_goes_into_the_plan_and_one_that_is_over_does_not() -> None:
    earlier, later = AS_OF - datetime.timedelta(days=9), AS_OF + datetime.timedelta(days=9)
    before = plan_of([LABELLED], project=frozen(), as_of=earlier)
    assert [each.addresses for each in before.frozen] == [(LABELLED.address,)]
    assert not before.blocked
    assert plan_of([LABELLED], project=frozen(), as_of=later).frozen == ()


def test_policies_survive_the_plan_file() -> None:
    made = plan_of([LABELLED], project=replace(frozen(scope=Scope(("Purpose",), {"team": "crm"}))))
    again = read_plan(write_plan(made))
    assert again == made
    assert again.frozen[0].freeze.where == HERE
