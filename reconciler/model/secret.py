"""A value that must not be seen: it prints as a mask and cannot be pickled."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final, NoReturn

MASK: Final = "***"
PREFIX: Final = "RECONCILER_SECRET_"
"""How the environment variables begin that a manifest may name: otherwise one could send our credentials anywhere."""


class Secret:
    """Holds a credential. Only `reveal` gives it out, at the place where it goes onto the wire."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def hidden_in(self, text: str) -> str:
        """`text` with every occurrence of the value masked."""
        return text.replace(self._value, MASK) if self._value else text

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not serialised")


NONE: Final = Secret("")
"""No credential. It is false."""


def digest(secret: Secret, salt: str) -> str:
    """What tells that a secret has changed, and not what it is. Slow on purpose: plan files hold it, and travel."""
    derived = hashlib.scrypt(secret.reveal().encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32)
    return f"scrypt:{derived.hex()}"
