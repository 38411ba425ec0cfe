"""What an organisation says about a base: its core types and its limits (published-api.md §4.2, §4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from reconciler.kinds.data_schema.bases import Base
from reconciler.kinds.data_schema.spec import LIMITS, is_number, whole
from reconciler.model.finding import FindingClass
from reconciler.model.kind import SizeLimit, Term, Terms
from reconciler.model.values import Json

CORE_TYPES: Final = "coretypes"
SIZES: Final = "limits"
_OF_ITEMS: Final = {"minLength": "itemMinLength", "maxLength": "itemMaxLength"}


def terms_of(base: Base) -> tuple[Term, ...]:
    """What to ask a base's organisation."""
    core_types = Term(CORE_TYPES, "/coretypes", read_core_types)
    return (core_types, Term(SIZES, "/limits", read_sizes)) if base.has_limits else (core_types,)


def read_core_types(answer: Json) -> Json:
    """Core type -> the limits that a field of it must state -> [least, greatest], null where nothing is said."""
    entities = answer.get("entities") if isinstance(answer, dict) else None
    if not isinstance(entities, list):
        raise ValueError("the core types are not a list")
    types: dict[str, Json] = {}
    for entity in entities:
        name = entity.get("name") if isinstance(entity, dict) else None
        if not isinstance(name, str):
            raise ValueError("a core type has no name")
        if entity.get("current") is not False:
            types[name] = dict(_mandatory(entity))
    return types


def _mandatory(entity: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The limits that the type's author must give, of the value and of its items, with the range of each."""
    for fields, ranges, spelled in (
        ("validationFields", "validationLimits", {}),
        ("itemValidationFields", "itemValidationLimits", _OF_ITEMS),
    ):
        stated, bounds = entity.get(fields) or (), entity.get(ranges) or {}
        if not isinstance(stated, list | tuple) or not isinstance(bounds, dict):
            raise ValueError(f"the {fields} of a core type are not a list, or its {ranges} no object")
        for name in stated:
            if not isinstance(name, str):
                raise ValueError(f"the {fields} of a core type are not names")
            own = spelled.get(name, name)
            if own in LIMITS:
                yield own, _range(bounds.get(name))


def _range(bound: Json) -> list[Json]:
    stated = bound if isinstance(bound, dict) else {}
    return [value if is_number(value) else None for value in (stated.get("min"), stated.get("max"))]


def read_sizes(answer: Json) -> Json:
    """The counts and lengths that the organisation states, by the platform's names. What is no count is not said."""
    if not isinstance(answer, dict):
        raise ValueError("the limits are not an object")
    stated = {name: whole(value) for name, value in answer.items() if name.startswith(("min", "max"))}
    return {name: count for name, count in stated.items() if type(count) is int and 0 <= count < 2**53}


def limits_of(base: Base) -> Callable[[Terms], tuple[SizeLimit, ...]]:
    """The base's limits on counts: what the organisation says, or else what is documented."""
    documented = base.documented
    known = (
        ("maxNumberOfFieldsPerSchema", documented.fields, ("fields",), "DS210", "fields", False),
        ("maxNumberOfSchemasPerOrg", documented.schemas, (), "DS211", f"schemas of kind {base.kind}", True),
        ("maxNumberOfFieldsPerOrg", documented.all_fields, ("fields",), "DS212", f"fields of all {base.kind}s", True),
    )

    def limits(terms: Terms) -> tuple[SizeLimit, ...]:
        said = terms.get(SIZES, {})
        return tuple(
            SizeLimit(path, most, code, noun, FindingClass.PLATFORM if name in said else FindingClass.POLICY, across)
            for name, default, path, code, noun, across in known
            if (most := said.get(name, default)) is not None
        )

    return limits
