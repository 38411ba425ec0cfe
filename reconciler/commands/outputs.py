"""Where results go: stdout or files, in the formats that `--output` names. Written on failure, too."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from reconciler.errors import InvalidManifests, ReconcilerError, UsageError
from reconciler.render import error_json, error_text, problems_json, problems_text

FORMATS = ("human", "json")


class Result(Protocol):
    """Something to show, in every format."""

    def human(self, *, styled: bool, width: int) -> str: ...

    def json(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Target:
    format: str
    file: Path | None


@dataclass(frozen=True, slots=True)
class Outputs:
    """The targets of one command."""

    targets: tuple[_Target, ...]

    def show(self, result: Result) -> None:
        """Write a result to every target."""
        for target in self.targets:
            if target.format == "json":
                _write(target, result.json())
            else:
                styled, width = appearance(sys.stdout) if target.file is None else (False, 100)
                _write(target, result.human(styled=styled, width=width).encode())

    @contextmanager
    def failing_loudly(self) -> Iterator[None]:
        """Write an error to every target before it goes on to the boundary."""
        try:
            yield
        except ReconcilerError as error:
            self.show(_Failure(error))
            error.told = any(target.format == "human" and target.file is None for target in self.targets)
            raise


def parse_outputs(stated: Sequence[str]) -> Outputs:
    """Read `FORMAT[=FILE]`. Nothing stated = human, on the terminal. Raises UsageError."""
    targets = tuple(_target(text) for text in stated or ("human",))
    if sum(target.file is None for target in targets) > 1:
        raise UsageError("Two outputs to the terminal", detail="Give all but one --output a file: json=plan.json.")
    return Outputs(targets)


def _target(text: str) -> _Target:
    name, _, file = text.partition("=")
    if name not in FORMATS:
        raise UsageError(
            "Unknown output format", detail=f"{name!r} is none of {', '.join(FORMATS)}.", hint="--output json=plan.json"
        )
    return _Target(name, Path(file) if file else None)


def appearance(stream: TextIO) -> tuple[bool, int]:
    """Whether to use colour on a stream, and how wide it is. NO_COLOR and FORCE_COLOR are honoured."""
    if not stream.isatty():
        return bool(os.environ.get("FORCE_COLOR")), 100
    width = os.get_terminal_size(stream.fileno()).columns
    return "NO_COLOR" not in os.environ, min(max(width, 40), 140)


def _write(target: _Target, content: bytes) -> None:
    if target.file is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content if content.endswith(b"\n") else content + b"\n")
        sys.stdout.buffer.flush()
        return
    write_file(target.file, content)


def write_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a whole file or none of it. Raises UsageError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(
            "A file cannot be written",
            detail=error.strerror or str(error),
            hint="Choose another place.",
            where=str(path),
        ) from None


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error as a result."""

    error: ReconcilerError

    def human(self, *, styled: bool, width: int) -> str:
        if isinstance(self.error, InvalidManifests):
            return problems_text(self.error.problems, styled=styled, width=width)
        return error_text(self.error, styled=styled)

    def json(self) -> bytes:
        if isinstance(self.error, InvalidManifests):
            return problems_json(self.error.problems)
        return error_json(self.error)
