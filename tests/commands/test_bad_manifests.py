"""The issue's "Bad input", as far as the manifests go: found without a call, and nothing is written."""

from __future__ import annotations

import pytest

from .project import Json, Project, link, purpose, schema, text

SUPPORT = """\
apiVersion: reconciler/v1
kind: Purpose
metadata: {name: Support}
spec:
  description: Why
  retention: 180d
  legalBasis: contract
"""

WRONG_YAML = {
    "a duplicate key": (SUPPORT + "  retention: 1d\n", "MF007", 8),
    "an unknown field": (SUPPORT + "  retentoin: 1d\n", "MF105", 8),
    "a tag": (SUPPORT.replace("Why", "!secret Why"), "MF009", 5),
    "a merge key": (SUPPORT + "  <<: {active: true}\n", "MF010", 8),
    "deep nesting": (SUPPORT.replace("Why", "[" * 60 + "]" * 60), "MF006", 5),
    "an alias to nothing": (SUPPORT.replace("Why", "*nowhere"), "MF011", 5),
    "a tab": (SUPPORT.replace("  description", "\tdescription"), "MF005", 5),
    "no YAML at all": (SUPPORT.replace("Why", '"Why'), "MF004", None),
    "a `no` where true or false is meant": (SUPPORT + "  active: no\n", "MF106", 8),
    "true where a string is meant": (SUPPORT.replace("Why", "true"), "MF106", 5),
    "an unknown kind": (SUPPORT.replace("Purpose", "Porpoise"), "MF103", 2),
    "a number for a name": (SUPPORT.replace("{name: Support}", "{name: 4}"), "MF106", 3),
    "a list for a text": (SUPPORT.replace("Why", "[Why]"), "MF106", 5),
    "six months": (SUPPORT.replace("180d", "6 months"), "MF108", 6),
    "a retention class that is not there": (SUPPORT.replace("180d", "{class: eternal}"), "PU003", 6),
}


@pytest.mark.parametrize(("content", "code", "line"), WRONG_YAML.values(), ids=WRONG_YAML.keys())
@pytest.mark.parametrize("verb", ["validate", "plan", "apply"])
def test_what_is_wrong_is_shown_with_its_place(
    project: Project, verb: str, content: str, code: str, line: int | None
) -> None:
    project.write(content)
    before = project.files()
    ran = project.run(verb, *(["--auto-approve"] if verb == "apply" else []))
    assert ran.code == 1
    assert ran.says(f"manifests/all.yaml:{line or ''}", code, "1 problem in 1 file")
    assert "Traceback" not in ran.flat
    assert project.wrote_nothing(before)
    assert project.control.requests() == []


def test_a_file_that_is_not_utf_8_is_refused(project: Project) -> None:
    (project.manifests / "all.yaml").write_bytes(SUPPORT.replace("Why", "Größe").encode("latin-1"))
    assert project.run("validate").code == 1


def test_a_near_miss_gets_a_suggestion(project: Project) -> None:
    project.write(SUPPORT.replace("legalBasis", "legalBase"))
    assert project.run("validate").says("legalBasis`?")


def test_101_fields_are_refused_before_any_call(project: Project) -> None:
    project.write(schema(*(text(f"f{number}") for number in range(101))))
    ran = project.plan()
    assert ran.code == 1
    assert ran.says("100")
    assert project.control.requests() == []


def test_one_field_too_many_with_a_colleagues_blocks_the_plan(project: Project) -> None:
    ours = [text(f"f{number}") for number in range(99)]
    project.applied(schema(*ours))
    theirs = [*project.control.find("flex_schemas", "customer")["fields"], {"name": "theirs", "type": "string"}]
    project.control.edit("flex_schemas", "customer", {"fields": theirs})
    project.write(schema(*ours, text("f99")))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["FS110"])
    assert ran.document["headroom"][0]["after"] == 101


ESTATES: dict[str, tuple[list[Json], list[Json], str]] = {
    "one address in two files": ([purpose()], [purpose()], "MF201"),
    "one name under two addresses": ([purpose("Support")], [purpose("other", name="Support")], "MF202"),
    "a relationship to nowhere": ([schema(link("c", "nowhere"))], [], "MF204"),
    "a relationship to a field that is not there": ([schema(link("c", "customer", "nothing"))], [], "FS004"),
    "a purpose that is not there": ([schema(text("c", purpose="Nothing"))], [], "MF204"),
}


@pytest.mark.parametrize(("first", "second", "code"), ESTATES.values(), ids=ESTATES.keys())
def test_what_is_wrong_between_manifests_is_found(
    project: Project, first: list[Json], second: list[Json], code: str
) -> None:
    project.write(*first, to="a.yaml")
    project.write(*second, to="b/c.yaml")
    ran = project.run("validate", "-o", "json")
    assert (ran.code, ran.codes) == (1, [code])


def test_all_problems_of_all_files_come_in_one_run(project: Project) -> None:
    project.write(SUPPORT.replace("180d", "6 months"), to="a.yaml")
    project.write("kind: [", to="b.yaml")
    project.write(schema(link("c", "nowhere")), to="c.yaml")
    ran = project.run("validate")
    assert ran.says("a.yaml:6", "b.yaml:1", "c.yaml:", "in 3 files")


def test_a_broken_project_file_is_a_problem_like_any_other(project: Project) -> None:
    project.write(purpose())
    project.configure(limits={"deletions": {"count": "five"}})
    for verb in ("validate", "plan"):
        ran = project.run(verb)
        assert ran.code == 1
        assert ran.says("reconciler.yaml:", "MF106")


def test_a_saved_plan_with_a_broken_project_file_names_the_place(project: Project) -> None:
    project.write(purpose())
    project.plan("--out", "plan.json")
    project.configure(nonsense=1)
    ran = project.run("apply", "plan.json")
    assert ran.code == 1
    assert ran.says("manifests/reconciler.yaml:", "MF105")


def test_an_expired_acknowledgement_blocks(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    said = {"code": "FS101", "path": "fields.b", "removes": ["b"], "reason": "r", "by": "me", "expires": "2020-01-01"}
    project.write(schema(text("a"), lifecycle={"acknowledge": [said]}))
    ran = project.apply()
    assert (ran.code, sorted(ran.codes)) == (3, ["FS101", "RC502"])
    assert project.effects() == []


def test_an_acknowledgement_that_expires_after_planning_blocks_the_apply(project: Project) -> None:
    project.applied(schema(text("a"), text("b")))
    said = {"code": "FS101", "path": "fields.b", "removes": ["b"], "reason": "r", "by": "me", "expires": "2020-01-01"}
    project.write(schema(text("a"), lifecycle={"acknowledge": [said]}))
    assert project.plan("--as-of", "2019-12-31T00:00:00Z", "--out", "plan.json").code == 0
    before = project.files()
    ran = project.run("apply", "plan.json")
    assert ran.fails_with(3, "The plan is blocked", "FS101", "expired")
    assert project.wrote_only_its_refusal(before)


def test_a_project_file_by_another_name_is_told_what_it_should_be_called_and_may_be_named(project: Project) -> None:
    project.write(purpose())
    named = (project.manifests / "reconciler.yaml").rename(project.manifests / "reconciler.yml")
    ran = project.run("validate")
    assert (ran.code, ran.says("The project file is called reconciler.yaml", "--project")) == (1, True)
    assert project.run("validate", "--project", named).says("1 manifest valid.")
