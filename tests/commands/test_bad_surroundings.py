"""The issue's "Bad input" beyond the manifests: plan files, ledgers, disks, credentials, organisations, networks.

Each gives one clear message, the right exit code, no accident, and nothing written.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from reconciler.planning.planfile import FORMAT_VERSION

from .project import CUSTOMER, SECRET, Json, Project, Start, purpose, schema, text

PURPOSES = "/api/v2/privacy/purposes"


@pytest.fixture
def saved(project: Project) -> Path:
    """A plan file for one creation."""
    project.write(purpose())
    assert project.plan("--out", "plan.json").code == 0
    return project.root / "plan.json"


# Plan files.


def _without_end(content: str) -> str:
    return content[: len(content) // 2]


def _no_object(_: str) -> str:
    return "[]"


def _by_hand(content: str) -> str:
    return content.replace("180d", "181d")


def _newer(content: str) -> str:
    return content.replace(f'"format_version": {FORMAT_VERSION}', f'"format_version": {FORMAT_VERSION + 1}')


PLAN_FILES: dict[str, tuple[Callable[[str], str], str, str]] = {
    "cut short": (_without_end, "The file is not a plan", "not JSON"),
    "something else": (_no_object, "The file is not a plan", "reconciler plan --out FILE"),
    "changed by hand": (_by_hand, "The plan file is damaged", "sha256:"),
    "newer": (_newer, "The plan was made by a newer version", "Upgrade"),
}


@pytest.mark.parametrize(("spoil", "summary", "more"), PLAN_FILES.values(), ids=PLAN_FILES.keys())
@pytest.mark.parametrize("verb", ["show", "apply"])
def test_a_plan_file_that_cannot_be_read_is_refused(
    project: Project, saved: Path, verb: str, spoil: Callable[[str], str], summary: str, more: str
) -> None:
    saved.write_text(spoil(saved.read_text()))
    before = project.files()
    assert project.run(verb, saved).fails_with(1, summary, more)
    assert project.wrote_nothing(before)


def test_a_plan_file_that_is_not_there_is_named(project: Project) -> None:
    assert project.run("apply", "nowhere.json").fails_with(1, "The plan file cannot be read", "nowhere.json")


def test_a_plan_file_that_is_a_folder_is_named(project: Project) -> None:
    assert project.run("show", "manifests").fails_with(1, "The plan file cannot be read", "manifests")


def test_another_plan_than_the_seal_names_is_refused(project: Project, saved: Path) -> None:
    before = project.files()
    ran = project.run("apply", saved, "--seal", "sha256:" + "0" * 64)
    assert ran.fails_with(4, "The plan is not the one that the seal names")
    assert project.wrote_nothing(before)


def test_a_plan_for_another_organisation_is_refused(start: Start) -> None:
    there = start(name="there", organization={"id": "other", "name": "Other"})
    there.write(purpose())
    there.plan("--out", "plan.json")
    here = start(name="here", organization={"id": "mine", "name": "Mine"})
    ran = here.run("apply", there.root / "plan.json")
    assert ran.fails_with(4, "The plan is for another organisation", "Other (other)", "Mine (mine)")
    assert here.effects() == []


def test_a_stale_plan_is_refused(project: Project, saved: Path) -> None:
    project.applied(purpose(retention="90d"))
    before = project.files()
    assert project.run("apply", saved).fails_with(4, "The plan is stale", "Purpose/Support")
    assert project.wrote_only_its_refusal(before)


# Ledgers.


def test_another_organisations_ledger_is_refused(start: Start) -> None:
    there = start(name="there", organization={"id": "other", "name": "Other"})
    there.applied(purpose())
    here = start(name="here", organization={"id": "mine", "name": "Mine"})
    here.write(purpose())
    here.ledger.parent.mkdir()
    here.ledger.write_bytes(there.ledger.read_bytes())
    before = here.files()
    for verb in ("plan", "apply"):
        ran = here.run(verb, *(["--auto-approve"] if verb == "apply" else []))
        assert ran.fails_with(1, "The ledger belongs to another organisation", "Other", "Mine")
    assert here.wrote_nothing(before)


def test_a_ledger_of_a_newer_format_is_refused(project: Project) -> None:
    project.applied(purpose())
    with sqlite3.connect(project.ledger) as ledger:
        ledger.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    ledger.close()
    before = project.files()
    for words in (["plan"], ["apply", "--auto-approve"], ["state", "list"]):
        assert project.run(*words).fails_with(1, "The ledger is of a newer format", "99")
    assert project.wrote_nothing(before)


def test_a_file_that_is_no_ledger_is_refused(project: Project) -> None:
    project.write(purpose())
    project.ledger.parent.mkdir()
    project.ledger.write_text("shopping: milk, eggs, and a lot more text than SQLite's header has bytes" * 20)
    before = project.files()
    for words in (["plan"], ["apply", "--auto-approve"], ["state", "list"]):
        assert project.run(*words).fails_with(1, "The file is not a ledger")
    assert project.wrote_nothing(before)


@pytest.mark.parametrize("words", [("plan",), ("apply", "--auto-approve"), ("state", "list")])
def test_a_folder_for_a_ledger_is_told_and_is_no_broken_disk(project: Project, words: tuple[str, ...]) -> None:
    project.write(purpose())
    project.configure(ledger="state")
    (project.manifests / "state").mkdir()
    ran = project.run(*words)
    assert ran.fails_with(1, "The ledger cannot be opened", "manifests/state", "It is a folder.", "/ledger.db")


# Disks.


def _as_nobody(project: Project, *words: str) -> tuple[int, str]:
    """Root may write anywhere, so a child process steps down first. Its imports must have been done."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.setuid(65534)
            ran = project.run(*words)
            os.write(writer, f"{ran.code} {ran.flat}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        code, _, told = pipe.read().partition(" ")
    os.waitpid(child, 0)
    return int(code), told


@pytest.mark.skipif(os.geteuid() != 0, reason="steps down from root")
@pytest.mark.parametrize("is_new", [True, False], ids=["no ledger yet", "a ledger of somebody else"])
def test_a_read_only_folder_is_named_before_anything_is_written(project: Project, is_new: bool) -> None:
    project.applied(purpose("Before"))
    if is_new:
        shutil.rmtree(project.ledger.parent)
        project.control.delete("purposes", "Before")
        project.control.forget()
    project.write(purpose("Before"), purpose())
    for path in (project.root, *project.root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in project.root.parents:
        if Path(tempfile.gettempdir()) in path.parents:
            path.chmod(0o755)
    before = project.files()
    code, told = _as_nobody(project, "apply", "--auto-approve")
    assert code == 1, told
    assert told.startswith("Error: The ledger cannot be locked manifests/.reconciler")
    assert "Permission denied" in told
    assert project.wrote_nothing(before)
    code, told = _as_nobody(project, "plan")
    assert code == 0, told


def _shell(project: Project, *words: str, prepare: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *words],
        cwd=project.root,
        env={**os.environ, **project.environment},
        capture_output=True,
        text=True,
        preexec_fn=prepare,
        timeout=300,
    )


@pytest.mark.parametrize("kilobytes", [0, 4, 12])
def test_a_full_disk_is_named_before_anything_is_written(project: Project, kilobytes: int) -> None:
    project.write(purpose())
    limit = kilobytes * 1024

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = _shell(project, "apply", "--auto-approve", prepare=fill)
    told = " ".join(f"{done.stdout} {done.stderr}".split())
    assert done.returncode == 1, told
    assert "Error: The" in told
    assert "ledger" in told
    assert "Traceback" not in told
    assert "Internal error" not in told
    assert project.effects() == []
    assert project.apply().code == 0, "once there is room again, it just works"


# Credentials.


def test_wrong_credentials_are_an_authentication_error(project: Project) -> None:
    project.write(purpose())
    before = project.files()
    ran = project.run("apply", "--auto-approve", GENESYSCLOUD_OAUTHCLIENT_SECRET="wrong-and-secret")
    assert ran.fails_with(7, "The credentials are refused", "'robot'", "GENESYSCLOUD_OAUTHCLIENT_ID")
    assert "wrong-and-secret" not in ran.flat
    assert project.wrote_nothing(before)
    assert not project.ledger.exists()


def test_no_credentials_are_asked_for_by_name(project: Project) -> None:
    project.write(purpose())
    ran = project.run("plan", GENESYSCLOUD_OAUTHCLIENT_ID=None, GENESYSCLOUD_OAUTHCLIENT_SECRET=None)
    assert ran.fails_with(7, "The credentials are incomplete", "GENESYSCLOUD_OAUTHCLIENT_ID")


def test_the_names_that_other_tools_use_are_recognised_and_ours_named(project: Project) -> None:
    project.write(purpose())
    nobody: dict[str, str | None] = dict.fromkeys(project.environment)
    ran = project.run(
        "plan", **nobody, GENESYS_CLIENT_ID="x", GENESYS_CLIENT_SECRET=SECRET, GENESYS_CLOUD_DOMAIN="mypurecloud.de"
    )
    assert ran.fails_with(
        7, "The credentials are incomplete", "GENESYS_CLIENT_ID (ours is GENESYSCLOUD_OAUTHCLIENT_ID)"
    )


def test_a_token_that_is_no_good_is_an_authentication_error(project: Project) -> None:
    project.write(purpose())
    ran = project.run("plan", GENESYSCLOUD_ACCESS_TOKEN="forged-token")
    assert ran.fails_with(7, "The organisation does not accept the token", "GENESYSCLOUD_ACCESS_TOKEN")
    assert "forged-token" not in ran.flat


def test_a_missing_scope_is_named(start: Start) -> None:
    reader = {"id": "robot", "secret": SECRET, "scopes": ["privacy:purpose:read"]}
    project = start(clients=[reader])
    project.write(purpose(), schema())
    before = project.files()
    assert project.run("plan").fails_with(7, "A permission is missing", "data:flex:read", "Admin > Integrations")
    assert project.wrote_nothing(before)


def test_a_missing_scope_for_writing_fails_that_step_alone(start: Start) -> None:
    narrow = ["privacy:purpose:read", "privacy:purpose:write", "data:flex:read"]
    project = start(clients=[{"id": "robot", "secret": SECRET, "scopes": narrow}])
    project.write(schema())
    ran = project.apply()
    assert ran.code == 7
    assert ran.says("A permission is missing", "data:flex:schema:write")
    project.write(schema(), purpose())
    assert project.apply().code == 5, "something was written"
    assert project.actions() == [("create", "Support")]


# Organisations and networks.


def test_an_organisation_without_the_kind_is_said_plainly(start: Start) -> None:
    project = start(settings={"offered": ["purposes"]})
    project.write(purpose(), schema())
    before = project.files()
    ran = project.run("plan")
    assert ran.fails_with(1, "The organisation does not offer this", "FlexSchema", "/api/v2/data/flex/schemas")
    assert project.wrote_nothing(before)
    assert project.plan("--exclude", "FlexSchema").steps == [("create", "Purpose/Support")]


def test_the_credentials_of_another_organisation_than_the_pinned_one_are_refused(project: Project) -> None:
    project.configure(environment={"organisationId": "pinned"})
    project.write(purpose())
    for words in (["plan"], ["apply", "--auto-approve"]):
        ran = project.run(*words)
        assert ran.fails_with(1, "The credentials belong to another organisation", "pinned")
    assert not project.ledger.exists()


FAULTS: dict[str, tuple[Json, str]] = {
    "HTML instead of JSON": ({"action": "html", "status": 200}, "The answer cannot be trusted"),
    "a proxy's page": ({"action": "html", "status": 502}, "The organisation does not answer"),
    "truncated JSON": ({"action": "truncate"}, "The answer cannot be trusted"),
    "a redirect": ({"action": "redirect", "location": "http://127.0.0.1:9/"}, "The answer cannot be trusted"),
    "a page that fails": ({"action": "status", "status": 503}, "The organisation does not answer"),
    "a page that is refused": ({"action": "status", "status": 400}, "The organisation refuses the request"),
    "a server that cuts": ({"action": "cut"}, "The organisation does not answer"),
}


@pytest.mark.parametrize(("fault", "summary"), FAULTS.values(), ids=FAULTS.keys())
def test_a_list_that_cannot_be_read_plans_nothing(project: Project, fault: Json, summary: str) -> None:
    project.applied(purpose())
    project.write(purpose("Another"))
    before = project.files()
    project.control.add_faults([{"route": f"GET {PURPOSES}", "times": None, **fault}])
    for words in (["plan"], ["apply", "--auto-approve", "--log-level", "quiet"]):
        ran = project.run(*words)
        assert ran.code == 1
        assert ran.says("Error: ", f"GET {PURPOSES}")
        assert "Internal error" not in ran.flat
    assert project.wrote_nothing(before)


def test_the_second_page_that_fails_plans_nothing(project: Project) -> None:
    for number in range(150):
        project.control.create("purposes", {"name": f"P{number:03}", "description": "d", "retentionPeriod": "1d",
                                            "legalBasis": "consent"})  # fmt: skip
    project.write(purpose("P149"))
    project.control.fault(f"GET {PURPOSES}", "status", status=500, query={"pageNumber": 2}, times=None)
    ran = project.run("plan")
    assert ran.code == 1
    assert ran.says("HTTP 500", "Tried 5 times")


def test_a_server_that_hangs_is_given_up(project: Project) -> None:
    project.configure(timing={"request": "500ms", "settle": "1s"})
    project.write(purpose())
    project.control.fault(f"GET {PURPOSES}", "hang", times=None)
    ran = project.run("plan")
    assert ran.code == 1
    assert ran.says("Error: ", "Tried 5 times", f"GET {PURPOSES}")


def test_an_unreachable_host_is_named(project: Project) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        project.write(purpose())
        ran = project.run("plan", RECONCILER_API_URL=url, RECONCILER_LOGIN_URL=url)
    assert ran.code == 1
    assert ran.says("Error: ", "refused", "/oauth/token")


def test_an_address_that_would_show_the_secret_on_the_way_is_refused(project: Project) -> None:
    project.write(purpose())
    ran = project.run("plan", RECONCILER_API_URL="http://api.example.com")
    assert ran.fails_with(1, "The URL is not safe", "https://")


def test_the_deadline_ends_a_plan(project: Project) -> None:
    project.write(purpose())
    project.control.fault(f"GET {PURPOSES}", "status", status=503, retry_after=60, times=None)
    ran = project.run("plan", "--timeout", "50s")
    assert ran.fails_with(1, "The time is up", "HTTP 503", "--timeout")


def test_a_deadline_of_nothing_passes_at_once(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan", "--timeout", "0").fails_with(1, "The time is up")
    assert project.control.requests() == []


def test_the_deadline_ends_an_apply_and_the_next_one_goes_on(project: Project) -> None:
    project.write(purpose("Alpha"), purpose("Beta"))
    project.control.fault(f"POST {PURPOSES}", "status", status=429, times=None, skip=1, retry_after=60)
    ran = project.apply("--parallelism", "1", "--timeout", "30s")
    assert ran.code == 5
    assert ran.outcomes == {"Purpose/Alpha": "done", "Purpose/Beta": "failed"}
    assert ran.document["error"] == "The time is up"
    project.control.clear_faults()
    assert project.apply().outcomes == {"Purpose/Beta": "done"}


def test_no_secret_is_in_any_file_that_is_written(project: Project) -> None:
    project.write(schema(text("a")))
    project.plan("--out", "plan.json", "-o", "json=view.json", "-o", "human=view.txt")
    project.run("apply", "plan.json", "-o", "json=report.json", "--log-level", "debug")
    assert (CUSTOMER in json.dumps(project.run("plan", "-o", "json").document)) is False
    for name, content in project.files().items():
        assert SECRET.encode() not in content, name
