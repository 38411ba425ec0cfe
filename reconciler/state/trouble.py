"""What SQLite's errors mean to a user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import LedgerError, LedgerFormat


class _Meaning(NamedTuple):
    cls: type[LedgerError]
    summary: str
    hint: str


_RESTORE = "Restore the ledger from a copy. Without one, move it away: the next apply adopts what manifests describe."

_MEANINGS = {
    "SQLITE_NOTADB": _Meaning(LedgerFormat, "The file is not a ledger", "Check the ledger's path in reconciler.yaml."),
    "SQLITE_CORRUPT": _Meaning(LedgerFormat, "The ledger is damaged", _RESTORE),
    "SQLITE_READONLY": _Meaning(
        LedgerError, "The ledger cannot be written", "Give this user write permission on the file and its directory."
    ),
    "SQLITE_FULL": _Meaning(
        LedgerError, "The disk with the ledger is full", "Free some space, then run the same command again."
    ),
    "SQLITE_IOERR": _Meaning(
        LedgerError,
        "The disk with the ledger fails",
        "Check free space, quota and health of the disk, then run the same command again.",
    ),
    "SQLITE_CANTOPEN": _Meaning(
        LedgerError, "The ledger cannot be opened", "Check that its directory exists and that this user may enter it."
    ),
    "SQLITE_BUSY": _Meaning(
        LedgerError, "The ledger is in use", "Another program has the file open for writing; try again when it is done."
    ),
}

_OTHERWISE = _Meaning(LedgerError, "The ledger cannot be used", "")


def explained(error: BaseException, path: Path) -> LedgerError:
    """The ledger error that `error` (sqlite3's own, or SQLAlchemy's around one) amounts to."""
    cause = getattr(error, "orig", None) or error
    name = getattr(cause, "sqlite_errorname", "") or ""
    meaning = next((meaning for prefix, meaning in _MEANINGS.items() if name.startswith(prefix)), _OTHERWISE)
    return meaning.cls(
        meaning.summary, detail=f"{cause}{f' ({name})' if name else ''}", hint=meaning.hint, where=str(path)
    )


def refused(error: OSError, path: Path) -> LedgerError:
    """The ledger error for a file or directory that the operating system does not let us have."""
    return LedgerError(
        "The ledger cannot be opened",
        detail=error.strerror or str(error),
        hint="Check the permissions of the file and its directory, and the ledger's path in reconciler.yaml.",
        where=str(error.filename or path),
    )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Whatever goes wrong with the file inside becomes a LedgerError."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise explained(error, path) from error
    except OSError as error:
        raise refused(error, path) from error
    except UnicodeDecodeError:  # SQLite quotes what it finds in the damaged file, and Python cannot read the quotation
        raise _damaged(path, "What it says of its own tables is no text.") from None


@contextmanager
def legible(path: Path) -> Iterator[None]:
    """What is read inside and is not what this program writes becomes a LedgerError."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise _damaged(path, f"A row of it cannot be read ({type(error).__name__}).") from None


def _damaged(path: Path, detail: str) -> LedgerFormat:
    return LedgerFormat("The ledger is damaged", detail=detail, hint=_RESTORE, where=str(path))
