"""An organisation without versions: read, compare, write, read back. It narrows the race and says what it saw."""

from __future__ import annotations

import pytest

from commands.project import CUSTOMER, SUPPORT, Json, Project, Start, purpose, removed, schema, text

PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"


@pytest.fixture
def unlocked(start: Start) -> Project:
    return start(settings={"locking": "none"})


def _edit(body: Json, collection: str = "purposes", target: str = "Support") -> Json:
    return {"operation": "patch", "collection": collection, "target": target, "body": body}


def _saved(project: Project, *documents: Json) -> None:
    project.write(*documents)
    assert project.plan("--out", "plan.json").code == 0
    project.control.forget()


def _calls(project: Project, path: str) -> list[str]:
    return [each.method for each in project.control.requests() if each.path.startswith(path + "/")]


def test_an_update_costs_three_calls(unlocked: Project) -> None:
    unlocked.applied(purpose())
    _saved(unlocked, purpose(description="ours"))
    assert unlocked.run("apply", "plan.json").code == 0
    assert _calls(unlocked, PURPOSES) == ["GET", "PUT", "GET"]
    assert unlocked.plan("--detailed-exitcode").code == 0


def test_the_plan_names_the_lock_and_its_cost(unlocked: Project) -> None:
    unlocked.applied(purpose())
    unlocked.write(purpose(description="ours"))
    document = unlocked.plan().document
    assert document["changes"][0]["lock"] == "compare"
    assert document["budget"]["apply_calls"] == 3


def test_an_edit_since_the_plan_is_merged(unlocked: Project) -> None:
    unlocked.applied(schema(text("a")))
    _saved(unlocked, schema(text("a"), text("b")))
    unlocked.control.edit("flex_schemas", "customer", {"fields": [text("a"), text("theirs")]})
    ran = unlocked.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (0, {CUSTOMER: "merged"})
    names = [field["name"] for field in unlocked.control.find("flex_schemas", "customer")["fields"]]
    assert sorted(names) == ["a", "b", "theirs"]


def test_an_overlapping_edit_since_the_plan_is_a_conflict(unlocked: Project) -> None:
    unlocked.applied(purpose())
    _saved(unlocked, purpose(description="ours"))
    unlocked.control.edit("purposes", "Support", {"description": "theirs"})
    ran = unlocked.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (4, {SUPPORT: "conflict"})
    assert unlocked.effects() == []


def test_an_edit_right_after_our_write_is_seen_and_in_doubt(unlocked: Project) -> None:
    unlocked.applied(purpose())
    unlocked.write(purpose(description="ours"))
    unlocked.control.fault(f"PUT {PURPOSES}/*", "edit", edits=[_edit({"description": "theirs"})], when="after")
    ran = unlocked.apply()
    assert (ran.code, ran.outcomes) == (5, {SUPPORT: "in doubt"})
    assert ran.says("The object is not as we wrote it")
    assert unlocked.plan().steps == [("update", SUPPORT)], "it is planned again, and shown"


def test_a_write_whose_answer_was_lost_is_read_back(unlocked: Project) -> None:
    unlocked.applied(purpose())
    unlocked.write(purpose(description="ours"))
    unlocked.control.fault(f"PUT {PURPOSES}/*", "cut", when="after")
    assert unlocked.apply().outcomes == {SUPPORT: "done"}
    assert len(unlocked.effects()) == 1


def test_a_write_that_cannot_be_read_back_is_in_doubt(unlocked: Project) -> None:
    unlocked.applied(purpose())
    unlocked.write(purpose(description="ours"))
    unlocked.control.fault(f"GET {PURPOSES}/*", "status", status=400, skip=1, times=None)
    ran = unlocked.apply()
    assert (ran.code, ran.outcomes) == (5, {SUPPORT: "in doubt"})
    unlocked.control.clear_faults()
    assert unlocked.apply().code == 0
    assert unlocked.plan("--detailed-exitcode").code == 0


def test_an_object_that_is_gone_is_a_conflict(unlocked: Project) -> None:
    unlocked.applied(purpose())
    _saved(unlocked, purpose(description="ours"))
    unlocked.control.delete("purposes", "Support")
    assert unlocked.run("apply", "plan.json").code == 4


def test_a_deletion_looks_first(unlocked: Project) -> None:
    unlocked.applied(purpose())
    _saved(unlocked, removed(SUPPORT))
    assert unlocked.run("apply", "plan.json").code == 0
    assert _calls(unlocked, PURPOSES) == ["GET", "DELETE"]
    assert unlocked.rows() == {}


def test_a_deletion_leaves_alone_what_was_edited(unlocked: Project) -> None:
    unlocked.applied(purpose())
    _saved(unlocked, removed(SUPPORT))
    unlocked.control.edit("purposes", "Support", {"description": "still needed"})
    assert unlocked.run("apply", "plan.json").code == 4
    assert unlocked.effects() == []


def test_a_deletion_of_what_is_gone_already_is_done(unlocked: Project) -> None:
    unlocked.applied(purpose())
    _saved(unlocked, removed(SUPPORT))
    unlocked.control.delete("purposes", "Support")
    assert unlocked.run("apply", "plan.json").code == 0
    assert unlocked.rows() == {}
