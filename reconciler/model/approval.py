"""What a person approves of by approving a plan: each changed path, by a hash of everything that makes it this change.

The recipe `approval/v1`: `sha256:` and the hexadecimal SHA-256 of the canonical bytes (`values.canonical`) of a JSON
array: the recipe's name, the organisation's id, the environment, the address, the action, the path as an array, before
and after, each as an array of its one value or of none, and the verdicts in order, each as an array of code, dotted
path and word. Neither versions, counts, times nor the seal are in it, so that it is the same whenever it is computed.

Paths are those of a manifest: `spec.retention`, `lifecycle.protect`; `spec` alone is the whole object; `ledger` is what
the ledger binds the address to; `requests.KEY` a request that it knows. A recipe, once released, never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan
from reconciler.model.values import ABSENT, Absent, Json, Normal, Path, fingerprint

RECIPE: Final = "approval/v1"
STANDING: Final = "standing/v1"

SPEC: Final = "spec"
LEDGER: Final[Path] = ("ledger",)
PROTECT: Final[Path] = ("lifecycle", "protect")
REQUESTS: Final = "requests"
MANIFEST: Final[Path] = ("manifest",)


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """What a finding said of a change: `acknowledged`, `blocking`, or how much it weighs."""

    code: str
    path: str
    word: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One path that a plan changes. `address` is None for a request that no manifest has any more.

    `live_id` and `recorded_only` (nothing is sent, the ledger learns what is so) are not approved: they help to tell
    whether it has come about.
    """

    address: Address | None
    action: Action
    path: Path
    before: Json | Absent
    after: Json | Absent
    verdicts: tuple[Verdict, ...] = ()
    live_id: str = ""
    recorded_only: bool = False

    @property
    def what(self) -> tuple[Address | None, Path]:
        """Which place it changes, whatever becomes of it."""
        return self.address, self.path


@dataclass(frozen=True, slots=True)
class Approval:
    """A reviewed plan with its seal, and the changed paths that it approves. `name` says which file it came in."""

    name: str
    seal: str
    plan: Plan
    paths: tuple[Changed, ...] = ()


class Gap(StrEnum):
    """How a fresh plan and its approvals differ."""

    UNAPPROVED = "not approved"
    """It is planned now, and no approval has it."""
    UNMET = "not come about"
    """It was approved, is not planned now, and is not so either."""
    OVERTAKEN = "overtaken"
    """It was approved, and another plan has since been applied to the address."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a fresh plan and its approvals differ.

    `planned` is the change of the fresh plan, `approved` what the approvals say of the same place (or the nearest
    around it), each with its seal; `observed` is what is so now, where that was looked at; `detail` says more.
    """

    gap: Gap
    planned: Changed | None
    approved: tuple[tuple[str, Changed], ...] = ()
    observed: Json | Absent = ABSENT
    detail: str = ""

    @property
    def shown(self) -> Changed:
        """The change that it is about."""
        if self.planned is not None:
            return self.planned
        return self.approved[0][1]


def hash_of(changed: Changed, *, organisation: str, environment: str) -> str:
    """The approval of one changed path: `sha256:<hex>`, by the recipe above."""
    return fingerprint(
        [
            RECIPE,
            organisation,
            environment,
            str(changed.address or ""),
            changed.action.value,
            list(changed.path),
            _side(changed.before),
            _side(changed.after),
            [[each.code, each.path, each.word] for each in sorted(changed.verdicts)],
        ]
    )


def _side(value: Json | Absent) -> list[Json]:
    return [] if value is ABSENT else [value]


def standing_of(address: Address, normal: Normal, live_id: str, *, organisation: str, environment: str) -> str:
    """What a merged manifest authorises as long as it says the same: `standing/v1 sha256:<hex>`.

    `normal` is without digests of secrets, and every list that has no order in one fixed order.
    """
    stated = [STANDING, organisation, environment, str(address), live_id, dict(normal)]
    return f"{STANDING} {fingerprint(stated)}"
