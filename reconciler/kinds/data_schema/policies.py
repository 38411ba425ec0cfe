"""What organisations want of data schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.kinds.purpose.naming import KIND, unfounded_fields
from reconciler.model.finding import Severity
from reconciler.model.kind import Checkup, DefaultPolicy
from reconciler.model.policy import Objection


def _object_to_unfounded_fields(checkup: Checkup) -> Iterable[Objection]:
    """The published API has no purposes: an estate without any has nothing that its fields could name."""
    return unfounded_fields(checkup, "key") if KIND in checkup.present else ()


POLICIES: Final = (
    DefaultPolicy("DS004", Severity.BLOCK, "Personal data without an active purpose", _object_to_unfounded_fields),
)
