"""`reconciler import`: what nobody describes becomes manifests, and ours, as it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from reconciler.model.observed import Origin

from . import data_schemas as bases
from .project import CUSTOMER, SUPPORT, Json, Project, Start, link, purpose, schema, text
from .webhooks import KEY, VALUE, VARIABLE, webhook

REPOSITORY = Path(__file__).parents[2]
BODY = {"description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}


def forgotten(project: Project) -> Project:
    """As if nobody had ever described anything: the organisation stays, manifests and ledger go."""
    shutil.rmtree(project.manifests)
    project.manifests.mkdir()
    project.configure(policies={"defaults": False})
    project.control.forget()
    return project


def imported(project: Project, *words: str) -> list[str]:
    """The files that an import writes, after which nothing is left to do."""
    ran = project.run("import", *(words or ("--all",)))
    assert ran.code == 0, str(ran)
    assert project.effects() == []
    plan = project.plan()
    assert (plan.code, plan.document["changes"]) == (0, []), str(plan)
    assert project.run("import", "--all").says("Nothing to import")
    return sorted(str(path.relative_to(project.manifests)) for path in project.manifests.rglob("*/*.yaml"))


def read(project: Project, file: str) -> Any:
    return yaml.safe_load((project.manifests / file).read_text())


def test_every_object_becomes_a_file_that_reads_like_a_persons(project: Project) -> None:
    project.applied(
        purpose(), schema(), schema(link("to", "customer"), text("state", options=["b", "a"]), named="case")
    )
    assert imported(forgotten(project)) == ["purposes/Support.yaml", "schemas/case.yaml", "schemas/customer.yaml"]
    assert (project.manifests / "schemas/case.yaml").read_text() == (
        "apiVersion: reconciler/v1\n"
        "kind: FlexSchema\n"
        "metadata: {name: case}\n"
        "spec:\n"
        "  description: What\n"
        "  fields:\n"
        "    - {name: to, type: relationship, relationship: {schema: customer, field: customerId}}\n"
        "    - {name: state, type: string, options: [b, a]}\n"
    )


def test_what_is_imported_is_adopted_and_not_deleted_with_its_manifest(project: Project) -> None:
    project.applied(purpose())
    imported(forgotten(project))
    row = project.row(SUPPORT)
    assert (row.origin, row.protect) == (Origin.ADOPTED, False)
    (entry,) = (each for each in project.audit() if each.action == "IMPORT")
    assert (entry.address, entry.result) == (SUPPORT, "RECORDED")


@pytest.mark.parametrize("folder", [".", "published"])
def test_the_example_estate_comes_back(start: Start, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = start()
    monkeypatch.setenv("RECONCILER_SECRET_ARCHIVE", "sandbox-archive")
    shutil.copytree(REPOSITORY / "manifests" / folder, project.manifests, dirs_exist_ok=True)
    shutil.rmtree(project.manifests / "exports", ignore_errors=True)
    shutil.rmtree(project.manifests / "retention", ignore_errors=True)
    if folder == ".":
        shutil.rmtree(project.manifests / "published")
    assert project.run("apply", "--auto-approve").code == 0
    before = {row.live_id for row in project.rows().values()}
    imported(forgotten(project))
    assert {row.live_id for row in project.rows().values()} == before


def test_only_the_kinds_that_are_named_are_read(project: Project) -> None:
    project.applied(purpose(), schema())
    assert imported_without_all(forgotten(project)) == [SUPPORT]
    assert not [each for each in project.control.requests() if "flex" in each.path]


def imported_without_all(project: Project) -> list[str]:
    assert project.run("import", "Purpose").code == 0
    return sorted(str(address) for address in project.rows())


def test_what_is_described_or_recorded_is_left_alone(project: Project) -> None:
    project.applied(purpose())
    project.control.create("purposes", {"name": "Sales", **BODY})
    before = (project.manifests / "all.yaml").read_bytes()
    assert imported(project) == ["purposes/Sales.yaml"]
    assert (project.manifests / "all.yaml").read_bytes() == before


def test_one_object_comes_under_an_address_of_ones_own_choice(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    live = project.row(SUPPORT).live_id
    forgotten(project)
    assert project.run("import", "Purpose/Help", live).code == 0
    assert read(project, "purposes/Help.yaml")["spec"]["name"] == "Support"
    assert project.plan().document["changes"] == []
    assert [str(address) for address in project.rows()] == ["Purpose/Help"]


def test_one_that_refers_to_what_nobody_manages_names_its_id(project: Project) -> None:
    project.applied(schema(), schema(link("to", "customer"), named="case"))
    target, live = project.row(CUSTOMER).live_id, project.row("FlexSchema/case").live_id
    forgotten(project)
    assert project.run("import", "FlexSchema/case", live).code == 0
    field = read(project, "schemas/case.yaml")["spec"]["fields"][0]
    assert field["relationship"]["schema"] == {"id": target}
    assert project.plan().document["changes"] == []


def test_of_two_objects_of_one_name_one_is_bound_by_its_id_and_the_other_is_told_of(project: Project) -> None:
    project.configure(policies={"defaults": False})
    ids = sorted(project.control.create("purposes", {"name": "Twin", **BODY}, force=True)["id"] for _ in range(2))
    ran = project.run("import", "--all")
    assert ran.says(f"Not imported: Purpose {ids[1]}: MF202", "name `Twin`")
    assert read(project, "purposes/Twin.yaml")["metadata"]["id"] == ids[0]
    assert project.plan().document["changes"] == []


def test_names_that_no_address_can_hold_are_kept_in_the_spec(project: Project) -> None:
    project.configure(policies={"defaults": False})
    names = ["Kunden & Support", "Kunden / Support", "kunden_support", "no", "${values.x}", "../../etc/passwd", "."]
    for name in names:
        project.control.create("purposes", {"name": name, **BODY})
    files = imported(project)
    assert len(files) == len({file.casefold() for file in files}) == len(names)
    documents = [read(project, file) for file in files]
    said = [each["spec"].get("name", each["metadata"]["name"]).replace("$$", "$") for each in documents]
    assert sorted(said) == sorted(names)


def test_strings_of_the_organisation_are_nothing_but_strings(project: Project) -> None:
    project.configure(policies={"defaults": False})
    hostile = "- a: &x !!python/object:os.system\n# b\n*x\n---\n<<: *x ${values.secret}"
    project.control.create("purposes", {"name": "N", **BODY, "description": hostile})
    imported(project)
    assert read(project, "purposes/N.yaml")["spec"]["description"] == hostile.replace("${", "$${")


def test_what_cannot_be_described_is_said_and_the_rest_goes_on(project: Project) -> None:
    project.applied(purpose())
    body = {"name": "Bad", "description": "\x07bell \u202e", "retentionPeriod": "30d", "legalBasis": "consent"}
    made = project.control.create("purposes", body, force=True)
    forgotten(project)
    ran = project.run("import", "--all")
    assert ran.says(f"Not imported: Purpose {made['id']}: MF003")
    assert [str(address) for address in project.rows()] == [SUPPORT]
    assert "\x07" not in ran.out + ran.err


def test_secrets_stay_where_they_are_and_are_told_of(project: Project) -> None:
    project.environment[VARIABLE] = VALUE
    project.applied(webhook(headers=KEY))
    forgotten(project)
    ran = project.run("import", "Webhook")
    assert ran.says("Webhook/Compliance: secrets stay as they are, and in no manifest: headers.X-Api-Key.value")
    assert "headers" not in read(project, "webhooks/Compliance.yaml")["spec"]
    assert project.plan().document["changes"] == []
    assert VALUE not in "".join(path.read_text() for path in project.manifests.rglob("*.yaml"))


@pytest.mark.parametrize("base", [bases.WORKITEMS, bases.EVENTS], ids=bases.named)
def test_data_schemas_come_with_their_types_and_limits(project: Project, base: Any) -> None:
    fields = [bases.text(base, "number", required=True), bases.integer("count"), bases.enum("state", "open", "closed")]
    project.applied(bases.claim(base, *fields))
    before = read_spec(project)
    (file,) = imported(forgotten(project))
    again = {field["key"]: field for field in read(project, file)["spec"]["fields"]}
    assert again == {field["key"]: field for field in before["fields"]}


def read_spec(project: Project) -> Json:
    spec: Json = yaml.safe_load((project.manifests / "all.yaml").read_text())["spec"]
    return spec


# Calls, and what goes wrong.


@pytest.mark.parametrize(
    "count", [0, 1, 101, *(pytest.param(count, marks=pytest.mark.long) for count in (100, 10_000))]
)
def test_an_import_costs_one_call_a_page(project: Project, count: int) -> None:
    body = {"description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}
    for number in range(count):
        project.control.create("purposes", {"name": f"P{number}", **body})
    project.control.forget()
    assert project.run("import", "Purpose").code == 0
    paths = [each.path for each in project.control.requests() if each.path.startswith("/api/v2/privacy")]
    assert paths == ["/api/v2/privacy/purposes"] * max(1, -(-count // 100))


def test_a_dry_run_prints_and_writes_nothing(project: Project) -> None:
    project.applied(purpose())
    forgotten(project)
    before = project.files()
    ran = project.run("import", "--all", "--dry-run")
    assert ran.says("kind: Purpose", "metadata: {name: Support}")
    assert project.wrote_nothing(before)


def test_a_file_that_is_there_is_not_written_over_and_nothing_else_is(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    forgotten(project)
    there = project.manifests / "purposes" / "Support.yaml"
    there.parent.mkdir()
    there.write_text("# mine\n")
    before = project.files()
    assert project.run("import", "--all").fails_with(1, "A file is there already", "Support.yaml")
    assert {name: content for name, content in project.files().items() if "ledger" not in name} == before


def test_a_failed_read_writes_nothing(project: Project) -> None:
    project.applied(purpose())
    forgotten(project)
    project.control.fault("GET /api/v2/privacy/purposes", "status", status=400, times=None)
    before = project.files()
    assert project.run("import", "--all").code == 1
    assert {name: content for name, content in project.files().items() if "ledger" not in name} == before


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        ([], "Say what to import"),
        (["Purpose", "--all"], "Say what to import"),
        (["Porpoise"], "Unknown kind"),
        (["PrivacyExport"], "Unknown kind"),
        (["Porpoise/x", "1"], "Unknown kind"),
        (["Purpose/x", "no-such-id"], "Nothing to import"),
        (["/x", "1"], "Not an address"),
    ],
)
def test_a_slip_on_the_command_line_is_told(project: Project, words: list[str], summary: str) -> None:
    assert project.run("import", *words).fails_with(1, summary)


def test_an_address_or_an_object_that_is_taken_is_not_taken_again(project: Project) -> None:
    project.applied(purpose(), purpose("Other"))
    live = project.row(SUPPORT).live_id
    assert project.run("import", SUPPORT, live).fails_with(1, "The address is taken")
    assert project.run("import", "Purpose/New", live).fails_with(
        1, "Nothing to import", "It is Purpose/Support already."
    )


def test_an_import_cut_off_after_the_files_is_finished_by_adoptions_that_change_nothing(project: Project) -> None:
    project.applied(purpose())
    imported(forgotten(project))
    (project.manifests / ".reconciler" / "ledger.db").unlink()
    plan = project.plan()
    assert plan.steps == [("adopt", SUPPORT)]
    assert not plan.document["changes"][0]["writes"]
