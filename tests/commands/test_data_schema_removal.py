"""Removing a data schema: deleted, disabled, or neither, as its base and organisation allow (published API §4.4)."""

from __future__ import annotations

import pytest

from .data_schemas import (
    BASES,
    CONTACTS,
    ORGANIZATIONS,
    ROBOT,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    calls,
    change,
    claim,
    named,
    prop,
    toggle,
)
from .project import Project, Start, removed

pytestmark = pytest.mark.long

DELETED = [base for base in BASES if base.ending != "disable"]
EITHER = [base for base in BASES if base.ending == "either"]
DISABLED = [base for base in BASES if base.ending == "disable"]
IN_USE = {WORKITEMS: "workitem.schema.cannot.be.deleted", RULES: "businessrules.schema.used.cannot.be.deleted"}


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def of(bases: list[Base] | tuple[Base, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("base", bases, ids=named)


def saved(project: Project, base: Base) -> None:
    """A schema that was applied, and a saved plan that removes it."""
    project.applied(claim(base))
    project.write(removed(base.address))
    assert project.plan("--out", "plan.json").code == 0
    project.control.forget()


def is_over(project: Project) -> bool:
    """Nothing is recorded any more, and nothing is left to do."""
    assert project.rows() == {}
    ran = project.plan("--detailed-exitcode")
    assert ran.code == 0, str(ran)
    return True


# What it will be.


@of(DELETED)
def test_a_schema_is_deleted_after_a_look_at_it(project: Project, base: Base) -> None:
    saved(project, base)
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {base.address: "done"})
    assert calls(project, base) == ["GET /{id}", "DELETE /{id}"]
    assert project.control.objects(base.collection) == []
    assert is_over(project)


@of(DISABLED)
def test_a_schema_that_cannot_be_deleted_is_disabled_and_forgotten(project: Project, base: Base) -> None:
    saved(project, base)
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {base.address: "done"})
    assert calls(project, base) == ["PUT /{id}"]
    [left] = project.control.objects(base.collection)
    assert (left["enabled"], left["version"], left["jsonSchema"]["title"]) == (False, 2, "claim")
    assert is_over(project)


@of(EITHER)
def test_where_deleting_is_not_allowed_it_is_disabled(start: Start, base: Base) -> None:
    project = start(clients=[ROBOT], settings={"deletion_forbidden": [base.collection]})
    saved(project, base)
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {base.address: "done"})
    assert calls(project, base) == ["GET /{id}", "DELETE /{id}", "PUT /{id}"]
    [left] = project.control.objects(base.collection)
    assert (left["enabled"], left["version"]) == (False, 2)
    assert ran.document["results"][0]["action"] == "disable"
    assert [each.action for each in project.audit()][-1:] == ["DISABLE"]
    assert is_over(project)


WORDS = {
    "delete": "",
    "either": "; where the organisation does not allow that, it is disabled and then forgotten",
    "disable": "; it cannot be deleted, so it is disabled and then forgotten",
}


@of(BASES)
def test_the_plan_says_what_removing_will_come_to(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(removed(base.address))
    action = "disable" if base.ending == "disable" else "delete"
    ran = project.plan()
    assert ran.steps == [(action, base.address)]
    assert ran.document["changes"][0]["reason"] == "removed: says to delete it" + WORDS[base.ending]
    shown = project.run("plan")
    assert shown.code == 0
    assert shown.says(WORDS[base.ending], f"1 to {action}")


@of(BASES)
def test_without_a_word_nothing_goes(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write()
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC301"])
    assert project.plan("--allow-delete").code == 0


@of([WORKITEMS, ORGANIZATIONS])
def test_removed_without_deletion_forgets_and_leaves_it_as_it_is(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(removed(base.address, delete=False))
    assert project.apply().outcomes == {base.address: "done"}
    assert project.effects() == []
    assert is_over(project)


def test_one_that_is_disabled_already_is_only_forgotten(project: Project) -> None:
    project.applied(claim(ORGANIZATIONS))
    toggle(project, ORGANIZATIONS, to=False)
    project.write(removed(ORGANIZATIONS.address))
    ran = project.plan()
    assert ran.steps == [("forget", ORGANIZATIONS.address)]
    assert project.apply().code == 0
    assert project.effects() == []
    assert is_over(project)


def test_a_protected_schema_is_neither_deleted_nor_disabled(project: Project) -> None:
    project.applied(*(claim(base, lifecycle={"protect": True}) for base in (WORKITEMS, ORGANIZATIONS)))
    project.write(removed(WORKITEMS.address, ORGANIZATIONS.address))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC302", "RC302"])


def test_an_adopted_schema_is_forgotten_and_stays(project: Project) -> None:
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "claim", "properties": {}}
    project.control.create(USERS.collection, {"jsonSchema": document | {"properties": {"a": prop(USERS, "A")}}})
    project.applied(claim(USERS, lifecycle={"adopt": True}))
    project.write()
    assert project.apply().code == 0
    assert len(project.control.objects(USERS.collection)) == 1
    assert is_over(project)


def test_too_many_at_once_are_counted_whichever_way_they_end(project: Project) -> None:
    named_ = [f"c{number}" for number in range(3)]
    project.applied(*(claim(ORGANIZATIONS, at=at) for at in named_))
    project.write(removed(*(f"{ORGANIZATIONS.kind}/{at}" for at in named_)))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC303"])
    assert ran.says("3 of 3 objects of OrganizationSchema would be disabled")


# What others do meanwhile.


@of(tuple(IN_USE))
def test_one_in_use_stays_and_the_message_says_who_has_to_let_go(project: Project, base: Base) -> None:
    saved(project, base)
    project.control.use(base.collection, "claim", "worktype-7")
    ran = project.run("apply", "plan.json")
    assert ran.code == 1, str(ran)
    assert ran.says(IN_USE[base], "HTTP 409", "only forget it: removed: with delete: false")
    assert project.effects() == []
    assert list(project.rows())
    assert project.plan().steps == [("delete", base.address)]
    project.control.release(base.collection, "claim")
    assert project.apply().code == 0
    assert is_over(project)


@of([USERS, CONTACTS])
def test_one_in_use_of_another_base_stays_too(project: Project, base: Base) -> None:
    saved(project, base)
    project.control.use(base.collection, "claim", "somebody")
    ran = project.run("apply", "plan.json")
    assert ran.says("HTTP 409", "request.conflict")
    assert project.effects() == []
    assert project.plan().steps == [("delete", base.address)]


@of([*DELETED, ORGANIZATIONS])
def test_an_edit_since_the_plan_saves_it(project: Project, base: Base) -> None:
    saved(project, base)
    change(project, base, properties={"theirs": prop(base, "Theirs")})
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (4, {base.address: "conflict"})
    assert ran.says("A deletion is never merged with an edit")
    assert project.effects() == []
    assert project.control.find(base.collection, "claim")["enabled"] is True


@of(EITHER[:2])
def test_an_edit_between_the_refused_deletion_and_the_disabling_saves_it(start: Start, base: Base) -> None:
    project = start(clients=[ROBOT], settings={"deletion_forbidden": [base.collection]})
    saved(project, base)
    theirs = {"jsonSchema": {"description": "still needed"}}
    edit = {"operation": "patch", "collection": base.collection, "target": "claim", "body": theirs}
    project.control.fault(f"PUT {base.path}/*", "edit", edits=[edit])
    assert project.run("apply", "plan.json").code == 4
    assert project.effects() == []
    assert project.control.find(base.collection, "claim")["enabled"] is True


@of(DELETED)
@pytest.mark.parametrize("shown", ["shown", "gone"])
def test_one_that_is_deleted_already_is_done(start: Start, base: Base, shown: str) -> None:
    project = start(clients=[ROBOT], settings={"deleted_schemas": shown})
    saved(project, base)
    project.control.delete(base.collection, "claim")
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {base.address: "done"})
    assert calls(project, base) == ["GET /{id}"]
    assert is_over(project)


@of([WORKITEMS, RULES])
@pytest.mark.parametrize("listed", [False, True])
def test_a_tombstone_is_gone_for_the_plan(start: Start, base: Base, listed: bool) -> None:
    project = start(clients=[ROBOT], settings={"list_deleted_schemas": listed})
    project.applied(claim(base))
    project.control.delete(base.collection, "claim")
    ran = project.plan()
    assert ran.steps == [("recreate", base.address)]
    assert project.apply().code == 0
    assert len(project.control.objects(base.collection)) == 1
    assert project.plan("--detailed-exitcode").code == 0
    project.write()
    project.control.delete(base.collection, "claim")
    assert project.plan().steps == [("forget", base.address)]


def test_a_deletion_whose_answer_was_lost_is_found_out_by_the_next_run(project: Project) -> None:
    saved(project, WORKITEMS)
    project.control.fault(f"DELETE {WORKITEMS.path}/*", "cut", when="after", times=None)
    project.run("apply", "plan.json")
    project.control.clear_faults()
    assert project.apply().code == 0
    assert [effect.action for effect in project.effects()] == ["delete"]
    assert is_over(project)


def test_a_kind_that_cannot_be_deleted_anywhere_is_refused_without_that_word(project: Project) -> None:
    """Work items have no such toggle: a 403 of that code is an error that names the route, and nothing is disabled."""
    saved(project, WORKITEMS)
    project.control.fault(f"DELETE {WORKITEMS.path}/*", "status", status=403, code="feature.forbidden")
    ran = project.run("apply", "plan.json")
    assert ran.code == 1
    assert ran.says("feature.forbidden", "WorkitemSchema (DELETE)")
    assert project.effects() == []
