"""What a database's errors mean to a user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import LedgerError, LedgerFormat

if TYPE_CHECKING:
    from reconciler.state.database_url import Place


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

_OF_POSTGRESQL = {
    "28": _Meaning(LedgerError, "The ledger's database refuses the login", "Check user and password in its URL."),
    "3D": _Meaning(LedgerError, "The ledger's database does not exist", "Create it, or correct the URL."),
    "25006": _Meaning(
        LedgerError,
        "The ledger cannot be written",
        "The database is read-only: use the primary server.",
    ),
    "42501": _Meaning(
        LedgerError,
        "The ledger cannot be written",
        "Grant this role what it needs on the schema and its tables.",
    ),
    "57": _Meaning(LedgerError, "The connection to the ledger was ended", "Run the same command again."),
    "53": _Meaning(LedgerError, "The ledger's database has no room", "Free some space or connections."),
    "55P03": _Meaning(LedgerError, "The ledger is in use", "Try again when the other program is done."),
    "": _Meaning(
        LedgerError, "The ledger cannot be reached", "Check host, port and network; then run the same command again."
    ),
}
"""By SQLSTATE or its class; without any there was no answer."""

_REFUSALS = (
    ("authentication failed", "28"), ("pg_hba.conf", "28"), ("role ", "28"), ("database ", "3D"),
)  # fmt: skip
"""A connection that is refused has no SQLSTATE, only words."""

_OTHERWISE = _Meaning(LedgerError, "The ledger cannot be used", "")


def explained(error: BaseException, path: Place) -> LedgerError:
    """The ledger error that `error` (a driver's own, or SQLAlchemy's around one) amounts to."""
    cause = getattr(error, "orig", None) or error
    if type(cause).__module__.partition(".")[0] == "psycopg":
        return _of_postgresql(cause, path)
    name = getattr(cause, "sqlite_errorname", "") or ""
    meaning = next((meaning for prefix, meaning in _MEANINGS.items() if name.startswith(prefix)), _OTHERWISE)
    return meaning.cls(
        meaning.summary, detail=f"{cause}{f' ({name})' if name else ''}", hint=meaning.hint, where=str(path)
    )


def _of_postgresql(cause: BaseException, place: Place) -> LedgerError:
    """In the server's words, which never hold the password; less their context, which may hold what was sent."""
    state = getattr(cause, "sqlstate", None) or next((code for said, code in _REFUSALS if said in str(cause)), "")
    meaning = _OF_POSTGRESQL.get(state) or _OF_POSTGRESQL.get(state[:2]) or _OTHERWISE
    text = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)
    said = " ".join(text.split("\n")[0].split())
    detail = place.url.hidden_in(said) if not isinstance(place, Path) else said
    return meaning.cls(
        meaning.summary,
        detail=f"{detail} ({state})" if len(state) == 5 else detail,
        hint=meaning.hint,
        where=str(place),
    )


def refused(error: OSError, path: Place) -> LedgerError:
    """The ledger error for a file or directory that the operating system does not let us have."""
    return LedgerError(
        "The ledger cannot be opened",
        detail=error.strerror or str(error),
        hint="Check the permissions of the file and its directory, and the ledger's path in reconciler.yaml.",
        where=str(error.filename or path),
    )


@contextmanager
def translated(path: Place) -> Iterator[None]:
    """Whatever goes wrong with the file inside becomes a LedgerError."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise explained(error, path) from (error if isinstance(path, Path) else None)
    except OSError as error:
        raise refused(error, path) from error
    except UnicodeDecodeError:  # SQLite quotes what it finds in the damaged file, and Python cannot read the quotation
        raise _damaged(path, "What it says of its own tables is no text.") from None


@contextmanager
def legible(path: Place) -> Iterator[None]:
    """What is read inside and is not what this program writes becomes a LedgerError."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise _damaged(path, f"A row of it cannot be read ({type(error).__name__}).") from None


def _damaged(path: Place, detail: str) -> LedgerFormat:
    return LedgerFormat("The ledger is damaged", detail=detail, hint=_RESTORE, where=str(path))
