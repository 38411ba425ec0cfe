"""What a stranger's review of `exports fetch` and `exports verify` found, as a user meets it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from .project import ROBOT, Project, Start
from .test_exports import SEPTEMBER, SUBJECT, completed, data, fetched, listed, subject

pytestmark = pytest.mark.long


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def id_of(project: Project, address: str) -> str:
    return str(next(each["id"] for each in listed(project) if each["address"] == address))


def in_a_terminal(project: Project, *words: str) -> str:
    """What a person sees of a command that runs in a process of its own."""
    ours, theirs = pty.openpty()
    environment = os.environ | project.environment
    command = [sys.executable, "-m", "reconciler", *words]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
    os.close(ours)
    assert process.returncode == 0, seen
    return seen.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_the_timeout_bounds_fetching(project: Project) -> None:
    completed(project, data())
    project.control.fault("GET /exports/**", "status", status=429, retry_after=200, times=None)
    before = project.time.waited
    ran = project.run("exports", "fetch", "--timeout", "60")
    assert project.time.waited - before <= 60
    assert ran.fails_with(1, "The time is up")


def test_an_export_that_cannot_be_had_keeps_no_other_from_being_fetched(project: Project) -> None:
    completed(project, data("a"), data("b", window={"day": "2026-10-05"}), subject())
    project.control.change_export_file(id_of(project, "DataExport/a"), 0, listed={"checksum": f"sha256:{'0' * 64}"})
    ran = project.run("exports", "fetch")
    assert ran.fails_with(1, "The export was not fetched whole", "DataExport/a")
    assert len(fetched(project)) == 2


def test_a_terminal_shows_how_far_a_download_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    completed(project, data())
    project.control.change_export_file(id_of(project, SEPTEMBER), 0, size=40_000_000)
    project.control.fault("GET /exports/**", "stall", after=20_000_000, seconds=1.5)
    monkeypatch.chdir(project.root)
    assert "B/s" in in_a_terminal(project, "exports", "fetch")


@pytest.mark.parametrize("verb", ["fetch", "verify", "normalise"])
def test_a_folder_that_cannot_be_looked_into_is_one_clear_error(project: Project, verb: str) -> None:
    """As one with `chmod 000` is for everybody but root."""
    completed(project, data())
    ran = project.run("exports", verb, "--to", "x" * 300, RECONCILER_TRACEBACK=None)
    assert "Internal error" not in ran.flat, str(ran)


def test_what_is_left_out_is_said(project: Project) -> None:
    completed(project, data("a"))
    project.control.settings(export_stages={"QUEUED": None})
    project.write(data("a"), data("b", window={"day": "2026-10-05"}))
    assert project.apply().code == 0
    assert project.run("exports", "fetch").says("DataExport/b")


def test_verify_names_what_is_not_of_the_export(project: Project) -> None:
    project.control.settings(export_partitions=2)
    completed(project, data())
    assert project.run("exports", "fetch").code == 0
    project.control.plan_export_files(id_of(project, SEPTEMBER), [{"partition": 0}])
    assert project.run("exports", "fetch").code == 0
    ran = project.run("exports", "verify")
    assert ran.says("extra: partition_1.jsonl")
    assert "report.json" not in ran.out


def test_nothing_is_called_verified_that_nobody_vouches_for(project: Project) -> None:
    completed(project, subject())
    assert "verified" not in project.run("exports", "fetch", SUBJECT).out


def test_a_privacy_file_that_is_another_by_now_is_said(project: Project) -> None:
    completed(project, subject())
    assert project.run("exports", "fetch").code == 0
    project.control.change_export_file(id_of(project, SUBJECT), 0, records=7)
    [file] = fetched(project)
    file.unlink()
    assert project.run("exports", "fetch").says("another")


def test_a_login_page_is_not_taken_for_a_privacy_export(project: Project) -> None:
    completed(project, subject())
    project.control.fault("GET /exports/**", "html")
    assert project.run("exports", "fetch").code == 0
    [file] = fetched(project)
    assert b"<html" not in file.read_bytes()


@pytest.mark.parametrize("spoilt", ["", "[]", '{"files": [{"name": ["a"]}]}', '{"files": null}'])
def test_a_report_that_is_none_is_one_clear_error(project: Project, spoilt: str) -> None:
    completed(project, subject())
    assert project.run("exports", "fetch").code == 0
    _report(project).write_text(spoilt)
    for verb in ("fetch", "verify"):
        assert project.run("exports", verb).fails_with(1, "The report cannot be read", "Delete it and fetch again.")


def test_a_report_leads_nobody_out_of_its_folder(project: Project) -> None:
    completed(project, data())
    assert project.run("exports", "fetch").code == 0
    report = _report(project)
    report.write_text(report.read_text().replace('"partition_0.jsonl"', '"../../../outside"'))
    for verb in ("verify", "normalise"):
        assert project.run("exports", verb).fails_with(1, "The report cannot be read")


def test_normalising_puts_its_counts_into_the_report(project: Project) -> None:
    completed(project, data())
    project.control.change_export_file(id_of(project, SEPTEMBER), 0, records=7, flaws=["malformed"])
    assert project.run("exports", "fetch").code == 0
    assert orjson.loads(_report(project).read_bytes())["total_records"] is None
    ran = project.run("exports", "normalise")
    assert ran.says("8 record(s), 7 in", "1 in quarantine")
    [kept] = (project.root / "exports").rglob("*.quarantine")
    assert ran.says(str(kept.relative_to(project.root)))
    report = orjson.loads(_report(project).read_bytes())
    assert (report["total_records"], report["table"]) == (8, ["part-00000.parquet"])
    assert project.run("exports", "fetch").code == 0
    assert orjson.loads(_report(project).read_bytes()) == report


def _report(project: Project) -> Path:
    [report] = (project.root / "exports").rglob("report.json")
    return report


def test_a_table_has_one_format(project: Project) -> None:
    """Spark reads every file of the folder, whatever it is called."""
    completed(project, data())
    assert project.run("exports", "fetch").code == 0
    assert project.run("exports", "normalise").code == 0
    assert project.run("exports", "normalise", "--format", "csv").code == 1
