"""An environment's patches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.manifest import Manifest
from reconciler.model.shape import Keyed, Member, Record, Reference, Scalar, Set
from reconciler.model.source import Problem

from .builders import KINDS, PART, gadget, kind
from .varied import sole_problem, varied

SHAPE = Record(
    (
        Member("name", Scalar()),
        Member("colour", Scalar(), default="red"),
        Member("tags", Set()),
        Member("parts", Keyed("name", PART)),
        Member("owner", Reference("Owner")),
    )
)
SETS = {**KINDS, "Gadget": kind(shape=SHAPE)}
STATED = "{colour: red, note: x, tags: [a, b], parts: [{name: p, weight: 1, bolts: 2}, {name: q}]}"


def patched(spec: str, *, target: str = "Gadget/one", stated: str = STATED, env: str = "dev") -> Manifest:
    dev = f"patches: [{{target: '{target}', spec: {spec}}}]"
    estate, problems = varied(dev, gadget(spec=stated), env=env, kinds=SETS)
    assert problems == ()
    (manifest,) = estate.manifests.values()
    return manifest


@pytest.mark.parametrize(
    ("change", "member", "becomes"),
    [
        ("{colour: blue}", "colour", "blue"),
        ("{note: null}", "note", None),
        ("{tags: [c, a]}", "tags", ["a", "b", "c"]),
        ("{tags: [{$remove: a}]}", "tags", ["b"]),
        (
            "{parts: [{name: p, weight: 9}]}",
            "parts",
            [{"name": "p", "weight": 9, "bolts": 2}, {"name": "q"}],
        ),
        ("{parts: [{name: p, bolts: null}]}", "parts", [{"name": "p", "weight": 1}, {"name": "q"}]),
        ("{parts: [{name: p, $remove: true}]}", "parts", [{"name": "q"}]),
        ("{parts: [{name: r}]}", "parts", [{"name": "p", "weight": 1, "bolts": 2}, {"name": "q"}, {"name": "r"}]),
        ("{note: 'a $${b}'}", "note", "a ${b}"),
    ],
)
def test_a_patch_merges_by_the_kinds_own_facts(change: str, member: str, becomes: Any) -> None:
    assert patched(change).spec.get(member) == becomes


def test_a_patch_is_of_its_environment_alone() -> None:
    assert patched("{colour: blue}", env="prod").spec["colour"] == "red"


def test_a_glob_fits_several_and_removes_where_there_is_something() -> None:
    dev = "patches: [{target: 'Gadget/o*', spec: {note: null}, labels: {team: crm}}]"
    estate, problems = varied(dev, gadget("one", "{colour: red, note: x}"), gadget("oo"), gadget("two"))
    assert problems == ()
    assert [each.labels for each in estate.manifests.values()] == [{"team": "crm"}, {"team": "crm"}, {}]
    assert all("note" not in each.spec for each in estate.manifests.values())


def test_labels_are_added_replaced_and_taken_away() -> None:
    text = gadget().replace("{name: one}", "{name: one, labels: {a: x, b: y}}")
    dev = "patches: [{target: Gadget/one, labels: {a: z, b: null, c: w}}]"
    estate, _ = varied(dev, text)
    (manifest,) = estate.manifests.values()
    assert manifest.labels == {"a": "z", "c": "w"}


def test_what_a_patch_states_is_located_in_the_patch_and_the_rest_in_the_manifest() -> None:
    found = patched("{colour: blue, parts: [{name: q, weight: 7}, {name: p, $remove: true}]}")
    assert str(found.locate(("colour",))).startswith("reconciler.yaml:5:")
    assert str(found.locate(("parts", "q", "weight"))).startswith("reconciler.yaml:5:")
    assert str(found.locate(("parts", "q", "name"))) == "f1.yaml:4:85"
    assert str(found.locate(("tags", "b"))) == "f1.yaml:4:40"


def test_a_patched_manifest_is_validated_again_and_the_problem_points_into_the_patch() -> None:
    found = sole_problem("patches: [{target: Gadget/one, spec: {colour: pink}}]", gadget())
    assert (found.code, str(found.where)) == ("MF107", "reconciler.yaml:5:51")


def test_an_unknown_field_of_a_patch_is_found_in_the_patch() -> None:
    found = sole_problem("patches: [{target: Gadget/one, spec: {color: red}}]", gadget())
    assert (found.code, str(found.where)) == ("MF105", "reconciler.yaml:5:43")


def one(target: str, spec: str = "{colour: blue}") -> str:
    return f"{{target: {target}, spec: {spec}}}"


def refused(*patches: str, texts: tuple[str, ...] = (gadget(spec=STATED),)) -> Problem:
    return sole_problem(f"patches: [{', '.join(patches)}]", *texts)


CASES = {
    "a target that is nowhere": ([one("Gadget/onne")], "MF115", "5:24", "Did you mean `Gadget/one`?"),
    "a removed member that is not there": (
        [one("Gadget/one", "{notes: null}")],
        "MF115",
        "5:43",
        "Did you mean `note`?",
    ),
    "a removed element that is not there": (
        [one("Gadget/one", "{parts: [{name: z, $remove: true}]}")],
        "MF115",
        "5:51",
        "Correct its name",
    ),
    "a removal that says more": (
        [one("Gadget/one", "{parts: [{name: p, weight: 3, $remove: true}]}")],
        "MF108",
        "5:51",
        "Write it so",
    ),
    "two patches on one scalar": (
        [one("Gadget/one"), one("'Gadget/*'")],
        "MF116",
        "5:87",
        "Keep one of the two",
    ),
    "one patch inside what another replaces": (
        [one("Gadget/one", "{parts: [{name: z, weight: 1}]}"), one("'Gadget/*'", "{parts: [{name: z, weight: 2}]}")],
        "MF116",
        "5:122",
        "Keep one of the two",
    ),
}


@pytest.mark.parametrize(("patches", "code", "place", "hint"), CASES.values(), ids=CASES)
def test_a_patch_that_cannot_be_meant_is_refused(patches: list[str], code: str, place: str, hint: str) -> None:
    found = refused(*patches)
    assert (found.code, str(found.where), hint in found.hint) == (code, f"reconciler.yaml:{place}", True), found


def test_patches_of_different_parts_of_a_manifest_agree() -> None:
    dev = f"patches: [{one('Gadget/one')}, {one('Gadget/*', '{note: y}')}]".replace("Gadget/*", "'Gadget/*'")
    estate, problems = varied(dev, gadget(spec=STATED))
    (manifest,) = estate.manifests.values()
    assert (problems, manifest.spec["colour"], manifest.spec["note"]) == ((), "blue", "y")


def test_a_patch_of_a_manifest_that_is_limited_to_other_environments_says_so() -> None:
    text = gadget().replace("{name: one}", "{name: one, environments: [prod]}")
    assert "limited to `prod`" in refused(one("Gadget/one"), texts=(text,)).hint


def test_a_patched_placeholder_is_replaced_and_where_it_says_more_merged() -> None:
    dev = "values: {all: [{name: p}]}\npatches: [{target: Gadget/one, spec: {parts: [{name: p, weight: 2}]}}]"
    estate, problems = varied(dev, gadget(spec="{colour: red, parts: '${values.all}'}"))
    (manifest,) = estate.manifests.values()
    assert (problems, manifest.spec["parts"]) == ((), [{"name": "p", "weight": 2}])


members = st.fixed_dictionaries({}, optional={"weight": st.integers(1, 5), "bolts": st.integers(1, 5)})
parts = st.dictionaries(st.sampled_from("pqrs"), members, max_size=4)
tags = st.lists(st.sampled_from("abc"), unique=True, max_size=3)
specs = st.fixed_dictionaries(
    {"colour": st.sampled_from(["red", "blue"]), "parts": parts, "tags": tags}, optional={"note": st.just("n")}
)


def as_spec(each: dict[str, Any]) -> dict[str, Any]:
    return {**each, "parts": [{"name": name, **rest} for name, rest in each["parts"].items()]}


def change_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The patch that makes `after` of `before`."""
    gone = [{"name": name, "$remove": True} for name in before["parts"] if name not in after["parts"]]
    kept = [
        {"name": name, **dict.fromkeys(before["parts"].get(name, {}).keys() - rest.keys()), **rest}
        for name, rest in after["parts"].items()
    ]
    removed = [{"$remove": tag} for tag in before["tags"] if tag not in after["tags"]]
    change = {"colour": after["colour"], "parts": gone + kept, "tags": removed + after["tags"]}
    if "note" in before or "note" in after:
        change["note"] = after.get("note")
    return change


@given(before=specs, after=specs)
def test_patching_is_the_same_as_writing_the_merged_manifest(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = patched(json.dumps(change_between(before, after)), stated=json.dumps(as_spec(before))).spec
    wanted = as_spec(after)
    by_name = lambda spec: sorted(spec["parts"], key=lambda part: part["name"])  # noqa: E731
    assert by_name(found) == by_name(wanted)
    assert sorted(found["tags"]) == sorted(wanted["tags"])
    assert (found["colour"], found.get("note")) == (wanted["colour"], wanted.get("note"))
