"""The verbs that need no organisation, and what all verbs share: help, suggestions, versions, laziness."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from reconciler import __version__
from reconciler.cli.verbs import VERBS
from reconciler.commands.explain import every_explanation
from reconciler.kinds import KINDS

from .project import CUSTOMER, SUPPORT, Project, purpose, removed, schema, text

REPOSITORY = Path(__file__).parents[2]


# Help.


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_examples(project: Project, verb: str) -> None:
    ran = project.run(verb, "--help")
    assert ran.code == 0
    assert f"\n    reconciler {verb}" in ran.out
    assert all(len(line) <= 100 for line in ran.out.splitlines())


@pytest.mark.parametrize("verb", ["list", "show", "lock", "applied"])
def test_every_look_into_the_ledger_explains_itself(project: Project, verb: str) -> None:
    assert f"reconciler state {verb}" in project.run("state", verb, "--help").out


def test_the_help_lists_every_verb(project: Project) -> None:
    ran = project.run("--help")
    assert ran.code == 0
    assert ran.says(*VERBS)


def test_without_a_verb_the_help_is_shown(project: Project) -> None:
    assert project.run().says("Usage: reconciler", "validate")


HEAVY = (
    "requests, sqlalchemy, jsonschema, jsonschema_rs, rich, deepdiff, yaml, orjson, cattrs, starlette, uvicorn, "
    "fastapi, pydantic, duckdb, jinja2, prometheus_client"
)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["plna"]], ids=str)
def test_what_help_does_not_need_is_not_imported(words: list[str]) -> None:
    script = (
        "import sys, atexit\n"
        f"heavy = {HEAVY.split(', ')!r}\n"
        "atexit.register(lambda: print('loaded:', sorted(set(heavy) & set(sys.modules))))\n"
        f"sys.argv = ['reconciler', *{words!r}]\n"
        "from reconciler.cli import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert "loaded: []" in done.stdout


def test_planning_does_not_import_what_only_the_sandbox_needs(project: Project) -> None:
    project.write(purpose())
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('loaded:', sorted({'starlette', 'uvicorn'} & set(sys.modules))))\n"
        "sys.argv = ['reconciler', 'plan']\n"
        "from reconciler.cli import main\n"
        "main()"
    )
    environment = {**os.environ, **project.environment}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300, env=environment, cwd=project.root
    )
    assert "1 to create" in done.stdout
    assert "loaded: []" in done.stdout


def test_the_version_is_told(project: Project) -> None:
    assert project.run("--version").out.split() == ["reconciler,", "version", __version__]


def test_an_unknown_verb_gets_a_suggestion(project: Project) -> None:
    ran = project.run("aply")
    assert ran.code == 1
    assert ran.says("No such command 'aply'.", "Did you mean 'apply'?")


def test_a_verb_like_no_other_gets_none(project: Project) -> None:
    ran = project.run("frobnicate")
    assert ran.code == 1
    assert "Did you mean" not in ran.flat


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--nonsense"],
        ["plan", "--drift", "perhaps"],
        ["plan", "--parallelism", "0"],
        ["plan", "--timeout", "soon"],
        ["plan", "--as-of", "tomorrow"],
        ["plan", "--as-of", "2026-11-01T09:00:00"],
        ["show"],
        ["state", "show"],
        ["plan", "--project", "nowhere.yaml"],
    ],
    ids=" ".join,
)
def test_a_slip_of_the_keyboard_is_an_error_with_a_reason(project: Project, words: list[str]) -> None:
    ran = project.run(*words)
    assert ran.code == 1
    assert ran.says("Error: ")
    assert "Traceback" not in ran.flat
    assert project.control.requests() == []


# validate.


def test_valid_manifests_are_counted(project: Project) -> None:
    project.write(purpose(), schema())
    ran = project.run("validate")
    assert (ran.code, ran.out) == (0, "2 manifests valid.\n")
    assert project.control.requests() == []


def test_programs_get_an_empty_list_of_problems(project: Project) -> None:
    project.write(purpose())
    document = project.run("validate", "-o", "json").document
    assert (document["valid"], document["problems"], document["format_version"]) == (True, [], 1)


def test_programs_get_every_problem_with_its_place(project: Project) -> None:
    project.write(purpose(retention="6 months"))
    document = project.run("validate", "-o", "json").document
    problem = document["problems"][0]
    assert document["valid"] is False
    assert (problem["code"], problem["where"]["file"]) == ("MF108", "manifests/all.yaml")
    assert problem["where"]["line"] > 1


def test_a_folder_that_is_not_there_is_named(project: Project) -> None:
    assert project.run("validate", "nowhere").fails_with(1, "There are no manifests", "nowhere does not exist.")


def test_files_and_folders_can_be_named(project: Project) -> None:
    good = project.write(purpose(), to="good/a.yaml")
    project.write("nonsense", to="bad/b.yml")
    assert project.run("validate", good).code == 0
    assert project.run("validate", "manifests/good", "manifests/bad").says("b.yml:1", "1 problem in 1 file")


def test_a_file_that_is_named_twice_is_read_once(project: Project) -> None:
    file = project.write(purpose())
    assert project.run("validate", file, "manifests/all.yaml", "manifests").out == "1 manifest valid.\n"


def test_tools_may_name_the_project_file_among_the_others(project: Project) -> None:
    file = project.write(purpose())
    assert project.run("validate", file, "manifests/reconciler.yaml").out == "1 manifest valid.\n"


def test_what_is_hidden_and_what_is_no_yaml_is_left_out(project: Project) -> None:
    project.write(purpose())
    for name in (".hidden.yaml", ".git/a.yaml", "notes.txt", "b.yaml.bak"):
        project.write("nonsense", to=name)
    assert project.run("validate").out == "1 manifest valid.\n"


def test_a_project_below_is_another_project(project: Project) -> None:
    project.write(purpose())
    project.write("nonsense", to="inner/a.yaml")
    project.write("apiVersion: reconciler/v1\nkind: Project\n", to="inner/reconciler.yaml")
    assert project.run("validate").out == "1 manifest valid.\n"
    assert project.run("validate", "manifests/inner").code == 1


def test_a_linked_folder_is_read_once_however_it_loops(project: Project) -> None:
    elsewhere = project.root / "shared"
    elsewhere.mkdir()
    project.write(purpose()).rename(elsewhere / "a.yaml")
    (project.manifests / "linked").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(project.manifests)
    assert project.run("validate").out == "1 manifest valid.\n"


def test_a_link_to_nothing_is_an_error(project: Project) -> None:
    (project.manifests / "gone.yaml").symlink_to("nowhere.yaml")
    assert project.run("validate").fails_with(1, "A file cannot be read", "gone.yaml")


def test_the_project_file_is_found_above_the_manifests(project: Project) -> None:
    project.configure(retentionClasses={"odd": {"retention": "17d"}})
    project.write(purpose(retention={"class": "odd"}), to="deep/down/a.yaml")
    assert project.run("validate", "manifests/deep/down").code == 0
    (project.manifests / "reconciler.yaml").rename(project.root / "reconciler.yaml")
    assert project.run("validate").code == 0


def test_another_project_file_can_be_named(project: Project) -> None:
    project.write(purpose(retention={"class": "odd"}))
    assert project.run("validate").code == 1
    project.configure(retentionClasses={"odd": {"retention": "17d"}})
    file = (project.manifests / "reconciler.yaml").rename(project.root / "production.yaml")
    assert project.run("validate", "--project", file).code == 0


# explain, kinds, schema.


@pytest.mark.parametrize("code", every_explanation())
def test_every_code_is_explained(project: Project, code: str) -> None:
    ran = project.run("explain", code.lower())
    assert ran.code == 0
    assert ran.says(code, "Why", "What to do")


def test_without_a_code_all_are_listed(project: Project) -> None:
    ran = project.run("explain")
    assert ran.says("FS102", "RC301", "MF201", "PU101")
    assert ran.says(*every_explanation())


def test_a_mistyped_code_gets_a_suggestion(project: Project) -> None:
    assert project.run("explain", "FS1O2").fails_with(1, "Unknown code", "Did you mean", "FS102")


def test_a_code_like_no_other_gets_the_list(project: Project) -> None:
    assert project.run("explain", "banana").fails_with(1, "Unknown code", "reconciler explain")


def test_the_kinds_are_listed(project: Project) -> None:
    assert project.run("kinds").says(*KINDS, "/api/v2/privacy/purposes", "If-Match", "data:flex:schema:write")
    assert project.run("kinds", "--markdown").out.startswith("Published API, in every organisation")


def test_the_schemas_in_the_repository_are_up_to_date(project: Project) -> None:
    assert project.run("schema", "--check", "--dir", REPOSITORY / "schemas").code == 0


def test_schemas_are_written_and_found_stale(project: Project) -> None:
    assert project.run("schema", "--check").fails_with(1, "Schemas are not up to date", "reconciler schema --write")
    assert project.run("schema", "--write").code == 0
    assert project.run("schema", "--check").code == 0
    next(Path("schemas").iterdir()).write_text("{}")
    assert project.run("schema", "--check").code == 1


def test_a_schema_is_printed_whatever_its_spelling(project: Project) -> None:
    for name in ("FlexSchema", "flex-schema", "flexschema"):
        assert project.run("schema", name).document["title"]


def test_an_unknown_schema_gets_a_suggestion(project: Project) -> None:
    assert project.run("schema", "Purpos").fails_with(1, "Unknown schema", "purpose")


def test_schemas_that_cannot_be_written_are_an_error(project: Project) -> None:
    Path("occupied").write_text("")
    assert project.run("schema", "--write", "--dir", "occupied").fails_with(1, "A file cannot be written", "occupied")


# state.


def test_an_empty_ledger_has_nothing_to_list(project: Project) -> None:
    assert project.run("state", "list").out == "0 objects in the ledger\n"
    assert not project.ledger.exists()


def test_the_ledger_is_listed(project: Project) -> None:
    project.applied(purpose(lifecycle={"protect": True}), schema())
    ran = project.run("state", "list")
    assert ran.says(SUPPORT, CUSTOMER, "created", "yes", "2 objects in the ledger")


def test_one_object_is_shown_with_its_trail(project: Project) -> None:
    project.applied(schema(text("a")))
    project.applied(schema(text("a"), text("b")))
    ran = project.run("state", "show", CUSTOMER)
    assert ran.says("origin created", "version 2", "CREATE SUCCESS", "UPDATE SUCCESS", "a:UNCHANGED, b:ADD")


def test_what_was_deleted_still_has_its_trail(project: Project) -> None:
    project.applied(purpose())
    project.applied(removed(SUPPORT))
    assert project.run("state", "show", SUPPORT).says("CREATE SUCCESS", "DELETE SUCCESS")


def test_what_the_ledger_does_not_know_is_said(project: Project) -> None:
    ran = project.run("state", "show", SUPPORT)
    assert ran.fails_with(1, "The ledger does not know this address", SUPPORT, "reconciler state list")
    assert project.run("state", "show", "Support").fails_with(1, "Not an address", "Kind/name")


def test_nobody_holds_a_lock_that_nobody_took(project: Project) -> None:
    assert project.run("state", "lock").out == "Nobody holds the lock.\n"


def test_the_ledger_can_be_looked_at_where_there_are_no_manifests(project: Project) -> None:
    project.applied(purpose())
    (project.manifests / "reconciler.yaml").rename(project.root / "reconciler.yaml")
    (project.ledger.parent).rename(project.root / ".reconciler")
    ran = project.run("state", "list", "--dir", "nowhere")
    assert ran.says(SUPPORT)
