"""Data exports (contract §6): what one may ask for; there is no client key, so the same request twice makes two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.exports import windows
from reconciler.sandbox.exports.jobs import begun, check_shape, unchangeable
from reconciler.sandbox.problems import Detail, bad_request
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.scopes import Scopes

if TYPE_CHECKING:
    from reconciler.sandbox.organisation import Organisation
    from reconciler.sandbox.resources import Body
    from reconciler.sandbox.store import Stored

CHOICES = {"type": ("conversation",), "view": ("full",), "format": ("jsonl", "csv")}
ENDS = ("startDate", "endDate")
ASKED = (*CHOICES, *ENDS)
"""What the client says."""


def accept(organisation: Organisation, body: dict[str, Any], before: Stored | None) -> dict[str, Any]:
    """The export as it will be stored, or 400 with every violation; dates are kept as the platform writes them."""
    if before is not None:
        raise unchangeable()
    if found := list(_violations(body, organisation.settings.export_window_days)):
        raise bad_request("The export violates its constraints.", *found, code="constraint.validation")
    return {**body, **{end: windows.normal(body[end]) for end in ENDS}, **begun(organisation)}


def _violations(body: dict[str, Any], days: int | None) -> Iterator[Detail]:
    for name in sorted(set(body) - set(ASKED)):
        yield Detail(name, "is not a property of this object", "invalid.property")
    for name, choices in CHOICES.items():
        if body.get(name) not in choices:
            yield Detail(name, f"{body.get(name)!r} is none of {', '.join(choices)}")
    yield from windows.violations(body, *ENDS, days=days)


def _named(body: Body) -> str:
    return f"{body.get('type')} {body.get('startDate')}/{body.get('endDate')}"


DATA_EXPORTS = Resource(
    collection="data_exports",
    path="/api/v2/dataexports",
    noun="Export",
    scopes=Scopes.read_write("dataexports:read", "dataexports:read"),
    accept=accept,
    defaults={"status": "QUEUED", "type": "conversation", "view": "full", "format": "jsonl"},
    named=_named,
    renamed=lambda body, _name: dict(body),
    unique_names=False,
    newest_first=True,
    check_shape=check_shape,
)
