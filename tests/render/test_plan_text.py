"""What a plan says to a person, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.finding import Severity
from reconciler.model.plan import Action, Budget, Cause, FieldChange, Headroom
from reconciler.model.project import Limits, Project
from reconciler.render import plan_text
from reconciler.render.legible import cells

from .builders import (
    ANALYTICS,
    CONTRACT,
    MARKETING,
    PROFILE,
    blocked_plan,
    change,
    field,
    finding,
    plan,
    shown,
    story_plan,
)


def row(text: str, part: str) -> str:
    """The one line with `part` in it, without indentation."""
    found = [line.strip() for line in text.split("\n") if part in line]
    assert len(found) == 1, found
    return found[0]


def test_the_header_names_organisation_environment_and_moment() -> None:
    head = shown(plan()).split("\n\n")[0]
    assert "Acme Contact Centre (5f3c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d)" in head
    assert "production" in head
    assert "2026-10-03T08:15:00Z" in head


def test_what_blocks_comes_first_then_what_destroys() -> None:
    destructive = change(CONTRACT, destructive=True, fields=(field("description", "a", "b"),))
    text = shown(
        plan(change(ANALYTICS, fields=(field("active", after=True),)), destructive, change(), findings=(finding(),))
    )
    places = [text.index(heading) for heading in ("Blocked:", "Destructive,", "Updates")]
    assert places == sorted(places)


def test_an_element_of_a_list_is_named_by_its_key_and_shown_without_it() -> None:
    added = {"name": "risk_band", "type": "number", "required": False}
    assert row(shown(plan(change(fields=(field("fields.risk_band", after=added),)))), "risk_band") == (
        "+ fields.risk_band  {type: number}"
    )


def test_what_is_not_the_default_is_shown() -> None:
    added = {"name": "risk_band", "type": "number", "required": True}
    assert "required: true" in shown(plan(change(fields=(field("fields.risk_band", after=added),))))


def test_a_changed_value_is_shown_from_before_to_after() -> None:
    text = shown(plan(change(ANALYTICS, fields=(field("retention", "180d", "90d"),))))
    assert row(text, "retention") == "~ retention  180d -> 90d"


def test_a_removed_value_has_a_minus() -> None:
    text = shown(plan(change(ANALYTICS, fields=(field("description", "Calls"),))))
    assert row(text, "- description") == "- description  Calls"


def test_an_option_is_shown_beside_its_list() -> None:
    text = shown(plan(change(fields=(field('fields.status.options."pending"', after="pending"),))))
    assert row(text, "options") == "+ fields.status.options  pending"


def test_an_address_of_an_unknown_kind_is_shown_by_its_paths() -> None:
    made = plan(change(fields=(field('fields.status.options."pending"', after="pending"),)))
    assert '+ fields.status.options."pending"  pending' in plan_text(made, {}, styled=False, width=100)


def test_values_that_do_not_fit_stand_below_each_other() -> None:
    text = shown(plan(change(fields=(field("description", "a " * 30, "b " * 30),))), width=60)
    assert "          before    " in text
    assert "          after     " in text
    assert max(map(cells, text.split("\n"))) <= 60


def test_drift_has_its_own_section_even_beside_an_update() -> None:
    parts = (field("legalBasis", "consent", "contract"), field("active", False, True, Cause.DRIFT, base=True))
    updates, drift = shown(plan(change(ANALYTICS, fields=parts))).split("Drift: changed behind our back")
    assert "legalBasis" in updates
    assert "active" not in updates
    assert "~ active  false -> true" in drift
    assert "in the same call as above" in drift


def test_an_override_shows_base_theirs_and_ours() -> None:
    part = field("retention", "120d", "90d", Cause.OVERRIDE, base="180d")
    text = shown(plan(change(ANALYTICS, fields=(part,))))
    assert "Overrides: someone else changed it too" in text
    assert [row(text, word).split() for word in ("base ", "theirs ", "ours ")] == [
        ["base", "180d"],
        ["theirs", "120d"],
        ["ours", "90d"],
    ]


def test_an_override_in_a_blocked_change_stays_with_it() -> None:
    part = field("retention", "120d", "90d", Cause.OVERRIDE, base="180d")
    text = shown(plan(change(fields=(part,)), findings=(finding(),)))
    assert "someone else changed these too, and the manifest wins:" in text
    assert "Overrides:" not in text


def test_each_change_has_its_findings_once() -> None:
    parts = (field("legalBasis", "consent", "contract"), field("active", False, True, Cause.DRIFT, base=True))
    warning = finding("PU103", Severity.WARN, address=ANALYTICS, facet={})
    assert shown(plan(change(ANALYTICS, fields=parts), findings=(warning,))).count("PU103 ") == 1


@pytest.mark.parametrize(
    ("action", "heading"),
    [
        (Action.CREATE, "Creations"),
        (Action.ADOPT, "Adoptions"),
        (Action.RECREATE, "Recreations"),
        (Action.DELETE, "Deletions"),
        (Action.FORGET, "Forgotten"),
        (Action.RECORD, "Recorded"),
    ],
)
def test_every_action_has_its_heading(action: Action, heading: str) -> None:
    assert f"\n{heading}" in shown(plan(change(MARKETING, action)))


def test_a_deletion_shows_what_goes() -> None:
    before = {"name": "x", "fields": [{"name": "a"}, {"name": "b"}]}
    assert row(shown(plan(change(action=Action.DELETE, before=before))), "- fields") == "- fields  2: a, b"


def test_foreign_elements_are_named_as_kept() -> None:
    foreign = (("fields", "x"), ("fields", "y"), ("fields", "z"), ("fields", "a", "options", "q"))
    text = shown(plan(change(foreign=foreign)))
    assert "3 foreign fields kept: x, y, z" in text
    assert "1 foreign option of fields.a kept: q" in text


def test_kept_drift_is_shown_from_ours_to_theirs() -> None:
    kept = field("fields.tier.type", "string", "number", Cause.DRIFT, base="number")
    text = shown(plan(change(kept=(kept,))))
    assert "left alone, though changed behind our back:" in text
    assert "~ fields.tier.type  number -> string" in text


def test_a_reference_set_later_says_so() -> None:
    text = shown(plan(change(CONTRACT, Action.CREATE, after={"name": "c"}, deferred=(("fields", "owner"),))))
    assert "fields.owner is set in a second step" in text


def test_an_id_that_is_not_known_yet_is_known_after_apply() -> None:
    text = shown(plan(change(CONTRACT, Action.CREATE, after={}), change(depends_on=(str(CONTRACT),))))
    assert "FlexSchema/contract (its id is known after apply)" in text


def test_the_steps_of_one_object_stand_together() -> None:
    text = shown(story_plan())
    creations = text.split("\nCreations\n")[1].split("\nAdoptions")[0]
    assert creations.count("FlexSchema/contract  ") == 2
    assert "(created first)" in creations


def test_evidence_is_a_sentence() -> None:
    assert "1,200 of 1,200 records read from the organisation, complete." in shown(blocked_plan())


def test_no_evidence_is_not_mentioned() -> None:
    assert "evidence" not in shown(plan(change()))


@pytest.mark.parametrize(
    ("after", "said"),
    [(60, "fields 50 -> 60 of 100"), (91, "91 of 100: 9 left"), (100, "100: full"), (101, "100: 1 too many")],
)
def test_headroom_is_shown_and_warns_from_the_projects_share(after: int, said: str) -> None:
    text = shown(plan(change(), headroom=(Headroom(PROFILE, "fields", 50, after, 100),)))
    assert row(text, "limit").endswith(said)


def test_the_share_from_which_headroom_warns_is_the_projects() -> None:
    project = Project(limits=Limits(warn_at_percent=50))
    made = plan(change(), project=project, headroom=(Headroom(PROFILE, "fields", 50, 50, 100),))
    assert "fields 50 -> 50 of 100: 50 left" in shown(made)


def test_headroom_that_stays_ample_is_not_mentioned() -> None:
    assert "limit" not in shown(plan(change(), headroom=(Headroom(PROFILE, "fields", 50, 50, 100),)))


def test_the_cost_is_calls_and_time_at_the_rate_limit() -> None:
    text = shown(plan(change(), budget=Budget(17, 450, 90.0)))
    assert "17 calls made to plan, 450 to apply: at least 1 min 30 s at 300 calls a minute" in text


def test_counts_are_by_object() -> None:
    assert "1 to create, 3 to update (1 destructive), 1 to adopt, 1 to recreate, 1 to delete" in shown(
        story_plan(), width=140
    )
    assert "40 unchanged, 12 foreign objects left alone" in shown(blocked_plan(), width=140)


def test_a_partial_plan_says_what_was_left_out() -> None:
    assert "Partial plan: Purpose/Sales excluded, and not looked at." in shown(story_plan())


@pytest.mark.parametrize(
    ("made", "last"),
    [
        (blocked_plan(), "Blocked by 4 findings: nothing can be applied."),
        (story_plan(), "This plan can be applied."),
        (plan(change(action=Action.RECORD)), "This plan can be applied. Only the ledger is written."),
        (plan(), "Nothing to compare: there are no manifests, and the ledger is empty."),
        (plan(unchanged=1), "No changes. The organisation matches the manifests."),
        (plan(excluded=("Purpose",)), "No changes to what was looked at."),
        (plan(findings=(finding("RC201", Severity.WARN),)), "No changes, but 1 warning above."),
    ],
)
def test_the_last_line_is_the_verdict(made: object, last: str) -> None:
    assert shown(made).split("\n")[-1] == last  # type: ignore[arg-type]


def test_equal_plans_read_alike() -> None:
    assert shown(story_plan()) == shown(story_plan())


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_prose_keeps_to_the_width(width: int) -> None:
    long = [row for row in shown(blocked_plan(), width=width).split("\n") if cells(row) > width]
    assert all(any(literal in row for literal in ("reason:", "code:", "removed:", ".yaml")) for row in long)


def test_colour_is_left_to_the_caller() -> None:
    assert "\x1b" not in plan_text(blocked_plan(), KINDS, styled=False, width=80)
    assert "\x1b[" in plan_text(blocked_plan(), KINDS, styled=True, width=80)


def test_a_deletion_says_what_goes_before_it() -> None:
    text = shown(plan(change(CONTRACT), change(action=Action.DELETE, depends_on=(str(CONTRACT), "Elsewhere/x"))))
    assert "after     FlexSchema/contract (update first)" in text


def test_lines_grow_with_the_plan_and_nothing_else() -> None:
    rooms = tuple(Headroom(Address("Purpose", str(n)), "fields", 1, 2, 100) for n in range(50))
    text = shown(plan(*(change(room.address) for room in rooms), headroom=rooms))
    assert text.count("fields 1 -> 2 of 100") == 50


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ({"fromEnv": "RECONCILER_SECRET_A"}, "~ headers.Authorization  the secret has changed"),
        ({"fromEnv": "RECONCILER_SECRET_B"}, '~ headers.Authorization  "***" -> {fromEnv: RECONCILER_SECRET_A}'),
    ],
)
def test_a_secret_is_named_by_its_header_and_has_no_value(base: Any, said: str) -> None:
    after = {"fromEnv": "RECONCILER_SECRET_A"}
    part = FieldChange(("headers", "Authorization", "value"), Cause.UPDATE, "***", after, base)
    text = shown(plan(change(Address("Webhook", "audit"), fields=(part,))))
    assert row(text, "Authorization") == said
