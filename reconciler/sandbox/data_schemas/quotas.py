"""How much an organisation may have of a base's schemas (published API §4.3), and how close it is to that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.data_schemas.bases import ALL_FIELDS, FIELDS, SCHEMAS, Base, Limits
from reconciler.sandbox.data_schemas.documents import properties_of
from reconciler.sandbox.data_schemas.violations import PREFIX
from reconciler.sandbox.problems import OrgLimit, Problem, limit_exceeded

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.resources import Body
    from reconciler.sandbox.settings import Settings
    from reconciler.sandbox.store import Stored

KEYS = {SCHEMAS: "schemas.per.org", FIELDS: "fields.per.schema", ALL_FIELDS: "fields.per.org"}
"""The limits' names in their namespace: not published [U], taken from the error codes."""


def limits_of(base: Base, settings: Settings) -> Limits:
    return {**base.limits, **settings.schema_limits.get(base.collection, {})}


def check_quotas(organisation: Organisation, base: Base, content: Body, before: Stored | None) -> None:
    """Refuses what would exceed a quota, but never an update that adds nothing.

    Disabled schemas count, deleted ones do not, and of each schema its current version's properties. Contacts' and
    organizations' schemas draw on one quota.
    """
    limits = limits_of(base, organisation.settings)
    present = [each for name in base.kin or (base.collection,) for each in organisation.collection(name)]
    fields, fields_before = len(properties_of(content)), len(properties_of(before.body)) if before else 0
    if before is None and len(present) >= limits[SCHEMAS]:
        raise _exceeded(base, SCHEMAS, limits)
    if fields <= fields_before:
        return
    if fields > limits[FIELDS]:
        raise _exceeded(base, FIELDS, limits)
    total = sum(len(properties_of(each.body)) for each in present)
    if total - fields_before + fields > limits[ALL_FIELDS]:
        raise _exceeded(base, ALL_FIELDS, limits)


def _exceeded(base: Base, limit: str, limits: Limits) -> Problem:
    key = KEYS[limit]
    template = f"The maximum number of {key.replace('.', ' ')}, {{value}}, would be exceeded."
    code = f"{PREFIX}limit.max.number.of.{key}.would.be.exceeded"
    return limit_exceeded(code, template, OrgLimit(key, base.namespace, limits[limit]))
