"""What is believed of the organisation's list of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reconciler.errors import ReconcilerError
from reconciler.exports.fetching import read_download, read_files
from reconciler.model.export import RemoteFile
from reconciler.model.secret import Secret

from .filehost import EXPORT, TOKEN, file_host, run

SHA256 = "ab" * 32
URI = f"https://files.example.com/export/p0?{TOKEN}"


def entry(**members: Any) -> dict[str, Any]:
    given = {"uri": URI, "size": 5, "format": "jsonl", "checksum": f"sha256:{SHA256}", "partition": 0}
    return {name: value for name, value in (given | members).items() if value is not ...}


def refused(answer: Any) -> str:
    with pytest.raises(ReconcilerError) as caught:
        read_files(answer, export=EXPORT)
    error = caught.value
    assert (error.summary, error.where) == ("The list of an export's files cannot be trusted", EXPORT)
    assert error.hint
    assert "do-not-show" not in str(error)
    return error.detail


def test_the_answer_of_the_contract_is_read() -> None:
    (file,) = read_files([entry(checksum=f"sha256:{SHA256.upper()}")], export=EXPORT)
    assert file == RemoteFile(Secret(URI), 0, "jsonl", 5, SHA256)


def test_files_come_in_order_of_partition() -> None:
    files = read_files([entry(partition=number) for number in (10, 2, 0)], export=EXPORT)
    assert [file.name for file in files] == ["partition_0.jsonl", "partition_2.jsonl", "partition_10.jsonl"]


@pytest.mark.parametrize("answer", [None, {}, {"entities": []}, "x", 1, True])
def test_only_an_array_is_a_list_of_files(answer: Any) -> None:
    assert refused(answer) == "It is not an array."


def test_a_finished_export_has_a_file() -> None:
    assert "no file at all" in refused([])


def test_no_export_has_so_many_files() -> None:
    assert "100,001 files" in refused([None] * 100_001)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"partition": ...}, "partition"),
        ({"partition": -1}, "partition"),
        ({"partition": 1_000_000}, "partition"),
        ({"partition": 1.0}, "partition"),
        ({"partition": True}, "partition"),
        ({"partition": "../../x"}, "partition"),
        ({"format": ...}, "format"),
        ({"format": ""}, "format"),
        ({"format": "JSONL"}, "format"),
        ({"format": "jsonl\n"}, "format"),
        ({"format": "a/../../b"}, "format"),
        ({"format": "tar.gz"}, "format"),
        ({"format": "x" * 17}, "format"),
        ({"format": ["jsonl"]}, "format"),
        ({"size": ...}, "size"),
        ({"size": -1}, "size"),
        ({"size": 1.5}, "size"),
        ({"size": "5"}, "size"),
        ({"size": False}, "size"),
        ({"size": 2**64}, "size"),
        ({"checksum": ...}, "no checksum"),
        ({"checksum": ""}, "no checksum"),
        ({"checksum": "md5:" + "ab" * 16}, "another algorithm"),
        ({"checksum": SHA256}, "another algorithm"),
        ({"checksum": "sha256:" + "ab" * 31}, "64 hexadecimal digits"),
        ({"checksum": "sha256:" + "xy" * 32}, "64 hexadecimal digits"),
        ({"checksum": 5}, "64 hexadecimal digits"),
        ({"uri": ...}, "no URI"),
        ({"uri": ""}, "no URI"),
        ({"uri": 5}, "no URI"),
        ({"uri": "files/p0"}, "URI"),
        ({"uri": "/files/p0"}, "URI"),
        ({"uri": "https:///p0"}, "URI"),
        ({"uri": "ftp://files.example.com/p0"}, "neither http nor https"),
        ({"uri": "file:///etc/passwd"}, "URI"),
        ({"uri": "https://user:pass@files.example.com/p0"}, "carries credentials"),
        ({"uri": "https://@files.example.com/p0"}, "carries credentials"),
        ({"uri": "https://127.0.0.1\\@files.example.com/p0"}, "is no URI"),
        ({"uri": "https://files.example.com/p 0"}, "is no URI"),
        ({"uri": "https://files.example.com/p0\r\nHost: x"}, "is no URI"),
        ({"uri": "https://files.exämple.com/p0"}, "is no URI"),
        ({"uri": "https://files.example.com:99999/p0"}, "URI"),
        ({"uri": "https://files.example.com/" + "x" * 20_000}, "is no URI"),
        ({"uri": "http://files.example.com/p0"}, "would send the data over files.example.com unencrypted (http)"),
        ({"uri": "http://127.0.0.1.example.com/p0"}, "unencrypted"),
        ({"uri": "http://localhost.example.com/p0"}, "unencrypted"),
    ],
)
def test_an_odd_member_is_one_clear_error(members: dict[str, Any], said: str) -> None:
    detail = refused([entry(**members)])
    assert detail.startswith(("Entry 0: Its ", "Entry 0: It has no "))
    assert said in detail
    assert "\n" not in detail


@pytest.mark.parametrize("member", [None, 5, "x", []])
def test_an_entry_is_an_object(member: Any) -> None:
    assert refused([entry(), member]) == "Entry 1: It is not an object."


def test_all_problems_are_told_at_once_but_not_thousands() -> None:
    assert len(refused([entry(size=-1, format="/"), entry(uri=5)]).splitlines()) == 3
    assert refused([None] * 50).splitlines()[-1] == "... and 40 more."


def test_one_partition_and_format_is_one_file() -> None:
    assert refused([entry(), entry()]) == "partition_0.jsonl is listed 2 times."
    assert len(read_files([entry(), entry(format="csv")], export=EXPORT)) == 2


@pytest.mark.parametrize("uri", ["http://127.0.0.1:8080/p0", "http://[::1]/p0", "http://localhost/p0", URI])
def test_in_clear_only_to_this_machine(uri: str) -> None:
    assert read_files([entry(uri=uri)], export=EXPORT)[0].uri.reveal() == uri


def test_a_privacy_download_has_neither_size_nor_checksum() -> None:
    assert read_download(URI, format="json", export=EXPORT) == RemoteFile(Secret(URI), 0, "json")


@pytest.mark.parametrize(("uri", "format"), [(None, "json"), ("ftp://x/y", "json"), (URI, "../x"), (URI, "")])
def test_an_odd_privacy_download_is_refused(uri: Any, format: str) -> None:  # noqa: A002
    with pytest.raises(ReconcilerError, match="cannot be trusted"):
        read_download(uri, format=format, export=EXPORT)


@pytest.mark.parametrize(
    "members",
    [{"partition": -1}, {"format": "/../../x"}, {"uri": Secret("http://files.example.com/x")}, {"sha256": ""}],
)
def test_fetch_itself_refuses_a_file_that_it_should_not_have_been_given(tmp_path: Path, members: Any) -> None:
    with file_host() as host:
        with pytest.raises(ReconcilerError, match="are refused"):
            run(host, tmp_path / "folder", listing=lambda: (replace(host.remote(), **members),))
        assert host.requests == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [0, 2])
def test_fetch_itself_refuses_a_list_that_is_none(tmp_path: Path, count: int) -> None:
    with file_host() as host, pytest.raises(ReconcilerError, match="are refused"):
        run(host, tmp_path, listing=lambda: (host.remote(),) * count)
