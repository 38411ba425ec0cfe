"""What stands by its manifest: requests in the queue and archives of new heads need no approval of their own."""

from __future__ import annotations

import pytest

from .approving import NOT_APPROVED, altered, gaps, merged, refused, reviewed
from .project import SUPPORT, Json, Project, Ran, Start, manifest, purpose
from .retaining import ARCHIVE_SECRET, RULE, rule
from .webhooks import HOOK, KEY, VALUE, VARIABLE, live, webhook


def export(name: str = "september", month: str = "2026-09", **spec: Json) -> Json:
    return manifest("DataExport", name, {"window": {"month": month}} | spec, None)


def test_a_request_that_waited_in_the_queue_needs_no_other_approval_than_its_manifest(project: Project) -> None:
    first, second = export("first", "2026-08"), export()
    assert set(merged(project, reviewed(project, first, second)).outcomes.values()) == {"done", "queued"}
    plan = reviewed(project, first, second, purpose())
    ran = project.run("apply", "--drift", "keep", "--approved-plan", plan, "-o", "json", "--wait")
    assert ran.code == 0, str(ran)
    assert len(project.control.objects("data_exports")) == 2


def test_what_was_agreed_to_by_hand_stands_for_the_next_merge(project: Project) -> None:
    project.write(export("first", "2026-08"), export())
    assert set(project.apply().outcomes.values()) == {"done", "queued"}
    plan = altered(reviewed(project, purpose(), export("first", "2026-08"), export()), standing={})
    assert merged(project, plan).code == 0


def test_a_request_whose_manifest_changed_is_approved_anew(project: Project) -> None:
    project.applied(purpose())
    plan = reviewed(project, purpose(), export())
    project.write(purpose(), export(generation=2))
    assert gaps(refused(project, plan)) == [("not approved", "DataExport/september", "manifest")]


def test_letting_a_request_go_is_approved_like_any_change(project: Project) -> None:
    project.applied(purpose(), export())
    plan = reviewed(project, purpose())
    assert merged(project, plan).code == 0


def test_a_request_is_not_let_go_without_approval(project: Project) -> None:
    project.applied(purpose(), export())
    plan = reviewed(project, purpose(), export())
    project.write(purpose())
    assert [(gap, address) for gap, address, _ in gaps(refused(project, plan))] == [("not approved", None)]


@pytest.fixture
def archived(start: Start) -> Project:
    """Two strategies whose heads are archived."""
    project = start(settings={"archive_credential": ARCHIVE_SECRET})
    project.environment["RECONCILER_SECRET_ARCHIVE"] = ARCHIVE_SECRET
    project.control.add_strategies(2, versions=3)
    assert merged(project, reviewed(project, rule(project.control))).outcomes[RULE] == "done"
    assert len(project.control.archives()) == 2
    project.control.forget()
    return project


def test_a_new_head_is_archived_by_the_rule_that_was_approved(archived: Project) -> None:
    plan = reviewed(archived, rule(archived.control), purpose())
    archived.control.add_version("Strategy 1")
    assert merged(archived, plan).code == 0
    assert len(archived.control.archives()) == 3


def test_a_rule_that_changed_archives_nothing_without_approval(archived: Project) -> None:
    plan = reviewed(archived, rule(archived.control), purpose())
    archived.control.add_version("Strategy 1")
    archived.write(rule(archived.control, maxVersions=13), purpose())
    assert gaps(refused(archived, plan)) == [
        ("not approved", RULE, "manifest"),
        ("not approved", RULE, "spec.maxVersions"),
    ]
    assert len(archived.control.archives()) == 2


@pytest.fixture
def heard(project: Project) -> Project:
    """A webhook with a secret, applied with it and planned without it, as in a pull request."""
    project.environment[VARIABLE] = VALUE
    assert merged(project, reviewed(project, webhook(headers=KEY))).outcomes == {HOOK: "done"}
    project.environment.pop(VARIABLE)
    return project


def test_a_variables_new_value_is_sent_with_whatever_is_merged_next(heard: Project) -> None:
    """No plan of a pull request sees it, so no approval could say so: without this no merge would pass any more."""
    plan = reviewed(heard, webhook(headers=KEY), purpose())
    ran = merged(heard, plan, **{VARIABLE: "r0tated"})
    assert (ran.code, ran.outcomes) == (0, {HOOK: "done", SUPPORT: "done"})
    assert live(heard.control)["headers"] == {"X-Api-Key": "r0tated"}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"headers": {"X-Api-Key": {"fromEnv": f"{VARIABLE}_2"}}}, "spec.headers.X-Api-Key.value"),
        ({"headers": KEY, "endpoint": "https://elsewhere.example.com/hook"}, "spec.endpoint"),
        ({"headers": {**KEY, "X-More": {"fromEnv": VARIABLE}}}, "spec.headers.X-More"),
    ],
)
def test_another_variable_another_place_and_another_header_are_approved_like_any_change(
    heard: Project, changed: Json, path: str
) -> None:
    plan = reviewed(heard, webhook(headers=KEY), purpose())
    heard.write(webhook(**changed), purpose())
    heard.environment |= {VARIABLE: "r0tated", f"{VARIABLE}_2": "another"}
    assert ("not approved", HOOK, path) in gaps(refused(heard, plan))


def test_a_header_that_a_colleague_took_away_does_not_come_back_with_a_new_value(heard: Project) -> None:
    plan = reviewed(heard, webhook(headers=KEY), purpose())
    heard.control.edit("webhooks", "Compliance", {"headers": {"X-Api-Key": None}})
    assert merged(heard, plan, **{VARIABLE: "r0tated"}).code == 0
    assert live(heard.control)["headers"] == {}


def stands(project: Project, *more: str, **exported: str) -> Ran:
    """The nightly apply."""
    return project.run("apply", "--drift", "keep", "--standing", "-o", "json", *more, **exported)


def test_what_waits_in_the_queue_is_made_between_merges(project: Project) -> None:
    first, second = export("first", "2026-08"), export()
    assert set(merged(project, reviewed(project, first, second)).outcomes.values()) == {"done", "queued"}
    assert stands(project, "--wait").code == 0
    assert len(project.control.objects("data_exports")) == 2


def test_a_new_head_is_archived_between_merges(archived: Project) -> None:
    archived.control.add_version("Strategy 1")
    assert stands(archived).code == 0
    assert len(archived.control.archives()) == 3


def test_a_new_value_is_sent_between_merges(heard: Project) -> None:
    assert stands(heard, **{VARIABLE: "r0tated"}).outcomes == {HOOK: "done"}
    assert live(heard.control)["headers"] == {"X-Api-Key": "r0tated"}


def test_with_nothing_to_do_and_with_drift_nothing_is_done_between_merges(heard: Project) -> None:
    heard.control.edit("webhooks", "Compliance", {"endpoint": "https://theirs.example.com/hook"})
    heard.control.forget()
    assert stands(heard).code == 0
    assert heard.effects() == []


def test_nothing_that_needs_an_approval_is_done_between_merges(archived: Project) -> None:
    archived.control.add_version("Strategy 1")
    archived.write(rule(archived.control), purpose())
    before = archived.files()
    ran = stands(archived)
    assert (ran.code, ran.document["summary"]) == (4, NOT_APPROVED), str(ran)
    assert gaps(ran) == [("not approved", SUPPORT, "spec")]
    assert archived.wrote_only_its_refusal(before)
    assert len(archived.control.archives()) == 2


def test_a_request_that_nobody_approved_is_not_made_between_merges(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(), export())
    for _ in range(2):
        assert gaps(stands(project)) == [("not approved", "DataExport/september", "manifest")]
    assert project.control.objects("data_exports") == []


@pytest.mark.parametrize("other", [("it.plan",), ("--approved-plan", "it.plan")])
def test_what_stands_is_applied_alone(project: Project, other: tuple[str, ...]) -> None:
    assert project.run("apply", "--standing", *other).fails_with(1, "What stands is applied alone")
