"""The three-way merge of ARCHITECTURE §4.7: examples, then laws."""

from __future__ import annotations

from hypothesis import given
from reconciler.model.merged import Merged
from reconciler.model.normal import alike
from reconciler.model.values import ABSENT, Json, same
from reconciler.planning.difference import elements
from reconciler.planning.merge import merge

from shapes import SHAPE, live, sendable

PARTS = next(member.shape for member in SHAPE.members if member.name == "parts")


def part(name: str, size: int = 0, **more: Json) -> dict[str, Json]:
    return {"name": name, "size": size, **more}


def merged(base: Json, ours: Json, theirs: Json) -> Merged:
    return merge(SHAPE, base=base, ours=ours, theirs=theirs)


def parts(*each: Json) -> dict[str, Json]:
    return {"parts": list(each)}


def test_disjoint_edits_of_one_object_both_stay() -> None:
    found = merged({"name": "a", "note": "n"}, {"name": "b", "note": "n"}, {"name": "a", "note": "m"})
    assert (found.value, found.overlaps, found.theirs) == ({"name": "b", "note": "m"}, (), (("note",),))


def test_disjoint_edits_of_one_element_both_stay() -> None:
    found = merged(parts(part("p")), parts(part("p", 1)), parts(part("p", options=["a"])))
    assert found.value == parts(part("p", 1, options=["a"]))
    assert not found.overlaps


def test_equal_edits_agree() -> None:
    found = merged({"name": "a"}, {"name": "b"}, {"name": "b"})
    assert (found.value, found.overlaps, found.theirs) == ({"name": "b"}, (), ())


def test_different_edits_of_one_value_overlap_and_nobody_wins() -> None:
    [overlap] = merged({"name": "a"}, {"name": "b"}, {"name": "c"}).overlaps
    assert (overlap.path, overlap.base, overlap.ours, overlap.theirs) == (("name",), "a", "b", "c")


def test_true_and_1_are_different_edits() -> None:
    assert merged({"note": "a"}, {"note": 1}, {"note": True}).overlaps


def test_deleting_what_they_edited_overlaps() -> None:
    [overlap] = merged(parts(part("p")), parts(), parts(part("p", 2))).overlaps
    assert (overlap.path, overlap.ours) == (("parts", "p"), ABSENT)


def test_editing_what_they_deleted_overlaps() -> None:
    [overlap] = merged(parts(part("p")), parts(part("p", 2)), parts()).overlaps
    assert (overlap.path, overlap.theirs) == (("parts", "p"), ABSENT)


def test_deleting_on_both_sides_agrees() -> None:
    assert merged(parts(part("p")), parts(), parts()).value == parts()


def test_their_order_is_kept_and_ours_follow() -> None:
    found = merged(parts(part("p"), part("q")), parts(part("p"), part("q"), part("r")), parts(part("q"), part("p")))
    assert [each["name"] for each in found.value["parts"]] == ["q", "p", "r"]


def test_nested_options_merge_one_by_one() -> None:
    was, ours, theirs = (parts(part("p", options=options)) for options in (["a", "b"], ["b", "c"], ["a", "b", "x"]))
    assert merged(was, ours, theirs).value == parts(part("p", options=["b", "x", "c"]))


def test_a_whole_record_is_never_mixed() -> None:
    was, ours, theirs = (parts(part("p", link={"to": to, "at": at})) for to, at in (("x", "f"), ("y", "f"), ("x", "g")))
    assert [overlap.path for overlap in merged(was, ours, theirs).overlaps] == [("parts", "p", "link")]


def test_a_list_that_they_took_away_while_we_edited_it_overlaps() -> None:
    assert [each.path for each in merged(parts(part("p")), parts(part("p", 1)), {}).overlaps] == [("parts",)]


def test_a_set_that_they_took_away_keeps_what_we_added() -> None:
    found = merged({"tags": ["a"]}, {"tags": ["a", "b"]}, {})
    assert (found.value, found.overlaps, found.theirs) == ({"tags": ["b"]}, (), (("tags", '"a"'),))


def test_an_ordered_list_is_one_value() -> None:
    assert merged({"steps": [1]}, {"steps": [1, "a"]}, {"steps": ["b", 1]}).overlaps


def test_unknown_members_are_theirs() -> None:
    assert merged({"+more": 1}, {"+more": 1}, {"+more": [2]}).value == {"+more": [2]}


@given(live, live)
def test_where_we_changed_nothing_theirs_stands(base: Json, theirs: Json) -> None:
    found = merged(base, base, theirs)
    assert found.value == theirs
    assert not found.overlaps


@given(live, live)
def test_where_they_changed_nothing_ours_stands(base: Json, ours: Json) -> None:
    found = merged(base, ours, base)
    assert alike(SHAPE, found.value, ours)
    assert (found.overlaps, found.theirs) == ((), ())


@given(live, live)
def test_equal_edits_agree_whatever_they_are(base: Json, edit: Json) -> None:
    found = merged(base, edit, edit)
    assert found.value == edit
    assert not found.overlaps


@given(live, live, live)
def test_overlaps_are_symmetric(base: Json, ours: Json, theirs: Json) -> None:
    found, mirrored = merged(base, ours, theirs), merged(base, theirs, ours)
    swapped = {(each.path, repr(each.theirs), repr(each.ours)) for each in mirrored.overlaps}
    assert {(each.path, repr(each.ours), repr(each.theirs)) for each in found.overlaps} == swapped
    assert found.overlaps or alike(SHAPE, found.value, mirrored.value)


@given(live, live, live)
def test_an_overlap_is_a_path_that_both_sides_changed(base: Json, ours: Json, theirs: Json) -> None:
    for overlap in merged(base, ours, theirs).overlaps:
        sides = (overlap.base, overlap.ours, overlap.theirs)
        assert not any(same(sides[left], sides[right]) for left, right in ((0, 1), (0, 2), (1, 2)))


@given(live, live, live)
def test_no_element_that_they_added_is_lost(base: Json, ours: Json, theirs: Json) -> None:
    was, now = (elements(PARTS, side.get("parts", ABSENT)) for side in (base, theirs))  # type: ignore[arg-type]
    found = merged(base, ours, theirs)
    left = elements(PARTS, found.value.get("parts", ABSENT))  # type: ignore[arg-type]
    assert found.overlaps or now.keys() - was.keys() <= left.keys()


@given(live, live, live)
def test_their_order_survives(base: Json, ours: Json, theirs: Json) -> None:
    left = [each["name"] for each in merged(base, ours, theirs).value.get("parts", ())]
    if not same(base.get("parts", []), theirs.get("parts", [])):
        expected = [each["name"] for each in theirs.get("parts", ()) if each["name"] in left]
        assert [name for name in left if name in expected] == expected


@given(live, live, live)
def test_merging_the_outcome_again_changes_nothing(base: Json, ours: Json, theirs: Json) -> None:
    found = merged(base, ours, theirs)
    again = merged(theirs, found.value, theirs)
    assert alike(SHAPE, again.value, found.value)
    assert not again.overlaps
    if not found.overlaps:
        assert not merged(base, found.value, theirs).overlaps


@given(live, live, live)
def test_what_only_one_side_changed_is_as_that_side_has_it(base: Json, ours: Json, theirs: Json) -> None:
    value = merged(base, ours, theirs).value
    for name in ("name", "note", "steps", "+more"):
        sides = [side.get(name, ABSENT) for side in (base, ours, theirs, value)]
        if same(sides[0], sides[1]):
            assert same(sides[3], sides[2])
        if same(sides[0], sides[2]):
            assert same(sides[3], sides[1])


@given(live, live, live)
def test_whose_presence_in_a_set_was_changed_has_it_their_way(base: Json, ours: Json, theirs: Json) -> None:
    value = merged(base, ours, theirs).value
    was, mine, other, left = ({repr(each) for each in side.get("tags", ())} for side in (base, ours, theirs, value))
    assert left == (was & mine & other) | (mine - was) | (other - was)


@given(sendable, sendable, sendable)
def test_what_was_taken_over_is_told(base: Json, ours: Json, theirs: Json) -> None:
    found = merged(base, ours, theirs)
    if not found.overlaps:
        assert found.theirs or alike(SHAPE, filled(found.value), filled(ours))


def filled(side: Json) -> Json:
    """Without empty lists, which say the same as none."""
    return {
        name: [filled(each) for each in value] if name == "parts" else value
        for name, value in side.items()
        if value != []
    }
