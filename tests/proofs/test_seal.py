"""A plan is applied as it was reviewed or not at all: whatever is changed in its file, `--seal` notices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from .desk import Desk, link, purpose, removed, schema, text

Steps = tuple[str | int, ...]
ACKNOWLEDGED = {
    "acknowledge": [
        {
            "code": "FS106",
            "path": "fields.state.options",
            "removes": ["closed"],
            "reason": "nobody uses it",
            "by": "a.smith",
            "expires": "2099-12-31",
        }
    ]
}
POLICIES = {
    "defaults": {"PU001": "off"},
    "purposes": {"maxRetentionDays": 200},
    "rules": [{"code": "ORG001", "severity": "warn", "message": "Say more", "schema": {"not": {}}, "explain": "So."}],
    "thresholds": {"changes": {"count": 50, "percent": 100}},
    "freezes": [{"from": "2098-01-01T00:00Z", "until": "2099-01-01T00:00Z", "reason": "Far", "kinds": ["Purpose"]}],
}


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """A saved plan with something in every corner: all actions, findings, evidence, drift, foreign parts, a circle."""
    theirs = {"name": "Adopted", "description": "theirs", "retentionPeriod": "20d", "legalBasis": "consent"}
    desk.sandbox.control.create("purposes", theirs)
    states = ["open", "closed"]
    desk.write(
        purpose("Kept"),
        purpose("Doomed"),
        purpose("Vanished"),
        purpose("Settled"),
        schema("case", text("state", options=states), text("score"), text("note")),
    )
    assert desk.apply().code == 0
    control = desk.sandbox.control
    control.put_records("case", [{"score": "4"}, {"score": "5"}])
    control.edit("purposes", "Settled", {"retentionPeriod": "31d"})
    control.delete("purposes", "Vanished")
    fields = control.find("flex_schemas", "case")["fields"]
    fields[2]["required"] = True
    control.edit("flex_schemas", "case", {"fields": [*fields, text("theirs")]}, force=True)
    desk.project(retentionClasses={"standard": {"retention": "180d"}}, environment={"name": "test"}, policies=POLICIES)
    desk.write(
        purpose("Kept", description="changed", retention={"class": "standard"}),
        purpose("Set_Aside"),
        purpose("Vanished"),
        purpose("Settled", retention="31d"),
        purpose("Adopted") | {"lifecycle": {"adopt": True, "protect": True}},
        schema(
            "case",
            text("state", options=["open"], personalData=True, purpose="Kept"),
            {"name": "score", "type": "number"},
            text("note"),
            link("to_left", "left"),
            lifecycle=ACKNOWLEDGED,
        ),
        schema("left", text("key"), link("to_right", "right")),
        schema("right", text("key"), link("to_left", "left")),
        removed("Purpose/Doomed"),
    )
    made = desk.plan("--drift", "keep", "--exclude", "Purpose/Set_Aside")
    assert made.code == 0, made
    desk.sandbox.control.forget()
    return desk


def seal_of(plan: Any) -> str:
    """As the format says: SHA-256 of the plan's JSON with sorted keys and no white space."""
    return "sha256:" + hashlib.sha256(orjson.dumps(plan, option=orjson.OPT_SORT_KEYS)).hexdigest()


def places(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    """Every place in a document, leaves and branches."""
    if steps:
        yield steps
    if isinstance(value, dict | list):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*steps, step))


def otherwise(value: Any) -> Any:
    """Another value of the same sort."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value[:-1] + ("0" if value[-1:] != "0" else "1")
        case list():
            return value[1:] if value else ["more"]
        case dict():
            return dict(list(value.items())[1:]) if value else {"more": 1}
        case _:
            return "something"


def altered(document: Any, steps: Steps) -> Any:
    """The document with one place changed."""
    copy = orjson.loads(orjson.dumps(document))
    *path, last = steps
    at = copy
    for step in path:
        at = at[step]
    at[last] = otherwise(at[last])
    return copy


def test_the_plan_has_something_in_every_corner(planned: Desk) -> None:
    """Or else the walk below would prove less than it says."""
    plan = orjson.loads(planned.plan_file.read_bytes())["plan"]

    actions = {change["action"] for change in plan["changes"]}
    assert actions == {"create", "adopt", "update", "delete", "record"} or actions >= {"create", "adopt", "update"}
    for corner in ("findings", "acknowledgements", "bindings", "headroom", "excluded"):
        assert plan[corner], corner
    for corner in ("fields", "kept", "foreign", "deferred", "depends_on", "evidence"):
        assert any(change[corner] for change in plan["changes"]), corner


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.long)])
def test_a_plan_changed_in_any_one_place_is_refused_though_its_own_seal_is_right(
    planned: Desk, tmp_path: Path, every: int
) -> None:
    document = orjson.loads(planned.plan_file.read_bytes())
    reviewed = document["seal"]
    recorded = planned.rows()
    forged = tmp_path / "forged.json"

    walked = 0
    for steps in list(places(document["plan"]))[::every]:
        plan = altered(document["plan"], steps)
        forged.write_bytes(orjson.dumps({**document, "plan": plan, "seal": seal_of(plan)}))
        applied = planned.run("apply", str(forged), "--seal", reviewed)
        assert applied.code == 4, (steps, applied)
        assert applied.document["summary"] == "The plan is not the one that the seal names"
        walked += 1

    assert walked > 500 // every
    assert planned.sandbox.control.requests() == []
    assert planned.rows() == recorded


def test_a_damaged_plan_is_refused_without_any_seal_given(planned: Desk, tmp_path: Path) -> None:
    document = orjson.loads(planned.plan_file.read_bytes())
    damaged = tmp_path / "damaged.json"

    for steps in list(places(document["plan"]))[::9]:
        damaged.write_bytes(orjson.dumps({**document, "plan": altered(document["plan"], steps)}))
        applied = planned.run("apply", str(damaged))
        assert applied.code == 1, (steps, applied)
        assert applied.document["summary"] == "The plan file is damaged"

    assert planned.sandbox.control.requests() == []


@pytest.mark.parametrize("member", ["seal", "format_version"])
def test_the_envelope_cannot_be_changed_either(planned: Desk, tmp_path: Path, member: str) -> None:
    document = orjson.loads(planned.plan_file.read_bytes())
    forged = tmp_path / "forged.json"
    forged.write_bytes(orjson.dumps(altered(document, (member,))))

    assert planned.run("apply", str(forged), "--seal", document["seal"]).code in (1, 4)
    assert planned.sandbox.control.requests() == []


def test_the_plan_that_the_seal_names_is_applied(planned: Desk) -> None:
    seal = orjson.loads(planned.plan_file.read_bytes())["seal"]

    assert seal == seal_of(orjson.loads(planned.plan_file.read_bytes())["plan"])
    assert planned.apply_saved("--seal", seal).code == 0
