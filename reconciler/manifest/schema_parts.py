"""The pieces that the JSON Schema of the project file is written with."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.values import Json


def count(
    title: str, description: str, *, default: int | None = None, least: int = 0, most: int | None = None
) -> dict[str, Json]:
    """A whole number within bounds."""
    bounds = {"minimum": least} | ({} if most is None else {"maximum": most})
    stated = {} if default is None else {"default": default}
    return {"type": "integer", **bounds, **stated, "title": title, "description": description}


def members(title: str, description: str, properties: Mapping[str, Json], **more: Json) -> dict[str, Json]:
    """An object with these members and no others."""
    return {
        "type": "object",
        "title": title,
        "description": description,
        "additionalProperties": False,
        "properties": dict(properties),
        **more,
    }
