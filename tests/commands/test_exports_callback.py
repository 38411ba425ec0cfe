"""Where a request's end is told: stated in the manifest, sent with a token, and shown nowhere."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from .project import ROBOT, Json, Project, Start, manifest
from .shell import piped

PRIVACY = "/api/v2/data/privacy/requests"
KEY = "k" * 64
SERVICE = "https://governance.example.com/reconciler/"


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def subject(**spec: Any) -> Json:
    body = {"entityType": "user", "dataTypes": ["profile"], "window": {"month": "2026-09"}} | spec
    return manifest("PrivacyExport", "subject", body, None)


def told(project: Project) -> list[Any]:
    return [each.body.get("callbackUrl") for each in project.control.requests("POST", PRIVACY)]


def token(request_id: str) -> str:
    return hmac.new(KEY.encode(), request_id.encode(), hashlib.sha256).hexdigest()


def test_another_s_address_is_sent_as_it_is(project: Project) -> None:
    project.write(subject(callback={"url": "https://grc.example.com/genesys?org=1"}))
    assert project.run("plan").says("https://grc.example.com/genesys?org=1")
    assert project.apply().code == 0
    assert told(project) == ["https://grc.example.com/genesys?org=1"]


def test_without_a_callback_none_is_sent(project: Project) -> None:
    project.write(subject())
    assert project.apply().code == 0
    assert told(project) == [None]


def test_our_service_s_address_is_sent_with_a_token_that_only_we_can_make(project: Project) -> None:
    project.write(subject(callback={"service": SERVICE}))
    [planned] = project.plan().document["submissions"]
    assert planned["callback"] == SERVICE
    assert project.apply(RECONCILER_SERVICE_KEY=KEY).code == 0
    assert told(project) == [f"{SERVICE}callbacks/privacy/{token(planned['key'])}"]


def test_the_token_is_in_no_file_and_no_output(project: Project) -> None:
    project.write(subject(callback={"service": SERVICE}))
    [planned] = project.plan().document["submissions"]
    shown = [project.apply("--log-level", "debug", RECONCILER_SERVICE_KEY=KEY)]
    shown += [project.run("exports", "show"), project.run("exports", "status"), project.run("plan")]
    secret = token(planned["key"])
    assert not [ran for ran in shown if secret in ran.out + ran.err or KEY in ran.out + ran.err]
    assert not [name for name, content in project.files().items() if secret.encode() in content]


def test_a_refusal_that_sends_the_address_back_does_not_show_its_token(project: Project) -> None:
    project.write(subject(callback={"service": SERVICE}))
    [planned] = project.plan().document["submissions"]
    address = f"{SERVICE}callbacks/privacy/{token(planned['key'])}"
    project.control.fault(f"POST {PRIVACY}", "status", status=400, code="bad.request", message=f"Bad: {address}")
    ran = project.apply(RECONCILER_SERVICE_KEY=KEY)
    assert ran.code == 1
    assert ran.says("refuses the request", "***")
    assert token(planned["key"]) not in ran.out + ran.err
    assert not [name for name, content in project.files().items() if token(planned["key"]).encode() in content]


def test_without_the_key_nothing_is_sent(project: Project) -> None:
    project.write(
        subject(callback={"service": SERVICE}), manifest("DataExport", "a", {"window": {"day": "2026-09-01"}}, None)
    )
    ran = project.run("apply", "--auto-approve")
    assert ran.fails_with(1, "A callback's token cannot be made", "RECONCILER_SERVICE_KEY is not set", SERVICE)
    assert project.effects() == []


def test_a_key_that_could_be_guessed_is_refused(project: Project) -> None:
    project.write(subject(callback={"service": SERVICE}))
    ran = project.run("apply", "--auto-approve", RECONCILER_SERVICE_KEY="short")
    assert ran.fails_with(1, "A key is too short", "RECONCILER_SERVICE_KEY has 5 characters")
    assert "short'" not in ran.flat
    assert project.effects() == []


def test_another_callback_is_no_other_request(project: Project) -> None:
    project.write(subject())
    assert project.apply().code == 0
    project.write(subject(callback={"url": "https://grc.example.com"}))
    assert project.plan("--detailed-exitcode").code == 0


def test_a_request_sent_again_by_hand_has_its_callback(project: Project) -> None:
    project.write(subject(callback={"service": SERVICE}))
    [planned] = project.plan().document["submissions"]
    project.control.fault(f"POST {PRIVACY}", "cut", when="before", times=9)
    project.control.fault(f"GET {PRIVACY}/*", "status", status=500, times=99)
    assert project.apply("--timeout", "30", RECONCILER_SERVICE_KEY=KEY).code != 0
    project.control.clear_faults()
    ran = project.run("exports", "resolve", "PrivacyExport/subject", "--resubmit", RECONCILER_SERVICE_KEY=KEY)
    assert ran.code == 0, str(ran)
    assert told(project)[-1] == f"{SERVICE}callbacks/privacy/{token(planned['key'])}"


def test_a_submission_is_in_the_audit_with_its_latency(project: Project) -> None:
    project.write(subject())
    project.control.fault(f"POST {PRIVACY}", "delay", seconds=0.2)
    assert piped(project, "reconciler apply --auto-approve").returncode == 0  # where time passes by itself
    [entry] = [each for each in project.audit() if each.action == "EXPORT_SUBMISSION"]
    assert entry.summary == ("entityType:user", "dataTypes:profile", "format:json", "complianceCheck:PASSED")
    assert entry.detail == "QUEUED"
    assert entry.latency_ms >= 200


BAD = {
    "another scheme": ({"url": "ftp://grc.example.com"}, "ER004", "url is no http or https address"),
    "no address": ({"url": "grc.example.com/x"}, "ER004", "url is no http or https address"),
    "credentials": ({"url": "https://robot:hunter2@grc.example.com"}, "ER004", "url carries credentials"),
    "a user": ({"service": "https://robot@grc.example.com"}, "ER004", "service carries credentials"),
    "a fragment": ({"url": "https://grc.example.com/#x"}, "ER004", "url is no http or https address"),
    "a backslash": ({"url": "https://grc.example.com\\evil"}, "ER004", "url is no http or https address"),
    "a line break": ({"url": "https://grc.example.com/\nx"}, "ER004", "url is no http or https address"),
    "a port": ({"url": "https://grc.example.com:99999/"}, "ER004", "port that there is not"),
    "a query on ours": ({"service": "https://grc.example.com/?a=b"}, "ER004", "has a query"),
    "two": ({"url": "https://a.example", "service": "https://b.example"}, "MF111", "callback"),
    "text": ("https://a.example", "MF1", "callback"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_callback_that_cannot_be_is_said_with_its_place(project: Project, name: str) -> None:
    stated, code, text = BAD[name]
    project.write(subject(callback=stated))
    ran = project.run("plan")
    assert ran.code == 1, str(ran)
    assert ran.says("manifests/all.yaml:", code, text)
    assert "hunter2" not in ran.flat
