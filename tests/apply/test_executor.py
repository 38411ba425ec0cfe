"""Scheduling: each step after what it depends on, as many at once as may be, skipping only what cannot be done."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest
from reconciler.commands.applying import DECIDING

from commands.project import CUSTOMER, SUPPORT, Json, Project, Start, link, purpose, schema, text

PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"


def _chain(*names: str) -> list[Json]:
    """Each schema points at the one before it."""
    first, *others = names
    pointing = [
        schema(text("id"), link("up", before, "id"), named=name) for before, name in zip(names, others, strict=False)
    ]
    return [schema(text("id"), named=first), *pointing]


def test_a_chain_is_made_one_after_the_other(project: Project) -> None:
    project.write(*_chain("d", "c", "b", "a"))
    assert project.apply().code == 0
    assert [name for _, name in project.actions()] == ["d", "c", "b", "a"]


def test_what_does_not_depend_on_each_other_goes_at_once(start: Start) -> None:
    """The first request is held back, and the second overtakes it: on a busy machine not at the first try."""
    for seconds in (0.3, 2, 20):
        project = start(name=f"held-back-for-{seconds}")
        project.write(purpose("Alpha"), purpose("Beta"))
        project.control.fault(f"POST {PURPOSES}", "delay", seconds=seconds)
        assert project.apply("--parallelism", "2").code == 0
        arrived = [each.body["name"] for each in project.control.requests("POST", PURPOSES)]
        if overtaken := [name for _, name in project.actions()] == arrived[::-1]:
            break
    assert overtaken


def test_one_at_a_time_keeps_the_plans_order(project: Project) -> None:
    project.write(*(purpose(f"Purpose_{number}") for number in range(5)))
    planned = [address for _, address in project.plan().steps]
    project.apply("--parallelism", "1")
    assert [f"Purpose/{name}" for _, name in project.actions()] == planned


def test_a_failure_in_the_middle_skips_everything_below_and_nothing_beside(project: Project) -> None:
    project.write(*_chain("a", "b", "c", "d"), *_chain("x", "y"))
    project.control.fault(f"POST {SCHEMAS}", "status", status=400, skip=2, times=1)
    ran = project.apply("--parallelism", "1")
    assert ran.code == 5
    failed = [step for step, outcome in ran.outcomes.items() if outcome == "failed"]
    skipped = {step for step, outcome in ran.outcomes.items() if outcome == "skipped"}
    assert len(failed) == 1
    below = {"FlexSchema/b": {"FlexSchema/c", "FlexSchema/d"}, "FlexSchema/y": set(), "FlexSchema/x": {"FlexSchema/y"}}
    assert skipped == below[failed[0]]
    assert project.apply().code == 0
    assert len(project.effects()) == 6


def test_a_skipped_step_names_what_it_waited_for(project: Project) -> None:
    project.write(*_chain("a", "b"))
    project.control.fault(f"POST {SCHEMAS}", "status", status=400)
    result = next(each for each in project.apply().document["results"] if each["outcome"] == "skipped")
    assert (result["step"], result["because"]) == ("FlexSchema/b", "FlexSchema/a")


def test_credentials_that_end_begin_nothing_more(project: Project) -> None:
    project.write(*(purpose(f"Purpose_{number}") for number in range(4)))
    project.control.fault(f"POST {PURPOSES}", "status", status=401, times=None)
    ran = project.apply("--parallelism", "1")
    assert ran.code == 7
    assert sorted(ran.outcomes.values()) == ["failed", "skipped", "skipped", "skipped"]
    assert ran.document["error"] == "The organisation does not accept the token"


def test_a_missing_permission_stops_only_its_own_step(project: Project) -> None:
    project.write(purpose("Alpha"), purpose("Beta"))
    project.control.fault(f"POST {PURPOSES}", "status", status=403)
    ran = project.apply("--parallelism", "1")
    assert (ran.code, ran.outcomes) == (5, {"Purpose/Alpha": "failed", "Purpose/Beta": "done"})


@pytest.mark.parametrize(
    ("documents", "written"),
    [
        ([purpose(lifecycle={"protect": True}), schema()], 0),
        ([purpose(description="else"), schema()], 1),
        ([purpose(description="else"), schema(text("customerId"), text("b")), purpose("Other")], 3),
    ],
    ids=["recorded", "one", "three"],
)
def test_written_counts_what_changed_the_organisation(project: Project, documents: list[Json], written: int) -> None:
    project.applied(purpose(), schema())
    project.write(*documents)
    assert project.apply().document["summary"]["written"] == written == len(project.effects())


def test_what_an_earlier_run_of_the_plan_did_is_not_done_again(project: Project) -> None:
    project.write(purpose("Alpha"), purpose("Beta"))
    project.plan("--out", "plan.json")
    project.control.fault(f"POST {PURPOSES}", "status", status=400, skip=1)
    first = project.run("apply", "plan.json", "-o", "json", "--parallelism", "1")
    second = project.run("apply", "plan.json", "-o", "json")
    assert (first.code, first.outcomes) == (5, {"Purpose/Alpha": "done", "Purpose/Beta": "failed"})
    assert (second.code, second.outcomes) == (0, {"Purpose/Alpha": "already done", "Purpose/Beta": "done"})


def test_a_creation_is_given_up_after_three_times_that_had_no_effect(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="before", times=None)
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (1, {SUPPORT: "failed"})
    assert ran.says("Sent 3 times, and the object never appeared")
    assert len(project.control.requests("POST", PURPOSES)) == 3
    project.control.clear_faults()
    assert project.apply().code == 0


def test_a_creation_that_shows_late_is_waited_for(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="after")
    project.control.fault(f"POST {PURPOSES}", "late", seconds=3)
    ran = project.apply()
    assert ran.outcomes == {SUPPORT: "done"}
    assert "may still appear" in ran.err
    assert project.actions() == [("create", "Support")]


def test_an_update_that_is_refused_for_a_version_that_has_not_moved_is_a_conflict(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    project.control.fault(f"PUT {SCHEMAS}/*", "status", status=409, times=None)
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (4, {CUSTOMER: "conflict"})
    assert len([each for each in project.control.requests() if each.method == "PUT"]) == 3


def test_a_version_that_moved_without_a_difference_is_retried_silently(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    edits = [
        {"operation": "patch", "collection": "flex_schemas", "target": "customer", "body": {"description": said}}
        for said in ("else", "What")
    ]
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=edits)
    assert project.apply().outcomes == {CUSTOMER: "done"}


def test_an_edit_that_says_the_same_as_ours_needs_no_write(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="agreed"))
    edit = {"operation": "patch", "collection": "purposes", "target": "Support", "body": {"description": "agreed"}}
    project.control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit])
    ran = project.apply()
    assert ran.code == 0
    assert project.effects() == []
    assert project.plan("--detailed-exitcode").code == 0


def test_what_nobody_foresaw_ends_the_run_with_a_report_and_leaves_the_intent_open(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("with somebody's data in its text")

    monkeypatch.setattr("reconciler.commands.applying.DECIDING", replace(DECIDING, merge=broken))
    project.applied(schema())
    project.write(schema(description="Other"))
    theirs = {"operation": "patch", "collection": "flex_schemas", "target": "customer", "body": {"description": "x"}}
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[theirs])
    ran = project.apply()
    assert ran.code == 5
    assert ran.outcomes == {CUSTOMER: "in doubt"}
    assert "somebody's data" not in ran.out + ran.err
