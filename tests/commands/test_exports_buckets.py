"""Exports in a bucket, from the shell: fetched, verified and made a table of, with the store over real HTTP."""

from __future__ import annotations

import hashlib
import io
import re
import sys
from pathlib import Path
from unittest import mock

import orjson
import pytest
import requests
from tests.exports.buckets import KEY, SECRET, Bucket, only_known_keys

from .project import Project, Start
from .shell import in_the_background
from .test_exports import SEPTEMBER, completed, data, subject

pytestmark = pytest.mark.long


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> Bucket:
    return Bucket(f"c{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}")


@pytest.fixture
def project(start: Start, bucket: Bucket) -> Project:
    """The shell has exported where the bucket is."""
    project = start(settings={"export_partitions": 2})
    project.environment |= bucket.environment
    completed(project, data())
    return project


def folder_in(bucket: Bucket) -> str:
    [folder] = {key.partition("/")[0] for key in bucket.listed()} - {"table"}
    return folder


def staged(project: Project) -> list[str]:
    folder = project.ledger.parent / "exports-staging"
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".fetch.lock")


def test_the_bucket_has_what_a_folder_would_have(project: Project, bucket: Bucket) -> None:
    ran = project.run("exports", "fetch", "--to", bucket.url)
    assert ran.code == 0, str(ran)
    assert ran.says("2 file(s)", f"verified, in {bucket.url}/september-")
    assert project.run("exports", "fetch").code == 0
    here = {str(path.relative_to("exports")): path.read_bytes() for path in Path("exports").rglob("[!.]*.*")}
    assert {key: bucket.get(key) for key in bucket.listed()} == here
    assert len(here) == 3
    assert staged(project) == []


def test_fetching_twice_downloads_and_uploads_nothing(project: Project, bucket: Bucket) -> None:
    for _ in range(2):
        assert project.run("exports", "fetch", "--to", bucket.url).code == 0
    assert len([each for each in project.control.file_requests() if each.method == "GET"]) == 2
    assert len(bucket.uploads()) == 3


def test_a_download_without_a_checksum_is_fetched_once_too(project: Project, bucket: Bucket) -> None:
    completed(project, data(), subject())
    for _ in range(2):
        assert project.run("exports", "fetch", "PrivacyExport/subject", "--to", bucket.url).code == 0
    assert len([each for each in project.control.file_requests() if each.method == "GET"]) == 1
    assert project.run("exports", "verify", "--to", bucket.url).says("every file is as it was fetched")


def test_the_report_is_the_last_to_come(project: Project, bucket: Bucket) -> None:
    project.control.fault("GET /exports/*/1.jsonl", "status", status=404, times=None)
    assert project.run("exports", "fetch", "--to", bucket.url).code == 1
    assert [key.rpartition("/")[2] for key in bucket.listed()] == ["partition_0.jsonl"]
    assert project.run("exports", "verify", "--to", bucket.url).fails_with(1, "Nothing to verify")


@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_verify_finds_what_is_no_longer_right_and_fetch_mends_it(project: Project, bucket: Bucket, harm: str) -> None:
    project.run("exports", "fetch", "--to", bucket.url)
    key = f"{folder_in(bucket)}/partition_1.jsonl"
    right = bucket.get(key)
    bucket.put(key, right.replace(b"i", b"j", 1)) if harm == "changed" else bucket.delete(key)
    ran = project.run("exports", "verify", SEPTEMBER, "--to", bucket.url)
    assert ran.code == 1
    assert ran.says(f"{harm}: partition_1.jsonl")
    assert project.run("exports", "fetch", "--to", bucket.url).code == 0
    assert bucket.get(key) == right


def test_the_table_is_made_in_staging_and_lies_in_the_bucket(project: Project, bucket: Bucket) -> None:
    import pyarrow.parquet as pq

    project.run("exports", "fetch", "--to", bucket.url)
    ran = project.run("exports", "normalise", "--to", bucket.url)
    assert ran.code == 0, str(ran)
    parts = [key for key in bucket.listed() if key.startswith("table/")]
    assert [part.rpartition("/")[2] for part in parts] == ["part-00000.parquet", "part-00001.parquet"]
    report = orjson.loads(bucket.get(f"{folder_in(bucket)}/report.json"))
    rows = sum(pq.read_metadata(io.BytesIO(bucket.get(part))).num_rows for part in parts)
    assert report["total_records"] == rows > 0
    assert ran.says(f"in {bucket.url}/table, 0 in quarantine")
    assert staged(project) == []


def test_a_quarantine_goes_with_the_table_and_goes_when_it_is_empty(project: Project, bucket: Bucket) -> None:
    project.run("exports", "fetch", "--to", bucket.url)
    folder = folder_in(bucket)
    report, right = bucket.get(f"{folder}/report.json"), bucket.get(f"{folder}/partition_0.jsonl")
    wrong = right + b"{broken\n"
    changed = orjson.loads(report)
    changed["files"][0] |= {"size": len(wrong), "sha256": hashlib.sha256(wrong).hexdigest()}
    bucket.put(f"{folder}/partition_0.jsonl", wrong)
    bucket.put(f"{folder}/report.json", orjson.dumps(changed))
    assert project.run("exports", "normalise", "--to", bucket.url).says("1 in quarantine")
    [aside] = [key for key in bucket.listed() if key.endswith(".quarantine")]
    assert b"{broken" in bucket.get(aside)
    assert project.run("exports", "fetch", "--to", bucket.url).code == 0
    assert project.run("exports", "normalise", "--to", bucket.url).says("0 in quarantine")
    assert aside not in bucket.listed()


def test_parts_of_something_else_are_not_joined(project: Project, bucket: Bucket) -> None:
    project.run("exports", "fetch", "--to", bucket.url)
    assert project.run("exports", "normalise", "--to", bucket.url).code == 0
    [folder] = {key.rpartition("/")[0] for key in bucket.listed() if key.startswith("table/")}
    bucket.put(f"{folder}/part-00009.parquet", b"")
    ran = project.run("exports", "normalise", "--to", bucket.url)
    assert ran.fails_with(1, "The export's folder holds files that are not of this export", "part-00009.parquet")
    assert staged(project) == []


def test_what_changed_in_the_bucket_is_not_made_a_table_of(project: Project, bucket: Bucket) -> None:
    project.run("exports", "fetch", "--to", bucket.url)
    bucket.put(f"{folder_in(bucket)}/partition_0.jsonl", b"{}\n")
    ran = project.run("exports", "normalise", "--to", bucket.url)
    assert ran.fails_with(1, "An export file is not the one that was fetched", "partition_0.jsonl")
    assert not [key for key in bucket.listed() if key.startswith("table/")]


def test_staging_is_where_it_is_said_to_be_and_its_owners_only(project: Project, bucket: Bucket) -> None:
    assert project.run("exports", "fetch", "--to", bucket.url, "--staging", "there").code == 0
    assert (project.root / "there").stat().st_mode & 0o777 == 0o700
    assert not (project.ledger.parent / "exports-staging").exists()


@pytest.mark.parametrize("verb", ["fetch", "verify", "normalise"])
def test_refused_credentials_end_it_with_exit_7(project: Project, bucket: Bucket, verb: str) -> None:
    with only_known_keys(bucket):
        ran = project.run("exports", verb, "--to", bucket.url)
    assert ran.fails_with(7, "The bucket refuses these credentials", bucket.url, "AWS_ACCESS_KEY_ID")
    assert not any(secret in str(ran) for secret in (KEY, SECRET))


@pytest.mark.parametrize("verb", ["fetch", "verify", "normalise"])
def test_a_bucket_that_is_not_there_is_said(project: Project, verb: str) -> None:
    ran = project.run("exports", verb, "--to", "s3://there-is-no-such-bucket")
    assert ran.fails_with(1, "There is no such bucket", "s3://there-is-no-such-bucket")


@pytest.mark.parametrize("verb", ["fetch", "verify", "normalise"])
def test_a_url_with_credentials_is_refused_and_not_repeated(project: Project, verb: str) -> None:
    ran = project.run("exports", verb, "--to", "s3://id:s3cr3t@bucket/x")
    assert ran.fails_with(1, "The place for exports is none", "environment")
    assert "s3cr3t" not in str(ran)


def test_a_table_elsewhere_goes_with_a_folder_only(project: Project, bucket: Bucket) -> None:
    project.run("exports", "fetch", "--to", bucket.url)
    ran = project.run("exports", "normalise", "--to", bucket.url, "--table", "here")
    assert ran.fails_with(1, "The table of a bucket is in the bucket")


def test_without_the_extra_the_line_that_installs_it_is_shown(project: Project, bucket: Bucket) -> None:
    loaded = [name for name in sys.modules if name.startswith(("obstore", "reconciler.exports.places."))]
    with mock.patch.dict(sys.modules, dict.fromkeys(loaded)):
        for name in loaded:
            del sys.modules[name]
        sys.modules["obstore"] = None  # type: ignore[assignment]
        ran = project.run("exports", "verify", "--to", bucket.url)
    assert ran.fails_with(1, "This needs the extra 'buckets'", "pip install 'reconciler[buckets]'")


def test_the_catalogue_service_reads_the_reports_in_a_bucket(project: Project, bucket: Bucket) -> None:
    for verb in ("fetch", "normalise"):
        assert project.run("exports", verb, "--to", bucket.url).code == 0
    with in_the_background(project, "serve", "--port", "0", "--to", bucket.url) as running:
        running.until("until Ctrl-C")
        found = re.search(r"http://\S+", running.seen)
        assert found
        [export_id] = requests.get(f"{found[0]}/catalog/routes", timeout=60).json()["available_exports"]
        report = requests.get(f"{found[0]}/catalog/{export_id}", timeout=60).json()
        assert (report["address"], report["state"], len(report["files"])) == (SEPTEMBER, "normalised", 2)
        answer = requests.get(f"{found[0]}/catalog/{export_id}/records", timeout=60)
        assert (answer.status_code, "lies in a bucket" in answer.text) == (409, True)
