"""Retention rules: manifests, the key for ever, what is sent, and what a history must be (contract §7)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
import yaml
from reconciler.kinds import KINDS
from reconciler.kinds.retention_rule import RETENTION_RULE
from reconciler.kinds.retention_rule.history import read_history
from reconciler.kinds.retention_rule.payload import SCHEMA, key_of, notice_of, payload_of
from reconciler.kinds.retention_rule.spec import EXAMPLE, order_of
from reconciler.manifest import load
from reconciler.model.address import Address
from reconciler.model.archive import Archive, Order, Receipt, Standing, Version
from reconciler.model.observed import Observed
from reconciler.model.project import Project
from reconciler.model.source import Problem

RULE = Address("RetentionRule", "history")
STRATEGY = "3a6f0d1e-8f1c-4a55-9a0c-0f6f3f0a7d21"
HEAD = Version("v-40", 40, "2026-10-01T12:00:00.000Z", "2026-10-02T12:00:00.500Z", "Alex Smith")
ORDER = Order(RULE, (), (), 365, 50, "https://archive.example.com/a", tags={"team": "governance"})
ARCHIVE = Archive(
    RULE, STRATEGY, "Sales", Standing.DUE, key=key_of(ORDER, STRATEGY, HEAD), retained=1, versions=(HEAD,)
)
TIME = "2026-11-01T12:00:00.000Z"


def problems(*specs: dict[str, Any]) -> tuple[Problem, ...]:
    """Of rules that differ from the example in these members."""
    documents = []
    for number, spec in enumerate(specs):
        document = yaml.safe_load(EXAMPLE)
        document["metadata"]["name"] = f"rule_{number}"
        document["spec"] |= spec
        documents.append(yaml.safe_dump(document, sort_keys=False))
    return load([("rules.yaml", "---\n".join(documents).encode())], kinds=KINDS, project=Project())[1]


def ids(*some: str) -> dict[str, Any]:
    return {"strategies": {"ids": list(some)}}


def test_the_key_never_changes() -> None:
    """Golden: another one would archive every history of every organisation again."""
    assert key_of(ORDER, STRATEGY, HEAD) == "24e7a14d-8073-5660-b821-ef433228c55e"
    assert key_of(replace(ORDER, generation=2), STRATEGY, HEAD) == "18c08a74-9712-58d3-85ac-aa595fba12c3"
    assert uuid.UUID(key_of(ORDER, STRATEGY, HEAD)).version == 5


@pytest.mark.parametrize("change", [{"days": 364}, {"most": 49}, {"generation": 2}])
def test_the_key_is_made_of_what_the_rule_retains(change: dict[str, int]) -> None:
    assert key_of(replace(ORDER, **change), STRATEGY, HEAD) != ARCHIVE.key


@pytest.mark.parametrize("change", [{"id": "v-41"}, {"modified": "2026-10-02T12:00:00.501Z"}])
def test_the_key_is_made_of_the_head(change: dict[str, str]) -> None:
    assert key_of(ORDER, STRATEGY, replace(HEAD, **change)) != ARCHIVE.key


@pytest.mark.parametrize(
    "change",
    [
        {"address": Address("RetentionRule", "other")}, {"endpoint": "https://other.example.com"}, {"tags": {}},
        {"ids": (STRATEGY,)}, {"names": ("Sales",)}, {"credential": "RECONCILER_SECRET_X"}, {"backup": "b"},
        {"notify": "https://n.example.com"}, {"revision": 7},
    ],
)  # fmt: skip
def test_the_key_is_made_of_nothing_else(change: dict[str, Any]) -> None:
    assert key_of(replace(ORDER, **change), STRATEGY, HEAD) == ARCHIVE.key
    assert key_of(ORDER, STRATEGY.upper(), replace(HEAD, number=1, created=TIME, author="")) == ARCHIVE.key


def test_what_is_sent_is_what_the_contract_says_and_fits_its_schema() -> None:
    payload = payload_of(ORDER, ARCHIVE, TIME)
    assert payload == {
        "strategyId": STRATEGY,
        "strategyName": "Sales",
        "archiveTimestamp": TIME,
        "versionMatrix": [
            {
                "versionId": "v-40", "versionNumber": 40, "createdDate": HEAD.created, "modifiedDate": HEAD.modified,
                "metadataTags": {
                    "archivedBy": "routing-strategy-archiver", "sourceSystem": "genesys-cloud", "team": "governance",
                    "originalAuthor": "Alex Smith",
                },
            }
        ],
        "retentionPolicy": {"maxVersions": 50, "retentionDays": 365},
        "idempotencyKey": ARCHIVE.key,
    }  # fmt: skip
    assert jsonschema_rs.Draft202012Validator(dict(SCHEMA)).is_valid(payload)


@pytest.mark.parametrize(
    "change",
    [
        {"strategyId": "sales"}, {"strategyName": " "}, {"archiveTimestamp": "2026-11-01T12:00:00+00:00"},
        {"versionMatrix": []}, {"retentionPolicy": {"maxVersions": 0, "retentionDays": 1}}, {"idempotencyKey": "1"},
        {"more": 1},
    ],
)  # fmt: skip
def test_what_the_contract_does_not_say_does_not_fit(change: dict[str, Any]) -> None:
    payload = payload_of(ORDER, ARCHIVE, TIME) | change
    assert not jsonschema_rs.Draft202012Validator(dict(SCHEMA)).is_valid(payload)


def test_tags_may_be_overridden_and_the_author_not() -> None:
    order = replace(ORDER, tags={"archivedBy": "us", "originalAuthor": "somebody"})
    tags = payload_of(order, ARCHIVE, TIME)["versionMatrix"][0]["metadataTags"]
    assert (tags["archivedBy"], tags["originalAuthor"]) == ("us", "Alex Smith")


def test_the_notification_has_the_true_count() -> None:
    receipt = Receipt(ORDER.endpoint, ARCHIVE.key, RULE, STRATEGY, "a-1", 12, TIME, "seal")
    assert notice_of(receipt)["payload"]["versionCount"] == 12


@pytest.mark.parametrize(
    ("spec", "code", "line"),
    [
        (ids("sales"), "MF108", 8),
        ({"retentionDays": 0}, "MF109", 7),
        ({"maxVersions": -1}, "MF109", 8),
        ({"retentionDays": 1.5}, "MF106", 7),
        ({"tags": {"team": 1}}, "MF106", 16),
        ({"strategies": {}}, "MF109", 6),
        ({"backup": {"folder": "../elsewhere"}}, "RR002", 14),
        ({"backup": {"folder": "a/../../elsewhere"}}, "RR002", 14),
        ({"archive": {"endpoint": "http://archive.example.com/a"}}, "MF108", 10),
        ({"archive": {"endpoint": "https://me:secret@archive.example.com/a"}}, "MF108", 10),
        ({"archive": {"endpoint": "https://archive.example.com/a?key=secret"}}, "MF108", 10),
        ({"archive": {"endpoint": "https://archive.example.com:99999/a"}}, "RR003", 10),
    ],
)
def test_what_is_wrong_is_found_at_its_line(spec: dict[str, Any], code: str, line: int) -> None:
    [found] = problems(spec)
    assert (found.code, found.where.line, found.where.file) == (code, line, "rules.yaml")


@pytest.mark.parametrize("folder", ["backups", "a/b", "a/../b", "/var/backups", "..a"])
def test_a_folder_below_the_project_or_an_absolute_one_is_good(folder: str) -> None:
    assert problems({"backup": {"folder": folder}}) == ()


@pytest.mark.parametrize(
    "credential", ["hunter2", {"fromEnv": "hunter2"}, {"fromEnv": "GENESYSCLOUD_HUNTER2"}, ["hunter2"]]
)
def test_a_literal_secret_is_refused_and_not_shown(credential: Any) -> None:
    archive = {"endpoint": "https://archive.example.com/a", "credential": credential}
    found = problems({"archive": archive})
    assert [each.where.file for each in found] == ["rules.yaml"]
    assert "hunter2" not in repr(found).lower()


def test_a_literal_secret_in_a_header_is_refused_and_not_shown() -> None:
    found = problems({"notify": {"url": "https://n.example.com", "headers": {"Authorization": "Bearer hunter2"}}})
    assert (len(found), "hunter2" in repr(found)) == (1, False)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (ids(STRATEGY), ids(STRATEGY.upper()), STRATEGY),
        ({"strategies": {"names": ["Sales", "Care"]}}, {"strategies": {"names": ["Care"]}}, "`Care`"),
        ({"strategies": "all"}, ids(STRATEGY), "`all` is every strategy"),
        ({"strategies": "all"}, {"strategies": "all"}, "Every strategy"),
    ],
)
def test_a_strategy_in_two_rules_is_a_problem_once(one: dict[str, Any], other: dict[str, Any], said: str) -> None:
    [found] = problems(one, other)
    assert (found.code, said in found.detail, "rules.yaml:6:" in found.detail) == ("RR001", True, True)


def test_two_rules_may_have_different_strategies() -> None:
    assert problems(ids(STRATEGY), ids(STRATEGY[:-1] + "2"), {"strategies": {"names": ["Care"]}}) == ()


def test_the_order_is_read_from_the_normal_form() -> None:
    spec = yaml.safe_load(EXAMPLE)["spec"] | {"generation": 1} | ids(STRATEGY.upper())
    order = order_of(RULE, spec)
    assert (order.ids, order.names, order.days, order.most) == ((STRATEGY,), (), 365, 50)
    assert (order.credential, order.backup) == ("RECONCILER_SECRET_ARCHIVE", "backups/strategies")


def strategy(**body: Any) -> Observed:
    return Observed("RetentionRule", STRATEGY, {"name": "Sales", "version": 2} | body, None)


def version(number: int, **body: Any) -> dict[str, Any]:
    stamp = f"2026-10-0{number}T14:00:00+02:00"
    return {"id": f"v-{number}", "version": number, "createdDate": stamp, "modifiedDate": stamp} | body


def test_versions_are_put_in_order_and_their_times_into_utc() -> None:
    history = read_history(strategy(), [version(2, createdBy={"name": "Bao"}), version(1)])
    assert [each.number for each in history.versions] == [1, 2]
    assert history.versions[1] == Version("v-2", 2, "2026-10-02T12:00:00.000Z", "2026-10-02T12:00:00.000Z", "Bao")
    assert (history.trouble, history.lack, history.doubt) == ("", "", "")


@pytest.mark.parametrize(
    ("items", "trouble"),
    [
        ([version(1, id=None)], "one of its versions has no id"),
        ([version(1, version=True)], "version v-1 has no number"),
        ([version(1, version=0)], "version v-1 has no number"),
        ([version(1, createdDate="2026-10-01")], "the createdDate of version 1 is no date"),
        ([version(1, modifiedDate="2026-10-41T00:00:00Z")], "the modifiedDate of version 1 is no date"),
        ([version(1, createdDate="2026-10-01T00:00:00")], "the createdDate of version 1 is no date"),
        ([version(1), version(1, id="v-9")], "two of them have the number 1"),
    ],
)
def test_a_history_that_makes_no_sense_says_why(items: list[dict[str, Any]], trouble: str) -> None:
    history = read_history(strategy(), items)
    assert trouble in history.trouble
    assert history.versions == ()


@pytest.mark.parametrize(
    ("entity", "trouble"),
    [
        (replace(strategy(), live_id="../../etc/passwd"), "its id is not a UUID"),
        (strategy(name=" "), "it has no name"),
        (strategy(name=7), "it has no name"),
    ],
)
def test_a_strategy_that_cannot_be_sent_says_why(entity: Observed, trouble: str) -> None:
    assert read_history(entity, [version(1)]).trouble == trouble


def test_a_history_that_ends_early_lacks_something_and_one_with_a_gap_is_doubted() -> None:
    assert (
        read_history(strategy(version=3), [version(1)]).lack
        == "the strategy is at version 3, and its history ends at 1"
    )
    assert read_history(strategy(version=1), []).lack == "the strategy is at version 1, and its history ends at none"
    assert read_history(strategy(), [version(1), version(4)]).doubt == "2 of the numbers up to 4 are missing"
    assert read_history(strategy(), [version(2), version(3)]).doubt == ""


def test_the_kind_converges_not_and_is_only_read() -> None:
    assert not RETENTION_RULE.converges
    assert RETENTION_RULE.scopes.all == ("routing:strategy:read",)
