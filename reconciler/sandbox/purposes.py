"""Privacy purposes (contract §2): the platform's rules only.

What the contract calls a policy of the organisation (365 days, the list of legal bases, the pattern of names) is not
enforced here: the platform takes it, and whoever wants it kept must keep it himself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Resource, unknown_properties
from reconciler.sandbox.scopes import Scopes

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.store import Stored

TEXTS = ("name", "description", "retentionPeriod", "legalBasis")
_PERIOD = re.compile(r"(?:P([0-9]{1,9})D|([0-9]{1,9})d)")


def accept(_organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """The purpose as it will be stored, or 400 with every violation; `isActive` is true where it is not said."""
    violations = list(unknown_properties(body, PURPOSES, before))
    violations += [Detail(name, "is required", "constraint.validation") for name in TEXTS if body.get(name) is None]
    violations += [
        Detail(name, "must be a string that is not blank")
        for name in TEXTS
        if body.get(name) is not None and not (isinstance(body[name], str) and body[name].strip())
    ]
    days = period_days(body.get("retentionPeriod"))
    if days is None and isinstance(body.get("retentionPeriod"), str):
        violations.append(Detail("retentionPeriod", f"{body['retentionPeriod']!r} is neither <n>d nor P<n>D"))
    if not isinstance(body.get("isActive", True), bool):
        violations.append(Detail("isActive", "must be true or false"))
    if violations:
        raise bad_request("The purpose violates its constraints.", *violations, code="constraint.validation")
    return {**PURPOSES.defaults, **body, "retentionPeriod": f"{days}d"}


def period_days(period: object) -> int | None:
    """The days in `<n>d` or `P<n>D`, one at least; None for anything else."""
    match = _PERIOD.fullmatch(period) if isinstance(period, str) else None
    return (int(match[1] or match[2]) or None) if match else None


PURPOSES = Resource(
    collection="purposes",
    path="/api/v2/privacy/purposes",
    noun="Purpose",
    scopes=Scopes.read_write("privacy:purpose:read", "privacy:purpose:write"),
    stale_status=412,
    locks_by_body=False,
    wire=frozenset({*TEXTS, "isActive"}),
    server_owned=frozenset({"diversionIds"}),
    defaults={"isActive": True},
    at_birth={"diversionIds": ()},
    accept=accept,
)
