"""A plan as bytes, sealed; and back. The seal covers every byte of meaning, so an altered plan is another plan."""

from __future__ import annotations

import datetime
import functools
import hmac
from typing import Final

import orjson
from cattrs import Converter

from reconciler.errors import PlanRefused, PlanUnreadable
from reconciler.model.address import Address
from reconciler.model.plan import Cause, FieldChange, Plan
from reconciler.model.values import ABSENT, Json, canonical, fingerprint

FORMAT_VERSION: Final = 5
SIDES: Final = ("before", "after", "base")


def write_plan(plan: Plan) -> bytes:
    """The plan as a JSON document with its format version and seal. Equal plans give equal bytes."""
    body = as_json(plan)
    document = {"format_version": FORMAT_VERSION, "seal": fingerprint(body), "plan": body}
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_json(plan: Plan) -> Json:
    """The plan as JSON values."""
    return orjson.loads(canonical(converter().unstructure(plan)))


def seal_of(plan: Plan) -> str:
    """`sha256:<hex>` over everything in the plan."""
    return fingerprint(as_json(plan))


def read_plan(document: bytes, *, seal: str = "") -> Plan:
    """Read a plan file. With `seal`, no other plan than that one.

    Raises PlanUnreadable when it is no plan, damaged, or of another format; PlanRefused when the seal differs.
    """
    try:
        envelope = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise PlanUnreadable("The file is not a plan", detail=f"It is not JSON: {error}.", hint=_AGAIN) from None
    if not isinstance(envelope, dict) or not {"format_version", "seal", "plan"} <= envelope.keys():
        raise PlanUnreadable("The file is not a plan", detail="It has no format_version, seal and plan.", hint=_AGAIN)
    _check_version(envelope["format_version"])
    actual = _actual_seal(envelope["plan"])
    if not _equal(actual, str(envelope["seal"])):
        raise PlanUnreadable(
            "The plan file is damaged",
            detail=f"Its content has the seal {actual}, and it says {envelope['seal']}.",
            hint=_AGAIN,
        )
    if seal and not _equal(actual, seal):
        raise PlanRefused(
            "The plan is not the one that the seal names",
            detail=f"The file's seal is {actual}, and --seal says {seal}.",
            hint="Apply the reviewed file, or review this one and pass its seal.",
        )
    return _structured(envelope["plan"], actual)


_AGAIN: Final = "Make it again:\nreconciler plan --out FILE"


def _check_version(version: Json) -> None:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PlanUnreadable("The file is not a plan", detail=f"Its format_version is {version!r}.", hint=_AGAIN)
    if version > FORMAT_VERSION:
        detail = f"It has format {version}, and this program reads format {FORMAT_VERSION}."
        raise PlanUnreadable("The plan was made by a newer version", detail=detail, hint="Upgrade reconciler.")
    if version < FORMAT_VERSION:
        detail = f"It has format {version}, and this program reads format {FORMAT_VERSION}."
        raise PlanUnreadable("The plan was made by an older version", detail=detail, hint=_AGAIN)


def _actual_seal(body: Json) -> str:
    try:
        return fingerprint(body)
    except TypeError:
        detail = "Its content is nested too deeply."
        raise PlanUnreadable("The file is not a plan", detail=detail, hint=_AGAIN) from None


def _equal(left: str, right: str) -> bool:
    """In constant time, whatever characters a person typed."""
    return hmac.compare_digest(left.encode(), right.encode(errors="replace"))


def _structured(body: Json, seal: str) -> Plan:
    """The plan, if writing it again gives the same seal: nothing was read as something else than it says."""
    try:
        plan = converter().structure(body, Plan)
        faithful = seal_of(plan) == seal
    except Exception as error:  # whatever it is that garbage makes the structuring stumble over
        detail = f"Its content does not have the shape of a plan ({type(error).__name__})."
        raise PlanUnreadable("The file is not a plan", detail=detail, hint=_AGAIN) from None
    if not faithful:
        detail = "Its content is not what this version writes: a member is missing, or of another type."
        raise PlanUnreadable("The file is not a plan", detail=detail, hint=_AGAIN)
    return plan


@functools.cache
def converter() -> Converter:
    """Frozen values to JSON values and back, refusing what they do not have."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    converter.register_unstructure_hook(Address, str)
    converter.register_structure_hook(Address, lambda text, _: Address.parse(text))
    converter.register_unstructure_hook(datetime.date, datetime.date.isoformat)
    converter.register_structure_hook(datetime.date, lambda text, _: datetime.date.fromisoformat(text))
    converter.register_unstructure_hook(FieldChange, _field_as_json)
    converter.register_structure_hook(FieldChange, lambda part, _: _field(part))
    return converter


def _field_as_json(change: FieldChange) -> dict[str, Json]:
    """A side that has nothing is left out: null is a value."""
    sides = {side: getattr(change, side) for side in SIDES}
    present = {side: value for side, value in sides.items() if value is not ABSENT}
    return {"path": list(change.path), "cause": change.cause.value, **present}


def _field(part: Json) -> FieldChange:
    if part.keys() - {"path", "cause", *SIDES}:
        raise ValueError("unknown members in a field change")
    sides = {side: part.get(side, ABSENT) for side in SIDES}
    return FieldChange(tuple(part["path"]), Cause(part["cause"]), **sides)
