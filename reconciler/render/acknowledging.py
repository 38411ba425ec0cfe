"""The YAML with which a person accepts findings, ready to paste into the manifest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.model.finding import Finding
from reconciler.render.values import flow
from reconciler.render.wording import days_after

VALID_DAYS: Final = 30
"""For how long the snippet suggests that an acknowledgement counts."""
PLACEHOLDER: Final = '"..."'
"""What the person fills in."""


def snippet(findings: Iterable[Finding], as_of: str) -> list[str]:
    """The lines of `lifecycle.acknowledge` that accept these findings until `VALID_DAYS` after `as_of`."""
    expires = days_after(as_of, VALID_DAYS)
    return ["lifecycle:", "  acknowledge:", *(row for finding in findings for row in _entry(finding, expires))]


def _entry(finding: Finding, expires: str) -> list[str]:
    facet = "".join(f", {flow(name)}: {flow(value)}" for name, value in finding.facet.items())
    return [
        f"    - {{code: {flow(finding.code)}, path: {flow(finding.dotted)}{facet},",
        f"       reason: {PLACEHOLDER}, by: {PLACEHOLDER}, expires: {expires}}}",
    ]
