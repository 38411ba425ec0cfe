"""A retention class that changes in the project file shows every purpose that it changes (issue 5.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reconciler.kinds import KINDS
from reconciler.model.manifest import Manifest
from reconciler.model.normal import complete
from reconciler.model.plan import Action, Cause, Plan
from reconciler.model.project import Project, RetentionClass
from reconciler.model.values import Json

from builders import acknowledgement, blocking, edited, observed, only, plan_of, purpose, recorded

KIND = KINDS["Purpose"]
WORDS = {"description": "Quality assurance.", "legalBasis": "consent"}


def classes(standard: int, long: int = 365) -> Project:
    stated = {"standard": RetentionClass("standard", standard), "long": RetentionClass("long", long)}
    return Project(retention_classes=stated)


def stated(project: Project, *, of: str = "standard", name: str = "Support", **spec: Json) -> Manifest:
    """A purpose of a class, as it is meant in a project."""
    plain = {"name": name, **WORDS, "retention": {"class": of}, **spec}
    return replace(purpose(name), normal=complete(KIND.shape, KIND.resolve(plain, project)))


BEFORE = stated(classes(180))


def planned(after: Manifest, before: Manifest = BEFORE, **more: Json) -> Plan:
    return plan_of([after], [recorded(before)], [edited(observed(before), **more)], project=classes(90))


def test_a_class_that_grows_updates_its_purposes_and_says_so() -> None:
    change = only(planned(stated(classes(200))))
    assert (change.action, change.reason) == (Action.UPDATE, "class standard: 180d -> 200d")
    assert [(part.path, part.cause) for part in change.fields] == [(("retention",), Cause.UPDATE)]


def test_every_purpose_of_the_class_is_shown_and_no_other() -> None:
    names = ["Aaaa", "Bbbb", "Cccc"]
    before = [stated(classes(180), name=name, of="long" if name == "Bbbb" else "standard") for name in names]
    after = [stated(classes(200), name=name, of="long" if name == "Bbbb" else "standard") for name in names]
    rows, live = [recorded(each) for each in before], [observed(each) for each in before]
    assert [change.address.name for change in plan_of(after, rows, live).changes] == ["Aaaa", "Cccc"]


def test_a_class_that_shrinks_is_destructive_as_any_shortened_retention() -> None:
    made = planned(stated(classes(90)))
    assert (only(made).reason, only(made).destructive) == ("class standard: 180d -> 90d", True)
    assert blocking(made) == ["PU101"]


def test_and_is_acknowledged_as_one() -> None:
    accepted = acknowledgement("PU101", "retention", change="180d -> 90d")
    after = replace(stated(classes(90)), lifecycle=replace(BEFORE.lifecycle, acknowledge=(accepted,)))
    assert not planned(after).blocked


REASONS: dict[str, tuple[Manifest, dict[str, Json], str]] = {
    "the manifest changed besides": (
        stated(classes(200), description="More."),
        {},
        "class standard: 180d -> 200d, the manifest changed",
    ),
    "another class": (stated(classes(180), of="long"), {}, "the manifest changed"),
    "days instead of the class": (purpose("Support", spec={**WORDS, "retention": "200d"}), {}, "the manifest changed"),
    "somebody else changed it, too": (
        stated(classes(200)),
        {"retentionPeriod": "300d"},
        "class standard: 180d -> 200d, the manifest and the organisation both changed",
    ),
    "it is so already": (stated(classes(200)), {"retentionPeriod": "200d"}, "class standard: 180d -> 200d"),
    "only somebody else": (stated(classes(180)), {"retentionPeriod": "20d"}, "changed behind our back"),
}


@pytest.mark.parametrize(("after", "edit", "reason"), REASONS.values(), ids=REASONS)
def test_the_reason_tells_a_class_from_an_edit(after: Manifest, edit: dict[str, Json], reason: str) -> None:
    assert only(planned(after, **edit)).reason == reason


def test_the_class_itself_is_remembered_and_never_sent() -> None:
    assert BEFORE.normal["retentionClass"] == "standard"
    assert "retentionClass" not in (only(plan_of([BEFORE])).after or {})
    assert "retentionClass" not in observed(BEFORE).body
