"""`reconciler audit bundle`: what is in it, that it is the same every time, and what a person sees."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, sync_playwright
from reconciler.model.address import Address
from reconciler.model.archive import Receipt
from reconciler.model.chain import Verified
from reconciler.model.dossier import Dossier, Kept
from reconciler.model.observed import Organisation
from reconciler.model.ports import AuditEntry
from reconciler.model.register import Processing
from reconciler.model.request import Requested
from reconciler.render.audit_bundle import bundle_files
from reconciler.render.audit_page import page_html
from reconciler.state import open_ledger

from .approving import merged, reviewed
from .project import CUSTOMER, SECRET, SUPPORT, Project, acknowledging, manifest, purpose, removed, schema, text

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "<script>document.title='x'</script><img src=//evil.example/x onerror=alert(1)>\"'&amp;"

BARE = Dossier(Organisation("o", "O"), "l", "", "", "", Verified(0, 0, ""))


def bundled(project: Project, *words: str, to: str = "out.zip") -> dict[str, bytes]:
    ran = project.run("audit", "bundle", to, *words)
    assert ran.code == 0, str(ran)
    with zipfile.ZipFile(to) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def loaded(files: dict[str, bytes], name: str) -> Any:
    return orjson.loads(files[name])


def seen(files: dict[str, bytes]) -> str:
    """The page's text, in one line."""
    return " ".join(
        html.unescape(re.sub(r"<(style)>.*?</\1>|<[^>]*>", " ", files["index.html"].decode(), flags=re.S)).split()
    )


@pytest.fixture
def estate(project: Project) -> Project:
    """Two changes, one of them accepted by somebody; a refusal; a request."""
    export = manifest("DataExport", "september", {"window": {"month": "2026-09"}}, None)
    kept = text("email", personalData=True, purpose="Support")
    project.applied(purpose(), schema(kept, text("score"), text("nick")), export)
    project.write(purpose(), schema(kept), export)
    assert project.apply().code == 3
    accepted = acknowledging("FS101", "fields.score", removes=["score"])
    accepted["acknowledge"] += acknowledging("FS101", "fields.nick", removes=["nick"])["acknowledge"]
    project.write(purpose(), schema(kept, lifecycle=accepted), export)
    assert project.apply().code == 0
    return project


def test_two_builds_are_the_same_bytes(estate: Project) -> None:
    bundled(estate, to="first.zip")
    estate.time.pass_by(86_400 * 40)
    bundled(estate, to="second.zip")
    assert Path("first.zip").read_bytes() == Path("second.zip").read_bytes()


def test_only_its_owner_may_read_it_and_nothing_else_is_written(estate: Project) -> None:
    before = estate.files()
    Path("out.zip").write_bytes(b"an older one")
    bundled(estate)
    assert Path("out.zip").stat().st_mode & 0o777 == 0o600
    assert {name: content for name, content in estate.files().items() if name != "out.zip"} == before


def test_its_checksums_and_its_own_check_need_nothing_of_ours(estate: Project, tmp_path: Path) -> None:
    files = bundled(estate)
    sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(files[name]).hexdigest() for name in files if name != "SHA256SUMS"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    script = files["README.txt"].decode().partition("import hashlib")
    check = [sys.executable, "-I", "-c", script[1] + script[2]]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert loaded(files, "proof.json")["chain"]["head"] in done.stdout
    spoiled = files["audit.jsonl"].replace(b'"result":"SUCCESS"', b'"result":"FAILED"', 1)
    (tmp_path / "audit.jsonl").write_bytes(spoiled)
    assert "entry 2 was changed" in subprocess.run(check, cwd=tmp_path, capture_output=True, text=True).stderr


def test_the_register_says_what_is_kept_on_which_basis_how_long_and_where(estate: Project) -> None:
    [kept] = loaded(bundled(estate), "register.json")["purposes"]
    assert (kept["address"], kept["status"]) == (SUPPORT, "applied")
    assert (kept["applied"]["legal_basis"], kept["applied"]["retention"]) == ("contract", "180d")
    [field] = kept["fields"]
    assert (field["address"], field["field"], field["personal_data"]) == (CUSTOMER, "email", True)


def test_personal_data_without_a_purpose_stands_out(project: Project) -> None:
    accepted = acknowledging("FS005", "fields.email.purpose", change="none")
    project.applied(schema(text("email", personalData=True), lifecycle=accepted))
    files = bundled(project)
    assert [each["field"] for each in loaded(files, "register.json")["personal_data_without_purpose"]] == ["email"]
    assert "Personal data without a purpose" in seen(files)


def test_what_is_stated_and_not_applied_yet_is_told_from_what_is(project: Project) -> None:
    project.applied(purpose(), purpose("Gone"))
    project.write(
        purpose(retention="90d"), purpose("Fresh"), schema(text("email", personalData=True, purpose="Support"))
    )
    files = bundled(project)
    kept = {each["address"]: each for each in loaded(files, "register.json")["purposes"]}
    assert {address: each["status"] for address, each in kept.items()} == {
        "Purpose/Fresh": "not applied yet",
        "Purpose/Gone": "applied, no manifest",
        SUPPORT: "applied, the manifest says otherwise",
    }
    assert (kept[SUPPORT]["applied"]["retention"], kept[SUPPORT]["stated"]["retention"]) == ("180d", "90d")
    assert kept[SUPPORT]["fields"][0]["applied"] is False


def test_a_change_comes_with_the_reviewed_plans_that_approved_it(project: Project) -> None:
    plan = reviewed(project, purpose())
    assert merged(project, plan, RECONCILER_PULL_REQUEST="acme/estate#17").code == 0
    project.write(purpose(description="By hand"))
    project.apply()
    files = bundled(project)
    first, second = loaded(files, "changes.json")
    assert (len(first["approval"]["summary"]), first["approval"]["detail"]) == (1, "pr.json")
    assert second["approval"] is None
    assert f"Approved by 1 reviewed plan of acme/estate#17: {first['approval']['summary'][0]}" in seen(files)


def test_a_change_comes_with_what_was_accepted_for_it(estate: Project) -> None:
    changes = loaded(bundled(estate), "changes.json")
    assert [(each["action"], each["address"]) for each in changes][-1] == ("UPDATE", CUSTOMER)
    assert [each["summary"][1] for each in changes[-1]["acknowledgements"]] == ["path:fields.nick", "path:fields.score"]
    assert all(not each["acknowledgements"] for each in changes[:-1])


def test_what_was_refused_as_a_whole_is_in_it(estate: Project) -> None:
    [refusal] = loaded(bundled(estate), "refusals.json")
    assert refusal["summary"] == [f"FS101:{CUSTOMER}", f"FS101:{CUSTOMER}"]


def test_exceptions_are_open_until_they_expire_by_the_bundles_own_date(project: Project) -> None:
    said = acknowledging("FS101", "fields.b", removes=["b"])
    said["acknowledge"][0]["expires"] = "2026-12-31"
    project.applied(schema(text("a")))
    project.write(schema(text("a"), lifecycle=said))
    assert [each["code"] for each in loaded(bundled(project, "--until", "2026-12-31"), "exceptions.json")] == ["FS101"]
    assert loaded(bundled(project, "--until", "2027-01-01"), "exceptions.json") == []


def test_requests_are_in_it_and_never_where_the_data_is(estate: Project) -> None:
    estate.run("exports", "wait")
    files = bundled(estate)
    [request] = loaded(files, "exports.json")
    assert (request["address"], request["status"]) == ("DataExport/september", "COMPLETED")
    assert not re.search(rb"https?://", b"".join(files.values()))


def test_no_secret_is_in_it(estate: Project) -> None:
    assert SECRET.encode() not in b"".join(bundled(estate).values())


def test_a_period_has_its_own_entries_and_the_proof_says_which(estate: Project) -> None:
    everything = loaded(bundled(estate), "proof.json")
    files = bundled(estate, "--until", "2000-01-01")
    assert files["audit.jsonl"] == b""
    assert loaded(files, "changes.json") == []
    proof = loaded(files, "proof.json")
    assert proof["chain"] == everything["chain"]
    assert proof["bundled"] == {"count": 0, "first": None, "last": None, "previous": None, "last_hash": None}
    assert everything["bundled"]["count"] == everything["chain"]["count"]


def test_a_place_that_cannot_be_written_is_said(estate: Project) -> None:
    assert estate.run("audit", "bundle", "nowhere/out.zip").fails_with(1, "A file cannot be written", "nowhere")


def test_receipts_of_archives_are_in_it_without_the_rest_of_an_address(project: Project) -> None:
    project.applied(purpose())
    with open_ledger(project.ledger, writable=True) as ledger:
        rule, endpoint = Address("RetentionRule", "all"), "https://archive.example:8443/store?token=hidden"
        for day in (1, 2):
            receipt = Receipt(endpoint, f"k-{day}", rule, "s-1", f"a-{day}", 3, f"2026-11-0{day}T00:00:00.000Z", "seal")
            ledger.file(
                receipt, AuditEntry(receipt.timestamp, "ARCHIVE_SUBMITTED", str(rule), "s-1", "SUCCESS", "seal")
            )
    files = bundled(project, "--since", "2026-11-02", "--until", "2026-11-03")
    [receipt] = loaded(files, "archives.json")
    assert (receipt["archive"], receipt["versions"], receipt["endpoint"]) == ("a-2", 3, "archive.example")
    assert b"hidden" not in b"".join(files.values())
    assert "Archived histories" in seen(files)


def test_receipts_are_shown_where_there_are_any() -> None:
    assert "archives.json" not in bundle_files(BARE)
    receipted = replace(BARE, receipts=({"archive": "a-1", "strategy": HOSTILE},))
    files = bundle_files(receipted)
    assert loaded(files, "archives.json") == [{"archive": "a-1", "strategy": HOSTILE}]
    assert HOSTILE in seen(files)


# The page.


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium or google-chrome on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


def test_the_page_tells_a_person_everything(estate: Project) -> None:
    page = seen(bundled(estate))
    for words in (
        "Sandbox Organisation", "1 purpose", "Legal basis contract", "Kept for 180 days", "FlexSchema/customer email",
        "Accepted FS101 Field removed at fields.score by a.smith, until 2099-12-31: agreed", "score REMOVE",
        "Findings block the plan", "DataExport/september", "whole",
    ):  # fmt: skip
        assert words in page, words


def test_the_page_needs_nothing_and_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    """Every text of it is only text, whatever manifests and the organisation say; and nothing is asked of anybody."""
    odd = HOSTILE + "\x1b[31m\u202e"
    kept = Kept(Address("Purpose", "a"), Processing("A", odd, odd, odd, active=True), None)
    request = Requested(
        "key", Address("DataExport", "e"), Address("DataExport", "e"), odd, odd, {odd: [odd]}, reason=odd
    )
    dossier = replace(
        BARE, organisation=Organisation(odd, odd), register=(kept,), requests=(request,), receipts=({odd: odd},)
    )
    place = tmp_path / "index.html"
    place.write_text(page_html(dossier))
    page, asked, complaints = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(place.as_uri())
    assert page.title() == "Data governance audit: " + HOSTILE + "\\x1b[31m\\u202e"
    assert page.locator("script, img, iframe, link:not([rel=icon])").count() == 0
    assert HOSTILE + "\\x1b[31m\\u202e" in page.inner_text("article")
    assert (complaints, asked) == ([], [place.as_uri()])
    page.close()


def test_the_page_fits_a_window_and_prints(estate: Project, browser: Browser, tmp_path: Path) -> None:
    place = tmp_path / "index.html"
    place.write_bytes(bundled(estate)["index.html"])
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.goto(place.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()


def test_a_long_history_is_cut_on_the_page_and_whole_in_the_files(project: Project) -> None:
    names = [f"Purpose_{number:03}" for number in range(260)]
    project.applied(*map(purpose, names))
    project.configure(limits={"requestsPerMinute": 1_000_000, "deletions": {"count": 1000, "percent": 100}})
    project.applied(removed(*(f"Purpose/{name}" for name in names)))
    files = bundled(project)
    assert len(loaded(files, "changes.json")) == 520
    assert "The newest 500 of 520; all of them are in changes.json" in seen(files)
