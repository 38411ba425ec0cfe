"""Where results go: stdout or files, in the formats that `--output` names. Written on failure, too."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO, cast

import click

from reconciler.commands.actions import OUTPUT, add_summary, add_to, is_step
from reconciler.commands.failure import Failure
from reconciler.commands.formats import Result, Reviewed, disarmed, formatted
from reconciler.commands.log_lines import tell_error
from reconciler.commands.provenance import provenance
from reconciler.errors import InvalidManifests, ReconcilerError, UsageError
from reconciler.model.source import Problem
from reconciler.render import (
    NO_OCCASION,
    Occasion,
    problem_text,
    problems_total,
    step_outputs,
)

PLAIN: Final = ("human", "json")
"""The formats of every result."""
REVIEW: Final = (*PLAIN, "markdown", "sarif", "github", "html", "junit")
"""Those of what is reviewed: plans, problems, reports, errors."""


@dataclass(frozen=True, slots=True)
class _Target:
    format: str
    file: Path | None


_TERMINAL = _Target("human", None)


@dataclass(frozen=True, slots=True)
class Outputs:
    """The targets of one command, and the occasion of what is shown."""

    targets: tuple[_Target, ...]
    occasion: Occasion = NO_OCCASION

    def show(self, result: Result) -> None:
        """Write a result to every target, files first: a reader who goes away must not keep them from being written."""
        failures: list[ReconcilerError] = []
        for target in sorted(self.targets, key=lambda target: target.file is None):
            try:
                self._show(target, result)
            except ReconcilerError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def _show(self, target: _Target, result: Result) -> None:
        styled, width = appearance(sys.stdout) if target.file is None else (False, 100)
        _write(target, formatted(target.format, result, self.occasion, styled=styled, width=width))
        if target.format == "github":
            _tell_runner(cast("Reviewed", result), self.occasion)

    def preview(self, result: Result) -> None:
        """Show a person what he is about to decide on, whatever the targets are; nothing goes to files."""
        stream = sys.stdout if _TERMINAL in self.targets else sys.stderr
        styled, width = appearance(stream)
        click.echo(result.human(styled=styled, width=width), file=stream)

    @contextmanager
    def failing_loudly(self) -> Iterator[None]:
        """Write an error to every target before it goes on to the boundary."""
        try:
            yield
        except ReconcilerError as error:
            try:
                self._after_streaming(error).show(Failure(error))
                error.told = _TERMINAL in self.targets
            except ReconcilerError as another:  # the first one is the reason of the exit code, and is told, too
                tell_error(another)
            raise

    def stream(self, problem: Problem) -> None:
        """Show a problem as soon as it is known, where somebody watches. `InvalidManifests.streamed` says so later."""
        if _TERMINAL in self.targets:
            styled, width = appearance(sys.stdout)
            click.echo(problem_text(problem, styled=styled, width=width) + "\n")

    def _after_streaming(self, error: ReconcilerError) -> Outputs:
        """The targets that have not been told: the terminal that saw every problem gets the total alone."""
        if not isinstance(error, InvalidManifests) or not error.streamed or _TERMINAL not in self.targets:
            return self
        click.echo(problems_total(error.problems, styled=appearance(sys.stdout)[0]))
        return replace(self, targets=tuple(target for target in self.targets if target != _TERMINAL))


def parse_outputs(
    stated: Sequence[str], *, formats: Sequence[str] = PLAIN, verb: str = "", environment: str = ""
) -> Outputs:
    """Read `FORMAT[=FILE]`, where the result has these `formats`. Nothing stated = human, on the terminal. Annotations
    go there beside another one. Raises UsageError."""
    targets = tuple(_target(text, formats) for text in stated or ("human",))
    for named in ({"github"}, {*REVIEW} - {"github"}):
        if sum(target.file is None and target.format in named for target in targets) > 1:
            detail = "Give all but one --output a file: json=plan.json."
            raise UsageError("Two outputs to the terminal", detail=detail)
    artefact = f"{verb}-{environment}" if verb == "plan" and environment else ""
    return Outputs(targets, Occasion(verb, environment, provenance(), artefact) if verb else NO_OCCASION)


def _target(text: str, formats: Sequence[str]) -> _Target:
    name, named, file = text.partition("=")
    if name not in formats:
        detail = f"{name!r} is none of {', '.join(formats)}."
        raise UsageError("Unknown output format", detail=detail, hint="--output json=plan.json")
    if named and not file:
        raise UsageError("An output without a file", detail=f"--output {text} names none. Is a variable not set?")
    if file:
        check_place(Path(file))
    return _Target(name, Path(file) if file else None)


def check_place(path: Path) -> None:
    """Notice now what would keep a file from being written after the work. Raises UsageError."""
    reason = "It is a folder." if path.is_dir() else "" if path.parent.is_dir() else f"{path.parent} is no folder."
    if reason:
        raise _unwritable(path, reason)


def appearance(stream: TextIO | None) -> tuple[bool, int]:
    """Whether to use colour on a stream (None: closed), and how wide it is. NO_COLOR and FORCE_COLOR are honoured."""
    if stream is None or not stream.isatty():
        return bool(os.environ.get("FORCE_COLOR")), 100
    width = os.get_terminal_size(stream.fileno()).columns
    return "NO_COLOR" not in os.environ, min(max(width, 40), 140)


def _tell_runner(result: Reviewed, occasion: Occasion) -> None:
    """What a runner of GitHub Actions takes from files: the summary of the step, and its outputs."""
    add_summary(result.markdown(occasion) + "\n")
    add_to(OUTPUT, step_outputs(result.numbers()))


def _write(target: _Target, content: bytes) -> None:
    if target.file is not None:
        write_file(target.file, content)
    elif sys.stdout is not None:
        if is_step():
            content = disarmed(target.format, content)
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _unwritable("the standard output", error.strerror or str(error)) from None


def write_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a whole file or none of it. Raises UsageError."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced by a file
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content, mode)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def make_folder(path: Path) -> None:
    """Raises UsageError."""
    if path.exists() and not path.is_dir():
        raise _unwritable(path, "It is no folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _replace(path: Path, content: bytes, mode: int) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _unwritable(place: Path | str, reason: str) -> UsageError:
    return UsageError("A file cannot be written", detail=reason, hint="Choose another place.", where=str(place))
