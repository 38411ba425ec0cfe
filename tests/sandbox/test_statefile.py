"""Load files and fault files: what they may hold, and one clear error (what, why, where) for what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reconciler.sandbox import Sandbox, SandboxError

from .caller import PURPOSES, SCHEMAS, Caller, field, link, purpose, schema

YAML = """
organization: {id: org-1, name: Acme}
settings: {max_page_size: 50}
clients:
  - {id: reader, secret: s3cret, scopes: [privacy:purpose:read]}
purposes:
  - name: Support
    description: Why
    retentionPeriod: 180d
    legalBasis: contract
    createdDate: 2024-01-15
flex_schemas:
  - id: customer
    version: 7
    name: Customer
    fields: [{name: score, type: number}]
records:
  Customer: [{score: 4}, {id: r-2, values: {score: 5}}]
"""


def test_a_yaml_file_furnishes_an_organisation(tmp_path: Path) -> None:
    file = tmp_path / "org.yaml"
    file.write_text(YAML)
    with Sandbox.start(load=file) as sandbox:
        call = Caller(sandbox.url)
        organisation = call("GET", "/api/v2/organizations/me").json()
        assert (organisation["id"], organisation["name"]) == ("org-1", "Acme")
        loaded = call("GET", PURPOSES).json()["entities"][0]
        assert loaded["createdDate"] == "2024-01-15", "a date in YAML is a string on the wire"
        assert (loaded["version"], loaded["isActive"], loaded["diversionIds"]) == (1, True, [])
        assert call("GET", f"{SCHEMAS}/customer").headers["ETag"] == '"7"'
        records = call("GET", f"{SCHEMAS}/customer/records").json()["entities"]
        assert [record["values"] for record in records] == [{"score": 4}, {"score": 5}]
        assert records[1]["id"] == "r-2"
        assert call("GET", PURPOSES, params={"pageSize": 51}).status_code == 400
        assert Caller(sandbox.url, "reader", "s3cret").names(PURPOSES) == ["Support"]
        assert sandbox.control.effects() == []


def test_a_state_may_hold_what_todays_rules_would_refuse() -> None:
    """Names twice, a foreign legal basis: an organisation is as it is."""
    load = {"purposes": [purpose(retentionPeriod="for ever"), purpose()], "flex_schemas": [schema(link("x", "gone"))]}
    with Sandbox.start(load=load) as sandbox:
        assert Caller(sandbox.url).names(PURPOSES) == ["Support", "Support"]


@pytest.mark.parametrize(
    ("state", "where", "says"),
    [
        ({"purpose": []}, "load", "purpose; the keys are organization"),
        ({"organization": {"id": 7}}, "load.organization", "both strings"),
        ({"organization": {"region": "eu"}}, "load.organization", "region"),
        ({"settings": {"locking": "both"}}, "load.settings.locking", "'if_match' or 'none'"),
        ({"clients": [{"id": "x"}]}, "load.clients[0]", "secret is required"),
        ({"clients": [{"id": "x", "secret": "y", "scopes": "all"}]}, "load.clients[0].scopes", "a list is wanted"),
        ({"purposes": {}}, "load.purposes", "a list is wanted"),
        ({"purposes": ["Support"]}, "load.purposes[0]", "a mapping is wanted"),
        ({"purposes": [{"id": 7, "name": "x"}]}, "load.purposes[0]", "both strings"),
        ({"purposes": [purpose(), {"description": "x"}]}, "load.purposes[1]", "has a name"),
        ({"purposes": [purpose(version="1")]}, "load.purposes[0].version", "'1' is not a whole number"),
        ({"purposes": [purpose(id="a"), purpose("B", id="a")]}, "load.purposes[1]", "a is the id of an earlier"),
        ({"flex_schemas": [schema() | {"fields": {}}]}, "load.flex_schemas[0].fields", "a list is wanted"),
        ({"flex_schemas": [schema("a")]}, "load.flex_schemas[0].fields[0]", "a mapping is wanted"),
        ({"flex_schemas": [schema({"name": "a"})]}, "load.flex_schemas[0].fields[0]", "a name and a type"),
        ({"flex_schemas": [schema(field("a", relationship=1))]}, "load.flex_schemas[0].fields[0].rel", "a mapping"),
        ({"records": {"none": []}}, "load.records.none", "'none'"),
        ({"flex_schemas": [schema()], "records": {"Customer": [7]}}, "load.records.Customer[0]", "a mapping"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_with_its_place(state: Any, where: str, says: str) -> None:
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load=state)
    assert refused.value.where.startswith(where)
    assert says in refused.value.detail
    assert str(refused.value) == f"{refused.value.where}: {refused.value.summary}: {refused.value.detail}"


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("bad.yaml", b"purposes: [", "bad.yaml:1:12"),
        ("bad.yaml", b"a: 1\nb: *x\n", "bad.yaml:2:4"),
        ("bad.yaml", b"purposes: !!python/name:os.system\n", "bad.yaml:1:11"),
        ("bad.yaml", b"\x00", "bad.yaml"),
        ("bad.json", b'{\n"purposes": }', "bad.json:2:13"),
        ("bad.yaml", b"\xff\xfe\xff", "bad.yaml"),
        ("bad.yaml", b"- 1", "bad.yaml"),
    ],
)
def test_a_file_that_does_not_read_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, where: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load=tmp_path / name)
    assert refused.value.where == str(tmp_path / where)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="Cannot read the file"):
        Sandbox.start(load=str(tmp_path / "none.yaml"))


def test_an_empty_file_is_an_empty_organisation(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").touch()
    with Sandbox.start(load=tmp_path / "empty.yaml") as sandbox:
        assert sandbox.control.objects("purposes") == []


FAULTS = f"- {{route: GET {PURPOSES}, action: status, status: 503}}\n"


@pytest.mark.parametrize("content", [FAULTS, f"faults:\n{FAULTS}"])
def test_faults_come_from_a_file_too(tmp_path: Path, content: str) -> None:
    (tmp_path / "faults.yaml").write_text(content)
    with Sandbox.start(faults=tmp_path / "faults.yaml") as sandbox:
        assert Caller(sandbox.url)("GET", PURPOSES).status_code == 503


@pytest.mark.parametrize(
    ("content", "where"), [("route: x", "faults.yaml"), ("- {route: x, action: cut}", "faults.yaml[0].route")]
)
def test_a_fault_file_that_does_not_read_is_refused(tmp_path: Path, content: str, where: str) -> None:
    (tmp_path / "faults.yaml").write_text(content)
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(faults=tmp_path / "faults.yaml")
    assert refused.value.where.endswith(where)
