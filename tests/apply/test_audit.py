"""What the ledger remembers of an apply (contract §7): results, summaries, latency, correlation ids."""

from __future__ import annotations

import pytest
from reconciler.apply.records import summary
from reconciler.kinds import KINDS
from reconciler.model.ports import AuditEntry

from commands.project import CUSTOMER, SUPPORT, Json, Project, acknowledging, purpose, removed, schema, text

PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"


def _last(project: Project) -> AuditEntry:
    return project.audit()[-1]


def test_a_creation_is_noted_with_what_it_added(project: Project) -> None:
    project.write(schema(text("a"), text("b")))
    project.apply()
    entry = _last(project)
    assert (entry.action, entry.result, entry.address) == ("CREATE", "SUCCESS", CUSTOMER)
    assert entry.summary == ("a:ADD", "b:ADD")
    assert entry.live_id == project.control.find("flex_schemas", "customer")["id"]
    assert entry.seal == project.row(CUSTOMER).seal
    assert entry.request_id


def test_an_update_is_noted_field_by_field(project: Project) -> None:
    """The seed's validationSummary: ADD, TYPE_CHANGE, UNCHANGED; ours says REMOVE and CHANGE, too."""
    project.applied(schema(text("gone"), text("kept"), text("retyped", type="boolean"), text("relaxed", required=True)))
    project.write(
        schema(
            text("kept"),
            text("retyped", type="number"),
            text("relaxed"),
            text("new"),
            lifecycle=acknowledging("FS101", "fields.gone", removes=["gone"]),
        )
    )
    assert project.apply().code == 0
    found = dict(part.split(":") for part in _last(project).summary)
    assert found == {
        "gone": "REMOVE", "kept": "UNCHANGED", "retyped": "TYPE_CHANGE", "relaxed": "CHANGE", "new": "ADD",
    }  # fmt: skip


def test_a_merge_is_noted_with_what_was_sent(project: Project) -> None:
    project.applied(schema(text("a")))
    project.write(schema(text("a"), text("b")))
    edit = {"operation": "patch", "collection": "flex_schemas", "target": "customer",
            "body": {"fields": [text("a"), text("theirs")]}}  # fmt: skip
    project.control.fault(f"PUT {SCHEMAS}/*", "edit", edits=[edit])
    project.apply()
    entry = _last(project)
    assert entry.result == "MERGED"
    assert set(entry.summary) == {"a:UNCHANGED", "b:ADD", "theirs:ADD"}


def test_a_deletion_is_noted_with_what_went(project: Project) -> None:
    project.applied(schema(text("a")))
    project.applied(removed(CUSTOMER))
    entry = _last(project)
    assert (entry.action, entry.result, entry.summary) == ("DELETE", "SUCCESS", ("a:REMOVE",))


def test_a_kind_without_keyed_lists_has_no_summary(project: Project) -> None:
    project.applied(purpose())
    assert _last(project).summary == ()


def test_a_failure_is_noted_with_the_correlation_id(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "status", status=400)
    project.apply()
    entry = _last(project)
    refused = next(each for each in project.control.requests("POST", PURPOSES))
    assert (entry.result, entry.correlation_id) == ("FAILED", refused.correlation_id)
    assert "HTTP 400" in entry.detail


def test_a_conflict_is_noted(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="ours"))
    edit = {"operation": "patch", "collection": "purposes", "target": "Support", "body": {"description": "theirs"}}
    project.control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit])
    project.apply()
    assert _last(project).result == "CONFLICT"


def test_what_was_only_recorded_says_so(project: Project) -> None:
    project.applied(purpose())
    project.applied(purpose(lifecycle={"protect": True}))
    assert (_last(project).action, _last(project).result) == ("RECORD", "RECORDED")


def test_what_was_sent_again_is_noted_for_each_time(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="before")
    project.apply()
    assert [entry.result for entry in project.audit()] == ["RETRIED", "SUCCESS"]


def test_what_a_later_run_finds_out_is_noted(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "cut", when="after")
    project.control.fault(f"GET {PURPOSES}", "status", status=400, skip=1, times=None)
    assert project.apply().outcomes == {SUPPORT: "in doubt"}
    project.control.clear_faults()
    assert project.apply().document["document"] == "plan", "it was there already"
    entry = _last(project)
    assert (entry.action, entry.result) == ("CREATE", "SUCCESS")
    assert entry.detail == "an interrupted run had done it"


def test_latency_is_the_whole_step_with_its_waits(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"POST {PURPOSES}", "status", status=429, retry_after=3)
    project.apply()
    assert 3000 <= _last(project).latency_ms < 60_000


def test_times_are_rfc_3339(project: Project) -> None:
    project.applied(purpose())
    assert _last(project).at.endswith("Z")
    assert "T" in _last(project).at


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, None, []),
        (None, {"fields": [{"name": "a", "type": "string"}]}, ["a:ADD"]),
        ({"fields": []}, {"fields": []}, []),
        (
            {"fields": [{"name": "a", "type": "string", "options": ["x", "y"]}]},
            {"fields": [{"name": "a", "type": "string", "options": ["x"]}]},
            ["a:CHANGE"],
        ),
    ],
    ids=["nothing", "created", "empty", "an option less"],
)
def test_the_summary_reads_the_kinds_keyed_lists(before: Json | None, after: Json | None, said: list[str]) -> None:
    assert list(summary(KINDS["FlexSchema"], before, after)) == said
