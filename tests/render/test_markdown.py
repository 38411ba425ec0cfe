"""A comment on a pull request: what stands where, how much of it, and that foreign text is nothing but text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan
from reconciler.model.provenance import Provenance
from reconciler.render import Occasion, plan_markdown, told_markdown
from reconciler.render.markdown import LIMIT, MOST_LINES
from reconciler.render.markup import code, code_in_html, fence, marker

from .builders import MARKETING, blocked_plan, change, field, finding, plan, story_plan
from .references import pointing_plan

OCCASION: Final = Occasion("plan", "production", Provenance("a.smith", "0123abc"), "plan-production")
HOSTILE: Final = (
    "</details>", "`", "``` ", "\n```\n# h", "@everyone", "#1", "GH-1", "https://evil.example.com", "![x](http://e.com)",
    "<script>alert(1)</script>", "-->", "| a | b |", "\x1b[31m", "\u202eabc", "::error::x", "a\n\n<img src=x>",
)  # fmt: skip
HOSTILE_TEXT = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=4).map("".join)


def shown(made: Plan, occasion: Occasion = OCCASION) -> str:
    return plan_markdown(made, KINDS, "sha256:ab", occasion)


@pytest.mark.parametrize(
    ("name", "made"),
    [("blocked", blocked_plan()), ("story", story_plan()), ("pointing", pointing_plan()), ("nothing", plan())],
)
def test_a_comment_reads_as_in_the_golden_file(name: str, made: Plan, golden: Callable[[str, str], None]) -> None:
    golden(f"plan_{name}.md", shown(made))


def test_the_first_line_is_the_marker_by_which_the_comment_is_found_again() -> None:
    assert shown(blocked_plan()).split("\n")[0] == "<!-- reconciler:plan:production -->"
    assert marker("drift", "a-->b") == "<!-- reconciler:drift:a--_b -->"


def test_seal_commit_and_actor_stand_at_the_end() -> None:
    assert shown(plan()).split("\n")[-1] == "seal `sha256:ab`, commit `0123abc`, by `a.smith`, `reconciler 0.1.0`"


def test_blocked_stands_before_destructive_before_the_rest() -> None:
    text = shown(blocked_plan()) + shown(story_plan())
    headings = re.findall(r"^#### (\w+)", text, re.MULTILINE)
    assert headings.index("Blocked") < headings.index("Updates")


def test_a_partial_plan_says_so() -> None:
    text = shown(plan(targets=("team=crm",), excluded=("Purpose/*",)))
    assert "**Partial plan**: only `team=crm` and what they cannot do without; `Purpose/*` excluded" in text


def many(count: int, **members: object) -> Plan:
    updates = (change(address=Address("FlexSchema", f"s{number}"), **members) for number in range(count))
    return plan(*(replace(each, step=str(each.address)) for each in updates))


def test_a_long_plan_is_cut_by_whole_objects_and_says_how_many_are_missing() -> None:
    text = shown(many(1_000))
    assert len(text.encode()) <= LIMIT
    folds = text.count("<details")
    assert folds == text.count("</details>")
    assert f"**{1_001 - folds} sections more did not fit into a comment.**" in text
    assert "the artefact `plan-production`" in text
    assert text.endswith("`reconciler 0.1.0`")


def test_what_is_cut_off_is_what_weighs_least() -> None:
    bad = replace(change(address=Address("FlexSchema", "zzz")), step="zzz")
    made = many(1_000)
    blocked = replace(made, changes=(*made.changes, bad), findings=(finding(address=bad.address),))
    assert "<code>FlexSchema/zzz</code>" in shown(blocked)


def test_one_object_does_not_push_out_the_others() -> None:
    long = {"description": "\n".join(f"line {number}" for number in range(5_000))}
    text = shown(plan(change(action=Action.CREATE, before=None, after=long)))
    assert len(text) < 20_000
    assert told_markdown("A", "\n".join(["row"] * (MOST_LINES + 7)), OCCASION).count("row") == MOST_LINES
    assert "... and 7 more lines" in told_markdown("A", "\n".join(["row"] * (MOST_LINES + 7)), OCCASION)


def test_what_did_not_fit_is_named() -> None:
    long = tuple(field(f"fields.f{number}", "x" * 900, "y" * 900) for number in range(20))
    text = shown(many(50, fields=long, destructive=True))
    assert text.count("<li>") + text.count("<code>FlexSchema/") - text.count("<li><code>") == 50
    assert "<li><code>FlexSchema/s9</code>: update, destructive</li>" in text
    assert "<summary>their names</summary>" in text
    assert re.search(r"<summary>the first \d+ of them</summary>", shown(many(1_000)))


def test_what_weighs_most_is_shown_at_least_in_part_however_long_it_is() -> None:
    values = tuple(field(f"fields.f{number}", "x" * 900, "y" * 900) for number in range(500))
    long = change(fields=values, destructive=True, action=Action.ADOPT)
    text = shown(plan(long, change(MARKETING), findings=(*[finding(detail="z" * 5_000)] * 300,)))
    assert len(text.encode()) <= LIMIT
    assert "<code>FlexSchema/customer_profile</code>: adopt, destructive, 300 blocking findings" in text
    assert "more about it did not fit" in text
    assert "<code>Purpose/Marketing_Campaigns</code>" in text


def test_a_long_report_is_shown_in_part_and_long_names_are_cut() -> None:
    text = told_markdown("A", "\n".join(["\U0001f4c8" * 2_000] * 400), OCCASION)
    assert len(text.encode()) <= LIMIT
    assert "\U0001f4c8" * 900 in text
    assert len(shown(plan(targets=("\U0001f4c8" * 9_000,) * 50)).encode()) <= LIMIT


def test_500_changed_objects_take_less_than_a_second() -> None:
    begun = time.process_time()
    text = shown(many(500, fields=tuple(field(f"fields.f{number}", "a", "b") for number in range(10))))
    assert time.process_time() - begun < 1
    assert len(text.encode()) <= LIMIT


# Foreign text.


def without_code(markdown: str) -> str:
    """What a forge reads as Markdown or HTML: all but code, by the rules of CommonMark for spans and fences."""
    fences = re.sub(r"^(`{3,})[a-z]*\n.*?\n\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    spans = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", fences)
    return re.sub(r"<code>[^<>]*</code>", "", spans)


@given(HOSTILE_TEXT)
def test_a_code_span_is_one_span(text: str) -> None:
    assert without_code(f"a {code(text)} b") == "a  b"


@given(HOSTILE_TEXT)
def test_a_code_span_in_html_is_one_element(text: str) -> None:
    assert re.fullmatch(r"<code>[^<>\n]*</code>", code_in_html(text))


@given(st.lists(HOSTILE_TEXT.map(lambda text: text.replace("\n", " ").replace("\r", " ")), min_size=1, max_size=4))
def test_a_fence_ends_where_it_ends(rows: list[str]) -> None:
    text = "\n".join(rows)
    first, *inner, last = fence(text, "text").split("\n")
    assert set(last) == {"`"}
    assert first == f"{last}text"
    assert not any(row.strip().startswith(last) for row in "\n".join(inner).split("\n"))


OURS = without_code(shown(plan(change(), findings=(finding(),))))


@given(HOSTILE_TEXT, HOSTILE_TEXT)
def test_whatever_manifests_and_organisation_say_the_markdown_around_it_is_the_same(one: str, other: str) -> None:
    bad = finding(summary=one, detail=other, hint=other)
    made = plan(change(after={"description": one}, reason=other), findings=(bad,))
    made = replace(made, organisation=replace(made.organisation, name=one))
    outside = without_code(shown(made))
    for sign in ("@", "http", "<script", "<img", "![", "\x1b", "\u202e", "-->\n-->"):
        assert sign not in outside.replace("<!--", "").replace("-->", "", 1)
    assert outside.count("<details") == outside.count("</details>") == OURS.count("<details")
