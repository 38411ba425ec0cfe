"""What the codes of flex schemas mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

_ACKNOWLEDGE = "Acknowledge it with the snippet that the plan prints."

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "FS001": Explanation(
        "Duplicate field name",
        "Field names are unique within a schema; the platform answers 422.",
        "Remove or rename one of the fields.",
    ),
    "FS002": Explanation(
        "Relationship on a field of another type",
        "Only fields of type relationship point at another schema; the platform answers 422.",
        "Write type: relationship, or remove the relationship.",
    ),
    "FS003": Explanation(
        "Relationship without a target",
        "A relationship needs the schema and the field that it points at; the platform answers 422.",
        "Add relationship: {schema: NAME, field: FIELD}.",
    ),
    "FS004": Explanation(
        "Relationship to a field that does not exist",
        "The target schema's manifest declares no such field, so lookups through the relationship would find nothing.",
        "Correct the name, or declare the field in the target schema.",
    ),
    "FS005": Explanation(
        "Personal data without an active purpose",
        "Personal data is collected for specified purposes (GDPR Art. 5(1)(b)), and kept no longer than these last. A "
        "field marked personalData therefore names the Purpose manifest that it is kept for, and that one is active.",
        "Write purpose: NAME beside personalData, or switch the purpose on; remove the field if nobody needs it.",
    ),
    "FS101": Explanation(
        "Field removed",
        "A PUT replaces the whole list of fields: what is not sent is removed, with its data in every record.",
        "Export the data if anybody may need it. " + _ACKNOWLEDGE,
    ),
    "FS102": Explanation(
        "Type changed",
        "The platform converts string to date, number to boolean and boolean to number; string to number only if every "
        "value can be parsed; nothing else. Converting may lose values: 40 as a boolean is true. Evidence from records "
        "decides: complete and lossless, the change is free; otherwise it asks for an acknowledgement; a value that "
        "does not convert, or a pair that the platform refuses, no acknowledgement can lift.",
        "Give evidence with --records FILE, or raise limits.evidenceCalls in the project file; else add a new field, "
        "migrate the data and remove the former one.",
    ),
    "FS103": Explanation(
        "Relationship retargeted",
        "Existing values point into the former target. The platform refuses wherever records exist.",
        "Add a new relationship field, migrate the data and remove the former one.",
    ),
    "FS104": Explanation(
        "Field becomes required",
        "Records without a value may be refused at their next write.",
        "Fill the field first; complete evidence that no record lacks a value lifts the finding. Else: " + _ACKNOWLEDGE,
    ),
    "FS105": Explanation(
        "New required field",
        "Where records exist, none of them has a value for a new field, and the platform refuses to make it required.",
        "Add it as optional, fill it, then make it required.",
    ),
    "FS106": Explanation(
        "Option removed",
        "Records that hold the option keep a value that is no longer allowed.",
        "Change those records first. " + _ACKNOWLEDGE,
    ),
    "FS107": Explanation(
        "Values restricted to options",
        "The field took any value so far; records may hold others than the options.",
        "Nothing blocks; check the records.",
    ),
    "FS110": Explanation(
        "Too many fields",
        "A schema holds at most 100 fields, foreign ones included; the platform refuses more.",
        "Remove fields, or move some of them to a related schema.",
    ),
}
