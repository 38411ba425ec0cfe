"""What one organisation is like and another is not: which routes it offers, how it locks, how much it allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.shapes import build, mapping

COLLECTIONS = ("purposes", "flex_schemas", "records")
VERBS = ("list", "get", "create", "replace", "delete")


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are the contract's. Rates are requests a minute, None means no limit; times are seconds.

    `offered`: the collections that exist; the others answer 404 as if the path were not there.
    `withheld`: verbs that an offered collection answers with 405, as `purposes.list`.
    `locking`: `none` shows neither version nor ETag and ignores If-Match.
    `etags`: `weak` is what a gateway makes of them (`W/"3"`), `stripped` leaves the header out.
    """

    offered: tuple[str, ...] = COLLECTIONS
    withheld: tuple[str, ...] = ()
    locking: Literal["if_match", "none"] = "if_match"
    etags: Literal["strong", "weak", "stripped"] = "strong"
    default_page_size: int = 25
    max_page_size: int = 100
    token_rate: int | None = 300
    family_rates: Mapping[str, int | None] = field(default_factory=lambda: {"purposes": 600})
    login_rate: int | None = 300
    token_lifetime: int = 3600

    def __post_init__(self) -> None:
        _refuse_unknown("offered", self.offered, COLLECTIONS)
        _refuse_unknown("withheld", self.withheld, [f"{c}.{v}" for c in COLLECTIONS[:2] for v in VERBS])
        if not 1 <= self.default_page_size <= self.max_page_size:
            raise SandboxError(
                "Page sizes contradict each other",
                f"default_page_size is {self.default_page_size}, max_page_size is {self.max_page_size}",
                where="max_page_size",
            )

    def changed(self, changes: object) -> Settings:
        """These settings with some replaced, given as JSON."""
        given = mapping(changes, where="settings")
        return build(Settings, {**asdict(self), **given}, where="settings")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _refuse_unknown(where: str, names: tuple[str, ...], known: tuple[str, ...] | list[str]) -> None:
    if unknown := sorted(set(names) - set(known)):
        raise SandboxError("Unknown name", f"{', '.join(unknown)}; there are {', '.join(known)}", where=where)
