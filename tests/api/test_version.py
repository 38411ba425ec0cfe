from __future__ import annotations

import pytest
from reconciler.api.version import version_of


@pytest.mark.parametrize(
    ("entity", "etag", "version"),
    [
        ({"version": 3}, None, 3),
        ({"version": 3}, '"9"', 3),
        ({"version": 0}, '"9"', 0),
        ({}, '"9"', 9),
        ({}, 'W/"9"', 9),
        ({"version": None}, ' "9" ', 9),
        ({"version": "3"}, None, None),
        ({"version": True}, None, None),
        ({"version": -1}, None, None),
        ({"version": 2**64 - 1}, None, None),
        ({}, '"abc"', None),
        ({}, '"3-gzip"', None),
        ({}, '""', None),
        ({}, None, None),
    ],
)
def test_the_version_is_the_bodys_else_the_etags(
    entity: dict[str, object], etag: str | None, version: int | None
) -> None:
    assert version_of(entity, etag) == version
