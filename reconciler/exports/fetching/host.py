"""One GET at the host that keeps a file: an answer whose body comes in chunks, or how it was lost.

Nothing of ours goes there: no token, no cookie, no credentials from a `.netrc`. Nothing of what the HTTP libraries say
comes out: their exceptions and their logs contain the URI. Redirects are not followed: a presigned URI grants one file
at one place, and whoever sends us elsewhere is not the organisation.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

import reconciler
from reconciler.exports.fetching.failures import Ended, Failed, Setback
from reconciler.exports.fetching.manner import Manner
from reconciler.exports.fetching.run import Run
from reconciler.model.secret import Secret

CHUNK = 256 * 1024
"""Bytes read at once, at most: measured, larger ones leave the processor's cache."""

THREADS = "fetch-"
"""The names of the threads that ask begin so, and what the HTTP libraries log in them is dropped."""

_WORTHWHILE = 1024
"""Bytes a second, over a whole read timeout: a host that sends fewer is taken for silent."""

_LIBRARIES = ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.response")
_LOGGERS = (*_LIBRARIES, "urllib3.util.retry")


class Answer:
    """Header names are in lower case."""

    def __init__(self, response: requests.Response, run: Run, patience: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self._raw: BaseHTTPResponse = response.raw
        self._run = run
        self._patience = patience

    def chunks(self) -> Iterator[bytes]:
        """The body as it is sent, raw. Raises Setback where it is cut, and what `Run.check` raises."""
        clock = self._run.clock
        since, arrived = clock.monotonic(), 0
        while chunk := self._chunk():
            yield chunk
            arrived += len(chunk)
            if (passed := clock.monotonic() - since) > self._patience:
                if arrived < passed * _WORTHWHILE:
                    raise Setback("sends next to nothing any more")
                since, arrived = clock.monotonic(), 0

    def _chunk(self) -> bytes:
        """As it comes: waiting for a full one would be waiting for ever if the other side trickles."""
        lost = ""
        chunk = b""
        try:
            chunk = self._raw.read1(CHUNK, decode_content=False)
        except ReadTimeoutError:
            lost = "fell silent in the middle of the file"
        except (HTTPError, OSError, ValueError):
            lost = "broke off in the middle of the file"
        self._run.check()  # before anybody uses what came: a socket that we shut down may give anything
        if lost:
            raise Setback(lost)
        return chunk


class Host:
    """A session for each thread, without a memory for cookies. The environment's proxies and `REQUESTS_CA_BUNDLE` are
    honoured."""

    def __init__(self, manner: Manner, run: Run) -> None:
        self._manner = manner
        self._run = run
        self._own = threading.local()
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(_is_not_ours)  # once, however often: it is the same filter

    @contextmanager
    def get(self, uri: Secret, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Raises Setback, Failed, and what `Run.check` raises."""
        self._run.check()
        response: requests.Response | Setback | Failed | None = None
        try:
            with self._run.outside():
                response = self._answered(uri, headers)
        except Ended:
            if isinstance(response, requests.Response):
                response.close()
            raise
        if not isinstance(response, requests.Response):
            raise response
        with response, self._run.streaming(lambda: _hang_up(response)):
            yield Answer(response, self._run, self._manner.read)

    def close(self) -> None:
        """The calling thread's connections."""
        if session := getattr(self._own, "session", None):
            session.close()

    def _answered(self, uri: Secret, headers: Mapping[str, str]) -> requests.Response | Setback | Failed:
        """Asks in a thread of its own: the libraries' timeout begins anew with every byte, and there may always come
        one more byte of a header. Whoever takes too long is left behind, with the session that it uses."""
        told: SimpleQueue[requests.Response | Setback | Failed | BaseException] = SimpleQueue()
        session = self._session()

        def ask() -> None:
            try:
                told.put(self._ask(session, uri, headers))
            except BaseException as error:
                told.put(error)

        threading.Thread(target=ask, name=f"{THREADS}asking", daemon=True).start()
        try:
            answer = told.get(timeout=self._manner.connect + self._manner.read)
        except Empty:
            del self._own.session
            return Setback("does not answer in time")
        if isinstance(answer, BaseException) and not isinstance(answer, Setback | Failed):
            raise answer
        return answer

    def _ask(
        self, session: requests.Session, uri: Secret, headers: Mapping[str, str]
    ) -> requests.Response | Setback | Failed:
        address = uri.reveal()
        try:
            request = session.prepare_request(requests.Request("GET", address, headers=dict(headers), auth=_Nobody()))
            request.url = address  # to the letter: its signature is over this spelling
            settings = session.merge_environment_settings(address, {}, True, None, None)
            # Not through the session: on a redirect it would first read the whole body into memory.
            return session.get_adapter(address).send(
                request,
                stream=True,
                timeout=(self._manner.connect, self._manner.read),
                verify=settings["verify"] or True,
                cert=settings["cert"],
                proxies=settings["proxies"],
            )
        except requests.RequestException as error:
            return _lost(error)
        except OSError:
            hint = "Correct or unset REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE."
            return Failed("cannot be trusted, since the certificates to check it against cannot be read", hint)
        except (HTTPError, ValueError):
            return Setback("cannot be asked under this URI")

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.headers.clear()
            session.headers["User-Agent"] = f"reconciler/{reconciler.__version__}"
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=1, max_retries=0))
        return session


class _Nobody(AuthBase):
    """Requests looks into `.netrc` unless there is an authorisation: this is one, and empty."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _is_not_ours(record: logging.LogRecord) -> bool:
    return not (record.threadName or "").startswith(THREADS)


def _hang_up(response: requests.Response) -> None:
    with suppress(OSError, ValueError, RuntimeError):  # it may just have come to its end
        response.raw.shutdown()


def _lost(error: requests.RequestException) -> Setback | Failed:
    """There was no answer; why, in our words."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            hint = "Behind a gateway with certificates of its own, name them in REQUESTS_CA_BUNDLE."
            return Failed("shows a certificate that is not trusted", hint)
        return Setback("cannot be spoken to over TLS")
    if isinstance(error, requests.exceptions.ProxyError):
        return Setback("cannot be reached through the proxy")
    if isinstance(reason, NameResolutionError):
        return Setback("has a name that nobody resolves")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Setback("does not take a connection in time")
    if isinstance(reason, NewConnectionError):
        return Setback("takes no connection")
    if isinstance(error, requests.exceptions.Timeout):
        return Setback("does not answer in time")
    return Setback("closed the connection without an answer")
