"""The service does what its own OpenAPI description says, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .builders import TOKEN, Estate, Service, interaction, lines, served

PATHS = {"/catalog", "/catalog/routes", "/catalog/{export_id}", "/catalog/{export_id}/records", "/healthz", "/metrics"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
IDS = ("e-1", "e-2", "e-3", "none")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    estate = Estate(tmp_path_factory.mktemp("estate"))
    estate.normalised(estate.request("e-1"), lines(*(interaction(f"i-{number}") for number in range(3))))
    estate.fetched(estate.request("e-2", "other"), b"abc")
    estate.request("e-3", "third", status="FAILED", reason="no consent on file")
    with served(estate.ports()) as service:
        yield service


def test_every_route_is_described_and_its_problems_are(described: Service) -> None:
    paths = described.json("/openapi.json")["paths"]
    assert set(paths) == PATHS
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for path in PATHS - {"/healthz"}:
        answers = paths[path]["get"]["responses"]
        assert answers["421"]["content"]["application/json"] == problem
        assert answers.get("422", answers["421"])["content"]["application/json"] == problem


def test_a_token_is_described_where_there_is_one(estate: Estate) -> None:
    with served(estate.ports(), token=TOKEN) as service:
        described = service.get("/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).json()
        secured = {path for path, each in described["paths"].items() if each["get"].get("security")}
        assert secured == PATHS - {"/healthz"}
        assert TOKEN not in str(described)


@pytest.mark.parametrize("path", sorted(PATHS))
def test_every_answer_is_as_described(described: Service, path: str) -> None:
    _exercise(described, path, examples=10)


@pytest.mark.long
@pytest.mark.parametrize("path", sorted(PATHS))
def test_a_great_many_answers_are_as_described(described: Service, path: str) -> None:
    _exercise(described, path, examples=1000)


def _exercise(service: Service, path: str, *, examples: int) -> None:
    """Parameters that fit the description and such that do not, with ids that are known and such that are not."""
    operation = schemathesis.openapi.from_url(f"{service.url}/openapi.json")[path]["GET"]
    cases = st.one_of(operation.as_strategy(mode) for mode in schemathesis.GenerationMode)

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases, st.none() | st.sampled_from(IDS))
    def exercise(case: Any, export_id: str | None) -> None:
        if export_id is not None and case.path_parameters:
            case.path_parameters["export_id"] = export_id
        case.call_and_validate(timeout=60, checks=CHECKS)

    exercise()
