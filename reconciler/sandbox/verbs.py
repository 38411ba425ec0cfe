"""What a request turns out to ask for, once its path is understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.sandbox.exchange import Answer

Work = Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Verb:
    """What one method does on a path.

    `name` is how the settings withhold it, `scope` None asks for a token only; `also` are further scopes it asks for.
    """

    name: str
    scope: str | None
    work: Work
    also: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.also if self.scope is None else (self.scope, *self.also)


Verbs = Mapping[str, Verb]
"""By method; none at all where the path does not exist."""
