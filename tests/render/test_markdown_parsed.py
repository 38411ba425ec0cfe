"""Comments as a forge reads them: whatever manifests and the organisation say, it is code, and all else is ours.

The parser is a second reading of CommonMark, with GitHub's tables, strikethrough and autolinks.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.plan import Action, Cause, Headroom, Plan
from reconciler.model.provenance import Provenance
from reconciler.render import Occasion, plan_markdown, told_markdown
from reconciler.render.markdown import LIMIT
from reconciler.render.markup import code, code_in_html, fence, fold

from .builders import ACME, PROFILE, acknowledgement, blocked_plan, change, field, finding, plan, source, story_plan
from .references import pointing_plan

PARSER: Final = MarkdownIt("gfm-like")
OURS: Final = {
    "paragraph_open", "paragraph_close", "inline", "heading_open", "heading_close", "html_block", "fence", "hr",
    "text", "code_inline", "softbreak", "strong_open", "strong_close", "em_open", "em_close",
}  # fmt: skip
TITLE: Final = r"([A-Za-z0-9 ,:]|<code>[^<>\n]*</code>)*"
HTML: Final = re.compile(
    r"(<!-- reconciler:[a-z]+:[\w.-]* -->|</details>"
    rf"|<details( open)?><summary>{TITLE}</summary>|<ul>\n(<li>{TITLE}</li>\n)*</ul>)\n?"
)
HOSTILE: Final = st.sampled_from(
    [
        "`", "``", "```", "\n```\n", "\n~~~\n", "</details>", "\n\n</details>\n\n", "</code>", "</summary>",
        "<img src=x>", "<!--", "-->", "--!>", "@everyone", "@acme/team", " #1 ", "GH-1", "acme/x#2", "https://evil.example.com",
        "www.evil.com", "a@evil.com", "![x](y)", "[x](y)", "[x]: y", "\n# h", "\n---\n", "\n===\n", "|a|b|\n|-|-|\n",
        "\n- a", "\n> a", "**a**", "_a_", "~~a~~", "\\", "&lt;", "&#x60;", "$`x`$", "$$", ":tada:", "%%{init}%%",
        "\n    code", "\t", "\r", "\x0b", "\x0c", "\x1b[31m", "\u202e", "\u200b", "\u2028", "\u2029", "\x85", "\ud800",
        "\x00", "\ufeff",
    ]
)  # fmt: skip
TEXTS: Final = st.lists(HOSTILE | st.text(max_size=3), max_size=10).map("".join)


def tokens(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def is_ours(markdown: str) -> None:
    """Nothing but what we write: no link, image, list, table, foreign heading or HTML; nothing unseen; whole folds."""
    found = list(tokens(markdown))
    assert {token.type for token in found} <= OURS
    for token in found:
        if token.type == "html_block":
            assert HTML.fullmatch(token.content), token.content
        if token.type == "text":
            assert not re.search(r"[@#<>]|://|www\.|GH-|\[|!\[|\$", token.content), token.content
        if token.type == "heading_open":
            assert token.tag in ("h3", "h4")
    blocks = [token.content for token in found if token.type == "html_block"]
    depth = [block.startswith("<details") - block.startswith("</details") for block in blocks]
    assert all(0 <= sum(depth[:number]) <= 1 for number in range(len(depth) + 1))
    assert sum(depth) == 0
    assert all(row.isprintable() for row in markdown.split("\n"))


def hostile_plan(one: str, other: str) -> Plan:
    """Foreign text wherever it can stand."""
    blocking = finding(
        summary=one, detail=f"{one}\n{other}", hint=f"{other}\n{one}", path=("fields", one),
        facet={"removes": [one], "change": other}, where=replace(source(text=one), file=other or "x"),
    )  # fmt: skip
    accepted = finding(
        other,
        address=Address("Purpose", one),
        acknowledged=acknowledgement(by=one, reason=other, expires=datetime.date.max),
    )
    named = Address("FlexSchema", one)
    return plan(
        change(
            reason=one, foreign=(("fields", one),), kept=(field("fields.x", one, other, Cause.DRIFT, base=one),),
            fields=(
                field("description", one, other), field(f"fields.{one}", other),
                field("a", one, other, Cause.OVERRIDE, base="x"),
            ),
        ),
        change(named, Action.CREATE, step=f"{named}", reason=other, after={"description": one, "fields": [
            {"name": other, "type": "relationship", "relationship": {"schema": other, "field": one}}]}),
        change(
            Address(one or "x", other), Action.DELETE, step="gone", destructive=True,
            before={"description": one, other: one},
        ),
        findings=(blocking, accepted, finding(address=None, summary=other, detail=one)),
        headroom=(Headroom(PROFILE, one, 1, 2, 3),),
        organisation=replace(ACME, name=one, live_id=other), environment=one, as_of=other, tool=one,
        targets=(one,), excluded=(other,),
    )  # fmt: skip


@settings(max_examples=60)
@given(TEXTS, TEXTS)
def test_whatever_manifests_and_organisation_say_a_comment_is_ours(one: str, other: str) -> None:
    occasion = Occasion("plan", one, Provenance(one, other), other)
    is_ours(plan_markdown(hostile_plan(one, other), KINDS, other, occasion))


@settings(max_examples=60)
@given(TEXTS, TEXTS)
def test_whatever_a_run_says_its_comment_is_ours(one: str, other: str) -> None:
    told = "\n".join(row if row.isprintable() else "?" for row in f"{one}\n{other}".split("\n"))
    is_ours(told_markdown(f"Plan for {code(one)} failed", told, Occasion("plan", one, Provenance(one, other), other)))


def test_our_own_comments_are_read_as_they_are_meant() -> None:
    occasion = Occasion("plan", "production", Provenance("a.smith", "0123abc"), "plan-production")
    for made in (blocked_plan(), story_plan(), pointing_plan(), plan()):
        text = plan_markdown(made, KINDS, "sha256:ab", occasion)
        is_ours(text)
        fences = [token for token in tokens(text) if token.type == "fence"]
        assert {token.info for token in fences} <= {"diff", "text", "yaml", "mermaid"}
        assert len(fences) == len(re.findall(r"^`{3,}[a-z]+$", text, re.MULTILINE))


@given(TEXTS)
def test_a_code_span_holds_the_whole_text_and_nothing_else(text: str) -> None:
    inline = PARSER.parseInline(f"a {code(text)} b")[0].children or []
    assert [token.type for token in inline] == ["text", "code_inline", "text"]


@given(TEXTS, TEXTS)
def test_a_fold_is_closed_by_its_own_end_alone(one: str, other: str) -> None:
    rows = "\n".join(row for row in other.split("\n") if row.isprintable())
    is_ours(fold(code_in_html(one), fence(rows, "text"), opened=True))


@settings(max_examples=15)
@given(st.lists(HOSTILE, min_size=1, max_size=3).map("".join))
def test_what_is_cut_off_is_cut_between_objects(text: str) -> None:
    changes = (
        replace(change(fields=(field("description", text * 300, text),)), step=f"s{number}") for number in range(150)
    )
    made = plan(*(replace(each, address=Address("Purpose", f"p{number}")) for number, each in enumerate(changes)))
    comment = plan_markdown(made, KINDS, "sha256:ab", Occasion("plan", "production"))
    assert len(comment.encode()) <= LIMIT
    is_ours(comment)
