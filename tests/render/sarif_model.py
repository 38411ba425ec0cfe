"""SARIF 2.1.0 as far as we write it, closed: what the standard requires of each object, and nothing it does not know.

A second reading of the standard beside `sarif_pydantic`, which knows more members and is open.
"""

from __future__ import annotations

from typing import Any, Final

from jsonschema import Draft202012Validator
from sarif_pydantic import Sarif

Json = dict[str, Any]


def _object(required: list[str], /, **properties: Any) -> Json:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _list(items: Json, **more: Any) -> Json:
    return {"type": "array", "items": items} | more


TEXT: Final = {"type": "string", "minLength": 1}
WHOLE: Final = {"type": "integer", "minimum": 1}
LEVEL: Final = {"enum": ["none", "note", "warning", "error"]}
MESSAGE: Final = _object(["text"], text=TEXT)
RULE: Final = _object(["id"], id=TEXT, shortDescription=MESSAGE, fullDescription=MESSAGE, help=MESSAGE)  # §3.49
PLACE: Final = _object(
    ["artifactLocation", "region"],
    artifactLocation=_object(["uri"], uri={"type": "string", "pattern": r"^[^:/?#\s][^:?#\s]*$"}, uriBaseId=TEXT),
    region=_object(["startLine"], startLine=WHOLE, startColumn=WHOLE),
)  # §3.29, §3.30; code scanning wants a region of every result
RESULT: Final = _object(
    ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=_list(_object(["physicalLocation"], physicalLocation=PLACE), minItems=1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT, "minProperties": 1},
    suppressions=_list(
        _object(["kind"], kind={"enum": ["inSource", "external"]}, justification={"type": "string"}), uniqueItems=True
    ),
)  # §3.27, §3.35
RUN: Final = _object(
    ["tool", "results"],
    tool=_object(
        ["driver"],
        driver=_object(
            ["name"],
            name=TEXT,
            semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
            rules=_list(RULE, uniqueItems=True),
        ),
    ),
    automationDetails=_object(["id"], id={"type": "string", "pattern": "/$"}),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    originalUriBaseIds={"type": "object", "additionalProperties": _object([], description=MESSAGE)},
    invocations=_list(
        _object(
            ["executionSuccessful"],
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=_list(_object(["message"], message=MESSAGE, level=LEVEL)),
        )
    ),
    results=_list(RESULT),
)  # §3.14
LOG: Final = _object(
    ["$schema", "version", "runs"],
    **{"$schema": TEXT},
    version={"const": "2.1.0"},
    runs=_list(RUN, minItems=1),
)  # §3.13


def is_valid(document: Any) -> None:
    """Raises what the first objection is."""
    Draft202012Validator(LOG).validate(document)
    Sarif.model_validate(document)
    for run in document["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules))
        assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
