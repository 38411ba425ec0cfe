"""A bucket as few verbs, each of them bounded in memory and time: the one module that calls obstore.

Objects appear whole or not at all, and carry their SHA-256, which is compared after every upload.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import PreconditionError
from obstore.store import AzureStore, GCSStore, S3Store

from reconciler.exports.places.trouble import BucketTrouble, bucket_trouble, check_bucket
from reconciler.exports.places.where import VARIABLES, Bucket

if TYPE_CHECKING:
    from obstore.store import ObjectStore, RetryConfig

PART: Final = 8 * 1024 * 1024
"""Bytes of a part of an upload, and of what is read at a time."""
MOST_PARTS: Final = 10_000
"""Of one object, in S3. Larger objects are sent in larger parts, fewer at a time."""
IN_FLIGHT: Final = 4 * PART
"""Bytes on their way at once."""

_RETRIES: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=45)}
_TIMES: Final = {"connect_timeout": "5s", "timeout": "60s"}
"""Of one request, a part of an upload for example. The environment may say others (AWS_TIMEOUT). A store that never
answers is given up after one of them: no retry begins once that of `_RETRIES` has passed."""
_ATTRIBUTE: Final = "sha256"


@dataclass(frozen=True, slots=True)
class Found:
    """An object that is there. `sha256` is what its uploader said; `version` changes with its content."""

    size: int
    sha256: str
    version: str | None


def open_store(bucket: Bucket, environment: Mapping[str, str]) -> Store:
    """Credentials and endpoint are those of the environment. Asks nobody yet. Raises BucketTrouble."""
    with bucket_trouble(str(bucket)):
        return Store(_opened(bucket, environment), str(bucket))


def _opened(bucket: Bucket, environment: Mapping[str, str]) -> ObjectStore:
    prefix = bucket.prefix or None
    # As `client_options` these would replace what the environment says about the client, and not be added to it.
    times: Any = {
        name: time for name, time in _TIMES.items() if f"{VARIABLES[bucket.scheme]}_{name.upper()}" not in environment
    }
    if bucket.scheme == "gs":
        return GCSStore(bucket.name, prefix=prefix, config=times, retry_config=_RETRIES)
    if bucket.scheme == "az":
        return AzureStore(bucket.name, prefix=prefix, config=times, retry_config=_RETRIES)
    if "AWS_CHECKSUM_ALGORITHM" not in environment:
        times["checksum_algorithm"] = "SHA256"  # of every part: the store refuses what was damaged on its way
    return S3Store(bucket.name, prefix=prefix, config=times, retry_config=_RETRIES)


class Store:
    """Safe to share between threads. Keys are relative to the prefix. Raises BucketTrouble, BucketRefused."""

    def __init__(self, store: ObjectStore, shown: str) -> None:
        self._store = store
        self.shown = shown

    def head(self, key: str) -> Found | None:
        with bucket_trouble(self.shown):
            try:
                answer = obstore.get(self._store, key, options={"head": True})
            except FileNotFoundError as error:
                check_bucket(error)
                return None
            return Found(answer.meta["size"], answer.attributes.get(_ATTRIBUTE, ""), answer.meta["e_tag"])

    def read(self, key: str, most: int) -> bytes | None:
        """A small object whole. Raises BucketTrouble where it has more than `most` bytes."""
        with bucket_trouble(self.shown):
            try:
                answer = obstore.get(self._store, key)
                if answer.meta["size"] > most:
                    raise BucketTrouble(
                        "An object is too large to be believed",
                        detail=f"{answer.meta['size']:,} bytes; {most:,} would be many.",
                        where=f"{self.shown}/{key}",
                    )
                return bytes(answer.bytes())
            except FileNotFoundError as error:
                check_bucket(error)
                return None

    def blocks(self, key: str, found: Found) -> Iterator[bytes]:
        """The object's bytes, a part at a time. Raises Changed where it is no longer the one that was `found`."""
        for start in range(0, found.size, PART):
            options: Any = {"range": (start, min(start + PART, found.size)), "if_match": found.version}
            with bucket_trouble(self.shown):
                try:
                    block = bytes(obstore.get(self._store, key, options=options).bytes())
                except (PreconditionError, FileNotFoundError):
                    raise Changed from None
            yield block

    def names(self, folder: str) -> tuple[list[str], list[str]]:
        """The folders and the objects right below one; "" is the prefix itself."""
        with bucket_trouble(self.shown):
            listed = obstore.list_with_delimiter(self._store, folder or None)
        inner = sorted(path.rpartition("/")[2] for path in listed["common_prefixes"])
        return inner, sorted(each["path"].rpartition("/")[2] for each in listed["objects"])

    def put(self, key: str, content: bytes) -> None:
        sha256 = hashlib.sha256(content).hexdigest()
        with bucket_trouble(self.shown):
            obstore.put(self._store, key, content, attributes={_ATTRIBUTE: sha256}, use_multipart=False)
        self._check(key, len(content), sha256)

    def put_file(self, key: str, descriptor: int, sha256: str, check: Callable[[], None]) -> None:
        """An open file, if its bytes are those of `sha256`. `check` is called often, and may raise: then, as on any
        failure, what was sent of it is thrown away."""
        size = os.fstat(descriptor).st_size
        part = max(PART, -(-size // MOST_PARTS))
        proven = _proven(descriptor, size, sha256, check, where=f"{self.shown}/{key}")
        with bucket_trouble(self.shown):
            if size <= part:  # an empty one cannot be sent in parts at all
                obstore.put(self._store, key, b"".join(proven), attributes={_ATTRIBUTE: sha256}, use_multipart=False)
            else:
                obstore.put(
                    self._store, key, proven, attributes={_ATTRIBUTE: sha256}, use_multipart=True, chunk_size=part,
                    max_concurrency=max(1, IN_FLIGHT // part),
                )  # fmt: skip
        self._check(key, size, sha256)

    def remove(self, key: str) -> None:
        with bucket_trouble(self.shown):
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError as error:
                check_bucket(error)

    def _check(self, key: str, size: int, sha256: str) -> None:
        found = self.head(key)
        if found is None or (found.size, found.sha256) != (size, sha256):
            raise BucketTrouble(
                "The bucket does not keep what it was given",
                detail="What it shows after the upload has another size, or another SHA-256 in its metadata.",
                hint="Somebody else may be writing the same objects, or the store keeps no metadata.",
                where=f"{self.shown}/{key}",
            )


class Changed(Exception):
    """The object is gone, or another one than a moment ago."""


def _proven(descriptor: int, size: int, sha256: str, check: Callable[[], None], *, where: str) -> Iterator[bytes]:
    """The bytes of a file. After the last of them it raises unless they are the right ones: the upload then fails."""
    digest, position = hashlib.sha256(), 0
    while position < size and (block := os.pread(descriptor, 1024 * 1024, position)):
        check()
        digest.update(block)
        position += len(block)
        yield block
    if position != size or digest.hexdigest() != sha256:
        raise BucketTrouble(
            "A file changed before it was uploaded",
            detail="Its bytes no longer have the SHA-256 that they had. Nothing of it is in the bucket.",
            hint="Run the same command again, and let nobody else write into the staging folder.",
            where=where,
        )
