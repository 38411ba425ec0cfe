"""A write without an answer: it is looked for, never blindly sent again, and has exactly one effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from .desk import SETTLE, US, Desk, purpose, removed
from .test_call_counts import PURPOSES

pytestmark = pytest.mark.long

POST = f"POST {PURPOSES}"
LOST: dict[str, dict[str, Any]] = {
    "cut": {"action": "cut"},
    "500": {"action": "status", "status": 500},
    "503 with Retry-After": {"action": "status", "status": 503, "retry_after": 1},
    "504": {"action": "status", "status": 504},
    "a proxy's page": {"action": "html", "status": 502},
    "a proxy's page that says OK": {"action": "html", "status": 200},
    "no answer in time": {"action": "hang"},
}
"""Ways of losing an answer, on either side of the effect."""
GARBLED: dict[str, dict[str, Any]] = {
    "half an answer": {"action": "truncate"},
    "half an answer, then a cut": {"action": "truncate", "declares": "whole"},
    "an answer without an id": {"action": "mangle", "remove": ["id"]},
}
"""Ways of spoiling the answer of a write that happened."""


@pytest.fixture
def creating(desk: Desk) -> Desk:
    """A desk about to create one purpose."""
    desk.write(purpose("Fresh"))
    return desk


def fault(desk: Desk, route: str, script: dict[str, Any], **more: Any) -> None:
    """A hanging server costs half a second, and only beside one so little may pass."""
    if script["action"] == "hang":
        desk.project(timing={"request": "500ms"})
    desk.sandbox.control.add_faults([{"route": route, **script, **more}])


def seconds_between_posts(desk: Desk) -> float:
    first, second = (datetime.fromisoformat(each.time) for each in desk.writes() if each.method == "POST")
    return (second - first).total_seconds()


@pytest.mark.parametrize("late", [None, 7, SETTLE - 2], ids=["seen at once", "seen soon", "seen at the last moment"])
@pytest.mark.parametrize("how", [*LOST, *GARBLED])
def test_a_creation_that_happened_without_an_answer_is_found_and_not_sent_again(
    creating: Desk, how: str, late: int | None
) -> None:
    script = LOST[how] | {"when": "after"} if how in LOST else GARBLED[how]
    if late is not None:
        creating.sandbox.control.fault(POST, "late", seconds=late)
    fault(creating, POST, script)

    applied = creating.apply()

    assert applied.code == 0, applied
    assert applied.outcomes == {"Purpose/Fresh": "done"}
    assert [each.method for each in creating.writes()] == ["POST"]
    assert creating.creations() == ["Fresh"]
    assert creating.is_converged()


@pytest.mark.parametrize("how", LOST)
def test_a_creation_that_did_not_happen_is_sent_again_only_after_the_settle_time(creating: Desk, how: str) -> None:
    fault(creating, POST, LOST[how] | {"when": "before"})

    applied = creating.apply()

    assert applied.code == 0, applied
    assert seconds_between_posts(creating) >= SETTLE
    assert creating.creations() == ["Fresh"]
    assert creating.is_converged()


def test_a_creation_that_never_happens_is_given_up_and_the_next_apply_makes_it(creating: Desk) -> None:
    creating.sandbox.control.fault(POST, "cut", times=None)

    applied = creating.apply()

    assert applied.code == 1, applied
    assert applied.outcomes == {"Purpose/Fresh": "failed"}
    assert len(creating.writes()) == 3
    assert creating.intents() == ()
    creating.sandbox.control.clear_faults()
    assert creating.apply().code == 0
    assert creating.creations() == ["Fresh"]


def test_while_nobody_can_look_a_creation_stays_in_doubt(creating: Desk) -> None:
    """The POST takes effect without an answer, and then the list fails: exit 5, and the next apply finds it."""
    creating.plan()
    creating.sandbox.control.fault(POST, "cut", when="after")
    creating.sandbox.control.fault(f"GET {PURPOSES}", "status", status=500, times=None)

    applied = creating.apply_saved()

    assert applied.code == 5, applied
    assert applied.outcomes == {"Purpose/Fresh": "in doubt"}
    assert [each.address.name for each in creating.intents()] == ["Fresh"]
    creating.sandbox.control.clear_faults()
    assert creating.apply_saved().code == 0
    assert creating.creations() == ["Fresh"]
    assert creating.is_converged()


THEIRS = {"name": "Fresh", "description": "theirs", "retentionPeriod": "90d", "legalBasis": "contract"}
AS_SENT = {"name": "Fresh", "description": "d", "retentionPeriod": "30d", "legalBasis": "consent", "isActive": True}


def test_a_duplicate_that_somebody_else_created_meanwhile_is_not_taken_for_ours(creating: Desk) -> None:
    creating.plan()
    creating.sandbox.control.create("purposes", THEIRS)

    applied = creating.apply_saved()

    assert applied.code == 1, applied
    assert applied.outcomes == {"Purpose/Fresh": "failed"}
    assert creating.rows() == {}
    assert creating.sandbox.control.find("purposes", "Fresh")["description"] == "theirs"
    assert creating.plan().code == 3, "adopting it takes a person's word"


def test_what_somebody_creates_while_we_look_for_ours_is_not_taken_for_ours(creating: Desk) -> None:
    creating.sandbox.control.fault(POST, "cut")
    creating.time.meanwhile = lambda: creating.sandbox.control.create("purposes", THEIRS) and None

    applied = creating.apply()

    assert applied.code == 1, applied
    assert creating.rows() == {}
    assert creating.creations() == []
    assert creating.sandbox.control.find("purposes", "Fresh")["description"] == "theirs"


def test_an_object_just_as_we_sent_it_counts_as_ours(creating: Desk) -> None:
    """Nobody could tell the difference, and nothing would have to be done about it."""
    creating.sandbox.control.fault(POST, "cut")
    creating.time.meanwhile = lambda: creating.sandbox.control.create("purposes", AS_SENT) and None

    assert creating.apply().code == 0
    assert len(creating.writes()) == 1
    assert creating.is_converged()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", LOST)
def test_an_update_without_an_answer_has_one_effect(creating: Desk, how: str, when: str) -> None:
    creating.apply()
    creating.write(purpose("Fresh", description="changed"))
    fault(creating, f"PUT {PURPOSES}/*", LOST[how] | {"when": when})

    applied = creating.apply()

    assert applied.code == 0, applied
    effects = [each.action for each in creating.sandbox.control.effects(by=US)]
    assert effects == ["create", "replace"]
    assert creating.is_converged()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", LOST)
def test_a_deletion_without_an_answer_has_one_effect(creating: Desk, how: str, when: str) -> None:
    creating.apply()
    creating.write(removed("Purpose/Fresh"))
    fault(creating, f"DELETE {PURPOSES}/*", LOST[how] | {"when": when})

    applied = creating.apply()

    assert applied.code == 0, applied
    effects = [each.action for each in creating.sandbox.control.effects(by=US)]
    assert effects == ["create", "delete"]
    assert creating.rows() == {}
    creating.write()
    assert creating.is_converged()


@pytest.mark.parametrize("how", LOST)
def test_a_deletion_never_hits_what_a_colleague_changed_while_its_answer_was_lost(creating: Desk, how: str) -> None:
    creating.apply()
    creating.write(removed("Purpose/Fresh"))
    fault(creating, f"DELETE {PURPOSES}/*", LOST[how] | {"when": "before"})
    creating.plan()
    creating.time.meanwhile = lambda: (
        creating.sandbox.control.edit("purposes", "Fresh", {"description": "still in use"}) and None
    )

    applied = creating.apply_saved()

    assert applied.code == 4, applied
    assert creating.sandbox.control.find("purposes", "Fresh")["description"] == "still in use"
