"""The official SDK, kept away from the machine that it runs on, and its own API classes steered by name.

Loading it takes two seconds. Left alone it reads a configuration in the home directory, which may name a real
organisation, and watches that directory from a thread of its own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import pytest

from .members import Leeway, Models
from .operations import PACKAGE, Operation

QUIET = "[general]\nlive_reload_config = false\n"


@cache
def load() -> Any:
    """The SDK's package, once a process."""
    with _an_empty_home(), _logging_as_it_was("urllib3", "watchdog"):
        return import_module(PACKAGE)


@cache
def models() -> Models:
    return Models(load().models)


@dataclass(frozen=True, slots=True)
class Asked:
    """One call and what came of it. `content` is the answer's JSON, `echo` the same after a way through the models."""

    operation: Operation
    status: int
    answer_type: str | None
    content: Any
    echo: Any

    def differences(self, leeway: Leeway) -> list[str]:
        """In what the answer is not what the SDK expects, told with the call."""
        call = " ".join(self.operation.call)
        if self.answer_type is None:
            return [] if self.content is None else [f"{call}: {self.content!r}, where nothing belongs"]
        found = models().differences(self.content, self.answer_type, leeway)
        return [f"{call}: {each}" for each in found or self._lost(self.answer_type)]

    def _lost(self, answer_type: str) -> Iterator[str]:
        """An enumeration's value that the SDK has never heard of, for one."""
        if models().parsed(self.echo, answer_type) != models().parsed(self.content, answer_type):
            yield f"$: the models make {self.echo!r} of {self.content!r}"


class Platform:
    """An organisation as a user of the SDK has it; it asks once and gives no call a second try."""

    def __init__(self, url: str, client_id: str, secret: str) -> None:
        self.asked: list[Asked] = []
        self._client = load().ApiClient(host=url)
        self._client.set_http_client(load().default_http_client.DefaultHttpClient())
        self._connections.connection_pool_kw["retries"] = False
        self._client.get_client_credentials_token(client_id, secret)

    def ask(self, operation: Operation, *values: str, body: Any = None, **query: Any) -> Asked:
        """`values` stand for the names in the path, `query` has the SDK's spelling, `body` is the wire's."""
        arguments = dict(zip(operation.path_names.values(), values, strict=True)) | query
        if operation.body is not None:
            assert not (strange := models().unknown(body, operation.body)), strange
            arguments["body"] = as_model(body, operation.body)
        api = getattr(load(), operation.api)(self._client)
        try:
            made = getattr(api, operation.function)(**arguments)
            asked = self._answered(operation, made)
        except load().rest.ApiException as refusal:
            asked = self._refused(operation, refusal)
        self.asked.append(asked)
        return asked

    def close(self) -> None:
        self._connections.clear()

    def __enter__(self) -> Platform:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _connections(self) -> Any:
        return self._client.get_http_client().rest_client.pool_manager

    def _answered(self, operation: Operation, made: Any) -> Asked:
        raw = self._client.last_response
        content = json.loads(raw.data) if raw.data else None
        echo = self._client.sanitize_for_serialization(made)
        return Asked(operation, raw.status, operation.answer, content, echo)

    def _refused(self, operation: Operation, refusal: Any) -> Asked:
        content = json.loads(refusal.body)
        return Asked(operation, refusal.status, "ErrorBody", content, echo(content, "ErrorBody"))


def as_model(content: Any, type_name: str) -> Any:
    """JSON as the SDK's own model, which has no place for what it does not know."""
    return _reader().deserialize(_Json(json.dumps(content)), type_name)


def echo(content: Any, type_name: str) -> Any:
    """What is left of JSON after a way through the SDK's model."""
    return _reader().sanitize_for_serialization(as_model(content, type_name))


def _reader() -> Any:
    return load().ApiClient(host="nowhere")


@dataclass(frozen=True, slots=True)
class _Json:
    """As much of an answer as the SDK needs in order to read it."""

    data: str

    def getheader(self, _name: str) -> str:
        return "application/json"


@contextmanager
def _an_empty_home() -> Iterator[None]:
    with TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        file = Path(home) / ".genesyscloudpython" / "config"
        file.parent.mkdir()
        file.write_text(QUIET)
        patch.setenv("HOME", home)
        yield


@contextmanager
def _logging_as_it_was(*names: str) -> Iterator[None]:
    """The SDK silences others' loggers for good when it is loaded."""
    loggers = [logging.getLogger(name) for name in names]
    kept = [(logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, (level, propagate) in zip(loggers, kept, strict=True):
        logger.setLevel(level)
        logger.propagate = propagate
