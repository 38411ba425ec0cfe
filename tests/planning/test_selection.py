"""`--target` and `--exclude`: which addresses a selector means, and what a target brings along."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reconciler.errors import UsageError
from reconciler.model.manifest import Manifest
from reconciler.planning.selection import selected
from reconciler.planning.situation import Choices

from builders import field, manifest, move, purpose, recorded, relation, schema, situation

CRM = {"team": "crm"}


def labelled(stated: Manifest, **labels: str) -> Manifest:
    return replace(stated, labels=labels)


A, B, C = schema("a", field("x")), schema("b", relation("to", "a", "x")), schema("c", relation("to", "b", "x"))
SUPPORT, SALES = labelled(purpose("Support"), team="crm"), labelled(purpose("Sales"), team="sales")
EVERYTHING = [A, B, C, SUPPORT, SALES]


def planned(*targets: str, exclude: tuple[str, ...] = (), stated=EVERYTHING, rows=(), moves=()) -> set[str]:  # type: ignore[no-untyped-def]
    choices = Choices(targets=frozenset(targets), excluded=frozenset(exclude))
    given = situation(stated, rows, moves=moves, choices=choices)
    known = {*given.estate.manifests, *given.recorded}
    return {str(address) for address in known if not selected(given).choices.excludes(address)}


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("Purpose", {"Purpose/Support", "Purpose/Sales"}),
        ("Purpose/S*", {"Purpose/Support", "Purpose/Sales"}),
        ("*/Sales", {"Purpose/Sales"}),
        ("Purpose/S?les", {"Purpose/Sales"}),
        ("team=crm", {"Purpose/Support"}),
        ("team=*", {"Purpose/Support", "Purpose/Sales"}),
        ("FlexSchema/a", {"FlexSchema/a"}),
    ],
)
def test_a_selector_means_kinds_names_and_labels(target: str, meant: set[str]) -> None:
    assert planned(target) == meant


def test_several_targets_add_up_and_an_exclusion_wins() -> None:
    assert planned("Purpose", "FlexSchema/a", exclude=("Purpose/Sal*",)) == {"Purpose/Support", "FlexSchema/a"}


def test_an_exclusion_alone_leaves_the_rest() -> None:
    assert planned(exclude=("Flex*", "team=sales")) == {"Purpose/Support"}


def test_a_target_brings_along_what_it_refers_to_and_is_not_there_yet() -> None:
    assert planned("FlexSchema/c") == {"FlexSchema/a", "FlexSchema/b", "FlexSchema/c"}


def test_what_is_there_already_is_not_brought_along() -> None:
    assert planned("FlexSchema/c", rows=[recorded(B)]) == {"FlexSchema/c"}


def test_a_target_brings_along_what_its_manifest_stands_for() -> None:
    spec = {"endpoint": "https://e.example", "eventTypes": ["flex.schema.updated"], "owner": "FlexSchema/a"}
    watcher = manifest("Webhook", "SchemaAudit_a", spec)
    assert planned("FlexSchema/a", stated=[A, watcher]) == {"FlexSchema/a", "Webhook/SchemaAudit_a"}
    assert planned("FlexSchema/a", stated=[A], rows=[recorded(watcher)]) == {"FlexSchema/a", "Webhook/SchemaAudit_a"}


@pytest.mark.parametrize("target", ["Purpose/Support", "Purpose/Help"])
def test_both_ends_of_a_move_go_together(target: str) -> None:
    moves = [move("Purpose/Support", "Purpose/Help")]
    meant = planned(target, stated=[purpose("Help"), SALES], rows=[recorded(SUPPORT)], moves=moves)
    assert meant == {"Purpose/Support", "Purpose/Help"}


@pytest.mark.parametrize("excluded", ["Purpose/Support", "Purpose/Help"])
def test_neither_end_of_a_move_is_left_out_without_the_other(excluded: str) -> None:
    moves = [move("Purpose/Support", "Purpose/Help")]
    stated, rows = [purpose("Help"), SALES], [recorded(SUPPORT)]
    assert planned(exclude=(excluded,), stated=stated, rows=rows, moves=moves) == {"Purpose/Sales"}
    assert planned("Purpose", exclude=(excluded,), stated=stated, rows=rows, moves=moves) == {"Purpose/Sales"}


def test_an_exclusion_takes_along_what_its_manifest_stands_for_and_not_what_it_refers_to() -> None:
    spec = {"endpoint": "https://e.example", "eventTypes": ["flex.schema.updated"], "owner": "FlexSchema/b"}
    watcher = manifest("Webhook", "SchemaAudit_b", spec)
    assert planned(exclude=("FlexSchema/b",), stated=[A, B, watcher]) == {"FlexSchema/a"}
    assert planned(exclude=("FlexSchema/b",), stated=[A, B], rows=[recorded(watcher)]) == {"FlexSchema/a"}


def test_what_only_the_ledger_knows_can_be_a_target() -> None:
    assert planned("Purpose/Support", stated=[SALES], rows=[recorded(SUPPORT)]) == {"Purpose/Support"}


@pytest.mark.parametrize(
    ("target", "summary", "more"),
    [
        ("Porpoise/*", "Unknown kind", "Purpose"),
        ("Purpose/Suport", "Nothing to target", "Did you mean Purpose/Support?"),
        ("team=crn", "Nothing to target", "Did you mean team=crm?"),
        ("tean=crm", "Nothing to target", "Did you mean team=crm?"),
        ("*/zzz", "Nothing to target", "LABEL=VALUE"),
        ("Purpose/", "Nothing to target", "Did you mean Purpose/Sales?"),
        ("Webhook", "Nothing to target", "neither a manifest nor the ledger"),
        ("", "Unknown kind", "Purpose"),
    ],
)
def test_a_selector_of_nothing_is_a_slip(target: str, summary: str, more: str) -> None:
    with pytest.raises(UsageError) as caught:
        planned(target)
    assert caught.value.summary == summary
    assert more in f"{caught.value.detail} {caught.value.hint}"


def test_a_kind_may_be_left_out_before_there_is_anything_of_it() -> None:
    assert len(planned(exclude=("Webhook",))) == len(EVERYTHING)


def test_without_selectors_nothing_is_left_out() -> None:
    given = situation(EVERYTHING)
    assert selected(given) is given
