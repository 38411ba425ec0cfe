"""A privacy request's callback from end to end: sent by the organisation, confirmed by it, and forwarded."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from service.inboxes import receiving

from .project import ROBOT, Json, Project, Start, manifest
from .shell import in_the_background

pytestmark = pytest.mark.long

PRIVACY = "/api/v2/data/privacy/requests"
KEY = "k" * 64
CREDENTIAL = "Bearer of-the-siem"


@pytest.fixture(params=["file", "database"])
def project(request: pytest.FixtureRequest, start: Start) -> Project:
    """With its ledger in either place."""
    project = start(clients=[ROBOT])
    project.environment |= {"RECONCILER_SERVICE_KEY": KEY, "RECONCILER_SECRET_SIEM": CREDENTIAL}
    if request.param == "database":
        project.environment["RECONCILER_LEDGER_URL"] = request.getfixturevalue("postgresql").fresh()
    return project


def subject(service: str) -> Json:
    spec = {"entityType": "user", "dataTypes": ["profile"], "window": {"month": "2026-09"}}
    return manifest("PrivacyExport", "subject", spec | {"callback": {"service": service}}, None)


def forwarding(project: Project, url: str) -> None:
    secret = {"fromEnv": "RECONCILER_SECRET_SIEM"}
    project.configure(service={"forward": [{"name": "siem", "url": url, "headers": {"Authorization": secret}}]})


@contextmanager
def serving(project: Project) -> Iterator[str]:
    """The service's address."""
    with in_the_background(project, "serve", "--port", "0", "--dir", str(project.manifests)) as running:
        running.until("by their tokens")
        found = re.search(r"http://127\.0\.0\.1:\d+", running.seen)
        assert found
        yield found[0]
        running.interrupt()
        assert running.ended() == 0, running.seen


def until(what: Callable[[], Any]) -> Any:
    """What comes of it, once it is something."""
    give_up = time.monotonic() + 120
    while not (found := what()):
        assert time.monotonic() < give_up, "nothing came"
        time.sleep(0.05)
    return found


def status(project: Project) -> str:
    [request] = project.run("exports", "list", "-o", "json").document["requests"]
    return str(request["status"])


@pytest.mark.parametrize("mode", ["once", "twice", "late"])
def test_a_callback_ends_a_request_that_nobody_polls_and_is_forwarded_once(project: Project, mode: str) -> None:
    project.control.settings(callbacks=mode)
    with receiving() as receiver:
        forwarding(project, receiver.url)
        with serving(project) as service:
            project.write(subject(service))
            assert project.apply().code == 0
            until(lambda: project.control.advance(60) and receiver.events)
            [event, *more] = receiver.events
            assert status(project) == "COMPLETED"
    assert (event["event"], event["address"], event["status"]) == (
        "privacy.export.ended", "PrivacyExport/subject", "COMPLETED",
    )  # fmt: skip
    assert more == []
    assert receiver.headers[0]["authorization"] == CREDENTIAL
    assert "download" not in str(event).lower()


def test_what_the_organisation_does_not_confirm_goes_nowhere(project: Project) -> None:
    with receiving() as receiver:
        forwarding(project, receiver.url)
        project.control.settings(export_stages={"QUEUED": None})
        with serving(project) as service:
            project.write(subject(service))
            assert project.apply().code == 0
            [sent] = project.control.requests("POST", PRIVACY)
            body = {"requestId": sent.body["requestId"], "status": "COMPLETED"}
            assert requests.post(sent.body["callbackUrl"], json=body, timeout=60).status_code == 200
            until(lambda: project.control.requests("GET", f"{PRIVACY}/{sent.body['requestId']}"))
    assert receiver.events == []
    assert status(project) == "QUEUED"


def test_a_restart_loses_no_event(project: Project) -> None:
    with receiving((503, {})) as receiver:
        forwarding(project, receiver.url)
        with serving(project) as service:
            port = service.rpartition(":")[2]
            project.write(subject(f"http://127.0.0.1:{port}"))
            assert project.apply().code == 0
            project.control.advance(600)
            until(lambda: receiver.events)
        with serving(project):
            until(lambda: len(receiver.events) == 2)
    assert receiver.events[0] == receiver.events[1]


def test_without_the_organisation_s_credentials_no_callback_could_be_confirmed(project: Project) -> None:
    ran = project.run("serve", "--port", "0", GENESYSCLOUD_OAUTHCLIENT_SECRET=None, GENESYSCLOUD_OAUTHCLIENT_ID=None)
    assert ran.code == 7, str(ran)


def test_a_receiver_s_credential_that_is_not_set_is_named(project: Project) -> None:
    forwarding(project, "http://127.0.0.1:9/")
    ran = project.run("serve", "--port", "0", RECONCILER_SECRET_SIEM=None)
    assert ran.fails_with(1, "A credential is missing", "siem needs RECONCILER_SECRET_SIEM")


def test_a_receiver_s_credential_of_two_lines_is_not_shown(project: Project) -> None:
    forwarding(project, "http://127.0.0.1:9/")
    ran = project.run("serve", "--port", "0", RECONCILER_SECRET_SIEM="hunter2\r\nX: y")
    assert ran.fails_with(1, "A credential cannot be sent", "siem needs RECONCILER_SECRET_SIEM")
    assert "hunter2" not in ran.flat


BAD_SERVICES = {
    "a literal": ({"headers": {"Authorization": "Bearer x"}}, "headers"),
    "another variable": ({"headers": {"X": {"fromEnv": "GENESYSCLOUD_OAUTHCLIENT_SECRET"}}}, "RECONCILER_SECRET_"),
    "plain http": ({"url": "http://siem.example.com/"}, "https"),
    "credentials": ({"url": "https://a:b@siem.example.com/"}, "https"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_SERVICES)
def test_a_receiver_that_cannot_be_is_said_with_its_place(project: Project, name: str) -> None:
    changed, text = BAD_SERVICES[name]
    project.configure(service={"forward": [{"name": "siem", "url": "https://siem.example.com"} | changed]})
    ran = project.run("validate")
    assert ran.code == 1
    assert ran.says("reconciler.yaml:", text)


def test_two_receivers_of_one_name_are_refused(project: Project) -> None:
    one = {"name": "siem", "url": "https://siem.example.com"}
    project.configure(service={"forward": [one, one]})
    assert project.run("validate").says("reconciler.yaml:", "Another receiver is called 'siem'")
