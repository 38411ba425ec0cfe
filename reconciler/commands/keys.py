"""Keys of our own that the environment holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.errors import UsageError
from reconciler.model.secret import NONE, Secret

SERVER_KEY: Final = "RECONCILER_SERVICE_KEY"
"""Makes and checks the tokens of callback addresses: the same for apply and for `reconciler serve`."""
SHORTEST: Final = 32
"""Characters: what is made by `openssl rand -hex 32` has 64."""


def key_of(environment: Mapping[str, str], name: str) -> Secret:
    """The key in the variable `name`; no key where it is not set. Raises UsageError where it could be guessed."""
    value = environment.get(name, "")
    if value and len(value) < SHORTEST:
        raise UsageError(
            "A key is too short",
            detail=f"{name} has {len(value)} characters; {SHORTEST} are the fewest that nobody guesses.",
            hint="Make one:\nopenssl rand -hex 32",
        )
    return Secret(value) if value else NONE
