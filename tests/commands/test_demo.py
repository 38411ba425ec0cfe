"""`reconciler demo` and `reconciler sandbox`, as a newcomer runs them."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from reconciler.commands.sandbox import port_beside

PROGRAM = [sys.executable, "-m", "reconciler"]


def run(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENESYSCLOUD_", "RECONCILER_"))}
    return subprocess.run(
        [*PROGRAM, *words], cwd=folder, env={**kept, **environment}, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """What the demo says, the folder it was run in, and the one that temporary files went to."""
    folder, temporary = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("temporary")
    done = run("demo", "--svg", "demo.svg", folder=folder, TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout), folder, temporary


def test_it_shows_a_blocked_type_change_with_its_evidence(told: tuple[str, Path, Path]) -> None:
    blocked = told[0].split("$ reconciler plan --out")[0]
    assert "FS102 Type changed" in blocked
    assert "4 of 4 records read, complete: 3 convert, 0 with loss, 1 fail" in re.sub(r"\s+", " ", blocked)
    assert "(exit code 3)" in blocked


def test_it_applies_an_acknowledged_removal_while_a_colleague_edits(told: tuple[str, Path, Path]) -> None:
    assert "accepted  FS101 Field removed" in told[0]
    theirs = next(line for line in told[0].splitlines() if "kept as they made it" in line)
    assert "fields.status.options" in theirs
    assert "fields.vip_note" in theirs


def test_it_ends_with_an_empty_plan_that_holds_the_colleagues_field(told: tuple[str, Path, Path]) -> None:
    end = told[0].split("Nobody's work was lost")[1].split("Data out is")[0]
    assert "No changes. The organisation matches the manifests." in end
    assert "vip_note" in end
    assert "legacy_score" not in end.split("customer_profile now has")[1]


def test_it_asks_for_an_export_once_and_ends_with_a_table_that_answers(told: tuple[str, Path, Path]) -> None:
    asked, _, fetched = told[0].split("Data out is a manifest, too")[1].partition("Ten minutes later")
    assert "1 done" in asked
    assert "No changes. The organisation matches the manifests." in asked
    assert "verified, in exports/interactions-" in fetched
    assert "0 in quarantine" in fetched
    table = fetched.split("GROUP BY channel")[1]
    assert "voice" in table
    assert "2026-10-01" in table


def test_it_archives_a_history_once_and_proves_its_audit(told: tuple[str, Path, Path]) -> None:
    end = told[0].split("A rule archives")[1]
    assert "Sales queue: 5 versions up to 7. Notified." in end
    assert "ARCHIVE_SUBMITTED RetentionRule/strategy_history SUCCESS" in end
    assert "by a.smith" in end
    assert "The audit is whole" in end


def test_it_leaves_nothing_behind_but_the_picture_that_was_asked_for(told: tuple[str, Path, Path]) -> None:
    _, folder, temporary = told
    assert [path.name for path in folder.iterdir()] == ["demo.svg"]
    assert list(temporary.iterdir()) == []
    assert (folder / "demo.svg").read_text().startswith("<svg")


def test_it_needs_no_credentials_and_follows_none(tmp_path: Path) -> None:
    done = run("demo", folder=tmp_path, RECONCILER_API_URL="http://127.0.0.1:9", GENESYSCLOUD_ACCESS_TOKEN="nobodys")
    assert done.returncode == 0, done.stderr
    assert "nobodys" not in done.stdout + done.stderr


@contextmanager
def sandbox(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The command in a process of its own, and the variables that it prints."""
    with subprocess.Popen(
        [*PROGRAM, "sandbox", "--port", "0", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], 30)[0], "it printed nothing"
            lines = [process.stdout.readline() for _ in range(4)]
            exported = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
            yield process, exported
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(120)


def test_the_lines_that_the_sandbox_prints_lead_another_terminal_to_it(tmp_path: Path) -> None:
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    (manifests / "support.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Purpose\nmetadata: {name: Support}\n"
        "spec: {description: Why, retention: 30d, legalBasis: contract}\n"
    )
    with sandbox(tmp_path, "--save", "state.json") as (process, exported):
        assert run("apply", "--auto-approve", folder=tmp_path, **exported).returncode == 0
    assert process.returncode == 0
    saved = orjson.loads((tmp_path / "state.json").read_bytes())
    assert [purpose["name"] for purpose in saved["purposes"]] == ["Support"]
    with sandbox(tmp_path, "--load", "state.json") as (_, exported):
        assert run("plan", "--detailed-exitcode", folder=tmp_path, **exported).returncode == 0


def test_it_prints_where_the_users_own_endpoints_are_and_a_credential_for_them(tmp_path: Path) -> None:
    (tmp_path / "state.yaml").write_text("settings: {archive_credential: arch1ve}\n")
    with sandbox(tmp_path, "--load", "state.yaml") as (process, exported):
        assert process.stdout is not None
        assert process.stderr is not None
        last, said = process.stdout.readline(), "".join(process.stderr.readline() for _ in range(5))
    assert last == "export RECONCILER_SECRET_ARCHIVE=arch1ve\n"
    assert exported["RECONCILER_API_URL"] in said
    assert re.search(r"^#   (http://127\.0\.0\.1:\d+)/archives\n#   \1/notifications\n#   \1/events$", said, re.M)


def test_the_users_port_is_the_one_after_the_organisations() -> None:
    assert [port_beside(port, None) for port in (8080, 0, 65535)] == [8081, 0, 0]
    assert port_beside(8080, 9000) == 9000


def test_a_malformed_state_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "state.yaml").write_text("purposes: 7\n")
    done = run("sandbox", "--load", "state.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "state.yaml" in done.stderr
