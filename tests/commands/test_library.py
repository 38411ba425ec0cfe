"""What the service reads is read again when it has changed, and not before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from reconciler.commands.clock import SystemClock
from reconciler.commands.library import LedgerSeen, ReportFolder, key_in, window_of
from reconciler.model.observed import Organisation
from reconciler.state import open_ledger

KEY = "2c6a3b0e-6f0d-5f0a-9c57-0d8c2f1d4b11"


def test_a_ledger_that_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(path, Organisation("org-1", "Ours"), writable=True).close()
    ledger = LedgerSeen(path, SystemClock())
    os.utime(path, (1, 1))
    assert ledger.requests() is ledger.requests()
    picture = ledger._current()
    os.utime(path, (2, 2))
    assert ledger._current() is not picture


def test_a_stamp_that_is_too_young_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(path, Organisation("org-1", "Ours"), writable=True).close()
    ledger = LedgerSeen(path, SystemClock())
    picture = ledger._current()
    assert ledger._current() is not picture


def test_a_report_that_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    for name in (f"september-{KEY}", "by hand", "table"):
        (tmp_path / name).mkdir()
    (tmp_path / f"september-{KEY}" / "report.json").write_bytes(b"{}")
    (tmp_path / "by hand" / "report.json").write_bytes(b"{}")
    reports = ReportFolder(tmp_path)
    first = reports()
    assert [(each.folder, each.key) for each in first] == [("by hand", ""), (f"september-{KEY}", KEY)]
    (tmp_path / "by hand" / "report.json").write_bytes(b"{ }")
    second = reports()
    assert second[1] is first[1]
    assert second[0].content == b"{ }"
    assert ReportFolder(tmp_path / "none")() == ()


@pytest.mark.parametrize(
    ("folder", "key"), [(f"a-{KEY}", KEY), (f"a-b-{KEY}", KEY), (KEY, ""), ("a", ""), (f"a_{KEY}", ""), ("", "")]
)
def test_a_folder_s_name_ends_in_the_key_of_its_request(folder: str, key: str) -> None:
    assert key_in(folder) == key


def test_a_kind_that_this_version_does_not_know_has_no_window() -> None:
    assert window_of("Novelty", {"startDate": "2026-09-01T00:00:00Z"}) is None
