"""Objects that point at each other, deleted together: one lets go first."""

from __future__ import annotations

import pytest

from .project import Json, Project, Start, link, removed, schema, text

SCHEMAS = "/api/v2/data/flex/schemas"


CIRCLE: list[Json] = [
    schema(text("customerId"), link("other", "b"), named="a"),
    schema(text("customerId"), link("other", "a"), named="b"),
]


@pytest.fixture
def circle(start: Start, request: pytest.FixtureRequest) -> Project:
    """Two schemas that point at each other, both to be deleted."""
    project = start(settings={"locking": getattr(request, "param", "if_match")})
    project.configure(limits={"requestsPerMinute": 1_000_000, "deletions": {"count": 2, "percent": 100}})
    project.applied(*CIRCLE)
    project.write(removed("FlexSchema/a", "FlexSchema/b"))
    return project


@pytest.mark.parametrize("circle", ["if_match", "none"], indirect=True)
def test_a_circle_is_deleted_in_one_apply(circle: Project) -> None:
    assert circle.apply().code == 0
    assert circle.control.objects("flex_schemas") == []


@pytest.mark.parametrize("circle", ["if_match", "none"], indirect=True)
def test_an_edit_between_letting_go_and_deleting_keeps_the_object(circle: Project) -> None:
    theirs = {"operation": "patch", "collection": "flex_schemas", "target": "b", "body": {"description": "theirs"}}
    circle.control.fault(f"DELETE {SCHEMAS}/*", "edit", edits=[theirs])
    ran = circle.apply()
    assert (ran.code, ran.outcomes["FlexSchema/b"]) == (5, "conflict")
    assert circle.control.find("flex_schemas", "b")["description"] == "theirs"


def test_an_edit_before_letting_go_keeps_the_object(circle: Project) -> None:
    theirs = {"operation": "patch", "collection": "flex_schemas", "target": "b", "body": {"description": "theirs"}}
    circle.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[theirs])
    assert circle.apply().code == 4
    assert circle.control.find("flex_schemas", "b")["description"] == "theirs"


def test_what_let_go_and_was_not_deleted_owns_no_more_than_before(circle: Project) -> None:
    fields = circle.control.find("flex_schemas", "b")["fields"]
    circle.control.edit("flex_schemas", "b", {"fields": [*fields, text("theirs")]})
    circle.control.fault(f"DELETE {SCHEMAS}/*", "status", status=422)
    assert circle.apply().code == 5
    circle.write(*CIRCLE)
    assert circle.apply().code == 0
    assert [each["name"] for each in circle.control.find("flex_schemas", "b")["fields"]] == [
        "customerId",
        "theirs",
        "other",
    ]
