"""What organisations want of flex schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.kinds.purpose.naming import unfounded_fields
from reconciler.model.finding import Severity
from reconciler.model.kind import Checkup, DefaultPolicy
from reconciler.model.policy import Objection


def _object_to_unfounded_fields(checkup: Checkup) -> Iterator[Objection]:
    return unfounded_fields(checkup, "name")


POLICIES: Final = (
    DefaultPolicy("FS005", Severity.BLOCK, "Personal data without an active purpose", _object_to_unfounded_fields),
)
