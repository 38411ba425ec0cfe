"""What organisations want of exports: that data leaves for purposes that are in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.kinds.purpose.naming import trouble_with
from reconciler.model.finding import Severity
from reconciler.model.kind import Checkup, DefaultPolicy
from reconciler.model.policy import Objection


def _object_to_unfounded(checkup: Checkup) -> Iterator[Objection]:
    names = checkup.manifest.normal.get("purposes", ())
    if not names:
        hint = "Write `purposes: [NAME]`, the names of Purpose manifests. It makes no other request."
        yield Objection(("purposes",), "none", "The export names no purpose that its data is kept for.", hint)
    for name in names:
        if trouble := trouble_with(checkup, name):
            detail = f"The export is made for {name}, which {trouble}."
            yield Objection(("purposes", name), f"{name} {trouble}", detail, "Name active purposes.")


POLICIES: Final = (
    DefaultPolicy("ER005", Severity.WARN, "Export of data that no active purpose covers", _object_to_unfounded),
)
