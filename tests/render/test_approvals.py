"""Where a fresh plan and its approvals differ, as a person and a program read it."""

from __future__ import annotations

import orjson
from reconciler.errors import ApprovalRefused
from reconciler.model.address import Address
from reconciler.model.approval import Changed, Difference, Gap, Verdict
from reconciler.model.plan import Action
from reconciler.model.values import ABSENT
from reconciler.render import differences_text, error_json, error_text
from reconciler.render.approvals import MOST

SUPPORT = Address("Purpose", "Support")
PLANNED = Changed(
    SUPPORT, Action.UPDATE, ("spec", "retention"), "180d", "90d", (Verdict("PU101", "retention", "warn"),)
)
APPROVED = Changed(SUPPORT, Action.UPDATE, ("spec", "retention"), "180d", "30d")
NAMES = {"sha256:a": "pr-17.json"}
HOSTILE = "\x1b[31mred\u202e::error::x\r\n"


def text(*differences: Difference) -> list[str]:
    return differences_text(differences, NAMES).split("\n")


def test_both_sides_are_shown_with_the_file_that_approved() -> None:
    assert text(Difference(Gap.UNAPPROVED, PLANNED, (("sha256:a", APPROVED),))) == [
        "Purpose/Support spec.retention: planned, and not approved",
        "planned now: update 180d -> 90d, with PU101 warn",
        "approved: update 180d -> 30d, at spec.retention, by pr-17.json",
    ]


def test_what_nobody_said_anything_about_says_so() -> None:
    assert text(Difference(Gap.UNAPPROVED, PLANNED))[-1] == "approved: nothing there"


def test_what_has_not_come_about_says_what_is_so() -> None:
    lines = text(Difference(Gap.UNMET, None, (("sha256:b", APPROVED),), observed="20d"))
    assert lines[1:] == ["approved: update 180d -> 30d, at spec.retention, by sha256:b", "so now: 20d"]
    assert text(Difference(Gap.UNMET, None, (("sha256:b", APPROVED),)))[-1] == "so now: (nothing)"


def test_what_came_between_is_named() -> None:
    said = Difference(Gap.OVERTAKEN, None, (("sha256:a", APPROVED),), detail="applied by the plan sha256:c")
    assert text(said)[-1] == "applied by the plan sha256:c"


def test_a_request_without_a_manifest_has_no_address() -> None:
    forgotten = Changed(None, Action.FORGET, ("requests", "k"), "k", ABSENT)
    assert text(Difference(Gap.UNAPPROVED, forgotten))[0].startswith("a request without manifest requests.k")


def test_a_message_is_not_endless_and_says_where_the_rest_is() -> None:
    lines = text(*[Difference(Gap.UNAPPROVED, PLANNED)] * (MOST + 3))
    assert lines[-1] == "And 3 more; --output json=FILE has all of them."


def refusal(*differences: Difference) -> ApprovalRefused:
    return ApprovalRefused("Not approved", detail=differences_text(differences, NAMES), differences=differences)


def test_nothing_that_a_terminal_obeys_is_shown() -> None:
    sly = Changed(SUPPORT, Action.CREATE, ("spec",), ABSENT, {"description": HOSTILE})
    shown = error_text(refusal(Difference(Gap.UNAPPROVED, sly, ((HOSTILE, sly),), observed=HOSTILE)), styled=False)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())


def test_a_program_gets_every_difference_whole() -> None:
    given = Difference(Gap.UNMET, PLANNED, (("sha256:a", APPROVED),), observed=None)
    [found] = orjson.loads(error_json(refusal(given)))["differences"]
    assert found == {
        "gap": "not come about",
        "address": "Purpose/Support",
        "path": "spec.retention",
        "planned": {
            "action": "update",
            "path": "spec.retention",
            "before": "180d",
            "after": "90d",
            "verdicts": [{"code": "PU101", "path": "retention", "verdict": "warn"}],
        },
        "approved": [
            {
                "seal": "sha256:a",
                "action": "update",
                "path": "spec.retention",
                "before": "180d",
                "after": "30d",
                "verdicts": [],
            }
        ],
        "observed": None,
        "detail": "",
    }
