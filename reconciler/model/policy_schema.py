"""JSON Schemas that the project file brings along, evaluated in linear time and without any other document.

Whoever proposes a change to the project file must not be able to hang the check of it (see `model.pattern`), which
Python's own regular expressions could do: so the reasons, too, come from the engine that decides.
"""

from __future__ import annotations

from typing import NoReturn

import jsonschema_rs

from reconciler.model.values import Json


def compiled(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """The schema, ready to judge. Raises `jsonschema_rs.ValidationError` for what is no schema."""
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=True, retriever=_closed, pattern_options=jsonschema_rs.RegexOptions()
    )


def _closed(uri: str) -> NoReturn:
    raise ValueError(f"it refers to {uri}, which is not part of it")
