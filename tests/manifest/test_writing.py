"""Manifests that the program writes: read back as the same values, and pleasant to read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.manifest import load
from reconciler.manifest.writing import manifest_text
from reconciler.model.address import Address
from reconciler.model.project import Project

TRAPS = (
    "no", "2024-05-01", "1e3", "0o17", "0x1f", "12", "1_000", "12:30:45", "~", "null", "", " a", "a ", "a: b", "a #b",
    "- a", "? a", "*a", "&a", "!a", "%a", "@a", "`a", "[a", "{a", "a,b", "'", '"', "\\", "a\nb", "a\n", "\ta", "=",
    "<<", "${values.x}", "$${x}", "$", "é", "😀", "---", "...", "a\n\nb", "  a\n b", "#", ".5", "-", "+1", "Yes", "OFF",
    "true",
)  # fmt: skip
VISIBLE = st.characters(exclude_categories=("C", "Zl", "Zp"))
TEXT = st.sampled_from(TRAPS) | st.text(VISIBLE, max_size=12)


def read(text: str) -> dict[str, Any]:
    estate, problems = load([("a.yaml", text.encode())], kinds=KINDS, project=Project())
    assert problems == (), f"{problems}\n{text}"
    ((_, manifest),) = estate.manifests.items()
    return {"address": manifest.address, "spec": dict(manifest.spec)}


FIELDS = st.lists(
    st.fixed_dictionaries(
        {"name": TEXT.filter(bool), "type": st.just("string")},
        optional={"options": st.lists(TEXT.filter(bool), min_size=1, unique=True), "required": st.booleans()},
    ),
    unique_by=lambda field: field["name"],
    min_size=1,
    max_size=4,
)


@given(TEXT, FIELDS)
@example("a", [{"name": "x", "type": "string", "options": list(TRAPS[:10])}])
def test_what_is_written_is_read_back(description: str, fields: list[dict[str, Any]]) -> None:
    spec = {"name": "s", "description": description, "fields": fields}
    text = manifest_text("FlexSchema", {"name": "s"}, spec)
    assert read(text)["spec"] == spec


@pytest.mark.parametrize("value", [0, -1, 2**53, 1.5, 1e20, 1e-7, 25.0, True, False])
def test_numbers_and_truths_stay_what_they_are(value: Any) -> None:
    fields = (
        [{"key": "n", "type": "number", "minimum": value}]
        if not isinstance(value, bool)
        else [{"key": "n", "type": "number", "required": value}]
    )
    spec = {"name": "w", "fields": fields}
    again = read(manifest_text("WorkitemSchema", {"name": "w"}, spec))["spec"]["fields"][0]
    assert repr(again) == repr(fields[0])


def test_it_reads_like_the_manifests_of_the_example_estate() -> None:
    fields = [
        {"name": "customerId", "type": "string", "required": True},
        {"name": "status", "type": "string", "options": ["verified", "pending"]},
        {"name": "contract", "type": "relationship", "relationship": {"schema": "contract", "field": "contractId"}},
    ]
    spec = {"description": "Customer attributes shown to agents", "fields": fields}
    assert manifest_text("FlexSchema", {"name": "profile", "id": "ab"}, spec, {"protect": True}) == (
        "apiVersion: reconciler/v1\n"
        "kind: FlexSchema\n"
        "metadata: {name: profile, id: ab}\n"
        "spec:\n"
        "  description: Customer attributes shown to agents\n"
        "  fields:\n"
        "    - {name: customerId, type: string, required: true}\n"
        "    - {name: status, type: string, options: [verified, pending]}\n"
        "    - {name: contract, type: relationship, relationship: {schema: contract, field: contractId}}\n"
        "lifecycle:\n"
        "  protect: true\n"
    )


def test_a_long_element_is_spread_over_lines() -> None:
    fields = [{"name": "f", "type": "string", "options": [f"option_{number}" for number in range(30)]}]
    text = manifest_text("FlexSchema", {"name": "s"}, {"description": "D", "fields": fields})
    assert max(map(len, text.split("\n"))) < 120
    assert read(text)["address"] == Address("FlexSchema", "s")


def test_several_lines_of_text_are_a_block() -> None:
    text = manifest_text(
        "Purpose", {"name": "p"}, {"description": "One.\nTwo.\n", "retention": "30d", "legalBasis": "contract"}
    )
    assert "  description: |\n    One.\n    Two.\n" in text
