"""The page of a plan: everything of it, nothing loaded, and foreign text is nothing but text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan
from reconciler.model.provenance import Provenance
from reconciler.render import Occasion, plan_html, plans_html, told_html
from reconciler.render.remarks import Level, Remark
from reconciler.render.review_page import MOST, MOST_LINES

from .builders import PROFILE, blocked_plan, change, field, finding, plan, source, story_plan
from .references import pointing_plan

OCCASION: Final = Occasion("plan", "production", Provenance("a.smith", "0123abc"), "plan-production")


class Reader(HTMLParser):
    """Tags with their attributes' names, in order, what addresses say, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.places: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " "
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.places += [
            value or "" for name, value in attrs if name in ("href", "src", "action", "style", "xlink:href")
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def shown(made: Plan) -> str:
    return plan_html(made, KINDS, "sha256:ab", OCCASION)


def words(made: Plan) -> str:
    return " ".join(re.sub("<style>.*?</style>", "", read(shown(made)).text, flags=re.DOTALL).split())


@pytest.mark.parametrize(
    ("name", "made"), [("blocked", blocked_plan()), ("pointing", pointing_plan()), ("nothing", plan())]
)
def test_a_page_reads_as_in_the_golden_file(name: str, made: Plan, golden: Callable[[str, str], None]) -> None:
    golden(f"plan_{name}.html", re.sub("<style>.*?</style>", "<style></style>", shown(made), flags=re.DOTALL))


@pytest.mark.parametrize("made", [blocked_plan(), story_plan(), pointing_plan()])
def test_every_object_and_every_finding_is_on_the_page(made: Plan) -> None:
    text = words(made)
    assert all(str(each.address) in text for each in made.changes)
    assert all(each.code in text and " ".join(each.detail.split()) in text for each in made.findings)


def test_seal_commit_and_who_stand_at_the_end() -> None:
    assert words(plan()).endswith("Seal sha256:ab Commit 0123abc By a.smith Made by reconciler 0.1.0")


def test_a_partial_plan_says_so() -> None:
    text = words(plan(targets=("team=crm",), excluded=("Purpose/*",)))
    assert "only team=crm and what they cannot do without; Purpose/* excluded, and not looked at" in text
    assert "Nothing to change in what was looked at." in text


def test_the_references_are_drawn() -> None:
    assert ("svg" in {tag for tag, *_ in read(shown(pointing_plan())).tags}) is True
    assert ("svg" in {tag for tag, *_ in read(shown(plan(change()))).tags}) is False


def test_nothing_is_loaded_and_nothing_runs() -> None:
    reader = read(shown(pointing_plan()))
    assert reader.places == ["data:,"]
    assert not {"script", "iframe", "object", "img", "form", "base"} & {tag for tag, *_ in reader.tags}
    assert "default-src 'none'" in shown(pointing_plan())


def test_equal_plans_give_equal_pages() -> None:
    assert shown(story_plan()) == shown(story_plan())


def test_a_long_plan_is_cut_by_whole_objects_and_says_how_many_are_missing() -> None:
    made = plan(*(replace(change(address=Address("Purpose", f"p{n}")), step=f"p{n}") for n in range(MOST + 7)))
    assert shown(made).count("<details") == MOST
    assert "7 more objects are not on this page." in words(made)


def test_one_object_does_not_push_out_the_others() -> None:
    long = {f"name_{number}": "x" for number in range(MOST_LINES + 9)}
    text = words(plan(change(action=Action.CREATE, after=long)))
    assert "9 more lines in the plan file." in text


def test_what_came_of_a_run_is_a_list_of_what_to_mend_and_the_text() -> None:
    remark = Remark("apply-failed", Level.ERROR, "Refused", "detail", "hint", source())
    text = read(told_html("The plan was not applied whole", "1 failed\nend", [remark], OCCASION)).text
    assert re.search(r"error\s+Refused\s+apply-failed\s*manifests/\S+:14:5\s*detail\s*hint", text)
    assert text.index("Refused") < text.index("1 failed\nend")
    accepted = replace(remark, accepted="by a.smith")
    assert "Refused" not in told_html("Fine", "text", [accepted], OCCASION)


HOSTILE = st.sampled_from(
    [
        "</pre>", "</style>", "</title>", "<script>x</script>", '"><svg onload=x>', "' onclick='x", "{{ 7*7 }}",
        "{% raw %}", "&lt;", "<!--", "]]>", "\x1b[31m", "\u202e", "\u200b", "\ud800", "\x00", "\n", "javascript:x", "http://e.com",
    ]
)  # fmt: skip
TEXTS = st.lists(HOSTILE | st.text(max_size=4), max_size=8).map("".join)


def hostile_plan(one: str, other: str) -> Plan:
    """Foreign text wherever it may stand; names of objects in our manifests are checked when they are read."""
    bad = finding(
        summary=one, detail=f"x{other}", hint=f"x{other}", where=source(text=f"x{one}"), facet={"change": other}
    )
    made = plan(
        change(
            reason=f"x{other}", fields=(field("description", one, other), field("a", other)),
            after={"description": one},
        ),
        change(
            Address("FlexSchema", f"x{other}"), Action.CREATE, reason="x",
            after={"fields": [{"name": "a", "relationship": {"schema": f"x{one}"}}]},
        ),
        findings=(bad,), environment=f"x{one}", targets=(other,),
    )  # fmt: skip
    return replace(made, organisation=replace(made.organisation, name=one))


TAMED = read(shown(hostile_plan("a", "b"))).tags


@settings(max_examples=25)
@given(TEXTS, TEXTS)
def test_whatever_manifests_and_organisation_say_the_page_around_it_is_the_same(one: str, other: str) -> None:
    reader = read(shown(hostile_plan(one, other)))
    assert set(reader.tags) <= set(TAMED)
    assert reader.places == ["data:,"]
    assert all(row.isprintable() for row in reader.text.split("\n"))


def together(*plans: Plan, trouble: str = "No credentials") -> str:
    numbered = {f"e{number}": (each, f"sha256:{number}") for number, each in enumerate(plans)}
    return plans_html({**numbered, "last": trouble}, KINDS, OCCASION)


def test_plans_of_several_environments_are_on_one_page_each_with_its_drawing_and_its_seal() -> None:
    page = together(pointing_plan(), blocked_plan(), pointing_plan())
    reader = read(page)
    for made in (pointing_plan(), blocked_plan()):
        assert all(str(each.address) in reader.text for each in made.changes)
        assert all(each.code in reader.text for each in made.findings)
    assert all(f"sha256:{number}" in reader.text for number in range(3))
    assert "No credentials" in reader.text
    drawings = [shown(made).count("<svg ") for made in (pointing_plan(), blocked_plan())]
    assert page.count("<svg ") == 2 * drawings[0] + drawings[1] > 1
    named = re.findall(r' id="([^"]*)"', page)
    assert len(named) == len(set(named))
    pointed_at = re.findall(r'(?:url\(#|labelledby=")([^)"]*)', page)
    assert set(pointed_at) <= set(named)


@settings(max_examples=25)
@given(TEXTS, TEXTS)
def test_whatever_environments_say_the_page_around_them_is_the_same(one: str, other: str) -> None:
    reader = read(together(hostile_plan(one, other), trouble=one))
    assert set(reader.tags) <= set(read(together(hostile_plan("a", "b"))).tags)
    assert reader.places == ["data:,"]
    assert all(row.isprintable() for row in reader.text.split("\n"))


TOLD = read(told_html("a", "a", [Remark("a", Level.ERROR, "a", "a", "a", source())], OCCASION)).tags


@settings(max_examples=25)
@given(TEXTS, TEXTS)
def test_whatever_a_run_says_the_page_around_it_is_the_same(one: str, other: str) -> None:
    remark = Remark(one, Level.ERROR, other, one, other, source(text=one), subject=one)
    reader = read(told_html(one, other, [remark], replace(OCCASION, provenance=Provenance(one, other))))
    assert set(reader.tags) <= set(TOLD)
    assert all(row.isprintable() for row in reader.text.split("\n"))


def test_the_address_of_an_object_is_its_heading() -> None:
    assert f"<h3>{PROFILE}</h3>" in shown(blocked_plan())
