"""Jobs in a saved state, and in one that is written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import Caller
from .exporting import EXPORTS, MINE, PRIVACY, completed, data_export, exported, fetch, first_uri, listed, submitted

NOON = "2026-11-01T12:00:00Z"


def test_a_state_goes_out_and_in_again(call: Caller, control: Control) -> None:
    submitted(call)
    control.fail_export(MINE, "Why")
    held, done = exported(call), completed(call, control, [{"partition": 3, "records": 2, "flaws": ["bom"]}])
    control.hold_export(held)
    control.put_export_file(done, 4, b"\xff\x00")
    state = control.state()
    with Sandbox.start(load=state, clock=NOON) as other:
        again = Caller(other.url)
        assert other.control.state() == state
        other.control.advance(1800)
        assert again("GET", f"{PRIVACY}/{MINE}").json()["failureReason"] == "Why"
        assert [each["id"] for each in again("GET", EXPORTS).json()["entities"]] == [done, held]
        assert again("GET", f"{EXPORTS}/{held}").json()["status"] == "QUEUED"
        before, after = listed(call, done), listed(again, done)
        assert [each["checksum"] for each in before] == [each["checksum"] for each in after]
        assert fetch(after[1]["uri"]).content == b"\xff\x00"


def test_a_job_goes_on_where_it_was_saved() -> None:
    queued = {"id": "a", **data_export(), "createdDate": NOON}
    with Sandbox.start(load={"data_exports": [queued]}, clock="2026-11-01T12:00:01.500Z") as sandbox:
        call = Caller(sandbox.url)
        assert call("GET", f"{EXPORTS}/a").json()["status"] == "PROCESSING"
        sandbox.control.advance(0.5)
        assert call("GET", f"{EXPORTS}/a").json()["status"] == "COMPLETED"


def test_a_little_is_enough_to_write_one_by_hand() -> None:
    load = {
        "data_exports": [{"id": "a", "status": "COMPLETED", "files": [{"partition": 0, "text": "one\n"}]}],
        "privacy_requests": [{"requestId": MINE, "status": "COMPLETED"}],
    }
    with Sandbox.start(load=load) as sandbox:
        call = Caller(sandbox.url)
        assert fetch(first_uri(call, "a")).content == b"one\n"
        shown = call("GET", f"{PRIVACY}/{MINE}").json()
        assert fetch(shown["downloadUrl"]).content.startswith(b"[\n")


def test_a_load_leaves_files_where_they_are(call: Caller, control: Control) -> None:
    uri = first_uri(call, completed(call, control))
    control.load(control.state())
    assert fetch(uri).status == 200
    assert len(control.file_requests()) == 1
    control.reset()
    assert fetch(uri).status == 404
    assert len(control.file_requests()) == 1, "the first one is forgotten with everything else"


@pytest.mark.parametrize(
    ("job", "where", "says"),
    [
        ({"status": 7}, ".status", "7 cannot be the status"),
        ({"since": "noon"}, ".since", "cannot be the since"),
        ({"held": 1}, ".held", "cannot be the held"),
        ({"createdDate": "yesterday"}, ".createdDate", "'yesterday' is not like"),
        ({"startDate": "soon"}, ".startDate", "'soon'"),
        ({"timeRange": {"end": "soon"}}, ".timeRange.end", "'soon'"),
        ({"timeRange": 1}, ".timeRange", "a mapping"),
        ({"files": {}}, ".files", "a list is wanted"),
        ({"files": [{}]}, ".files[0]", "partition is required"),
        ({"files": [{"partition": -1}]}, ".files[0]", "from 0"),
        ({"files": [{"partition": "../x"}]}, ".files[0].partition", "a whole number"),
        ({"files": [{"partition": 0}, {"partition": 0}]}, ".files", "[0, 0]"),
        ({"files": [{"partition": 0, "format": "xml"}]}, ".files[0].format", "'jsonl'"),
        ({"files": [{"partition": 0, "flaws": ["odd"]}]}, ".files[0].flaws", "odd; there are bom"),
        ({"files": [{"partition": 0, "base64": "?"}]}, ".files[0].base64", "base64"),
        ({"files": [{"partition": 0, "text": "", "records": 1}]}, ".files[0]", "one of records, size"),
        ({"files": [{"partition": 0, "colour": "blue"}]}, ".files[0]", "colour"),
    ],
)
def test_a_job_that_does_not_fit_is_refused_with_its_place(job: Any, where: str, says: str) -> None:
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load={"data_exports": [{"id": "a", **job}]})
    assert refused.value.where == f"load.data_exports[0]{where}"
    assert says in refused.value.detail or says in refused.value.summary.lower()


@pytest.mark.parametrize(
    "changes",
    [
        {"export_accepted": 204},
        {"export_window_days": "many"},
        {"export_partitions": None},
        {"files_unready": 200},
        {"request_ids": "both"},
        {"uri_lifetime": 1.5},
        {"download_url": "never"},
        {"file_encoding": "br"},
        {"callbacks": "thrice"},
        {"callback_delay": "long"},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(control: Control, changes: dict[str, Any]) -> None:
    before = control.settings()
    with pytest.raises(SandboxError, match=next(iter(changes))):
        control.settings(**changes)
    assert control.settings() == before


def test_files_that_do_not_read_change_nothing(call: Caller, control: Control) -> None:
    export = completed(call, control)
    before = control.state()
    with pytest.raises(SandboxError, match="from 0"):
        control.plan_export_files(export, [{"partition": 0, "records": -1}])
    with pytest.raises(SandboxError, match="one of records, size"):
        control.change_export_file(export, 0, text="x", records=1)
    assert control.state() == before
