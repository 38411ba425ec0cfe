"""What somebody else changed since we last applied."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.observed import Organisation
from reconciler.model.plan import FieldChange
from reconciler.model.source import Source


@dataclass(frozen=True, slots=True)
class Drifted:
    """One recorded object that is not as we left it.

    `is_gone` = it was deleted behind our back. Of each field `base` is what we sent, `before` what is there now, and
    `after` what setting it back would write. `where` is the manifest, if there is one. `trouble` says why the object's
    answer cannot be compared.
    """

    address: Address
    live_id: str
    is_gone: bool = False
    fields: tuple[FieldChange, ...] = ()
    where: Source | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that drifted, by address; `compared` is how many objects were looked at, `foreign` how many live ones
    are nobody's, by kind added up. `is_one_of_several` says that the project has other environments."""

    organisation: Organisation
    environment: str
    drifted: tuple[Drifted, ...]
    compared: int
    foreign: int = 0
    is_one_of_several: bool = False
