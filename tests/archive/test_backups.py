"""Copies: whole or not at all, for their owner only, and nowhere else than said."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from reconciler.archive import Backups
from reconciler.errors import BackupFailed


def test_a_copy_is_written_for_its_owner_only_and_nothing_beside_it(tmp_path: Path) -> None:
    backups = Backups(tmp_path)
    backups.write("a/b", "x.json", b"{}")
    path = tmp_path / "a" / "b" / "x.json"
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"{}", 0o600)
    assert backups.names("a/b") == {"x.json"}
    assert (backups.has("a/b", "x.json"), backups.has("a/b", "y.json"), backups.names("none")) == (True, False, set())


def test_a_folder_that_leads_out_by_a_link_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "out")
    with pytest.raises(BackupFailed) as caught:
        Backups(tmp_path / "root").write("link/below", "x.json", b"{}")
    assert "A link leads it out" in caught.value.detail
    assert list((tmp_path / "out").iterdir()) == []


def test_a_root_that_is_reached_by_a_link_is_the_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    Backups(tmp_path / "root").write("b", "x.json", b"{}")
    assert (tmp_path / "real" / "b" / "x.json").exists()


def test_an_absolute_folder_is_meant(tmp_path: Path) -> None:
    Backups(tmp_path / "root").write(str(tmp_path / "cold"), "x.json", b"{}")
    assert (tmp_path / "cold" / "x.json").read_bytes() == b"{}"


def test_a_full_disk_leaves_the_former_copy_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backups = Backups(tmp_path)
    backups.write("b", "x.json", b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupFailed) as caught:
        backups.write("b", "x.json", b"second")
    assert "No space left on device" in caught.value.detail
    assert [path.read_bytes() for path in (tmp_path / "b").iterdir()] == [b"first"]


def test_a_copy_that_reads_back_differently_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"rotten")
    with pytest.raises(BackupFailed) as caught:
        Backups(tmp_path).write("b", "x.json", b"{}")
    assert "Read back, it is not what was written" in caught.value.detail
    assert list((tmp_path / "b").iterdir()) == []
