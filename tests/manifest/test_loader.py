"""From files to an estate."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.manifest import load
from reconciler.model.address import Address
from reconciler.model.kind import Checkup
from reconciler.model.manifest import Acknowledgement, ForeignElements, Lifecycle
from reconciler.model.project import Project
from reconciler.model.source import Problem, Source

from .builders import KINDS, complaining, gadget, kind, loaded, manifest_of, problem_of, problems_of


def test_a_manifest_is_read_with_its_address_labels_and_id() -> None:
    text = gadget().replace("{name: one}", "{name: one, labels: {team: crm}, id: 4-2}")
    manifest = manifest_of(text)
    assert manifest.address == Address("Gadget", "one")
    assert (manifest.labels, manifest.live_id) == ({"team": "crm"}, "4-2")
    assert str(manifest.source) == "f1.yaml:1:1"


def test_the_normal_form_has_the_defaults_and_the_spec_has_not() -> None:
    manifest = manifest_of(gadget(spec="{colour: blue, parts: [{name: a}]}"))
    assert manifest.spec == {"name": "one", "colour": "blue", "parts": [{"name": "a"}]}
    assert manifest.normal == {"name": "one", "colour": "blue", "parts": [{"name": "a", "weight": 1}]}


def test_the_organisations_name_is_the_slug_unless_stated() -> None:
    assert manifest_of(gadget(spec="{colour: red, name: My thing}")).normal["name"] == "My thing"
    assert manifest_of(gadget()).normal["name"] == "one"


def test_a_kind_without_a_name_gets_none() -> None:
    text = "apiVersion: reconciler/v1\nkind: Owner\nmetadata: {name: x}\nspec: {title: T}\n"
    assert manifest_of(text).spec == {"title": "T"}


def test_a_name_that_was_filled_in_stands_where_it_came_from() -> None:
    assert str(manifest_of(gadget()).locate(("name",))) == "f1.yaml:3:12"
    assert str(manifest_of(gadget(spec="{colour: red, name: x}")).locate(("name",))) == "f1.yaml:4:21"


def test_the_kind_resolves_what_depends_on_the_project() -> None:
    kinds = {"Gadget": kind(resolve=lambda spec, project: {**spec, "note": project.ledger})}
    estate, problems = loaded(gadget(), kinds=kinds, project=Project(ledger="here"))
    assert not problems
    assert "note" not in estate.manifests[Address("Gadget", "one")].spec


def test_what_cannot_be_resolved_is_a_problem() -> None:
    def refuse(_spec: object, _project: object) -> dict[str, object]:
        raise ValueError("no such class")

    problem = problem_of(gadget(), kinds={"Gadget": kind(resolve=refuse)})
    assert (problem.code, problem.detail) == ("MF211", "no such class.")


def test_the_kinds_own_check_is_asked_once_all_manifests_are_known() -> None:
    def check(checkup: Checkup) -> list[Problem]:
        where = checkup.manifest.locate(("colour",))
        return [Problem("GA001", "s", ", ".join(map(str, checkup.others)), "h", where)]

    problems = problems_of(gadget("one"), gadget("two"), kinds=complaining(check))
    assert [(problem.code, str(problem.where)) for problem in problems] == [
        ("GA001", "f1.yaml:4:8"),
        ("GA001", "f2.yaml:4:8"),
    ]
    assert problems[0].detail == "Gadget/one, Gadget/two"


def test_the_lifecycle_is_read() -> None:
    more = """\
        lifecycle:
          protect: true
          adopt: true
          foreign: remove
          acknowledge:
            - {code: FS101, path: parts.a, removes: [a], reason: gone, by: me, expires: 2026-12-31}
        """
    assert manifest_of(gadget(more=more)).lifecycle == Lifecycle(
        True,
        True,
        ForeignElements.REMOVE,
        (Acknowledgement("FS101", "parts.a", "gone", "me", datetime.date(2026, 12, 31), removes=("a",)),),
    )


def test_an_acknowledgement_knows_where_it_stands() -> None:
    more = "lifecycle: {acknowledge: [{code: A1, path: p, reason: r, by: b, expires: 2026-01-01}]}\n"
    manifest = manifest_of(gadget(more=more.replace("A1", "FS101")))
    assert str(manifest.lifecycle.acknowledge[0].where) == "f1.yaml:5:27"


def test_a_plain_manifest_has_a_plain_lifecycle() -> None:
    assert manifest_of(gadget()).lifecycle == Lifecycle()


def test_removed_and_moved_documents_are_read() -> None:
    text = """\
        removed:
          - {address: Gadget/gone, delete: true, reason: old}
        moved:
          - {from: Gadget/before, to: Gadget/one}
        """
    estate, problems = loaded(gadget(), text)
    removal = estate.removals[Address("Gadget", "gone")]
    assert not problems
    assert (removal.delete, removal.reason, str(removal.source)) == (True, "old", "f2.yaml:2:5")
    (move,) = estate.moves
    assert (move.before.name, move.after.name, str(move.source)) == ("before", "one", "f2.yaml:4:5")


def test_a_removal_forgets_unless_it_says_delete() -> None:
    estate, _ = loaded("apiVersion: reconciler/v1\nremoved: [{address: Gadget/gone}]\n")
    assert not estate.removals[Address("Gadget", "gone")].delete


@pytest.mark.parametrize("text", ["just text", "- a\n- b\n", "a: 1\n", "apiVersion: reconciler/v1\n", "5"])
def test_what_is_no_manifest_is_said_to_be_none(text: str) -> None:
    assert problem_of(text).code == "MF101"


def test_no_files_state_nothing() -> None:
    estate, problems = load([], kinds=KINDS, project=Project())
    assert (estate.manifests, problems) == ({}, ())


def test_one_bad_file_hides_no_other() -> None:
    estate, problems = loaded("a: [", gadget("good"), gadget(spec="{colour: rde}"), "a:\n\tb: 1")
    assert list(estate.manifests) == [Address("Gadget", "good")]
    assert [(problem.where.file, problem.code) for problem in problems] == [
        ("f1.yaml", "MF004"),
        ("f3.yaml", "MF107"),
        ("f4.yaml", "MF005"),
    ]


def test_one_bad_document_hides_no_other() -> None:
    estate, problems = loaded(f"{gadget('one')}---\nx: [\n---\n{gadget('two')}")
    assert [address.name for address in estate.manifests] == ["one", "two"]
    assert len(problems) == 1


def test_problems_come_by_file_line_and_column_whatever_the_order_of_files() -> None:
    files = [("b.yaml", b"x: 1\n"), ("a.yaml", gadget(spec="{count: 0, colour: x}").encode())]
    _, problems = load(files, kinds=KINDS, project=Project())
    assert [str(problem.where) for problem in problems] == ["a.yaml:4:15", "a.yaml:4:26", "b.yaml:1:1"]


def test_a_problem_carries_its_line() -> None:
    assert problem_of(gadget(spec="{colour: rde}")).where == Source("f1.yaml", 4, 16, "spec: {colour: rde}")


def test_problems_of_a_file_are_told_before_the_next_file_is_read() -> None:
    told: list[Problem] = []

    def files() -> object:
        yield "a.yaml", b"x: ["
        assert [problem.code for problem in told] == ["MF004"]
        yield "b.yaml", gadget().encode()

    _, problems = load(files(), kinds=KINDS, project=Project(), notify=told.append)
    assert tuple(told) == problems


def test_what_follows_from_a_reading_problem_on_its_line_is_not_reported_again() -> None:
    (problem,) = problems_of(gadget(spec="\n  colour: !x crimson"))
    assert problem.code == "MF009"


def test_a_reading_problem_does_not_hide_what_is_wrong_on_other_lines() -> None:
    problems = problems_of(gadget(spec="\n  colour: rde\n  count: 1\n  count: 2"))
    assert [problem.code for problem in problems] == ["MF107", "MF007"]


def test_a_document_with_a_reading_problem_is_not_taken() -> None:
    estate, _ = loaded(gadget(spec="\n  colour: red\n  colour: red"))
    assert not estate.manifests


@pytest.mark.parametrize("spec", ["{colour: red, note: '${values.x}'}", "{colour: red, tags: ['a ${values.x} b']}"])
def test_a_placeholder_is_not_taken_as_it_is(spec: str) -> None:
    problem = problem_of(gadget(spec=spec))
    assert problem.code == "MF113"
    assert problem.where.line == 4
    assert "`default` has no value `x`" in problem.detail


def test_an_escaped_placeholder_is_a_literal() -> None:
    spec = manifest_of(gadget(spec="{colour: red, note: 'a $${b}', tags: ['$${c}'], count: 1}")).spec
    assert (spec["note"], spec["tags"], spec["count"]) == ("a ${b}", ["${c}"], 1)


FRAGMENTS = [
    "[",
    "{",
    "}",
    "- ",
    "? ",
    ": ",
    "\n",
    "\t",
    "'",
    "|\n",
    "1",
    "null",
    "---\n",
    "&a ",
    "*a",
    "<<: ",
    "é",
    "\x1b",
]
SOUND = gadget(spec="\n  colour: red\n  parts: [{name: a, like: one}]\n  period: {class: x}\n") + "---\nremoved: []\n"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND)), st.sampled_from(FRAGMENTS)), min_size=1, max_size=4))
def test_nothing_that_a_file_holds_raises(insertions: list[tuple[int, str]]) -> None:
    text = SOUND
    for at, fragment in insertions:
        text = text[:at] + fragment + text[at:]
    _, problems = loaded(text)
    assert all(problem.detail and problem.where.line and problem.where.column for problem in problems)
