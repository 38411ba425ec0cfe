"""`--output markdown, sarif, github`: of what is reviewed, written also when something fails."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import orjson
import pytest
from reconciler.commands.actions import LARGEST_SUMMARY

from .project import SUPPORT, Project, purpose, schema


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The surroundings of a step in GitHub Actions."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    return tmp_path


def test_a_plan_is_a_comment_and_a_document_for_code_scanning(project: Project) -> None:
    project.write(purpose())
    ran = project.run("plan", "-o", "markdown=plan.md", "-o", "sarif=plan.sarif", "-o", "human")
    assert ran.code == 0, str(ran)
    assert (
        (project.root / "plan.md").read_text().startswith("<!-- reconciler:plan:default -->\n\n### Plan for `default`")
    )
    assert orjson.loads((project.root / "plan.sarif").read_bytes())["runs"][0]["results"] == []


def test_a_plan_that_cannot_be_made_is_a_comment_too_and_its_problems_stand_at_their_lines(project: Project) -> None:
    project.write(purpose(retention="soon"))
    ran = project.run("plan", "-o", "markdown=plan.md", "-o", "sarif=plan.sarif")
    assert ran.code == 1
    text = (project.root / "plan.md").read_text()
    assert text.startswith("<!-- reconciler:plan:default -->\n\n### Plan for `default` failed")
    run = orjson.loads((project.root / "plan.sarif").read_bytes())["runs"][0]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] > 1
    assert run["invocations"] == [{"executionSuccessful": False}]


def test_a_step_gets_annotations_a_summary_and_outputs(project: Project, step: Path) -> None:
    project.applied(purpose(), schema())
    project.write(schema())
    ran = project.run("plan", "-o", "human", "-o", "github")
    assert ran.code == 3
    assert "::error title=RC301 Purpose/Support%3A Deletion not authorised::" in ran.out
    assert (step / "summary").read_text().startswith("<!-- reconciler:plan:default -->")
    lines = dict(line.split("=") for line in (step / "output").read_text().splitlines())
    assert lines.pop("seal").startswith("sha256:")
    assert lines == {"changes": "1", "destructive": "1", "blocked": "true", "findings": "1"}


def test_without_a_runner_there_are_only_annotations(project: Project) -> None:
    project.write(purpose(retention="soon"))
    ran = project.run("validate", "-o", "github")
    assert ran.code == 1
    assert ran.out.startswith("::error file=")


def test_an_apply_says_whether_it_was_whole(project: Project, step: Path) -> None:
    project.write(purpose())
    ran = project.run("apply", "--auto-approve", "-o", "github", "-o", "markdown=report.md")
    assert ran.code == 0
    assert "### The plan for `default` was applied" in (project.root / "report.md").read_text()
    assert (step / "output").read_text() == "written=1\nsucceeded=true\n"


def test_a_failed_step_of_an_apply_is_an_annotation(project: Project, step: Path) -> None:
    project.write(purpose())
    project.control.fault("POST /api/v2/privacy/purposes", "status", status=400)
    ran = project.run("apply", "--auto-approve", "-o", "github")
    assert ran.code != 0
    assert f"{SUPPORT}%3A" in ran.out
    assert "succeeded=false" in (step / "output").read_text()


def cases(project: Project, name: str) -> dict[str, str]:
    """What came of each case of a JUnit file."""
    found = fromstring((project.root / name).read_bytes()).iter("testcase")  # noqa: S314 - our own
    return {
        str(each.get("name")): next((part.tag for part in each if part.tag != "system-out"), "passed") for each in found
    }


def test_a_plan_is_a_page_and_cases(project: Project) -> None:
    project.applied(purpose(), schema())
    project.write(schema(description="x"))
    assert project.run("plan", "-o", "html=plan.html", "-o", "junit=plan.xml").code == 3
    page = (project.root / "plan.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "<title>Plan for default</title>" in page
    assert cases(project, "plan.xml") == {"Support": "failure", "customer": "passed"}


def test_an_apply_is_a_page_and_cases(project: Project) -> None:
    project.write(purpose())
    assert project.run("apply", "--auto-approve", "-o", "html=a.html", "-o", "junit=a.xml").code == 0
    assert "<h1>The plan for default was applied</h1>" in (project.root / "a.html").read_text()
    assert cases(project, "a.xml") == {"Support": "passed"}


def test_manifests_are_cases_by_file_whether_they_are_valid_or_not(project: Project) -> None:
    project.write(purpose())
    assert project.run("validate", "-o", "junit=v.xml", "-o", "html=v.html").code == 0
    (file,) = cases(project, "v.xml")
    project.write(purpose(retention="soon"))
    assert project.run("validate", "-o", "junit=v.xml", "-o", "html=v.html").code == 1
    assert cases(project, "v.xml") == {file: "failure"}
    assert "<h1>Validate for default failed</h1>" in (project.root / "v.html").read_text()


def test_drift_is_a_page_and_cases(project: Project) -> None:
    project.applied(purpose())
    assert project.run("drift", "-o", "junit=d.xml").code == 0
    assert cases(project, "d.xml") == {"everything else": "passed"}
    project.control.edit("purposes", "Support", {"description": "theirs"})
    assert project.run("drift", "-o", "junit=d.xml", "-o", "html=d.html").code == 2
    assert cases(project, "d.xml") == {"Support": "failure", "everything else": "passed"}
    assert "<h1>Drift in default</h1>" in (project.root / "d.html").read_text()


def test_a_run_that_fails_is_a_case_too(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan", "--target", "Purpose/no_such", "-o", "junit=p.xml").code != 0
    assert cases(project, "p.xml") == {"run": "error"}


def test_a_saved_plan_has_every_format_of_a_plan(project: Project) -> None:
    project.write(purpose())
    project.run("plan", "--out", "plan.json")
    for name in ("markdown", "html", "junit", "sarif", "github"):
        assert project.run("show", "plan.json", "-o", name).code == 0
    assert project.run("show", "plan.json", "-o", "markdown").out.startswith("<!-- reconciler:plan:default -->")


def test_files_are_named_from_the_root_of_the_repository(
    project: Project, step: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.root.parent))
    project.write(purpose(retention="soon"))
    ran = project.run("validate", "-o", "github", "-o", "sarif=v.sarif")
    assert f"file={project.root.name}/manifests/" in ran.out
    (result,) = orjson.loads((project.root / "v.sarif").read_bytes())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place.startswith(f"{project.root.name}/manifests/")


def test_a_summary_is_never_larger_than_is_shown(project: Project, step: Path) -> None:
    project.write(purpose())
    (step / "summary").write_text("x" * (LARGEST_SUMMARY - 300))
    assert project.run("plan", "-o", "github").code == 0
    text = (step / "summary").read_text()
    assert text.endswith("The rest is in the artefacts and the log of this run.\n\n")
    assert len(text) <= LARGEST_SUMMARY
    (step / "summary").write_text("x" * LARGEST_SUMMARY)
    assert project.run("plan", "-o", "github").code == 0
    assert (step / "summary").stat().st_size == LARGEST_SUMMARY


def test_what_is_imported_or_recorded_starts_no_command_either(project: Project, step: Path) -> None:
    odd = "a\n::add-mask::x\n##[group]y"
    project.applied(purpose(description=odd))
    project.control.create(
        "purposes", {"name": "Odd", "description": odd, "retentionPeriod": "30d", "legalBasis": "consent"}
    )
    for words in (["import", "--all", "--dry-run"], ["state", "show", SUPPORT], ["state", "list"]):
        ran = project.run(*words)
        assert ran.code == 0, str(ran)
        assert not [row for row in ran.out.splitlines() if row.lstrip().startswith("::") or "##[" in row], str(ran)


def test_what_the_organisation_says_starts_no_command_of_a_runner(project: Project, step: Path) -> None:
    project.applied(purpose())
    project.control.edit("purposes", "Support", {"description": "a\n::add-mask::x\n##[group]y " + "z" * 200})
    for words in (["plan"], ["plan", "-o", "json"], ["plan", "-o", "markdown"], ["plan", "-o", "github"]):
        ran = project.run(*words)
        printed = (ran.out + ran.err).splitlines()
        assert not [row for row in printed if row.lstrip().startswith("::") and not row.startswith("::notice ")]
        assert not [row for row in printed if "##[" in row and not row.startswith("::")]
    assert "##[group]y" in orjson.loads(project.run("plan", "-o", "json").out)["changes"][0]["before"]["description"]


@pytest.mark.parametrize(("variable", "command"), [("TF_BUILD", "##vso[a]"), ("TEAMCITY_VERSION", "##teamcity[a]")])
def test_nor_one_of_another_runner(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, command: str
) -> None:
    project.applied(purpose())
    project.control.edit("purposes", "Support", {"description": command})
    assert command in project.run("plan").out
    monkeypatch.setenv(variable, "1")
    for words in (["plan"], ["plan", "-o", "json"], ["plan", "-o", "html"], ["plan", "-o", "junit"]):
        assert command not in project.run(*words).out
    assert command in orjson.loads(project.run("plan", "-o", "json").out)["changes"][0]["before"]["description"]


@pytest.mark.parametrize("words", [["kinds", "-o", "sarif"], ["policies", "-o", "markdown"], ["plan", "-o", "xml"]])
def test_a_result_without_a_format_says_so_before_anything_is_read(project: Project, words: list[str]) -> None:
    ran = project.run(*words)
    assert ran.code == 1
    assert not project.control.requests()


def test_two_formats_of_one_terminal_are_one_too_many_but_for_annotations(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan", "-o", "markdown", "-o", "human").fails_with(1, "Two outputs to the terminal")
    assert project.run("plan", "-o", "github", "-o", "json").code == 0


def test_a_summary_that_cannot_be_written_is_an_error_and_not_silence(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/nowhere/at/all")
    project.write(purpose())
    assert project.run("plan", "-o", "github").fails_with(1, "A file cannot be written", "GITHUB_STEP_SUMMARY")
