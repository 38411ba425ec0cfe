"""The user's archive (contract §7), strict about what comes: payload, key, credential, and what it keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from reconciler.sandbox import Control, Sandbox, SandboxError

from .caller import PURPOSES, Caller
from .strategic import KEY, archive, notice, payload, send, version

OTHER_KEY = "55555555-5555-4555-8555-555555555555"


def test_an_archive_is_stored_under_its_key(control: Control) -> None:
    """`POST` with header `Idempotency-Key` and body `strategyId`, ...; 2xx -> `{archiveId}`."""
    answer = archive(control)
    stored = control.archives()
    assert answer.status_code == 201
    assert stored == [
        {"archiveId": answer.json()["archiveId"], "time": "2026-11-01T12:00:00.000Z", "payload": payload()}
    ]


def test_the_same_key_again_is_409(control: Control) -> None:
    """409 = already archived."""
    archive(control)
    assert archive(control).status_code == 409
    assert archive(control, payload(strategyName="Other")).status_code == 409
    assert archive(control, payload(idempotencyKey=OTHER_KEY), key=OTHER_KEY).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"strategyId": "11a2b3c4-d5e6-7f8g-9h0i-1j2k3l4m5n6o"}, "strategyId"),
        ({"strategyId": ...}, "strategyId"),
        ({"strategyName": ""}, "strategyName"),
        ({"archiveTimestamp": "2026-11-01T12:00:00+00:00"}, "archiveTimestamp"),
        ({"archiveTimestamp": "2026-11-01T12:00:00"}, "archiveTimestamp"),
        ({"archiveTimestamp": "2026-02-30T12:00:00Z"}, "archiveTimestamp"),
        ({"archiveTimestamp": 1}, "archiveTimestamp"),
        ({"versionMatrix": []}, "versionMatrix"),
        ({"versionMatrix": None}, "versionMatrix"),
        ({"versionMatrix": ["v"]}, "versionMatrix[0]"),
        ({"versionMatrix": [version(), version(versionId="")]}, "versionMatrix[1].versionId"),
        ({"versionMatrix": [version(versionNumber="1")]}, "versionMatrix[0].versionNumber"),
        ({"versionMatrix": [version(versionNumber=True)]}, "versionMatrix[0].versionNumber"),
        ({"versionMatrix": [version(createdDate="2026-10-01")]}, "versionMatrix[0].createdDate"),
        ({"versionMatrix": [version(modifiedDate=...)]}, "versionMatrix[0].modifiedDate"),
        ({"versionMatrix": [version(metadataTags={"a": 1})]}, "versionMatrix[0].metadataTags"),
        ({"versionMatrix": [version(metadataTags=None)]}, "versionMatrix[0].metadataTags"),
        ({"versionMatrix": [version(colour="blue")]}, "versionMatrix[0].colour"),
        ({"retentionPolicy": {"maxVersions": 0, "retentionDays": 1}}, "retentionPolicy.maxVersions"),
        ({"retentionPolicy": {"maxVersions": 1, "retentionDays": -1}}, "retentionPolicy.retentionDays"),
        ({"retentionPolicy": {"maxVersions": 1}}, "retentionPolicy.retentionDays"),
        ({"retentionPolicy": 1}, "retentionPolicy"),
        ({"idempotencyKey": "key"}, "idempotencyKey"),
        ({"idempotencyKey": ...}, "idempotencyKey"),
        ({"idempotencyKey": OTHER_KEY}, "Idempotency-Key"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_payload_that_does_not_fit_is_400(control: Control, changes: dict[str, Any], field: str) -> None:
    """UUIDs, dates RFC 3339 UTC with `Z`, a matrix that is not empty, tags string: string, both limits > 0."""
    answer = archive(control, payload(**changes))
    assert answer.status_code == 400
    assert field in {each["field"] for each in answer.json()["violations"]}
    assert control.archives() == []


def test_a_key_is_the_same_in_capitals(control: Control) -> None:
    """A UUID's."""
    for key, status in (("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", 201), ("AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA", 409)):
        assert archive(control, payload(idempotencyKey=key), key=key).status_code == status


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "key"}])
def test_the_key_is_in_the_header(control: Control, headers: dict[str, str]) -> None:
    """`POST` with header `Idempotency-Key`."""
    answer = send(control.addresses()["archives"], payload(), **headers)
    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (400, "Idempotency-Key")


def test_what_is_no_json_object_is_refused(control: Control) -> None:
    url = control.addresses()["archives"]
    assert archive(control, ["list"]).status_code == 400
    assert requests.post(url, data="{", headers={"Content-Type": "application/json"}, timeout=5).status_code == 400
    assert requests.post(url, data="{}", timeout=5).status_code == 415


def test_there_is_nothing_else(control: Control) -> None:
    url = control.addresses()["archives"]
    assert send(url, None, method="GET").status_code == 405
    assert send(f"{url}/1", payload()).status_code == 404


def test_the_status_of_a_new_archive_is_a_setting(control: Control) -> None:
    """2xx."""
    control.settings(archive_accepted=202)
    assert archive(control).status_code == 202


def test_a_credential_of_its_own(sandbox: Sandbox, control: Control) -> None:
    """An endpoint of the *user's*, not of Genesys."""
    assert archive(control, Authorization="Bearer whatever").status_code == 201
    control.put_archives([])
    control.settings(archive_credential="arch1ve")
    assert sandbox.environment()["RECONCILER_SECRET_ARCHIVE"] == "arch1ve"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic arch1ve"}):
        refused = archive(control, **headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert archive(control, Authorization="Bearer arch1ve").status_code == 201


def test_every_header_is_on_record_and_no_credential(control: Control) -> None:
    archive(control, Authorization="Bearer arch1ve", X_Trace="7")
    recorded = control.user_requests("/archives")[0]
    assert (recorded.headers["x-trace"], recorded.headers["idempotency-key"]) == ("7", KEY)
    assert recorded.headers["authorization"] == "Bearer ***"
    assert (recorded.method, recorded.status, recorded.body) == ("POST", 201, payload())


def test_a_token_of_the_organisation_is_noticed_here(call: Caller, control: Control) -> None:
    """Never travel to Genesys or the other way."""
    archive(control, Authorization="Bearer own")
    assert control.strays() == []
    archive(control, Authorization=f"Bearer {call.token}")
    archive(control, payload(strategyName=call.token))
    send(control.addresses()["events"], {}, Authorization="Basic c2FuZGJveDpzYW5kYm94")
    found = [(each["host"], each["number"], each["secret"], each["place"]) for each in control.strays()]
    assert found == [
        ("user", 2, "access token", "authorization"),
        ("user", 3, "access token", "body"),
        ("user", 4, "client secret", "authorization"),
    ]


def test_the_archives_credential_is_noticed_at_the_organisation(call: Caller, control: Control) -> None:
    control.settings(archive_credential="arch1ve")
    call("GET", PURPOSES, headers={"X-Key": "arch1ve"})
    assert [(each["host"], each["place"]) for each in control.strays()] == [("organisation", "x-key")]


def test_it_counts_how_many_are_under_way_at_once(control: Control) -> None:
    """At most 5 archives in flight."""
    for seconds in (0.2, 2, 20):  # until one is long enough for all four to come, on a machine however busy
        control.put_archives([])
        control.clear_faults()
        control.fault("POST /archives", "delay", seconds=seconds, times=None)
        keys = [f"{n}{KEY[1:]}" for n in range(4)]
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(lambda key: archive(control, payload(idempotencyKey=key), key=key, timeout=60), keys)
            )
        assert {each.status_code for each in answers} == {201}
        if (most := control.most_in_flight()) == 4:
            break
    assert most == 4
    control.forget()
    assert control.most_in_flight() == 0
    assert control.user_requests() == []


def test_archives_go_out_and_in_again(control: Control) -> None:
    archive(control)
    state = control.state()
    with Sandbox.start(load=state, clock="2026-11-01T12:00:00Z") as other:
        assert other.control.state() == state
        assert archive(other.control).status_code == 409
        other.control.put_archives([])
        assert archive(other.control).status_code == 201


@pytest.mark.parametrize(
    ("archived", "where"),
    [
        ({"archiveId": "a"}, "load.archives[0]"),
        ({"archiveId": "a", "time": "t", "payload": {}}, "load.archives[0].payload"),
        ({"archiveId": "a", "time": "t", "payload": 1}, "load.archives[0].payload"),
    ],
)
def test_an_archive_that_does_not_fit_is_refused_with_its_place(archived: Any, where: str) -> None:
    with pytest.raises(SandboxError) as refused:
        Sandbox.start(load={"archives": [archived]})
    assert refused.value.where == where


def test_it_has_an_address_of_its_own() -> None:
    with Sandbox.start() as first:
        addresses = first.control.addresses()
        port = int(addresses["archives"].rpartition(":")[2].partition("/")[0])
        assert addresses == {
            "organisation": first.url,
            "archives": f"http://127.0.0.1:{port}/archives",
            "notifications": f"http://127.0.0.1:{port}/notifications",
            "events": f"http://127.0.0.1:{port}/events",
        }
        with pytest.raises(SandboxError, match="Cannot listen"):
            Sandbox.start(user_port=port)
    with Sandbox.start(user_port=port) as second:
        assert second.control.addresses()["archives"] == addresses["archives"]


# The receiver of notifications.


def test_a_notification_is_taken(control: Control) -> None:
    """`POST {event: "strategy.archive.completed", payload{...}}`."""
    assert send(control.addresses()["notifications"], notice()).status_code == 200
    assert [each.body for each in control.user_requests("/notifications")] == [notice()]


@pytest.mark.parametrize(
    "body",
    [
        notice(strategyId="Sales"),
        notice(idempotencyKey=""),
        notice(versionCount=0),
        notice(versionCount="3"),
        notice(archiveTimestamp="2026-11-01"),
        notice(colour="blue"),
        notice() | {"event": "strategy.archived"},
        notice() | {"colour": "blue"},
        {"event": "strategy.archive.completed"},
    ],
)
def test_a_notification_that_does_not_fit_is_400(control: Control, body: Any) -> None:
    """`payload{strategyId, versionCount, archiveTimestamp, idempotencyKey}` with the true counts: never 0."""
    assert send(control.addresses()["notifications"], body).status_code == 400


def test_an_event_that_is_none_is_400(control: Control) -> None:
    """`eventType`, `eventId`, `timestamp`, `payload`."""
    assert send(control.addresses()["events"], {"eventType": "x"}).status_code == 400
