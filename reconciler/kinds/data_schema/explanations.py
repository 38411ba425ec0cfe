"""What the codes of data schemas mean, and what to do about the platform's own (published-api.md §4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

_ACKNOWLEDGE = "Where it is of class policy, acknowledge it with the snippet that the plan prints."
_CERTAIN = "The text says whether the platform is known or only assumed to refuse it."

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "DS001": Explanation(
        "Duplicate field key",
        "A field's key is its identity in the schema.",
        "Remove one of the fields, or give it another key.",
    ),
    "DS002": Explanation(
        "Bounds that leave no value",
        "The least is greater than the greatest, so no value could be given.",
        "Correct one of the bounds.",
    ),
    "DS003": Explanation(
        "Duplicate option",
        "An option's value is its identity in the field.",
        "Remove one of the options, or give it another value.",
    ),
    "DS004": Explanation(
        "Personal data without an active purpose",
        "Personal data is collected for specified purposes (GDPR Art. 5(1)(b)). Where the manifests describe purposes, "
        "a field marked personalData names an active one. In an estate without any, nothing is asked for.",
        "Write purpose: NAME beside personalData, or switch the purpose on; remove the field if nobody needs it.",
    ),
    "DS101": Explanation(
        "Field removed",
        "A field that goes takes its data along. For contacts and organizations the platform refuses it; for the other "
        "kinds it is assumed to. A key cannot be renamed either: that is removing one field and adding another.",
        "Keep the field, as optional, and stop using it. " + _ACKNOWLEDGE,
    ),
    "DS102": Explanation(
        "Core type changed",
        "Values are kept as what they were entered as. That the platform refuses it is assumed for every kind.",
        "Add a field with another key. " + _ACKNOWLEDGE,
    ),
    "DS103": Explanation(
        "Field becomes required",
        "What has no value yet may be refused at its next change. For external events the platform refuses it, for "
        "conversations it allows it in a later version than the one that brought the field. " + _CERTAIN,
        "Fill the field first. " + _ACKNOWLEDGE,
    ),
    "DS104": Explanation(
        "New required field",
        "Whatever has the schema already has no value for a new field. For conversations the platform refuses it. "
        + _CERTAIN,
        "Add it as optional, apply, and make it required in a later version; for external events, where that is "
        "refused, leave it optional. " + _ACKNOWLEDGE,
    ),
    "DS105": Explanation(
        "Limit narrowed",
        "Values that are there may lie outside the new bounds. For business rules, and for currencies of "
        "conversations, ranges may only grow. " + _CERTAIN,
        "Keep the bounds, or add a field with another key. " + _ACKNOWLEDGE,
    ),
    "DS106": Explanation(
        "Option removed",
        "Values that hold the option would no longer be allowed. For business rules and conversations the platform "
        "refuses it. " + _CERTAIN,
        "Disable the option instead, where the kind allows that: {value: ..., disabled: true}. " + _ACKNOWLEDGE,
    ),
    "DS107": Explanation(
        "Option disabled",
        "Options of conversation attributes can neither be removed nor disabled.",
        "Keep the option, and say in its title that it is not to be used.",
    ),
    "DS108": Explanation(
        "Schema disabled",
        "A disabled schema can be given to nothing new. What has it keeps its data.",
        "Acknowledge it with the snippet that the plan prints.",
    ),
    "DS201": Explanation(
        "Unknown core type",
        "Every kind has its own core types, and the organisation says which.",
        "Use one of those that the finding lists.",
    ),
    "DS202": Explanation(
        "A limit is missing",
        "The core type demands limits of every field, such as both lengths of a text.",
        "State them; the hint has the widest that are allowed.",
    ),
    "DS203": Explanation(
        "A limit outside what is allowed",
        "The organisation bounds what a field of this core type may allow.",
        "Choose a limit within the range.",
    ),
    "DS204": Explanation(
        "A member that does not fit the type",
        "The core type does not have this limit or member, or lacks one that it needs, as an enum its options. Whether "
        "the platform refuses it is not documented.",
        "Correct the field. " + _ACKNOWLEDGE,
    ),
    "DS205": Explanation(
        "A text too short or too long",
        "The organisation bounds the lengths of keys, titles and descriptions; where it does not say how, the "
        "documented numbers are taken.",
        "Shorten it. " + _ACKNOWLEDGE,
    ),
    "DS206": Explanation(
        "A title comes twice",
        "Titles are unique: of the fields in a schema and of the options in a field. For work items, contacts and "
        "organizations that is not documented.",
        "Give one of them another title; mind what others have added to the schema. " + _ACKNOWLEDGE,
    ),
    "DS207": Explanation(
        "Core types are not known",
        "The organisation does not offer the list of core types, so types and limits could not be checked.",
        "Nothing blocks; the organisation may refuse the schema at apply.",
    ),
    "DS208": Explanation(
        "Too many or too long options",
        "An enum of contacts or conversations has at most 50 options of at most 100 characters, as documented; for the "
        "other kinds the same is assumed.",
        "Use fewer or shorter options. " + _ACKNOWLEDGE,
    ),
    "DS209": Explanation(
        "Limits are not known",
        "The organisation does not say how many schemas and fields it holds and how long their texts may be, so the "
        "documented numbers were taken. Its own may differ.",
        "Nothing blocks; the organisation may refuse the schema at apply.",
    ),
    "DS210": Explanation(
        "Too many fields",
        "A schema holds a limited number of fields, foreign ones included.",
        "Remove fields, or divide the schema. " + _ACKNOWLEDGE,
    ),
    "DS211": Explanation(
        "Too many schemas",
        "An organisation holds a limited number of schemas of a kind, disabled and foreign ones included. What the "
        "same plan deletes is not counted as gone.",
        "Delete some first, in a plan of their own. " + _ACKNOWLEDGE,
    ),
    "DS212": Explanation(
        "Too many fields in all schemas",
        "An organisation holds a limited number of fields in all schemas of a kind together.",
        "Remove some first, in a plan of their own. " + _ACKNOWLEDGE,
    ),
}

_QUOTA = "Delete what is not needed, or ask Genesys to raise the limit; then plan again: it counts what is there."
_LENGTH = "Shorten it: plan reads the lengths that the organisation allows."
_SIZE = "Make the schema smaller: fewer fields, shorter descriptions, fewer options."
_TITLE = "Another one has this title. Choose another, or plan again to see whose it is."

REFUSALS: Final[Mapping[str, str]] = {
    f"dynamic.schema.{code}": advice
    for code, advice in {
        "invalid.json.schema": "Something in the schema is not as the platform wants it; its message says what.",
        "incompatible.json.schema.update": "The platform does not take this as a new version of the one before. Keep "
        "what was there and add fields instead, or make a new schema.",
        "validation.limit.missing": "A field lacks a limit that its core type demands; plan shows which.",
        "validation.limit.error": "A field's limit lies outside what its core type allows; plan shows which.",
        "limit.max.number.of.schemas.per.org.would.be.exceeded": _QUOTA,
        "limit.max.number.of.fields.per.schema.would.be.exceeded": _QUOTA,
        "limit.max.number.of.fields.per.org.would.be.exceeded": _QUOTA,
        "limit.max.number.of.characters.for.field.name.would.be.exceeded": _LENGTH,
        "length.limits.would.be.exceeded": _LENGTH,
        "duplicate.schema.title": _TITLE + " Disabled schemas may count, and a new schema is enabled at first.",
        "duplicate.property.title": _TITLE,
        "duplicate.enum.properties.title": _TITLE,
        "version.conflict": "Somebody has changed the schema. Plan again:\nreconciler plan",
        "expand.failed": "The platform could not resolve a reference in the schema; check the core types.",
        "payload.too.large": _SIZE,
        "request.body.size.limit.exceeded": _SIZE,
    }.items()
} | {
    "workitem.schema.cannot.be.deleted": "A worktype uses the schema. Give the worktype another one first, or only "
    "forget it: removed: with delete: false.",
    "businessrules.schema.used.cannot.be.deleted": "A decision table uses the schema. Delete the table first, or only "
    "forget it: removed: with delete: false.",
}
"""What to do, by the platform's error code."""
