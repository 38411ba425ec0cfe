"""Editing a manifest where it stands."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.manifest import load
from reconciler.manifest.editing import edited
from reconciler.manifest.writing import manifest_text
from reconciler.model.address import Address
from reconciler.model.project import Project

from .test_writing import FIELDS, TEXT

HERE = Address("FlexSchema", "s")
SPECS = st.fixed_dictionaries({"description": TEXT, "fields": FIELDS})


def spec_in(content: bytes, address: Address = HERE) -> dict[str, Any]:
    estate, problems = load([("a.yaml", content)], kinds=KINDS, project=Project())
    assert problems == (), f"{problems}\n{content.decode()}"
    return {name: part for name, part in estate.manifests[address].spec.items() if name != "name"}


def by_name(spec: dict[str, Any]) -> dict[str, Any]:
    """Order among fields and options has no meaning, and an edit leaves it as the file has it."""
    fields = {
        field["name"]: {name: sorted(part) if name == "options" else part for name, part in field.items()}
        for field in spec["fields"]
    }
    return {**spec, "fields": fields}


def block_style(text: str) -> str:
    """The same document as another tool would write it."""
    dumped: str = yaml.safe_dump(yaml.safe_load(text), sort_keys=False, allow_unicode=True, width=10**6)
    return dumped


@given(SPECS, SPECS)
def test_whatever_a_spec_said_and_says_now_the_file_says_it(before: dict[str, Any], after: dict[str, Any]) -> None:
    text = manifest_text("FlexSchema", {"name": "s"}, before)
    again = edited(f"# ours\n{text}".encode(), HERE, before, after)
    assert by_name(spec_in(again)) == by_name(after)
    assert again.startswith(b"# ours\n")


SIMPLE = {"description": "D", "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "number"}]}


@pytest.mark.parametrize("style", [lambda text: text, block_style], ids=["ours", "block"])
@pytest.mark.parametrize(
    "after",
    [
        {**SIMPLE, "description": "E"},
        {**SIMPLE, "fields": SIMPLE["fields"][:1]},
        {**SIMPLE, "fields": [*SIMPLE["fields"], {"name": "c", "type": "date"}]},
        {**SIMPLE, "fields": [{"name": "a", "type": "string", "required": True}, SIMPLE["fields"][1]]},
    ],
    ids=["scalar", "removed", "appended", "member"],
)
def test_other_documents_and_comments_stay_to_the_letter(style: Any, after: dict[str, Any]) -> None:
    other = "apiVersion:   reconciler/v1\nkind: Purpose   # theirs\nmetadata: {name:   p}\nspec:\n"
    other += "    description: 'x'\n    retention:   30d\n    legalBasis: consent\n"
    text = style(manifest_text("FlexSchema", {"name": "s"}, SIMPLE))
    content = edited(f"# top\n{other}---\n# ours\n{text}".encode(), HERE, SIMPLE, after)
    assert content.decode().startswith(f"# top\n{other}---\n# ours\n")
    assert by_name(spec_in(content)) == by_name(after)


def test_a_manifest_that_is_not_there_cannot_be_edited() -> None:
    text = manifest_text("FlexSchema", {"name": "other"}, SIMPLE).encode()
    with pytest.raises(ValueError, match="FlexSchema/s is not in this file"):
        edited(text, HERE, SIMPLE, SIMPLE)


def test_a_value_of_the_environment_is_not_written_over() -> None:
    content = b"kind: Purpose\nmetadata: {name: a}\nspec: {retention: '${values.period}'}\n"
    with pytest.raises(ValueError, match="a value of the environment"):
        edited(content, Address("Purpose", "a"), {"retention": "30d"}, {"retention": "60d"})
