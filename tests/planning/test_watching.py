"""What watches an object is there before it changes, after it is made, and does not keep it from being deleted."""

from __future__ import annotations

from reconciler.model.manifest import Manifest
from reconciler.model.plan import Action, Plan
from reconciler.model.values import Json

from builders import blocking, codes, field, manifest, observed, plan_of, recorded, removal, schema

CUSTOMER = schema("customer", field("id"))
LARGER = schema("customer", field("id"), field("more"))
SPEC: Json = {"endpoint": "https://example.com/", "eventTypes": ["data.flex.schema.updated"]}


def webhook(name: str = "audit", **spec: Json) -> Manifest:
    return manifest("Webhook", name, {**SPEC, "filter": {"schema": "customer"}, **spec})


def owned(name: str = "audit") -> Manifest:
    """As one that the schema stood for is recorded."""
    return webhook(name, owner="FlexSchema/customer")


def steps(made: Plan) -> list[tuple[str, str]]:
    return [(change.action.value, change.step) for change in made.changes]


def test_it_follows_what_it_watches_where_that_is_new() -> None:
    made = plan_of([webhook(), CUSTOMER])
    assert steps(made) == [("create", "FlexSchema/customer"), ("create", "Webhook/audit")]
    assert made.changes[1].depends_on == ("FlexSchema/customer",)


def test_it_precedes_every_change_of_what_it_watches() -> None:
    made = plan_of([webhook(), LARGER], [recorded(CUSTOMER)], [observed(CUSTOMER)])
    assert steps(made) == [("create", "Webhook/audit"), ("update", "FlexSchema/customer")]
    assert made.changes[1].depends_on == ("Webhook/audit",)


def test_so_does_its_own_update() -> None:
    changed = webhook(endpoint="https://other.example.com/")
    made = plan_of(
        [changed, LARGER], [recorded(webhook()), recorded(CUSTOMER)], [observed(webhook()), observed(CUSTOMER)]
    )
    assert steps(made) == [("update", "Webhook/audit"), ("update", "FlexSchema/customer")]


def test_what_is_only_recorded_waits_for_nobody() -> None:
    made = plan_of([webhook(), LARGER], [recorded(CUSTOMER)], [observed(LARGER)])
    assert {change.action: change.depends_on for change in made.changes} == {Action.CREATE: (), Action.RECORD: ()}


def test_it_keeps_nothing_from_being_deleted() -> None:
    theirs = observed(webhook("theirs"))
    said = removal(CUSTOMER.address, delete=True)
    made = plan_of([], [recorded(CUSTOMER)], [observed(CUSTOMER), theirs], removals=[said])
    assert steps(made) == [("delete", "FlexSchema/customer")]
    assert blocking(made) == []


def test_one_that_was_stood_for_goes_with_the_wish_for_it() -> None:
    rows, live = [recorded(CUSTOMER), recorded(owned())], [observed(CUSTOMER), observed(owned())]
    made = plan_of([CUSTOMER], rows, live)
    assert steps(made) == [("delete", "Webhook/audit")]
    assert (blocking(made), made.changes[0].destructive) == ([], True)
    assert made.changes[0].reason == "FlexSchema/customer asks for it no longer"


def test_one_that_was_written_needs_a_word_of_its_own() -> None:
    rows, live = [recorded(CUSTOMER), recorded(webhook())], [observed(CUSTOMER), observed(webhook())]
    assert blocking(plan_of([CUSTOMER], rows, live)) == ["RC301"]


def test_where_the_owner_is_lost_nothing_is_said_of_either() -> None:
    rows, live = [recorded(CUSTOMER), recorded(owned())], [observed(CUSTOMER), observed(owned())]
    assert blocking(plan_of([], rows, live)) == ["RC301", "RC301"]


def test_a_word_of_its_own_goes_before_its_owners() -> None:
    rows, live = [recorded(CUSTOMER), recorded(owned())], [observed(CUSTOMER), observed(owned())]
    said = [removal(CUSTOMER.address, delete=True), removal(owned().address, delete=False)]
    made = plan_of([], rows, live, removals=said)
    assert sorted(steps(made)) == [("delete", "FlexSchema/customer"), ("forget", "Webhook/audit")]


def test_protection_and_limits_hold_for_it_too() -> None:
    row = recorded(owned(), protect=True)
    made = plan_of([CUSTOMER], [recorded(CUSTOMER), row], [observed(CUSTOMER), observed(owned())])
    assert blocking(made) == ["RC302"]
    many = [owned(name) for name in ("a", "b")]
    rows, live = [recorded(CUSTOMER), *map(recorded, many)], [observed(CUSTOMER), *map(observed, many)]
    assert codes(plan_of([CUSTOMER], rows, live)) == ["RC303"]
