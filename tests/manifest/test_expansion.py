"""Manifests that other manifests stand for, with kinds of which one stands for another."""

from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.finding import Explanation
from reconciler.model.manifest import Expansion
from reconciler.model.shape import Member, Record, Reference, Scalar
from reconciler.model.values import Normal

from .builders import KINDS as PLAIN
from .builders import kind, loaded, problem_of, problems_of


def stands_for(name: str, normal: Normal) -> tuple[Expansion, ...]:
    """A tag for every gadget that is blue."""
    if normal["colour"] != "blue":
        return ()
    return (Expansion("Tag", f"Tag_{name}", {"name": f"Tag_{name}", "on": name}, ("colour",)),)


TAG = kind(
    "Tag",
    shape=Record((Member("name", Scalar()), Member("on", Reference("Gadget")), Member("owner", Scalar(), local=True))),
    schema={"type": "object", "properties": {"name": {"type": "string"}, "on": {"type": "string"}}},
    owner="owner",
    explanations={"TG101": Explanation("Tag", "Why.", "How.")},
)
KINDS = {**PLAIN, "Gadget": kind(expand=stands_for), "Tag": TAG}
MOVED = "moved: [{from: Gadget/before, to: Gadget/one}]\n"
ACKNOWLEDGE = """
lifecycle:
  adopt: true
  protect: true
  acknowledge:
    - {code: TG101, path: on, change: a -> b, reason: r, by: b, expires: 2026-12-31}
    - {code: GD101, path: colour, change: a -> b, reason: r, by: b, expires: 2026-12-31}
"""


def blue(name: str = "one", more: str = "") -> str:
    return f"apiVersion: reconciler/v1\nkind: Gadget\nmetadata: {{name: {name}}}\nspec:\n  colour: blue\n{more}"


def tag(name: str) -> str:
    return f"apiVersion: reconciler/v1\nkind: Tag\nmetadata: {{name: {name}}}\nspec: {{}}\n"


def test_it_is_there_as_if_it_were_written_and_says_whose_it_is() -> None:
    estate, problems = loaded(blue(), kinds=KINDS)
    assert problems == ()
    tagged = estate.manifests[Address("Tag", "Tag_one")]
    assert tagged.normal == {"name": "Tag_one", "on": "one", "owner": "Gadget/one"}


def test_it_stands_where_it_is_asked_for() -> None:
    tagged = loaded(blue(), kinds=KINDS)[0].manifests[Address("Tag", "Tag_one")]
    places = {tagged.source, tagged.locate(("on",)), tagged.document.locate(("metadata", "id"))}
    assert {(place.file, place.line) for place in places} == {("f1.yaml", 5)}


def test_one_that_is_written_too_is_a_problem_with_both_places() -> None:
    problem = problem_of(blue(), tag("Tag_one"), kinds=KINDS)
    assert (problem.code, problem.where.file, problem.where.line) == ("MF201", "f1.yaml", 5)
    assert "f2.yaml:3" in problem.detail
    assert "Tag/Tag_one" in problem.detail


def test_a_name_that_becomes_too_long_is_a_problem() -> None:
    problem = problem_of(blue("n" * 125), kinds=KINDS)
    assert (problem.code, problem.where.line) == ("MF109", 5)


def test_a_removal_of_one_that_is_still_asked_for_is_a_problem() -> None:
    removed = "removed: [{address: Tag/Tag_one, delete: true}]\n"
    assert [each.code for each in problems_of(blue(), removed, kinds=KINDS)] == ["MF206"]


def test_it_moves_along_with_its_owner() -> None:
    estate, problems = loaded(blue(), MOVED, kinds=KINDS)
    assert problems == ()
    assert [(str(move.before), str(move.after)) for move in estate.moves] == [
        ("Gadget/before", "Gadget/one"),
        ("Tag/Tag_before", "Tag/Tag_one"),
    ]


def test_a_move_that_is_stated_is_not_made_again() -> None:
    stated = "moved: [{from: Gadget/before, to: Gadget/one}, {from: Tag/Tag_before, to: Tag/Tag_one}]\n"
    estate, problems = loaded(blue(), stated, kinds=KINDS)
    assert problems == ()
    assert len(estate.moves) == 2


def test_each_acknowledgement_goes_to_the_one_whose_kind_has_its_code() -> None:
    estate, _ = loaded(blue(more=ACKNOWLEDGE), kinds=KINDS)
    owner, tagged = (estate.manifests[Address(*each)].lifecycle for each in (("Gadget", "one"), ("Tag", "Tag_one")))
    assert [[each.code for each in side.acknowledge] for side in (owner, tagged)] == [["GD101"], ["TG101"]]
    assert (tagged.adopt, tagged.protect, owner.protect) == (True, False, True)
