"""Cross-checks: personal data and exports stand on active purposes (GDPR Art. 5(1)(b), issue 5.4)."""

from __future__ import annotations

import pytest
from reconciler.kinds import KINDS
from reconciler.model.manifest import Manifest
from reconciler.model.project import Project
from reconciler.model.values import Json
from reconciler.planning.policies import policy_findings

from builders import AS_OF, blocking, codes, field, manifest, plan_of, purpose, schema

ACTIVE, RETIRED = purpose("Support"), purpose("Campaigns", spec={"active": False})


def found(*manifests: Manifest) -> list[tuple[str, str, Json]]:
    stated = {each.address: each for each in (*manifests, ACTIVE, RETIRED)}
    judged = policy_findings(stated, Project(), KINDS, AS_OF.date())
    return [(each.code, each.dotted, each.facet["change"]) for each in judged]


FIELDS: dict[str, tuple[dict[str, Json], list[Json]]] = {
    "an active purpose": ({"personalData": True, "purpose": "Support"}, []),
    "an inactive one": ({"personalData": True, "purpose": "Campaigns"}, ["Campaigns is not active"]),
    "one that is not there": ({"personalData": True, "purpose": "Nowhere"}, ["Nowhere is not there"]),
    "none": ({"personalData": True}, ["none"]),
    "no personal data": ({"personalData": False}, []),
    "nothing said": ({}, []),
    "a purpose all the same": ({"purpose": "Campaigns"}, []),
}


@pytest.mark.parametrize(("facts", "expected"), FIELDS.values(), ids=FIELDS)
def test_a_flex_schema_s_personal_data_names_an_active_purpose(facts: dict[str, Json], expected: list[Json]) -> None:
    stated = schema("s", field("plain"), field("a", **facts))
    assert found(stated) == [("FS005", "fields.a.purpose", change) for change in expected]


@pytest.mark.parametrize(("facts", "expected"), FIELDS.values(), ids=FIELDS)
def test_a_data_schema_s_does_so_too(facts: dict[str, Json], expected: list[Json]) -> None:
    stated = manifest("ContactSchema", "c", {"fields": [{"key": "a", "type": "text", "title": "A", **facts}]})
    assert found(stated) == [("DS004", "fields.a.purpose", change) for change in expected]


def test_where_there_are_no_purposes_a_data_schema_need_name_none() -> None:
    stated = manifest("ContactSchema", "c", {"fields": [{"key": "a", "type": "text", "personalData": True}]})
    assert list(policy_findings({stated.address: stated}, Project(), KINDS, AS_OF.date())) == []


EXPORTS: dict[str, tuple[dict[str, Json], list[tuple[str, str]]]] = {
    "an active purpose": ({"purposes": ["Support"]}, []),
    "no purpose": ({}, [("purposes", "none")]),
    "an inactive one": ({"purposes": ["Support", "Campaigns"]}, [("purposes.Campaigns", "Campaigns is not active")]),
    "one that is not there": ({"purposes": ["Nowhere"]}, [("purposes.Nowhere", "Nowhere is not there")]),
}


@pytest.mark.parametrize(("facts", "expected"), EXPORTS.values(), ids=EXPORTS)
@pytest.mark.parametrize("kind", ["PrivacyExport", "DataExport"])
def test_an_export_names_active_purposes(kind: str, facts: dict[str, Json], expected: list[tuple[str, str]]) -> None:
    asked = {"entityType": "user", "dataTypes": ["profile"]} if kind == "PrivacyExport" else {}
    stated = manifest(kind, "e", {**asked, "window": {"day": "2026-08-05"}, **facts})
    assert found(stated) == [("ER005", path, change) for path, change in expected]
    assert blocking(plan_of([stated, ACTIVE, RETIRED], project=Project())) == []


def test_naming_purposes_asks_for_nothing_else() -> None:
    window = {"window": {"day": "2026-08-05"}}
    plain, named = (manifest("DataExport", "e", {**window, **more}) for more in ({}, {"purposes": ["Support"]}))
    one, other = (plan_of([each]).submissions for each in (plain, named))
    assert one == other
    assert len(one) == 1


def test_a_purpose_that_is_switched_off_is_found_where_it_is_named() -> None:
    stated = schema("s", field("a", personalData=True, purpose="Campaigns"))
    assert "FS005" in codes(plan_of([stated, RETIRED], project=Project()))
