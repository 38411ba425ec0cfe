"""What is wrong between manifests."""

from __future__ import annotations

import pytest

from .builders import KINDS, SHAPE, gadget, kind, loaded, problem_of, problems_of


def owner(name: str, spec: str = "{}") -> str:
    return f"apiVersion: reconciler/v1\nkind: Owner\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def bound(name: str, live_id: str) -> str:
    return gadget(name).replace(f"{{name: {name}}}", f"{{name: {name}, id: {live_id}}}")


def test_two_manifests_of_one_address_name_both_places() -> None:
    estate, (problem,) = loaded(gadget("one"), gadget("one", spec="{colour: blue}"))
    assert (problem.code, str(problem.where)) == ("MF201", "f2.yaml:3:18")
    assert "f1.yaml:3:18" in problem.detail
    assert len(estate.manifests) == 1


def test_an_address_is_taken_even_by_a_manifest_that_is_not_valid() -> None:
    problems = problems_of(gadget("one", spec="{}"), gadget("one"))
    assert [problem.code for problem in problems] == ["MF104", "MF201"]


def test_names_of_different_kinds_do_not_collide() -> None:
    assert not problems_of(gadget("one"), owner("one"))


def test_two_manifests_of_one_natural_key_are_one_object() -> None:
    problem = problem_of(gadget("one", spec="{colour: red, name: two}"), gadget("two"))
    assert (problem.code, str(problem.where)) == ("MF202", "f2.yaml:3:12")
    assert "Gadget/two and Gadget/one (f1.yaml:4:21)" in problem.detail


def test_a_natural_key_of_several_members_counts_as_a_whole() -> None:
    kinds = {"Gadget": kind(natural_key=("colour", "note"), shape=SHAPE)}
    assert not problems_of(gadget("one"), gadget("two", spec="{colour: red}"), kinds=kinds)
    kinds = {"Gadget": kind(natural_key=("colour",))}
    assert problem_of(gadget("one"), gadget("two", spec="{colour: red}"), kinds=kinds).code == "MF202"


def test_objects_without_a_natural_key_value_are_left_to_the_plan() -> None:
    assert not problems_of(owner("one"), owner("two"))
    assert problem_of(owner("one", "{title: T}"), owner("two", "{title: T}")).code == "MF202"


def test_a_kind_without_natural_key_has_one_object() -> None:
    kinds = {"Gadget": kind(natural_key=())}
    assert "only one can exist" in problem_of(gadget("one"), gadget("two"), kinds=kinds).detail


def test_two_manifests_cannot_bind_one_id() -> None:
    problem = problem_of(bound("one", "4-2"), bound("two", "4-2"))
    assert (problem.code, str(problem.where)) == ("MF203", "f2.yaml:3:23")
    assert "f1.yaml:3:23" in problem.detail


def test_a_reference_to_a_manifest_is_fine() -> None:
    assert not problems_of(gadget(spec="{colour: red, owner: team}"), owner("team"))


def test_a_reference_to_an_unmanaged_object_is_fine() -> None:
    assert not problems_of(gadget(spec="{colour: red, owner: {id: 4-2}}"))


def test_a_reference_to_nothing_suggests_a_name_of_that_kind() -> None:
    problem = problem_of(gadget(spec="{colour: red, owner: taem}"), owner("team"), gadget("taem"))
    assert (problem.code, str(problem.where)) == ("MF204", "f1.yaml:4:21")
    assert problem.hint == "Did you mean `team`?"


def test_a_reference_within_a_list_is_pointed_at() -> None:
    spec = "\n  colour: red\n  parts:\n    - {name: lid}\n    - {name: box, like: nothing}"
    problem = problem_of(gadget(spec=spec))
    assert (problem.code, str(problem.where)) == ("MF204", "f1.yaml:8:19")
    assert "{id: ...}" in problem.hint


def test_a_reference_to_a_renamed_manifest_says_so() -> None:
    moved = "moved: [{from: Owner/crew, to: Owner/team}]\n"
    problem = problem_of(gadget(spec="{colour: red, owner: crew}"), owner("team"), moved)
    assert problem.hint == "It has moved: write `team`."


def test_a_reference_to_a_manifest_with_a_mistake_is_no_second_problem() -> None:
    assert problem_of(gadget(spec="{colour: red, owner: team}"), owner("team", "{titel: x}")).code == "MF105"


def test_a_reference_into_a_broken_file_is_no_second_problem() -> None:
    assert problem_of(gadget(spec="{colour: red, owner: team}"), owner("team", "{title: [")).code == "MF004"


def test_references_of_a_manifest_with_a_mistake_are_checked() -> None:
    problems = problems_of(gadget(spec="{colour: rde, owner: nobody, parts: [1, {name: x, like: none}]}"))
    assert [problem.code for problem in problems] == ["MF107", "MF204", "MF106", "MF204"]


def test_a_cycle_is_an_error_where_creation_needs_the_edge() -> None:
    ring = [gadget(name, spec=f"{{colour: red, inside: {other}}}") for name, other in ("ab", "bc", "ca")]
    problem = problem_of(*ring)
    assert (problem.code, str(problem.where)) == ("MF205", "f1.yaml:4:21")
    assert problem.detail.startswith("Gadget/a -> Gadget/b -> Gadget/c -> Gadget/a")


def test_a_manifest_that_needs_itself_is_a_cycle() -> None:
    assert problem_of(gadget("a", spec="{colour: red, inside: a}")).code == "MF205"


def test_a_cycle_that_creation_can_break_is_fine() -> None:
    pair = [gadget(name, spec=f"{{colour: red, parts: [{{name: x, like: {other}}}]}}") for name, other in ("ab", "ba")]
    assert not problems_of(*pair)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("removed: [{address: Gadget/one}]", "MF206", "f1.yaml:1:1"),
        ("removed: [{address: Gadget/x}, {address: Gadget/x}]", "MF207", "f2.yaml:1:11"),
        ("removed: [{address: Gadgte/x}]", "MF103", "Gadgte"),
        ("moved: [{from: Gadget/one, to: Gadget/two}]", "MF208", "f1.yaml:1:1"),
        ("moved: [{from: Gadget/x, to: Gadget/on}]", "MF209", "Gadget/on"),
        ("moved: [{from: Gadgte/x, to: Gadget/one}]", "MF210", "Gadgte/x"),
        ("moved: [{from: Owner/x, to: Gadget/one}]", "MF210", "Owner/x"),
        ("moved: [{from: Gadget/x, to: Gadget/x}]", "MF210", "Gadget/x"),
        ("moved: [{from: Gadget/x, to: Gadget/one}, {from: Gadget/x, to: Gadget/one}]", "MF210", "f2.yaml:1:9"),
        ("removed: [{address: Gadget/x}]\nmoved: [{from: Gadget/x, to: Gadget/one}]", "MF210", "f2.yaml:1:11"),
    ],
)
def test_removed_and_moved_must_agree_with_the_manifests(text: str, code: str, words: str) -> None:
    problems = [problem for problem in problems_of(gadget("one"), text) if problem.code == code]
    assert len(problems) == 1
    assert words in problems[0].detail


def test_a_move_to_a_misspelt_address_suggests_the_right_one() -> None:
    moved = "moved: [{from: Gadget/x, to: Gadget/gizmos}]"
    assert problem_of(gadget("gizmo"), moved).hint == "Did you mean `gizmo`?"


def test_two_former_names_may_lead_to_one_manifest() -> None:
    moved = "moved: [{from: Gadget/x, to: Gadget/one}, {from: Gadget/y, to: Gadget/one}]"
    assert not problems_of(gadget("one"), moved)


def test_a_misspelt_kind_is_suggested() -> None:
    assert problem_of("removed: [{address: Gadgte/x}]", kinds=KINDS).hint == "Did you mean `Gadget`?"
