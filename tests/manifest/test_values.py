"""`${values.name}` in manifests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.manifest.reader import read
from reconciler.manifest.substitution import substituted
from reconciler.manifest.variation import Values, Variation
from reconciler.model.values import Json

from .builders import gadget
from .varied import sole_problem, varied

VALUES = 'values: {tone: red, many: 3, yes: true, ratio: 1.5, tags: [a, b], nested: {deep: green}, text: "$${x}"}'


def spec_of(spec: str, more: str = "") -> dict[str, Any]:
    estate, problems = varied(VALUES, gadget(spec=spec, more=more))
    assert problems == ()
    (manifest,) = estate.manifests.values()
    return dict(manifest.spec)


@pytest.mark.parametrize(
    ("stated", "becomes"),
    [
        ("{colour: '${values.tone}'}", {"colour": "red"}),
        ("{colour: red, count: '${values.many}'}", {"count": 3}),
        ("{colour: red, active: '${values.yes}'}", {"active": True}),
        ("{colour: red, ratio: '${values.ratio}'}", {"ratio": 1.5}),
        ("{colour: red, tags: '${values.tags}'}", {"tags": ["a", "b"]}),
        ("{colour: '${values.nested.deep}'}", {"colour": "green"}),
        ("{colour: red, note: 'n=${values.many}, ${values.yes}, ${values.tone}'}", {"note": "n=3, true, red"}),
        ("{colour: red, note: '$${values.many} ${values.many}'}", {"note": "${values.many} 3"}),
        ("{colour: red, note: '${values.text}'}", {"note": "${x}"}),
    ],
)
def test_a_value_keeps_its_type_where_it_stands_alone_and_is_text_inside_text(stated: str, becomes: Json) -> None:
    assert spec_of(stated).items() >= becomes.items()


def test_labels_and_live_ids_take_values() -> None:
    metadata = "{name: one, id: '${values.tone}', labels: {x: 'l-${values.many}'}}"
    text = gadget().replace("{name: one}", metadata)
    estate, problems = varied(VALUES, text)
    (manifest,) = estate.manifests.values()
    assert (problems, manifest.live_id, manifest.labels) == ((), "red", {"x": "l-3"})


def test_a_missing_value_is_named_where_it_is_used_with_its_environment_and_the_near_miss() -> None:
    found = sole_problem("values: {tones: red}", gadget(spec="{colour: '${values.tone}'}"))
    assert (found.code, str(found.where)) == ("MF113", "f1.yaml:4:16")
    assert "`dev` has no value `tone`" in found.detail
    assert "reconciler.yaml:5:13" in found.detail
    assert found.hint == "Did you mean `tones`?"


def test_an_environment_without_values_says_so() -> None:
    found = sole_problem("region: mypurecloud.de", gadget(spec="{colour: '${values.tone}'}"))
    assert found.hint == "It states no values."


def test_a_value_of_the_wrong_type_is_a_problem_of_the_manifest_and_says_where_it_is_stated() -> None:
    found = sole_problem("values: {many: twelve}", gadget(spec="{colour: red, count: '${values.many}'}"))
    assert (found.code, str(found.where)) == ("MF106", "f1.yaml:4:28")
    assert "`${values.many}` of `dev` is stated at reconciler.yaml:5:14." in found.detail


def test_a_value_that_a_kind_objects_to_names_both_places() -> None:
    dev, text = "values: {owner: nobody}", gadget(spec="{colour: red, owner: '${values.owner}'}")
    found = sole_problem(dev, text)
    assert (found.code, str(found.where)) == ("MF204", "reconciler.yaml:5:14")
    assert "is used at f1.yaml:4:28." in found.detail


def test_a_finding_points_at_the_value_that_caused_it() -> None:
    estate, _ = varied("values: {tone: blue}", gadget(spec="{colour: '${values.tone}', note: x}"))
    (manifest,) = estate.manifests.values()
    assert str(manifest.locate(("colour",))) == "reconciler.yaml:5:14"
    assert str(manifest.locate(("note",))) == "f1.yaml:4:34"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (gadget(name="'${values.tone}'"), "MF112", "stands in a name"),
        (gadget(spec="{colour: red, note: '${env.HOME}'}"), "MF112", "would be taken as it is"),
        (gadget(spec="{colour: red, note: '${values.a b}'}"), "MF112", "would be taken as it is"),
        (gadget(spec="{colour: red, note: '${'}"), "MF112", "would be taken as it is"),
        (gadget(spec="{colour: red, note: 'x ${values.tags}'}"), "MF106", "stands inside a text"),
        (gadget(spec="{colour: red, '${values.tone}': x}"), "MF112", "stands in a name"),
        ("apiVersion: reconciler/v1\nkind: '${values.tone}'\nmetadata: {name: a}\nspec: {}\n", "MF112", "in a name"),
    ],
)
def test_what_cannot_be_substituted_is_refused(text: str, code: str, words: str) -> None:
    found = sole_problem(VALUES, text)
    assert (found.code, words in found.detail) == (code, True)


def test_an_unused_value_is_no_problem() -> None:
    assert varied(VALUES, gadget())[1] == ()


names = st.sampled_from(["a", "b", "c.d"])
plain = st.text(st.characters(codec="ascii", exclude_categories=["C"], exclude_characters="$"), max_size=6)
scalars = st.one_of(st.integers(-9, 9), st.booleans(), plain)
stated = st.fixed_dictionaries({"a": scalars, "b": scalars, "c": st.fixed_dictionaries({"d": scalars})})
pieces = st.lists(st.one_of(plain, names.map("${{values.{}}}".format)), min_size=2, max_size=4)


def written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@given(values=stated, name=names, pieces=pieces)
def test_substituting_is_the_same_as_writing_the_value_out(values: Json, name: str, pieces: list[str]) -> None:
    known = {"a": values["a"], "b": values["b"], "c.d": values["c"]["d"]}
    document = {"alone": f"${{values.{name}}}", "inside": ["|" + "".join(pieces)]}
    out = "".join(written(known[each[9:-1]]) if each.startswith("${") else each for each in pieces)
    (read_back,), _ = read("f.yaml", json.dumps(document).encode())
    variation = Variation("dev", ("dev",), Values(values, read_back))
    value, _, problems = substituted(read_back, variation)
    assert (value, problems) == ({"alone": known[name], "inside": ["|" + out]}, [])
    assert type(value["alone"]) is type(known[name])
