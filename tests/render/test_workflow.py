"""What a runner of GitHub Actions is told, and what it must not be told by anybody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.model.source import Source
from reconciler.render import Level, Remark, annotated, inert, step_outputs
from reconciler.render.workflow import MOST

WHERE = Source("./manifests/a,b:c.yaml", 3, 5)
COMMANDS = st.sampled_from(
    [
        "::error::x", "\n::add-mask::a", "##[group]", "##vso[a]", "##teamcity[a]", "::stop-commands::x",
        "%0A::x", "\r::x", ":",
    ]
)  # fmt: skip
TEXTS = st.lists(COMMANDS | st.text(max_size=5), max_size=5).map("".join)


def remark(level: Level = Level.ERROR, **members: Any) -> Remark:
    return Remark(**{"code": "FS101", "level": level, "summary": "Field removed", "where": WHERE} | members)


def test_an_annotation_names_the_place_and_escapes_what_ends_a_property() -> None:
    assert annotated([remark(detail="100 %\nof it")]) == (
        "::error file=manifests/a%2Cb%3Ac.yaml,line=3,col=5,title=FS101 Field removed::100 %25%0Aof it"
    )


def test_what_has_no_place_has_none_and_what_has_no_detail_says_its_summary() -> None:
    for where in (None, Source("", 1, 1)):
        assert annotated([remark(where=where)]) == "::error title=FS101 Field removed::Field removed"


def test_the_weightiest_come_first_and_what_was_accepted_not_at_all() -> None:
    told = annotated([remark(Level.NOTE), remark(Level.WARNING), remark(), remark(accepted="by a.smith")])
    assert [row.split(" ")[0] for row in told.split("\n")] == ["::error", "::warning", "::notice"]


@pytest.mark.parametrize(("count", "rows"), [(MOST, MOST), (MOST + 1, MOST), (500, MOST)])
def test_no_more_annotations_than_are_shown(count: int, rows: int) -> None:
    told = annotated([remark()] * count).split("\n")
    assert len(told) == rows
    assert count == MOST or f"{count - MOST + 1} more are in the summary" in told[-1]


@given(TEXTS, TEXTS)
def test_whatever_is_in_a_remark_it_is_one_command(one: str, other: str) -> None:
    told = annotated([remark(code=one, summary=other, detail=one, hint=other, where=Source(f"x{other}", 1, 1))])
    assert len(told.splitlines()) == 1
    assert re.fullmatch(r"::error file=[^,:]*,line=1,col=1,title=[^,:]*::.*", told)


@given(TEXTS)
def test_an_inert_line_is_obeyed_by_no_runner(text: str) -> None:
    told = inert(text)
    assert not any(row.lstrip().startswith("::") for row in re.split("[\r\n]", told))
    assert not re.search(r"##(vso|teamcity)?\[", told)


def test_what_is_inert_already_stays_as_it_is() -> None:
    assert inert("a :: b\n # [x] ## y\n::1") == "a :: b\n # [x] ## y\n\\x3a:1"


def test_outputs_are_lines_and_a_value_of_two_is_refused() -> None:
    assert step_outputs({"changes": "3", "seal": "sha256:ab"}) == "changes=3\nseal=sha256:ab\n"
    with pytest.raises(ValueError, match="seal"):
        step_outputs({"seal": "a\nblocked=false"})
