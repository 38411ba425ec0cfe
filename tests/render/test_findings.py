"""Findings, and the YAML that accepts them."""

from __future__ import annotations

import dataclasses
import datetime

from hypothesis import given
from hypothesis import strategies as st
from reconciler.kinds import KINDS
from reconciler.manifest import load
from reconciler.model.evidence import Evidence
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.manifest import Acknowledgement
from reconciler.model.project import Project
from reconciler.planning.judgement import acknowledged
from reconciler.render.acknowledging import snippet
from reconciler.render.legible import legible

from .builders import acknowledgement, blocked_plan, change, finding, plan, shown, source

TODAY = datetime.date(2026, 10, 3)


def shown_with(said: Finding) -> str:
    return shown(plan(change(), findings=(said,)))


def test_a_finding_shows_code_place_line_and_caret() -> None:
    text = shown_with(finding(where=source(17, 31, "    - {name: loyalty, type: date}"), hint="Look."))
    label, *rows = [row[6:] for row in text.split("\n") if row.startswith(" " * 6)]
    assert label == "blocked   FS101 Field removed"
    assert [row.strip() for row in rows[:2]] == [
        "manifests/schemas/customer_profile.yaml:17:31 (fields.legacy_score)",
        "17 | - {name: loyalty, type: date}",
    ]
    assert rows[1][rows[2].index("^") :] == "te}"
    assert rows[4].strip() == "Look."


def test_the_weight_is_a_word() -> None:
    for severity, word in zip(Severity, ("blocked ", "warning ", "note "), strict=True):
        assert f"{word}" in shown_with(finding(severity=severity))


def test_what_nobody_can_accept_says_so_and_has_no_snippet() -> None:
    text = shown_with(finding(cls=FindingClass.PLATFORM))
    assert "Field removed (cannot be accepted)" in text
    assert "acknowledge:" not in text


def test_what_is_accepted_says_by_whom_until_when_and_why() -> None:
    text = shown_with(finding(acknowledged=acknowledgement()))
    assert "accepted  FS101 Field removed" in text
    assert "By a.smith until 2026-12-31: replaced by risk_band (GOV-212)" in text
    assert "lifecycle:" not in text


def test_a_finding_without_a_change_is_shown_too() -> None:
    assert "RC501 Unused acknowledgement" in shown(blocked_plan())
    assert "The whole plan" in shown(blocked_plan())


def test_a_literal_line_of_a_hint_stands_alone_and_whole() -> None:
    hint = "Make it again:\nreconciler plan --out " + "x" * 100
    assert f"\n{' ' * 18}reconciler plan --out {'x' * 100}\n" in shown_with(finding(hint=hint, facet={}))


def test_the_snippet_expires_thirty_days_after_the_plan() -> None:
    assert "expires: 2026-11-02}" in shown_with(finding())


def test_where_the_moment_is_not_known_the_date_is_to_be_filled_in() -> None:
    assert any("YYYY-MM-DD" in row for row in snippet([finding()], "now"))


def accepted(*findings: Finding) -> tuple[Acknowledgement, ...]:
    """What our loader makes of a manifest with the snippet pasted in and filled in."""
    rows = snippet(findings, "2026-10-03T08:15:00Z")
    spec = "spec: {fields: []}\n"
    head = f"apiVersion: reconciler/v1\nkind: FlexSchema\nmetadata: {{name: customer_profile}}\n{spec}"
    text = head + "\n".join(rows).replace('"..."', '"GOV-1"') + "\n"
    estate, problems = load([("a.yaml", text.encode())], kinds=KINDS, project=Project())
    assert problems == ()
    (manifest,) = estate.manifests.values()
    return manifest.lifecycle.acknowledge


def test_the_snippet_lifts_the_findings_once_it_is_pasted() -> None:
    said = (finding(), finding("FS102", path=("fields", "a", "type"), facet={"change": "string -> number"}))
    lifted = [acknowledged(one, accepted(*said), TODAY) for one in said]
    assert not any(one.blocks for one in lifted)


# The loader takes no string with characters that cannot be seen.
AWKWARD = st.text(st.characters().filter(lambda one: one == legible(one)), min_size=1, max_size=20)


@given(AWKWARD, st.lists(AWKWARD, min_size=1, max_size=4, unique=True))
def test_the_snippet_is_valid_whatever_the_names_are(name: str, removes: list[str]) -> None:
    said = finding(path=("fields", name), facet={"removes": removes})
    assert not acknowledged(said, accepted(said), TODAY).blocks


def test_the_snippet_as_printed_is_accepted_by_the_loader() -> None:
    text = shown(blocked_plan())
    rows = text[text.index("        lifecycle:") :].split("\n")[:4]
    printed = "\n".join(row.removeprefix("        ") for row in rows)
    assert printed == "\n".join(snippet([finding()], "2026-10-03T08:15:00Z"))


def test_the_loader_takes_a_facet_of_plain_words() -> None:
    (said,) = accepted(finding())
    assert dataclasses.replace(said, where=None) == acknowledgement(
        reason="GOV-1", by="GOV-1", expires=datetime.date(2026, 11, 2)
    )


def test_a_finding_without_a_place_shows_its_path() -> None:
    assert "                fields.legacy_score\n" in shown_with(finding(where=None))


def test_evidence_that_could_not_be_had_says_why() -> None:
    evidence = Evidence("none", note="the organisation has no records endpoint")
    assert "No records were read (the organisation has no records endpoint)." in shown(plan(change(evidence=evidence)))


def test_a_sample_of_an_unknown_number_is_called_so() -> None:
    evidence = Evidence("file", read=20)
    assert "20 of an unknown number of records read from a file, a sample." in shown(plan(change(evidence=evidence)))


def test_codes_are_pointed_to_only_while_something_weighs() -> None:
    assert "reconciler explain FS101" in shown_with(finding())
    assert "reconciler explain" not in shown_with(finding(acknowledged=acknowledgement()))
