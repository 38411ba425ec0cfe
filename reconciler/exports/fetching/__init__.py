"""Fetching an export's files from the host that keeps them: exactly the right bytes under their names, or an error.

Never sends our token there, never shows a URI, never leaves a partial file under a final name.
"""

from reconciler.exports.fetching.answers import read_download, read_files
from reconciler.exports.fetching.engine import fetch
from reconciler.exports.fetching.failures import FetchFailed, FolderBusy, FolderTrouble
from reconciler.exports.fetching.manner import Checksum, Manner
from reconciler.exports.fetching.meter import Event, Progress, Retrying
from reconciler.exports.fetching.verification import Verdict, verify

__all__ = [
    "Checksum",
    "Event",
    "FetchFailed",
    "FolderBusy",
    "FolderTrouble",
    "Manner",
    "Progress",
    "Retrying",
    "Verdict",
    "fetch",
    "read_download",
    "read_files",
    "verify",
]
