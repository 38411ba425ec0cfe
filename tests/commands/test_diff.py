"""`reconciler diff`: what two saved plans have in common, and what not."""

from __future__ import annotations

from pathlib import Path

from .project import Json, Project, Ran, Start, purpose, schema, text
from .test_exports import data


def planned(project: Project, name: str, *documents: Json) -> Path:
    project.write(*documents)
    ran = project.run("plan", "--out", name)
    assert ran.code in (0, 3), str(ran)
    return project.root / name


def compared(project: Project, *documents: Json) -> Ran:
    """The plan of these manifests, against that of what is written."""
    before = project.root / "one.json"
    planned(project, "two.json", *documents)
    return project.run("diff", before, "two.json", "-o", "json")


def paths(ran: Ran) -> list[tuple[str, str, bool, bool]]:
    return [
        (each["address"], each["path"], each["first"] is not None, each["second"] is not None)
        for each in ran.document["different"]
    ]


def test_a_plan_differs_in_nothing_from_itself(project: Project) -> None:
    planned(project, "one.json", purpose(), schema(text("a")), data())
    ran = compared(project, purpose(), schema(text("a")), data())
    assert (ran.code, paths(ran)) == (0, [])
    assert project.run("diff", "one.json", "two.json").says("do the same: 3 changes.")


def test_what_only_one_of_them_changes_is_said_of_that_one(project: Project) -> None:
    planned(project, "one.json", purpose(), purpose("Dropped"))
    ran = compared(project, purpose(), purpose("Added"))
    assert ran.code == 2
    assert paths(ran) == [("Purpose/Added", "spec", False, True), ("Purpose/Dropped", "spec", True, False)]
    shown = project.run("diff", "one.json", "two.json")
    assert shown.says("Only in one.json", "Purpose/Dropped spec: create", "Only in two.json", "1 change alike")


def test_what_both_change_otherwise_is_shown_side_by_side(project: Project) -> None:
    project.applied(purpose())
    planned(project, "one.json", purpose(retention="200d"))
    ran = compared(project, purpose(retention="300d"))
    assert paths(ran) == [("Purpose/Support", "spec.retention", True, True)]
    shown = project.run("diff", "one.json", "two.json")
    assert shown.says("one.json: update 180d -> 200d", "two.json: update 180d -> 300d")


def test_a_finding_that_only_one_of_them_has_is_a_difference(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    planned(project, "one.json", schema(text("a")))
    agreed = {
        "code": "FS101",
        "path": "fields.b",
        "removes": ["b"],
        "reason": "r",
        "by": "a.b",
        "expires": "2099-01-01",
    }
    ran = compared(project, schema(text("a"), lifecycle={"acknowledge": [agreed]}))
    assert paths(ran) == [("FlexSchema/customer", "spec.fields.b", True, True)]


def test_two_organisations_with_other_ids_are_no_difference(start: Start) -> None:
    written = []
    for name in ("dev", "prod"):
        project = start(name=name, organization={"id": name, "name": name})
        project.configure(environment={"name": name})
        project.applied(purpose())
        written.append(planned(project, "plan.json", purpose(retention="200d"), schema(text("a")), data()))
    assert project.run("diff", *written).says("dev and prod do the same: 3 changes.")
    written[1] = planned(project, "plan.json", purpose(retention="300d"))
    assert project.run("diff", *written).says("Only in dev", "Different in both", "prod: update 180d -> 300d")


def test_a_file_that_is_no_plan_is_refused(project: Project) -> None:
    planned(project, "one.json", purpose())
    (project.root / "two.json").write_text("{}")
    assert project.run("diff", "one.json", "two.json").fails_with(1, "The file is not a plan")
