"""What a stranger found: extreme numbers, answers that mislead, writes of our own that look like somebody else's."""

from __future__ import annotations

import pytest

from .data_schemas import (
    EVENTS,
    ROBOT,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    calls,
    change,
    claim,
    enum,
    every_base,
    integer,
    named,
    prop,
    properties,
    text,
)
from .project import Project, Start, removed


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def is_settled(project: Project) -> bool:
    ran = project.plan("--detailed-exitcode")
    assert ran.code == 0, str(ran)
    return True


def saved_removal(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(removed(base.address))
    assert project.plan("--out", "plan.json").code == 0
    project.control.forget()


@pytest.mark.parametrize("most", [1e20, 1.7976931348623157e308, 2.0**63, 9.0e15])
def test_a_number_of_any_size_crashes_nothing(project: Project, most: float) -> None:
    """In our field it is judged, in a colleague's left alone, in a concurrent edit merged."""
    number = {"key": "much", "type": "number", "minimum": 0, "maximum": most}
    project.write(claim(WORKITEMS, number))
    assert project.plan().code in (0, 3)
    project.applied(claim(WORKITEMS))
    theirs = {"allOf": [{"$ref": "#/definitions/number"}], "title": "Theirs", "minimum": 0, "maximum": most}
    change(project, WORKITEMS, properties={"theirs": theirs}, force=True)
    project.write(claim(WORKITEMS, description="other"))
    assert project.plan().steps == [("update", WORKITEMS.address)]
    plan = project.plan("--out", "plan.json")
    change(project, WORKITEMS, properties={"later": {**theirs, "title": "Later"}}, force=True)
    ran = project.run("apply", "plan.json", "-o", "json")
    assert "Internal error" not in str(plan) + str(ran)


@pytest.mark.parametrize("base", [WORKITEMS, RULES], ids=named)
def test_a_404_to_a_deletion_is_not_believed_while_the_object_is_there(project: Project, base: Base) -> None:
    saved_removal(project, base)
    project.control.fault(f"DELETE {base.path}/*", "status", status=404, code="not.found", message="Nothing here.")
    ran = project.run("apply", "plan.json", "-o", "json")
    [left] = project.control.objects(base.collection)
    if base is WORKITEMS:
        assert (ran.code, ran.outcomes, left["enabled"]) == (1, {base.address: "failed"}, True)
        assert base.address in map(str, project.rows())
    else:
        assert (ran.code, ran.outcomes, left["enabled"]) == (0, {base.address: "done"}, False)


def test_one_that_is_disabled_already_gets_no_new_version_where_deleting_is_not_allowed(start: Start) -> None:
    project = start(clients=[ROBOT], settings={"deletion_forbidden": [USERS.collection]})
    project.applied(claim(USERS, enabled=False))
    project.write(removed(USERS.address))
    project.control.forget()
    assert project.apply().code == 0
    assert [left["version"] for left in project.control.objects(USERS.collection)] == [2]
    assert project.rows() == {}


def test_a_disabling_in_place_of_a_deletion_that_was_not_answered_is_our_own(start: Start) -> None:
    project = start(clients=[ROBOT], settings={"deletion_forbidden": [USERS.collection]})
    saved_removal(project, USERS)
    project.control.fault(f"PUT {USERS.path}/*", "status", status=400, code="bad.request", when="after")
    first = project.run("apply", "plan.json", "-o", "json")
    assert first.code != 0
    again = project.run("apply", "plan.json", "-o", "json")
    assert (again.code, again.outcomes) == (0, {USERS.address: "done"})
    assert [left["version"] for left in project.control.objects(USERS.collection)] == [2]


def test_a_refusal_that_speaks_of_versions_is_no_conflict(project: Project) -> None:
    project.applied(claim(WORKITEMS))
    project.write(claim(WORKITEMS, description="other"))
    project.control.fault(
        f"PUT {WORKITEMS.path}/*", "status", status=400, times=None,
        code="dynamic.schema.incompatible.json.schema.update",
        message="The new version of schema 'claim' does not match the previous one.",
    )  # fmt: skip
    project.control.forget()
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 1
    assert ran.says("Keep what was there and add fields instead")
    assert calls(project, WORKITEMS).count("PUT /{id}") == 1


def test_a_conflict_by_its_code_is_one_whatever_its_status(project: Project) -> None:
    project.applied(claim(WORKITEMS))
    project.write(claim(WORKITEMS, description="other"))
    project.control.fault(
        f"PUT {WORKITEMS.path}/*", "status", status=400, code="dynamic.schema.version.conflict", message="?"
    )
    assert project.apply().outcomes == {WORKITEMS.address: "done"}


def test_an_empty_description_is_refused_where_it_stands(project: Project) -> None:
    project.write(claim(WORKITEMS, description=""))
    assert project.run("validate").says("description")
    assert project.run("validate").code == 1


@every_base
def test_an_enum_whose_titles_are_its_values_is_adopted_as_it_is(project: Project, base: Base) -> None:
    said = {value: {"title": value} for value in ("a", "b")}
    document = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "claim",
        "properties": {
            "state": {
                "allOf": [{"$ref": "#/definitions/enum"}], "title": "state", "enum": ["a", "b"], "_enumProperties": said
            }
        },
    }  # fmt: skip
    project.control.create(base.collection, {"jsonSchema": document})
    project.write(claim(base, enum("state", "a", "b")))
    assert project.plan().code == 0
    assert project.apply().code == 0
    assert [effect.action for effect in project.effects()] == []
    assert is_settled(project)


@pytest.mark.parametrize("stray", [False, True], ids=["optional", "required"])
def test_a_required_key_that_had_no_field_is_ours_once_it_has_one(project: Project, stray: bool) -> None:
    project.applied(claim(USERS))
    change(project, USERS, required=["ghost"], force=True)
    project.write(claim(USERS, text(USERS, "number"), integer("ghost", required=stray)))
    ran = project.plan()
    if ran.code == 0:
        assert project.apply().code == 0
        assert project.control.find(USERS.collection, "claim")["jsonSchema"].get("required", []) == []
        assert is_settled(project)
    else:
        assert ran.codes == ["DS104"]


@pytest.mark.parametrize("said", [25.0, 25.5, 1e30, -1, "25", None])
def test_limits_of_any_sort_make_a_plan_file_that_can_be_read(start: Start, said: object) -> None:
    project = start(clients=[ROBOT])
    project.control.fault(
        f"GET {WORKITEMS.path}/limits", "mangle", set={"maxNumberOfFieldsPerSchema": said}, times=None
    )
    project.write(claim(WORKITEMS))
    assert project.plan("--out", "plan.json").code == 0
    assert project.run("apply", "plan.json", "-o", "json").outcomes == {WORKITEMS.address: "done"}


@pytest.mark.parametrize("term", ["coretypes", "limits"])
def test_terms_that_are_switched_off_are_not_said(project: Project, term: str) -> None:
    project.control.fault(f"GET {WORKITEMS.path}/{term}", "status", status=403, code="feature.forbidden", times=None)
    project.write(claim(WORKITEMS))
    ran = project.plan()
    assert (ran.code, ran.codes) == (0, ["DS207" if term == "coretypes" else "DS209"])


def test_a_page_of_a_proxy_is_no_word_about_limits(project: Project) -> None:
    project.control.fault(f"GET {WORKITEMS.path}/limits", "html", status=404, times=None)
    project.write(claim(WORKITEMS))
    assert project.plan().code == 1


def test_a_bound_of_nothing_is_no_narrowing(project: Project) -> None:
    """Business rules refuse to narrow: a length that was not stated is at least 0 anyway."""
    project.applied(claim(RULES))
    bare = {name: value for name, value in prop(RULES, "number").items() if name != "minLength"}
    change(project, RULES, properties={"number": {**bare, "minLength": None}}, force=True)
    assert "minLength" not in properties(project, RULES)["number"]
    ran = project.plan()
    assert all(each["class"] != "platform" for each in ran.document["findings"]), str(ran)


def test_a_title_that_somebody_has_enabled_is_taken_for_a_disabled_manifest_too(project: Project) -> None:
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "claim", "properties": {}}
    project.control.create(EVENTS.collection, {"jsonSchema": document})
    project.write(claim(EVENTS, enabled=False))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC105"])
