"""The reading of the SDK's source, against what is known of it from elsewhere."""

from __future__ import annotations

import pytest

from .operations import Operation, index_of, match

SCHEMAS = "/api/v2/taskmanagement/workitems/schemas"
RULES = "/api/v2/businessrules/schemas"


def test_an_operation_is_read_from_the_source() -> None:
    index = index_of([RULES])
    assert index["GET", f"{RULES}/{{schemaId}}/versions"] == Operation(
        "BusinessRulesApi",
        "get_businessrules_schema_versions",
        "GET",
        f"{RULES}/{{schemaId}}/versions",
        path_names={"schemaId": "schema_id"},
        query={"before": "before", "after": "after", "pageSize": "page_size"},
        headers={},
        body=None,
        answer="BusinessRulesDataSchemaListing",
    )
    assert index["PUT", f"{RULES}/{{schemaId}}"].body == "BusinessRulesSchemaUpdateRequest"
    assert index["DELETE", f"{RULES}/{{schemaId}}"].answer is None


def test_the_headers_that_an_operation_takes_are_read_too() -> None:
    index = index_of(["/api/v2/scim/users"])
    assert set(index["PUT", "/api/v2/scim/users/{userId}"].headers) == {"If-Match"}


def test_only_what_is_at_a_path_or_below_it_is_in_its_index() -> None:
    paths = {path for _, path in index_of(["/api/v2/organizations/limits/namespaces"])}
    assert paths == {
        "/api/v2/organizations/limits/namespaces",
        "/api/v2/organizations/limits/namespaces/{namespaceName}",
        "/api/v2/organizations/limits/namespaces/{namespaceName}/defaults",
    }


@pytest.mark.parametrize(
    ("path", "template"),
    [
        (SCHEMAS, SCHEMAS),
        (f"{SCHEMAS}/limits", f"{SCHEMAS}/limits"),
        (f"{SCHEMAS}/3f7a-01", f"{SCHEMAS}/{{schemaId}}"),
        (f"{SCHEMAS}/coretypes/text", f"{SCHEMAS}/coretypes/{{coreTypeName}}"),
        (f"{SCHEMAS}/3f7a-01/versions/2", f"{SCHEMAS}/{{schemaId}}/versions/{{versionId}}"),
    ],
)
def test_a_request_is_found_by_its_path(path: str, template: str) -> None:
    found = match(index_of([SCHEMAS]), "GET", path)
    assert found is not None
    assert found.path == template


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", f"{SCHEMAS}/3f7a-01"),
        ("GET", f"{SCHEMAS}/"),
        ("GET", f"{SCHEMAS}/3f7a-01/records"),
        ("GET", "/api/v2/privacy/purposes"),
    ],
)
def test_a_request_that_nobody_takes_is_found_nowhere(method: str, path: str) -> None:
    assert match(index_of([SCHEMAS]), method, path) is None


@pytest.mark.long
def test_the_whole_sdk_is_read() -> None:
    """Its own figures (published API §0): nothing is passed over, whatever it looks like."""
    index = index_of(["/api/v2"])
    assert len(index) == 3355
    assert len({path for _, path in index}) == 2288
