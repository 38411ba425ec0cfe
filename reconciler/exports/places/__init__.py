"""Where exports lie: a folder on this machine, or a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.exports.places.local import LocalFolder
from reconciler.exports.places.place import TABLE, Fetching, Normalising, Place, reports
from reconciler.exports.places.where import Bucket, check_endpoint, read_place

__all__ = ["TABLE", "Fetching", "LocalFolder", "Normalising", "Place", "open_place", "reports"]


def open_place(text: str, *, staging: Path, environment: Mapping[str, str]) -> Place:
    """The place that `--to` names. Asks nobody yet.

    Raises UsageError where it is none, ModuleNotFoundError where it is a bucket and obstore is not installed.
    """
    match read_place(text):
        case Path() as folder:
            return LocalFolder(folder)
        case Bucket() as bucket:
            from reconciler.exports.places.bucket import BucketPlace
            from reconciler.exports.places.store import open_store

            check_endpoint(bucket, environment)
            return BucketPlace(open_store(bucket, environment), staging)
