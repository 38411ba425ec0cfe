"""Keys of our own that the environment holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from reconciler.errors import UsageError
from reconciler.model.project import suffix_of
from reconciler.model.secret import NONE, PREFIX, Secret, digest

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


def secrets_of(surroundings: Mapping[str, str], environment: str) -> Mapping[str, Secret]:
    """The secrets that files may name, by variable, for one environment: `..._DEV` of dev comes before the one without.
    One that is empty is not set."""
    stated = {name: Secret(value) for name, value in surroundings.items() if name.startswith(PREFIX) and value}
    suffix = f"_{suffix_of(environment)}"
    return stated | {name.removesuffix(suffix): value for name, value in stated.items() if name.endswith(suffix)}


def credentials(secrets: Mapping[str, Secret], names: Iterable[str], *, of: str) -> Mapping[str, Secret]:
    """Those of these names, as headers of requests to `of`. Raises UsageError where one is not set, or is no header."""
    wanted = sorted({*names})
    if missing := [name for name in wanted if name not in secrets]:
        raise UsageError(
            "A credential is missing",
            detail=f"{of} needs {', '.join(missing)}, and the environment has no such variable.",
            hint="Set it in the environment that reconciler runs in.",
        )
    if odd := [name for name in wanted if not _is_header_value(secrets[name].reveal())]:
        detail = f"{of} needs {', '.join(odd)}: a header is one line of printable ASCII, without space at its ends."
        raise UsageError("A credential cannot be sent", detail=detail)
    return {name: secrets[name] for name in wanted}


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def digests_of(secrets: Mapping[str, Secret], names: Iterable[str], *, ledger_id: str) -> Mapping[str, str]:
    """The digest of each that is set. None where there is no ledger yet: nothing was ever sent that it could differ
    from."""
    return {name: digest(secrets[name], ledger_id) for name in sorted(names) if name in secrets} if ledger_id else {}
