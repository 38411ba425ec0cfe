"""Policies from the command line: validate, plan, apply, explain, and the list of them."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest

from .project import Project, acknowledging, purpose

RULE = {
    "code": "ORG001",
    "message": "Purposes are described at length",
    "kinds": ["Purpose"],
    "schema": {"properties": {"description": {"minLength": 10}}},
    "explain": "People read it in the privacy notice.",
}


def ruled(project: Project, **policies: Any) -> None:
    project.configure(policies={"rules": [RULE]} | policies)


def moment(ahead: float) -> str:
    """So many seconds from now."""
    at = datetime.datetime.fromtimestamp(int(time.time() + ahead), datetime.UTC)
    return at.isoformat().replace("+00:00", "Z")


def frozen(project: Project, start: float, until: float) -> None:
    freeze = {"from": moment(start), "until": moment(until), "reason": "Year-end closing."}
    project.configure(policies={"freezes": [freeze]})


def test_validate_judges_policies_at_their_place(project: Project) -> None:
    ruled(project)
    project.write(purpose())
    ran = project.run("validate")
    assert ran.code == 1
    assert ran.says("manifests/all.yaml:6:3: ORG001 Purposes are described at length", "reconciler plan", "1 problem")
    assert project.control.requests() == []


def test_validate_takes_an_acknowledgement(project: Project) -> None:
    ruled(project)
    project.write(purpose(lifecycle=acknowledging("ORG001", "description", change="Why")))
    assert project.run("validate").out == "1 manifest valid.\n"


def test_validate_shows_what_policies_only_warn_of(project: Project) -> None:
    ruled(project, rules=[RULE | {"severity": "warn"}])
    project.write(purpose())
    ran = project.run("validate")
    assert ran.code == 0
    assert ran.says("ORG001 Purposes are described at length", "1 manifest valid.")
    document = project.run("validate", "-o", "json").document
    assert (document["valid"], [each["code"] for each in document["remarks"]]) == (True, ["ORG001"])


def test_a_plan_is_blocked_with_place_and_snippet_and_the_snippet_lifts_it(project: Project) -> None:
    ruled(project)
    project.write(purpose())
    ran = project.run("plan")
    assert ran.code == 3
    assert ran.says("ORG001", "manifests/all.yaml:6:3", "{code: ORG001, path: description, change: Why,")
    project.write(purpose(lifecycle=acknowledging("ORG001", "description", change="Why")))
    assert project.apply().code == 0


def test_an_object_that_has_not_changed_blocks_under_a_new_rule(project: Project) -> None:
    project.applied(purpose())
    ruled(project)
    assert project.plan().codes == ["ORG001"]
    assert project.apply().code == 3
    assert project.effects() == []


def test_an_unknown_legal_basis_blocks_and_can_be_let_through(project: Project) -> None:
    project.write(purpose(legalBasis="because"))
    assert project.run("validate").says("manifests/all.yaml:8:3: PU004")
    assert (project.plan().code, project.plan().codes) == (3, ["PU004"])
    ruled(project, rules=[], defaults={"PU004": "off"})
    assert (project.plan().code, project.plan().codes) == (0, [])


def test_a_class_that_changes_shows_its_purposes_and_why(project: Project) -> None:
    project.configure(retentionClasses={"standard": {"retention": "180d"}})
    project.applied(purpose(retention={"class": "standard"}), purpose("Other"))
    project.configure(retentionClasses={"standard": {"retention": "90d"}})
    ran = project.run("plan")
    assert ran.code == 3
    assert ran.says("class standard: 180d -> 90d", "PU101", "1 to update")


def test_a_freeze_blocks_the_plan_and_nothing_is_written(project: Project) -> None:
    frozen(project, -60, 3600)
    project.write(purpose())
    ran = project.run("plan")
    assert ran.code == 3
    assert ran.says("RC801", "Changes are frozen", "Year-end closing.")
    assert project.apply().code == 3
    assert project.effects() == []


def test_a_freeze_that_begins_after_the_plan_is_found_by_apply(project: Project) -> None:
    frozen(project, 3600, 7200)
    project.write(purpose())
    assert project.plan("--out", "plan.json").code == 0
    project.time.pass_by(3700)
    assert project.run("apply", "plan.json").fails_with(3, "Changes are frozen", "Purpose/Support", "Year-end closing.")
    assert project.effects() == []
    project.time.pass_by(3600)
    assert project.run("apply", "plan.json").code == 0


def test_an_earlier_time_of_the_plan_does_not_get_around_a_freeze(project: Project) -> None:
    frozen(project, -60, 3600)
    project.write(purpose())
    assert project.plan("--as-of", moment(-3600), "--out", "plan.json").code == 0
    assert project.run("apply", "plan.json").fails_with(3, "Changes are frozen")
    assert project.run("apply", "--auto-approve", "--as-of", moment(-3600)).fails_with(3, "Changes are frozen")
    assert project.effects() == []


def test_a_run_beyond_its_threshold_is_blocked(project: Project) -> None:
    project.configure(policies={"thresholds": {"changes": {"count": 1}}})
    project.write(purpose(), purpose("Other"))
    assert project.plan().codes == ["RC802"]
    assert project.apply("--exclude", "Purpose/Other").code == 0


def test_policies_are_listed_with_where_they_come_from(project: Project) -> None:
    thresholds = {"changes": {"count": 20}, "deletions": {"count": 3, "percent": 10}}
    freeze = {"from": "2026-01-01T00:00Z", "until": "2026-01-02T00:00Z", "reason": "Move", "labels": {"team": "crm"}}
    ruled(project, defaults={"PU001": "off"}, thresholds=thresholds, freezes=[freeze])
    ran = project.run("policies")
    assert ran.says(
        "ORG001 block manifests/reconciler.yaml:",
        "PU001 off default",
        "PU002 block default",
        "changes in one run: at most 20",
        "deletions in one run: at most 3, and 10 % of what is ours",
        "every kind (team: crm): Move",
    )
    document = project.run("policies", "-o", "json").document
    listed = {each["code"]: (each["severity"], each["source"]) for each in document["policies"]}
    assert listed["PU001"] == ("off", "default")
    assert document["thresholds"]["changes"] == {"count": 20, "percent": None}
    assert document["freezes"][0]["labels"] == {"team": "crm"}


def test_the_default_policies_are_listed_without_a_project_file(project: Project) -> None:
    (project.manifests / "reconciler.yaml").unlink()
    assert project.run("policies").says("PU001 block default Purpose", "FS005", "ER005 warn")


def test_a_rule_of_one_s_own_is_explained(project: Project) -> None:
    ruled(project)
    ran = project.run("explain", "org001")
    assert ran.says("ORG001 Purposes are described at length", "privacy notice", '{"description":{"minLength":10}}')
    assert "ORG001" in project.run("explain").out


@pytest.mark.parametrize("broken", ["rules: 3", "rules: [{code: ORG001, message: m, schema: {type: x}}]"])
def test_a_project_file_that_is_wrong_does_not_keep_codes_from_being_explained(project: Project, broken: str) -> None:
    file = project.manifests / "reconciler.yaml"
    file.write_text(f"apiVersion: reconciler/v1\nkind: Project\npolicies: {{{broken}}}\n")
    assert project.run("explain", "PU001").code == 0
    assert project.run("policies").code == 1
