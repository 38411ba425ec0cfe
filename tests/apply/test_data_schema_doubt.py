"""Data schemas whose answers are lost, or whose apply is killed: found again, written once, nobody's work lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from reconciler.sandbox.journal import Effect

from commands.data_schemas import (
    EVENTS,
    ROBOT,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    change,
    claim,
    enum,
    integer,
    named,
    prop,
    properties,
    text,
)
from commands.project import Project, Start
from proofs.crashing import Act, killed, started

pytestmark = pytest.mark.long

every_envelope = pytest.mark.parametrize("base", [WORKITEMS, EVENTS, RULES], ids=named)


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def everything(base: Base) -> list[dict[str, object]]:
    """A field of each sort, so that an answer has much to differ in."""
    listed = {"minItems": 0, "maxItems": 3, "itemMinLength": 1, "itemMaxLength": 9}
    tag = {"key": "words", "type": "tag" if base.text == "text" else "stringList", **listed}
    return [text(base, "number", required=True), integer("amount"), enum("state", "open", "closed"), tag]


def ours(project: Project) -> list[Effect]:
    return project.control.effects(by="robot")


def is_settled(project: Project) -> bool:
    ran = project.plan("--detailed-exitcode")
    assert ran.code == 0, str(ran)
    return True


@every_envelope
@pytest.mark.parametrize("enabled", [True, False])
def test_a_creation_without_an_answer_is_found_and_not_sent_again(project: Project, base: Base, enabled: bool) -> None:
    project.write(claim(base, *everything(base), enabled=enabled))
    project.control.fault(f"POST {base.path}", "cut", when="after")
    assert project.apply().code == 0
    assert [effect.action for effect in ours(project)] == ["create", "replace"][: 1 if enabled else 2]
    assert project.control.find(base.collection, "claim")["enabled"] is enabled
    assert is_settled(project)


@every_envelope
def test_a_creation_that_never_happened_is_sent_again(project: Project, base: Base) -> None:
    project.write(claim(base, *everything(base)))
    project.control.fault(f"POST {base.path}", "cut", when="before")
    assert project.apply().code == 0
    assert [effect.action for effect in ours(project)] == ["create"]
    assert is_settled(project)


@every_envelope
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_update_without_an_answer_takes_effect_once(project: Project, base: Base, when: str) -> None:
    project.applied(claim(base, *everything(base)))
    change(project, base, properties={"theirs": prop(base, "Theirs")})
    project.write(claim(base, *everything(base), integer("more")))
    project.control.fault(f"PUT {base.path}/*", "cut", when=when)
    assert project.apply().code == 0
    assert [effect.action for effect in ours(project)] == ["replace"]
    assert {"more", "theirs"} < set(properties(project, base))
    assert is_settled(project)


@every_envelope
def test_a_creation_whose_answer_shows_no_id_is_found(project: Project, base: Base) -> None:
    project.write(claim(base, *everything(base)))
    project.control.fault(f"POST {base.path}", "mangle", remove=["id"])
    assert project.apply().code == 0
    assert [effect.action for effect in ours(project)] == ["create"]
    assert is_settled(project)


def test_a_list_that_lags_behind_does_not_make_a_second_one(project: Project) -> None:
    project.write(claim(USERS))
    project.control.fault(f"POST {USERS.path}", "late", seconds=3, reach="lists")
    project.control.fault(f"POST {USERS.path}", "cut", when="after")
    assert project.apply().code == 0
    assert [effect.action for effect in ours(project)] == ["create"]


@every_envelope
def test_a_list_that_shows_a_former_version_is_not_believed(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(claim(base, description="other"))
    project.control.fault(f"PUT {base.path}/*", "late", seconds=3600, reach="lists")
    assert project.apply().code == 0
    assert is_settled(project)
    assert len(project.effects()) == 1


# Killed in the middle of a creation that takes two steps.

POINTS = {
    "before POST": (False, ""),
    "after POST": (True, ""),
    "before PUT": (True, ""),
    "after PUT": (True, "disabled"),
}
"""What the organisation has of it when it is killed there."""


@pytest.mark.parametrize("point", POINTS)
def test_a_creation_in_two_steps_goes_on_where_it_was_killed(project: Project, tmp_path: Path, point: str) -> None:
    verb, side = point.split()[1], point.split()[0]
    project.write(claim(USERS, enabled=False))
    words = ["apply", "--auto-approve", "--dir", str(project.manifests)]
    at = _passed(project, words, tmp_path, side, verb)
    with started(words, project.environment, tmp_path / "killed.log", Act.KILL, at) as child:
        killed(child, project.control)
    there = {each["jsonSchema"]["title"]: each["enabled"] for each in project.control.objects(USERS.collection)}
    exists, state = POINTS[point]
    assert there == ({"claim": state != "disabled"} if exists else {})
    project.time.pass_by(60)
    assert project.apply().code == 0
    assert [effect.action for effect in ours(project)] == ["create", "replace"]
    assert project.control.find(USERS.collection, "claim")["enabled"] is False
    assert is_settled(project)


def _passed(project: Project, words: list[str], folder: Path, side: str, verb: str) -> int:
    """The number of the point, found by a rehearsal of which nothing is left."""
    state = project.control.state()
    with started(words, project.environment, folder / "counted.log", Act.COUNT) as child:
        points = child.points()
    project.control.load(state)
    project.control.forget()
    for file in (project.manifests / ".reconciler").iterdir():
        file.unlink()
    return 1 + next(number for number, name in enumerate(points) if name.startswith(f"{side} {verb} {USERS.path}"))
