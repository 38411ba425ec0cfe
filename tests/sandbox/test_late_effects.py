"""Effects that exist before anybody sees them: reads and lists show the former state, version checks the true one."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control

from .caller import PURPOSES, Caller, purpose


@pytest.fixture
def path(control: Control) -> str:
    control.create("purposes", purpose("First"))
    created = control.create("purposes", purpose())
    control.create("purposes", purpose("Last"))
    return f"{PURPOSES}/{created['id']}"


def description(call: Caller, path: str) -> str:
    return str(call("GET", path).json()["description"])


def listed(call: Caller) -> list[tuple[str, str]]:
    entities = call("GET", PURPOSES).json()["entities"]
    return [(each["name"], each["description"]) for each in entities if each["name"] == "Support"]


def test_an_update_becomes_visible_after_seconds_of_the_sandboxs_clock(
    call: Caller, control: Control, path: str
) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", seconds=10)
    answer = call("PUT", path, purpose(description="Changed"))
    assert (answer.status_code, answer.json()["description"], answer.json()["version"]) == (200, "Changed", 2)
    for _ in range(3):
        assert description(call, path) == "Why"
        assert listed(call) == [("Support", "Why")]
    assert call("GET", path).headers["ETag"] == '"1"'
    control.advance(10)
    assert description(call, path) == "Changed"
    assert listed(call) == [("Support", "Changed")]


def test_an_update_becomes_visible_after_a_number_of_reads(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", reads=2)
    call("PUT", path, purpose(description="Changed"))
    assert [description(call, path) for _ in range(3)] == ["Why", "Why", "Changed"]


def test_a_page_of_a_list_counts_as_a_read(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", reads=2)
    call("PUT", path, purpose(description="Changed"))
    assert listed(call) == [("Support", "Why")]
    assert description(call, path) == "Why"
    assert listed(call) == [("Support", "Changed")]


def test_version_checks_go_by_the_true_state(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", seconds=10)
    call("PUT", path, purpose(description="Changed"))
    seen = call("GET", path).headers["ETag"]
    assert call("PUT", path, purpose(), headers={"If-Match": seen}).status_code == 412
    assert call("PUT", path, purpose(), headers={"If-Match": '"2"'}).status_code == 200


def test_a_creation_that_is_late_is_404_and_not_listed(call: Caller, control: Control) -> None:
    control.fault(f"POST {PURPOSES}", "late", seconds=10)
    created = call("POST", PURPOSES, purpose()).json()
    path = f"{PURPOSES}/{created['id']}"
    assert call("GET", path).status_code == 404
    assert call("GET", PURPOSES).json()["total"] == 0
    assert call("POST", PURPOSES, purpose()).status_code == 409
    control.advance(10)
    assert call("GET", path).json() == created
    assert listed(call) == [("Support", "Why")]


def test_a_deletion_that_is_late_leaves_the_object_in_its_place(call: Caller, control: Control, path: str) -> None:
    control.fault(f"DELETE {PURPOSES}/*", "late", seconds=10)
    assert call("DELETE", path).status_code == 204
    assert description(call, path) == "Why"
    assert call.names(PURPOSES) == ["First", "Support", "Last"]
    assert call("DELETE", path).status_code == 404
    control.advance(10)
    assert call("GET", path).status_code == 404
    assert call.names(PURPOSES) == ["First", "Last"]


def test_a_list_may_lag_behind_a_create(call: Caller, control: Control) -> None:
    control.fault(f"POST {PURPOSES}", "late", reads=2, reach="lists")
    created = call("POST", PURPOSES, purpose()).json()
    for _ in range(3):
        assert call("GET", f"{PURPOSES}/{created['id']}").status_code == 200
    assert [call("GET", PURPOSES).json()["total"] for _ in range(3)] == [0, 0, 1]


def test_the_first_former_state_stays_until_the_last_effect_is_visible(
    call: Caller, control: Control, path: str
) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", seconds=10, times=2)
    call("PUT", path, purpose(description="Second"))
    control.advance(5)
    call("PUT", path, purpose(description="Third"))
    control.advance(5)
    assert description(call, path) == "Why"
    control.advance(5)
    assert description(call, path) == "Third"


def test_a_refused_request_has_nothing_to_be_late(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", seconds=10)
    assert call("PUT", path, purpose(), headers={"If-Match": '"9"'}).status_code == 412
    control.edit("purposes", "Support", {"description": "A colleague's"})
    assert description(call, path) == "A colleague's"


def test_the_truth_is_open_to_the_control_api(call: Caller, control: Control, path: str) -> None:
    control.fault(f"PUT {PURPOSES}/*", "late", seconds=10)
    call("PUT", path, purpose(description="Changed"))
    truth: dict[str, Any] = control.find("purposes", "Support")
    assert (truth["description"], truth["version"]) == ("Changed", 2)


def test_an_effect_may_be_late_and_its_answer_lost(call: Caller, control: Control) -> None:
    """The nastiest of all: the connection is cut after an effect that a lookup does not find."""
    control.fault(f"POST {PURPOSES}", "late", seconds=10)
    control.fault(f"POST {PURPOSES}", "status", status=504, when="after")
    assert call("POST", PURPOSES, purpose()).status_code == 504
    assert call.names(PURPOSES) == []
    control.advance(10)
    assert call.names(PURPOSES) == ["Support"]


def test_a_colleagues_effect_is_not_late_with_ours(call: Caller, control: Control, path: str) -> None:
    edits = [{"operation": "patch", "collection": "purposes", "target": "First", "body": {"description": "Theirs"}}]
    control.fault(f"PUT {PURPOSES}/*", "edit", edits=edits)
    control.fault(f"PUT {PURPOSES}/*", "late", seconds=10)
    call("PUT", path, purpose(description="Changed"))
    control.edit("purposes", "First", {"description": "Theirs again"})
    assert description(call, f"{PURPOSES}/{control.find('purposes', 'First')['id']}") == "Theirs again"
    assert description(call, path) == "Why"
