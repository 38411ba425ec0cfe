"""`reconciler drift`: what was changed behind our back, and both ways out."""

from __future__ import annotations

from typing import Any

import pytest

from . import data_schemas as bases
from .project import CUSTOMER, SUPPORT, Project, link, schema, text

WRITTEN = """\
# Why we keep what customers told us.
apiVersion: reconciler/v1
kind: FlexSchema
metadata: {name: customer, labels: {team: crm}}   # the CRM team's
spec:
    description:   'What'      # for agents
    fields:
    # keys come first
    - {name: customerId,   type: string, required: true}
    - name: state        # of the contract
      type: string
      options: [open,  closed]   # sorted

    - {name: note, type: string}
---
apiVersion: reconciler/v1
kind: Purpose
metadata: {name: Support}
spec: {description: "Why", retention: 180d, legalBasis: contract}
"""


@pytest.fixture
def written(project: Project) -> Project:
    """A project whose manifests somebody laid out in his own way."""
    project.write(WRITTEN)
    assert project.apply().code == 0
    return project


def drifted(project: Project, *words: str) -> list[dict[str, Any]]:
    ran = project.run("drift", *words, "-o", "json")
    found: list[dict[str, Any]] = ran.document["drifted"]
    assert ran.code == (2 if found else 0), str(ran)
    return found


def edit_field(project: Project, name: str, **members: Any) -> None:
    fields = project.control.find("flex_schemas", "customer")["fields"]
    kept = [field for field in fields if field["name"] != name]
    old = next((field for field in fields if field["name"] == name), {"name": name, "type": "string"})
    project.control.edit("flex_schemas", "customer", {"fields": [*kept, old | members]}, force=True)


def drop_field(project: Project, name: str) -> None:
    fields = project.control.find("flex_schemas", "customer")["fields"]
    kept = [field for field in fields if field["name"] != name]
    project.control.edit("flex_schemas", "customer", {"fields": kept}, force=True)


def test_without_drift_it_says_so_and_exits_0(written: Project) -> None:
    ran = written.run("drift")
    assert (ran.code, ran.says("No drift: 2 objects compared.")) == (0, True)


def test_it_says_field_by_field_what_was_sent_and_what_is_there(written: Project) -> None:
    written.control.edit("purposes", "Support", {"description": "theirs"})
    (one,) = drifted(written)
    assert (one["address"], one["fields"]) == (
        SUPPORT,
        [{"path": "description", "recorded": "Why", "observed": "theirs"}],
    )
    ran = written.run("drift")
    assert ran.says("~ description Why -> theirs", f"drift --adopt {SUPPORT}", f"apply --target {SUPPORT}")


def test_a_manifest_that_changed_is_no_drift_and_what_others_made_is_only_counted(written: Project) -> None:
    written.write(WRITTEN.replace('"Why"', "Ours"))
    body = {"name": "Sales", "description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}
    written.control.create("purposes", body)
    edit_field(written, "colleagues")
    assert drifted(written) == []
    assert written.run("drift").says("2 objects compared, 1 foreign object besides")


def test_an_object_that_was_deleted_is_drift(written: Project) -> None:
    written.control.delete("purposes", "Support")
    (one,) = drifted(written)
    assert (one["address"], one["gone"]) == (SUPPORT, True)


def test_it_writes_nothing_and_takes_no_lock(written: Project) -> None:
    written.control.edit("purposes", "Support", {"description": "theirs"})
    written.control.forget()
    before = written.files()
    assert written.run("drift").code == 2
    assert written.wrote_nothing(before)


def test_it_is_a_comment_and_a_warning_at_the_manifest(written: Project) -> None:
    written.control.edit("purposes", "Support", {"description": "::error::x"})
    ran = written.run("drift", "-o", "github", "-o", "markdown=drift.md")
    assert ran.out.startswith("::warning file=manifests/all.yaml,line=16,")
    assert (written.root / "drift.md").read_text().startswith("<!-- reconciler:drift:default -->")


# Taking it over.


def rows_of(text: str) -> list[str]:
    """The lines, with single spaces in them, as far from the left as they are: a line that changes is laid out anew."""
    rows = (row for row in text.split("\n") if row.strip())
    return [row[: len(row) - len(row.lstrip())] + " ".join(row.split()) for row in rows]


def only_this_changed(text: str, *changes: tuple[str, str]) -> bool:
    wanted = WRITTEN
    for before, after in changes:
        assert before in wanted
        wanted = wanted.replace(before, after)
    assert rows_of(text) == rows_of(wanted)
    assert len({*text.split("\n")} - {*WRITTEN.split("\n")}) <= len(changes)
    return True


def adopted(project: Project, *words: str) -> str:
    """The manifest afterwards: nothing drifts any more, and nothing is to be sent."""
    ran = project.run("drift", "--adopt", *words)
    assert ran.code == 0, str(ran)
    plan = project.plan()
    assert (plan.code, [each["action"] for each in plan.document["changes"] if each["writes"]]) == (0, []), str(plan)
    return (project.manifests / "all.yaml").read_text()


def test_a_scalar_changes_and_nothing_else_does(written: Project) -> None:
    written.control.edit("flex_schemas", "customer", {"description": "Theirs: all of it"})
    assert only_this_changed(adopted(written), ("'What'", "'Theirs: all of it'"))


def test_an_element_changes_where_it_stands(written: Project) -> None:
    edit_field(written, "state", options=["open"])
    assert only_this_changed(adopted(written), ("[open,  closed]", "[open]"))


def test_an_element_that_was_removed_goes_and_the_comments_stay(written: Project) -> None:
    drop_field(written, "note")
    assert only_this_changed(adopted(written), ("    - {name: note, type: string}\n", ""))


def test_several_documents_and_objects_are_taken_over_one_by_one(written: Project) -> None:
    written.control.edit("purposes", "Support", {"retentionPeriod": "90d"})
    written.control.edit("flex_schemas", "customer", {"description": "no"})
    ran = written.run("drift", "--adopt", SUPPORT)
    assert ran.code == 0
    assert (written.manifests / "all.yaml").read_text() == WRITTEN.replace("180d", "90d")
    assert [each["address"] for each in drifted(written)] == [CUSTOMER]
    assert only_this_changed(adopted(written), ("180d", "90d"), ("'What'", "'no'"))


def test_line_ends_stay_as_they_are(project: Project) -> None:
    project.write(WRITTEN.replace("\n", "\r\n"))
    assert project.apply().code == 0
    project.control.edit("purposes", "Support", {"description": "theirs"})
    assert project.run("drift", "--adopt").code == 0
    content = (project.manifests / "all.yaml").read_bytes().decode()
    assert content == WRITTEN.replace('"Why"', '"theirs"').replace("\n", "\r\n")


def test_strings_of_the_organisation_become_strings(written: Project) -> None:
    hostile = "- a: &x ${values.y}\n# no\n---\n"
    written.control.edit("purposes", "Support", {"description": hostile})
    assert '"- a: &x $${values.y}\\n# no\\n---\\n"' in adopted(written)


def test_what_a_class_or_an_anchor_says_is_not_written_over(project: Project) -> None:
    project.configure(retentionClasses={"standard": {"retention": "180d"}})
    stated = WRITTEN.replace("retention: 180d", "retention: {class: standard}")
    project.write(stated)
    assert project.apply().code == 0
    project.control.edit("purposes", "Support", {"retentionPeriod": "90d", "description": "theirs"})
    ran = project.run("drift", "--adopt")
    assert ran.code == 2
    assert ran.says("Not taken over: Purpose/Support: its manifest does not state retentionClass itself: a class,")
    assert (project.manifests / "all.yaml").read_text() == stated


def test_a_deleted_object_is_not_taken_over_and_the_way_out_is_said(written: Project) -> None:
    written.control.delete("purposes", "Support")
    before = (written.manifests / "all.yaml").read_text()
    ran = written.run("drift", "--adopt")
    assert (ran.code, ran.says(f"removed: [{{address: {SUPPORT}}}]")) == (2, True)
    assert (written.manifests / "all.yaml").read_text() == before


def test_a_reference_is_taken_over_by_name(project: Project) -> None:
    project.applied(schema(), schema(text("customerId"), named="other"), schema(link("to", "customer"), named="case"))
    other = project.row("FlexSchema/other").live_id
    field = project.control.find("flex_schemas", "case")["fields"][0]
    moved = {**field, "relationship": {**field["relationship"], "schemaId": other}}
    project.control.edit("flex_schemas", "case", {"fields": [moved]}, force=True)
    assert "schema: other" in adopted(project)


@pytest.mark.parametrize("base", [bases.WORKITEMS, bases.EVENTS], ids=bases.named)
def test_data_schemas_are_taken_over_in_the_manifests_spelling(project: Project, base: Any) -> None:
    project.applied(
        bases.claim(base, bases.text(base, "number"), bases.enum("state", "open", "closed"), description="ours")
    )
    bases.change(project, base, description="theirs")
    assert adopted(project).count("theirs") == 1


def test_an_address_that_nothing_knows_is_a_slip(written: Project) -> None:
    assert written.run("drift", "--adopt", "Purpose/Suport").fails_with(1, "Nothing to target", "Purpose/Support")
