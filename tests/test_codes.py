"""Every code is explained, every explanation is of a code; the kinds' schemas hold; the engine names no kind."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import jsonschema
import pytest
import reconciler
import yaml
from reconciler.kinds import KINDS
from reconciler.model.kind import Kind
from reconciler.model.values import ABSENT
from reconciler.planning.explanations import EXPLANATIONS

ROOT = Path(reconciler.__file__).parent
KINDS_AND_FOLDERS = [(kind, Path(inspect.getfile(kind.check)).parent) for kind in KINDS.values()]


def codes_in(folder: Path) -> set[str]:
    """The codes that the code of a folder uses, other than to explain them or to write about them."""
    found = set()
    for file in folder.rglob("*.py"):
        if file.name != "explanations.py":
            found |= {text for text in strings(file) if re.fullmatch(r"[A-Z]{2}\d{3}", text)}
    return found


def strings(file: Path) -> set[str]:
    """Every string in a file that is no docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    }


def test_every_code_of_the_engine_is_explained_and_every_explanation_used() -> None:
    assert codes_in(ROOT / "planning") == EXPLANATIONS.keys()


@pytest.mark.parametrize(("kind", "folder"), KINDS_AND_FOLDERS, ids=list(KINDS))
def test_every_code_of_a_kind_is_explained_and_every_explanation_used(kind: Kind, folder: Path) -> None:
    assert codes_in(folder) == kind.explanations.keys()


def test_no_code_means_two_things() -> None:
    kinds = {id(kind.explanations): kind.explanations for kind in KINDS.values()}  # a family shares one
    every = [*EXPLANATIONS, *(code for explanations in kinds.values() for code in explanations)]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_explanation_has_a_title_a_reason_and_a_way_out(kind: Kind) -> None:
    for each in [*EXPLANATIONS.values(), *kind.explanations.values()]:
        assert all((each.title, each.why, each.mend))
        assert not each.title.endswith(".")
        assert each.why.endswith(".")
        assert each.mend.endswith(".")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_s_schema_is_one_and_its_example_passes(kind: Kind) -> None:
    jsonschema.Draft202012Validator.check_schema(kind.schema)
    example = yaml.safe_load(kind.example)
    assert (example["apiVersion"], example["kind"]) == ("reconciler/v1", kind.name)
    jsonschema.validate(example["spec"], kind.schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_s_schema_and_shape_have_the_same_members_and_defaults(kind: Kind) -> None:
    stated = {name: part.get("default", ...) for name, part in kind.schema["properties"].items()}
    shaped = {member.name: ... if member.default is ABSENT else member.default for member in kind.shape.members}
    assert stated == {name: default for name, default in shaped.items() if name != kind.owner}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_example_in_a_schema_passes_its_own_part(kind: Kind) -> None:
    for part in parts(kind.schema):
        for example in part.get("examples", ()):
            jsonschema.validate(example, part, jsonschema.Draft202012Validator)


def parts(schema: object) -> list[dict]:  # type: ignore[type-arg]
    if isinstance(schema, dict):
        return [schema, *(part for value in schema.values() for part in parts(value))]
    return [part for value in schema for part in parts(value)] if isinstance(schema, list) else []


def test_no_module_outside_the_kinds_names_one() -> None:
    names = re.compile("|".join(rf"\b{name}\b" for name in KINDS))
    allowed = {ROOT / "kinds", ROOT / "sandbox"}
    engine = [file for file in ROOT.rglob("*.py") if not allowed & {*file.parents}]
    assert {(file.name, text) for file in engine for text in strings(file) if names.search(text)} == set()
