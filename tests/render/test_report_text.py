"""What came of an apply, events, problems, errors, and the ledger's rows."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.errors import InvalidManifests, PlanRefused
from reconciler.kinds import KINDS
from reconciler.model.observed import Origin, Recorded
from reconciler.model.plan import Action
from reconciler.model.report import Outcome, Report, StepFinished, StepStarted, Waiting
from reconciler.render import error_text, event_line, problems_text, recorded_text, report_text, state_text

from .builders import ANALYTICS, CONTRACT, PROFILE, finding, problem, report, result


def told(*results: Any, **members: Any) -> str:
    return report_text(Report("sha256:ab", results, **members), styled=False, width=80)


def test_what_needs_attention_comes_first() -> None:
    text = report_text(report(), styled=False, width=80)
    headings = ["Conflicts", "Failed", "In doubt", "Skipped", "Done, together", "Done\n", "Done by an earlier run"]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)


def test_a_conflict_shows_base_ours_and_theirs() -> None:
    parts = [line.split() for line in report_text(report(), styled=False, width=80).split("\n")]
    at = parts.index(["~", "fields.tier.type"])
    assert parts[at + 1 : at + 4] == [["base", "string"], ["ours", "number"], ["theirs", "date"]]


def test_what_was_taken_over_from_others_is_named() -> None:
    assert "kept as they made it: fields.vip, description" in report_text(report(), styled=False, width=80)


def test_a_failure_tells_what_where_why_and_what_to_do() -> None:
    text = report_text(report(), styled=False, width=80).split("Failed\n")[1].split("\n\n")[0]
    assert text.split("\n")[1:] == [
        "      The platform refuses the request",
        "      PUT /api/v2/privacy/purposes/9e8a7d3c (correlation id 123)",
        "      retentionPeriod must be one of 30d, 60d.",
        "      Correct it.",
    ]


def test_a_finding_that_made_a_merge_unsafe_is_shown() -> None:
    assert "blocked   FS101 Field removed" in told(result(outcome=Outcome.CONFLICT, findings=(finding(),)))


def test_a_skipped_step_names_the_one_that_it_needs() -> None:
    failed, skipped = result(outcome=Outcome.FAILED), result(CONTRACT, Outcome.SKIPPED, because=str(PROFILE))
    assert "because FlexSchema/customer_profile did not succeed" in told(failed, skipped)


def test_a_step_skipped_for_another_reason_says_it() -> None:
    text = told(result(outcome=Outcome.SKIPPED, because="the run ended early"))
    assert "because the run ended early\n" in text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.DONE, "Everything is applied."),
        (Outcome.CONFLICT, "  reconciler plan"),
        (Outcome.IN_DOUBT, "it looks whether"),
        (Outcome.FAILED, "Mend what failed"),
        (Outcome.SKIPPED, "it goes on with what is left"),
    ],
)
def test_the_end_says_what_to_do_next(outcome: Outcome, said: str) -> None:
    assert said in told(result(outcome=outcome)).split("\n\n")[-1]


def test_the_end_counts_outcomes_and_writes() -> None:
    assert "1 done, 1 conflict; 1 written to the organisation" in told(
        result(), result(CONTRACT, Outcome.CONFLICT), written=1
    )


def test_what_ended_a_run_early_is_said() -> None:
    assert "Ended early: The deadline has passed" in told(result(), error="The deadline has passed", error_exit=1)
    assert "Interrupted:" in told(result(), interrupted=True)


def test_an_event_is_a_plain_line() -> None:
    assert event_line(StepStarted(str(CONTRACT), CONTRACT, Action.CREATE)) == "create FlexSchema/contract: started"
    assert event_line(StepFinished(result())) == "update FlexSchema/customer_profile: done in 0.1 s"
    skipped = result(outcome=Outcome.SKIPPED, because="the run ended early", latency_ms=0)
    assert event_line(StepFinished(skipped)) == "update FlexSchema/customer_profile: skipped (the run ended early)"
    assert event_line(Waiting(2.5, "rate limit")) == "waiting 2.5 s: rate limit"


def test_a_second_step_is_told_from_the_first() -> None:
    second = StepStarted(f"{CONTRACT}+references", CONTRACT, Action.UPDATE)
    assert event_line(second) == "update FlexSchema/contract (references): started"


def test_a_problem_can_be_clicked_on() -> None:
    first, line, caret, *_ = problems_text([problem()], styled=False).split("\n")
    assert first == ("manifests/schemas/customer_profile.yaml:17:22: FS004 Relationship to a field that does not exist")
    assert line[caret.index("^") :] == "type: date}"


def test_problems_are_counted() -> None:
    assert problems_text([problem(), problem()], styled=False).endswith("2 problems in 1 file")


def test_an_error_has_its_command_alone_on_a_line() -> None:
    error = PlanRefused("The plan is stale", detail="It moved.", hint="Make it again:\nreconciler plan", where="p.json")
    assert error_text(error, styled=False).split("\n") == [
        "Error: The plan is stale",
        "  p.json",
        "  It moved.",
        "  Make it again:",
        "    reconciler plan",
    ]


def test_invalid_manifests_are_shown_by_their_problems() -> None:
    assert error_text(InvalidManifests([problem()]), styled=False) == problems_text([problem()], styled=False)


def row(**members: Any) -> Recorded:
    declared = {"name": "Analytics", "retention": "180d"}
    defaults: dict[str, Any] = {"protect": True, "version": None}
    return Recorded(
        ANALYTICS, "9e8a", Origin.ADOPTED, declared, "sha256:00", revision=3, seal="", **{**defaults, **members}
    )


def test_state_lists_objects_on_a_line_each() -> None:
    text = state_text({ANALYTICS: row()}, styled=False, width=100)
    assert text.split("\n")[1].split() == [str(ANALYTICS), "adopted", "none", "yes", "9e8a"]
    assert text.endswith("1 object in the ledger")


def test_state_puts_the_id_below_where_the_line_is_narrow() -> None:
    assert "\n  9e8a\n" in state_text({ANALYTICS: row()}, styled=False, width=40)


def test_an_empty_ledger_is_said_to_be_empty() -> None:
    assert state_text({}, styled=False) == "0 objects in the ledger"


def test_one_row_shows_what_was_declared() -> None:
    text = recorded_text(row(), KINDS, styled=False)
    assert "= retention  180d" in text
    assert "(unknown)" in text


def test_what_is_owed_is_not_called_applied() -> None:
    assert "but for what is said above:" in told(result(owed=True))
