"""Why a bucket cannot be used, in our words.

What the client library says holds addresses, and with some stores signatures in them: none of its text is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

from reconciler.errors import AccessError, ReconcilerError

_STATUS = re.compile(r"status code: (\d{3})")
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist")
_NO_CREDENTIALS = ("169.254.169.254", "metadata.google.internal", "token request")
"""Without credentials in the environment, the library asks the machine it runs on for some."""
_NO_ANSWER = ("error sending request", "kind: Connect", "kind: Timeout", "operation timed out", "dns error")
_REFUSED = ("401", "403")

_CREDENTIALS = (
    "They come from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION; GOOGLE_SERVICE_ACCOUNT;"
    " AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY."
)


class BucketTrouble(ReconcilerError):
    """The bucket is not there, does not answer, or does not do what it should."""


class BucketRefused(AccessError):
    """The bucket does not let us in."""


@contextmanager
def bucket_trouble(where: str) -> Iterator[None]:
    """Turns what the library raises into these two. Our own errors and Ctrl-C pass."""
    try:
        yield
        return
    except BaseException as error:  # it panics, too, and a panic is no Exception
        if not _is_the_librarys(error):
            raise
        problem = _translated(error, where)
    raise problem


def check_bucket(error: FileNotFoundError) -> None:
    """An object that is not there is an answer. Raises the error again where it says that there is no bucket."""
    if _says(error, _NO_BUCKET):
        raise error


def _is_the_librarys(error: BaseException) -> bool:
    module = type(error).__module__
    return module.startswith(("obstore", "pyo3")) or isinstance(error, (ValueError, FileNotFoundError))


def _translated(error: BaseException, where: str) -> ReconcilerError:
    status = _STATUS.search(str(error))
    answer = f"The store answers {status[1]}" if status else "The store gives no answer that makes sense"
    if _says(error, _NO_BUCKET):
        return BucketTrouble("There is no such bucket", detail=f"{answer}.", hint="Create it first.", where=where)
    if _says(error, _NO_CREDENTIALS):
        return BucketRefused("There are no credentials for the bucket", hint=_CREDENTIALS, where=where)
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)) or (status and status[1] in _REFUSED):
        return BucketRefused(
            "The bucket refuses these credentials",
            detail=f"{answer}. They must be allowed to list, read, write and delete below it.",
            hint=_CREDENTIALS,
            where=where,
        )
    if _says(error, _NO_ANSWER):
        return BucketTrouble(
            "The bucket cannot be reached",
            detail="No connection, or no answer in time; several tries came to the same.",
            hint="Check the endpoint in the environment (AWS_ENDPOINT_URL), proxies and the network.",
            where=where,
        )
    return BucketTrouble(
        "The bucket cannot be used",
        detail=f"{answer} ({type(error).__name__}).",
        hint="Check what the environment says about the store: region, endpoint, account.",
        where=where,
    )


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    text = str(error)
    return any(word in text for word in words)
