"""Secrets at planning: compared by digests, never by value; said to be missing where they are."""

from __future__ import annotations

import pytest
from reconciler.kinds import KINDS
from reconciler.model.manifest import Estate, Manifest
from reconciler.model.plan import Action, Cause, Plan
from reconciler.model.values import ABSENT, Json
from reconciler.planning.planfile import write_plan
from reconciler.planning.secrets import variables_of, with_known
from reconciler.planning.situation import Choices

from builders import codes, manifest, observed, only, plan_of, purpose, recorded

A, B = "RECONCILER_SECRET_A", "RECONCILER_SECRET_B"


def webhook(variable: str = A, digest: str = "", **spec: Json) -> Manifest:
    """One whose secret has this digest; without any it is not there to see."""
    said = {"endpoint": "https://e.com/", "eventTypes": ["x"], "headers": {"Key": {"fromEnv": variable}}, **spec}
    stated = manifest("Webhook", "audit", said)
    estate = with_known(Estate({stated.address: stated}), KINDS, {variable: digest} if digest else {})
    return estate.manifests[stated.address]


def planned(desired: Manifest, base: Manifest, **more: Json) -> Plan:
    return plan_of([desired], [recorded(base)], [observed(base)], **more)


def causes(made: Plan) -> list[tuple[str, Cause]]:
    return [(".".join(part.path), part.cause) for part in only(made).fields]


def test_the_same_secret_is_no_change() -> None:
    assert planned(webhook(digest="1"), webhook(digest="1")).changes == ()


def test_another_secret_is_an_update_that_holds_no_digest_where_people_look() -> None:
    made = planned(webhook(digest="2"), webhook(digest="1"))
    assert causes(made) == [("headers.Key.value", Cause.UPDATE)]
    part = only(made).fields[0]
    assert (part.before, part.after, part.base) == ("***", {"fromEnv": A}, {"fromEnv": A})
    assert only(made).after["headers"] == [{"name": "Key", "value": {"fromEnv": A}}]  # type: ignore[index]


def test_the_same_secret_from_another_variable_is_recorded() -> None:
    made = planned(webhook(B, digest="1"), webhook(digest="1"))
    assert causes(made) == [("headers.Key.value", Cause.RECORD)]
    assert only(made).action is Action.RECORD


def test_a_secret_that_was_never_sent_is_sent() -> None:
    base = webhook(digest="1")
    made = plan_of([base], [], [observed(base)])
    assert only(made).action is Action.ADOPT
    assert [part.base for part in only(made).fields if part.cause is Cause.UPDATE] == [ABSENT]


def test_a_secret_goes_along_with_every_other_change() -> None:
    made = planned(webhook(digest="1", endpoint="https://f.com/"), webhook(digest="1"))
    assert causes(made) == [("endpoint", Cause.UPDATE)]
    assert only(made).after["headers"][0]["value"] == {"fromEnv": A}  # type: ignore[index]


@pytest.mark.parametrize(("endpoint", "found"), [("https://e.com/", "info"), ("https://f.com/", "warn")])
def test_one_that_is_not_there_to_see_counts_as_unchanged_and_is_told_of(endpoint: str, found: str) -> None:
    made = planned(webhook(endpoint=endpoint), webhook(digest="1"), unset=frozenset({A}))
    told = [each for each in made.findings if each.code == "RC602"]
    assert [(each.severity.value, each.dotted) for each in told] == [(found, "headers.Key")]
    assert A in told[0].detail
    assert all("headers" not in part.path for change in made.changes for part in change.fields)


def test_one_from_another_variable_that_is_not_there_to_see_is_a_change() -> None:
    made = planned(webhook(B), webhook(digest="1"), unset=frozenset({B}))
    assert causes(made) == [("headers.Key.value", Cause.UPDATE)]


def test_of_what_is_excluded_nothing_is_told() -> None:
    choices = Choices(excluded=frozenset({"Webhook/audit"}))
    assert codes(planned(webhook(), webhook(digest="1"), unset=frozenset({A}), choices=choices)) == []


def test_an_estate_names_its_variables_and_one_without_secrets_is_left_alone() -> None:
    stated = [webhook(), purpose("P")]
    estate = Estate({each.address: each for each in stated})
    assert variables_of(estate, KINDS) == {A}
    plain = Estate({stated[1].address: stated[1]})
    assert with_known(plain, KINDS, {A: "1"}) is plain


def test_a_plan_file_holds_a_digest_only_as_what_is_declared() -> None:
    written = write_plan(plan_of([webhook(digest="the-digest")]))
    assert written.count(b"the-digest") == 1
