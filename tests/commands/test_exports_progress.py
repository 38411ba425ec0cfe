"""How far a fetch or a table has come: a bar at a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import io
import sys

import pytest
from reconciler.commands.transfers import PAUSE, watching
from reconciler.model.transfer import Transfer
from reconciler.render import transfer_text

from .project import Project, Start
from .shell import at_a_terminal, piped, plain
from .test_exports import SEPTEMBER, completed, data, subject

pytestmark = pytest.mark.long

FETCHED = ("exports", "fetch")
NORMALISED = ("exports", "normalise")


@pytest.fixture
def project(start: Start) -> Project:
    project = start(settings={"export_partitions": 3})
    completed(project, data(), subject())
    return project


def test_a_terminal_shows_a_bar_for_each_export(project: Project) -> None:
    with at_a_terminal(project, *FETCHED, COLUMNS="200") as running:
        assert running.ended() == 0
    seen = plain(running.seen)
    assert "━" in seen
    assert "3 of 3 files" in seen
    assert "1 of 1 file" in seen
    assert f"{SEPTEMBER}: 3 file(s)" in seen


def test_normalising_shows_one_too(project: Project) -> None:
    project.run(*FETCHED)
    with at_a_terminal(project, *NORMALISED, COLUMNS="200") as running:
        assert running.ended() == 0
    assert "━" in running.seen
    assert "3 of 3 files" in plain(running.seen)


def test_a_retry_is_a_line_above_the_bar(project: Project) -> None:
    project.control.fault("GET /exports/**", "status", status=503)
    with at_a_terminal(project, *FETCHED, COLUMNS="200") as running:
        assert running.ended() == 0
    assert "answers 503" in plain(running.seen)
    assert "Trying again in" in plain(running.seen)


@pytest.mark.parametrize("words", [(), ("--log-level", "quiet")], ids=["NO_COLOR", "quiet"])
def test_who_wants_no_bar_gets_none(project: Project, words: tuple[str, ...]) -> None:
    changes = {} if words else {"NO_COLOR": "1"}
    with at_a_terminal(project, *FETCHED, *words, **changes) as running:
        assert running.ended() == 0
    assert "━" not in running.seen
    assert "\x1b" not in running.seen
    assert ("3 of 3 files" in plain(running.seen)) is not bool(words)


@pytest.mark.parametrize("words", [FETCHED, NORMALISED])
def test_elsewhere_there_is_a_plain_line_at_the_end(project: Project, words: tuple[str, ...]) -> None:
    if words is NORMALISED:
        project.run(*FETCHED)
    done = piped(project, f"reconciler {' '.join(words)} {SEPTEMBER}")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{SEPTEMBER}: ")
    assert "3 of 3 files" in line


class Ticking:
    """A clock that somebody moves."""

    at = 0.0

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_a_plain_line_comes_at_most_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Ticking()
    with watching("it", log_level="info", clock=clock) as watcher:
        for second in range(25):
            clock.at = second
            watcher.move(Transfer(second, 100, 0, 1, 1.0, None))
    told = [line.split()[1] for line in capsys.readouterr().err.splitlines()]
    assert told == ["10", "20", "24"]
    assert PAUSE == 10


def test_what_was_told_last_is_not_told_again_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Ticking()
    with watching("it", log_level="info", clock=clock) as watcher:
        clock.at = 11
        watcher.move(Transfer(1, 2, 0, 1, 0.0, None))
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_control_character_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with watching("a\x1b[31m", log_level="info", clock=Ticking()) as watcher:
        watcher.say("b\x1b]0;title\x07 [red]c[/red]")
    assert capsys.readouterr().err == "a\\x1b[31m: b\\x1b]0;title\\x07 [red]c[/red]\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nor_does_any_through_the_bar_and_brackets_are_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with watching("[bold]a\x1b]0;x[/bold]", log_level="info", clock=Ticking()) as watcher:
        watcher.say("[red]b[/red]\x1b]0;title\x07")
        watcher.move(Transfer(1, 2, 0, 1, 0.0, None))
    assert "[red]b[/red]\\x1b]0;title\\x07" in terminal.getvalue()
    assert "[bold]a\\x1b]0;x[/bold]" in terminal.getvalue()
    assert "\x1b]" not in terminal.getvalue()


@pytest.mark.parametrize(
    ("transfer", "text"),
    [
        (Transfer(0, None, 0, 1, 0.0, None), "0 bytes, 0 of 1 file"),
        (Transfer(1, 999, 0, 2, 0.0, None), "1 byte of 999 bytes, 0 of 2 files"),
        (Transfer(1_250_000_000, 3_400_000_000, 3, 8, 12_340_000.0, 174.2),
         "1.2 GB of 3.4 GB, 3 of 8 files, 12.3 MB/s, 2 min 54 s left"),
        (Transfer(999_960, 999_960, 1, 1, 1.0, 0.0), "1.0 MB of 1.0 MB, 1 of 1 file, 1 byte/s"),
    ],
)  # fmt: skip
def test_a_transfer_in_words(transfer: Transfer, text: str) -> None:
    assert transfer_text(transfer) == text
