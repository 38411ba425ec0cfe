"""Nothing that a manifest or the organisation says can move the cursor, turn the text, or hide."""

from __future__ import annotations

import dataclasses
import enum
import re
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reconciler.errors import PlanRefused
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.finding import Explanation
from reconciler.model.observed import Organisation, Origin, Recorded
from reconciler.model.report import StepFinished, StepStarted, Waiting
from reconciler.render import (
    codes_text,
    error_json,
    error_text,
    event_line,
    explanation_text,
    kinds_markdown,
    plan_json,
    plan_text,
    problems_json,
    problems_text,
    recorded_text,
    report_json,
    report_text,
    state_text,
)
from reconciler.render.legible import legible

from .builders import PROFILE, blocked_plan, plan, problem, report, story_plan

NASTY = "\x00\x07\x1b[31m\x1b]0;t\x07\r\n\t\x7f\x85\x9b\u200b\u200d\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\U000e0041"
WORDS = st.text(st.one_of(st.sampled_from(NASTY + "[]/\\{}'\"#: x漢é"), st.characters()), max_size=12)
STYLING = re.compile(r"\x1b\[[0-9;]*m")
"""What a styled text has more than the plain one."""
THOROUGH = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def poisoned(value: Any, venom: str) -> Any:
    """The value with `venom` in every string of it, names of members and enums aside."""
    match value:
        case enum.Enum():
            return value
        case str():
            return value[: len(value) // 2] + venom + value[len(value) // 2 :]
        case Address(kind, name):
            return Address(kind, poisoned(name, venom))
        case tuple() | list():
            return type(value)(poisoned(part, venom) for part in value)
        case dict():
            return {poisoned(key, venom): poisoned(part, venom) for key, part in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            members = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
            return dataclasses.replace(value, **{name: poisoned(part, venom) for name, part in members.items()})
        case _:
            return value


def texts(venom: str, *, styled: bool) -> list[str]:
    """Everything that can be shown, poisoned."""
    parts = {"summary": "s", "detail": "D\nd", "hint": "H\nreconciler x", "where": "w"}
    said = {name: poisoned(part, venom) for name, part in parts.items()}
    error = PlanRefused(*said.values()) if False else PlanRefused("")
    error.summary, error.detail, error.hint, error.where = said.values()
    explanation = poisoned(Explanation("Title", "Why", "Mend"), venom)
    row = poisoned(Recorded(PROFILE, "id", Origin.CREATED, {"name": "n", "x": ["y"]}, "f", 1, True, 1, "s"), venom)
    look: dict[str, Any] = {"styled": styled, "width": 72}
    return [
        plan_text(poisoned(blocked_plan(), venom), KINDS, **look),
        plan_text(poisoned(story_plan(), venom), KINDS, **look),
        plan_text(poisoned(story_plan(), venom), {}, **look),
        report_text(poisoned(report(), venom), **look),
        problems_text(poisoned((problem(),), venom), **look),
        error_text(error, **look),
        explanation_text(venom, explanation, **look),
        codes_text({venom: explanation}, **look),
        state_text({row.address: row}, **look),
        recorded_text(row, KINDS, **look),
    ]


def visible(text: str) -> bool:
    return all(row.isprintable() for row in text.split("\n"))


@THOROUGH
@given(WORDS)
def test_no_control_character_is_ever_shown(venom: str) -> None:
    assert all(map(visible, texts(venom, styled=False)))


@THOROUGH
@given(WORDS)
def test_styled_and_plain_say_the_same(venom: str) -> None:
    stripped = [STYLING.sub("", text) for text in texts(venom, styled=True)]
    assert stripped == texts(venom, styled=False)


@given(WORDS)
def test_an_event_is_one_line(venom: str) -> None:
    for result in poisoned(report(), venom).results:
        for event in (StepFinished(result), StepStarted(result.step, result.address, result.action), Waiting(1, venom)):
            assert event_line(event).isprintable()


@given(st.text(st.characters()))
def test_legible_text_is_printable_and_stays_so(text: str) -> None:
    assert legible(text).isprintable()
    assert legible(legible(text)) == legible(text)


@pytest.mark.parametrize("name", [
    "a\u202eb", "a\u200bb", "a\x1bb", "a\u00a0b", "a\u2028b", "a\u3164b", "a\ud800b", "a\ufe0fb",
    "a\U000e0100b", "a\u180bb",
])  # fmt: skip
def test_what_cannot_be_seen_is_spelled_out(name: str) -> None:
    assert f"{ord(name[1]):x}" in legible(name)


@pytest.mark.parametrize("styled", [False, True])
def test_markup_in_data_is_printed_as_it_stands(styled: bool) -> None:
    made = plan(organisation=Organisation("1", "[bold red]Acme[/] :smile: [link=x]y[/link]"))
    assert "[bold red]Acme[/] :smile: [link=x]y[/link]" in plan_text(made, KINDS, styled=styled, width=100)


@THOROUGH
@given(WORDS)
@example("\x7f")
def test_documents_are_json_without_hidden_characters(venom: str) -> None:
    documents = [
        plan_json(poisoned(story_plan(), venom), venom),
        report_json(poisoned(report(), venom)),
        problems_json(poisoned((problem(),), venom)),
        error_json(PlanRefused(venom, detail=venom)),
    ]
    for document in documents:
        assert orjson.loads(document)["format_version"] == 1
        assert not set("\x7f\x85\x9b\u200b\u2028\u202e\u2066\ufeff\U000e0041") & set(document.decode())


def test_documents_keep_what_texts_spell_out() -> None:
    document = orjson.loads(error_json(PlanRefused("s", detail="a\u202eb\U000e0041c")))
    assert document["detail"] == "a\u202eb\U000e0041c"


def test_markdown_is_escaped() -> None:
    kind = next(iter(KINDS.values()))
    made = kinds_markdown({"x": dataclasses.replace(kind, title="a|b <script> [x](y) `c`")})
    assert r"a\|b \<script\> \[x\](y) \`c\`" in made
