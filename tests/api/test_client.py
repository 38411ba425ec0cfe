from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reconciler.api import Client, endpoints
from reconciler.errors import (
    ApiError,
    NotOffered,
    OutOfTime,
    PermissionDenied,
    Rejected,
    Unknown,
    UntrustworthyAnswer,
    UsageError,
    VersionConflict,
)
from reconciler.model.kind import Envelope, Lock, Paging, Term, Verb
from reconciler.model.observed import Organisation
from reconciler.model.ports import Api
from reconciler.model.values import Json
from reconciler.sandbox import Sandbox

from .builders import (
    NOON,
    PURPOSE,
    PURPOSES,
    SCHEMA,
    SCHEMAS,
    TOKEN,
    TestClock,
    asked,
    client,
    http,
    kind,
    purpose,
    raw,
    request_of,
)

ONE = f"{PURPOSES}/*"


@pytest.fixture
def live_id(sandbox: Sandbox) -> str:
    return str(sandbox.control.create("purposes", purpose())["id"])


def test_the_client_fills_the_port(api: Client) -> None:
    port: Api = api
    assert port.organisation() == Organisation("5a9dbc0e-0000-4000-8000-000000000001", "Sandbox Organisation")


def test_a_host_that_is_no_organisation_is_named(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault("GET /api/v2/organizations/me", "status", status=404)
    with pytest.raises(NotOffered, match="check the region or RECONCILER_API_URL"):
        api.organisation()


@pytest.mark.parametrize("change", [{"remove": ["id"]}, {"set": {"id": None}}, {"set": {"id": ""}}])
def test_an_organisation_without_an_id_is_not_trusted(sandbox: Sandbox, api: Client, change: dict[str, object]) -> None:
    sandbox.control.fault("GET /api/v2/organizations/me", "mangle", **change)
    with pytest.raises(UntrustworthyAnswer):
        api.organisation()


def test_an_object_can_be_made_read_changed_and_deleted(sandbox: Sandbox, api: Client) -> None:
    made = api.create(PURPOSE, purpose())
    assert (made.version, api.get(PURPOSE, made.live_id)) == (1, made)
    changed = api.replace(PURPOSE, made.live_id, purpose(description="new"), version=1)
    assert (changed.version, changed.body["description"]) == (2, "new")
    api.delete(PURPOSE, made.live_id, version=2)
    assert api.get(PURPOSE, made.live_id) is None
    assert [each.action for each in sandbox.control.effects("purposes")] == ["create", "replace", "delete"]


def test_the_precondition_is_made_from_the_version(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.settings(etags="weak")
    found = api.get(PURPOSE, live_id)
    assert found is not None
    api.replace(PURPOSE, live_id, purpose(description="new"), version=found.version)
    api.delete(PURPOSE, live_id, version=2)
    sent = [each.headers["if-match"] for each in sandbox.control.requests() if each.method in ("PUT", "DELETE")]
    assert sent == ['"1"', '"2"']


def test_the_version_comes_from_the_etag_where_the_body_has_none(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.fault(f"GET {ONE}", "mangle", remove=["version"])
    found = api.get(PURPOSE, live_id)
    assert found is not None
    assert found.version == 1


def test_an_organisation_that_shows_no_version_gets_no_precondition(
    sandbox: Sandbox, api: Client, live_id: str
) -> None:
    sandbox.control.settings(locking="none")
    found = api.get(PURPOSE, live_id)
    assert found is not None
    assert found.version is None
    api.replace(PURPOSE, live_id, purpose(description="new"), version=None)
    api.delete(PURPOSE, live_id, version=None)
    assert not any("if-match" in each.headers for each in sandbox.control.requests())


def test_a_kind_locked_in_the_body_is_guarded_without_a_header() -> None:
    request = endpoints.replace("", kind(lock=Lock.BODY_VERSION), "p-1", {"name": "N"}, 3)
    assert (request.method.name, "If-Match" in request.headers) == ("GUARDED", False)
    assert request.content == {"name": "N", "version": 3}


def test_a_deletion_of_a_kind_locked_in_the_body_is_not_guarded() -> None:
    request = endpoints.delete("", kind(lock=Lock.BODY_VERSION), "p-1", 3)
    assert (request.method.name, request.headers, request.body) == ("UNGUARDED", {}, None)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Version 1 does not match the current version 2", VersionConflict),
        ("The provided version doesn't match", VersionConflict),
        ("Does not match: version", VersionConflict),
        ("The pattern does not match", Rejected),
        ("version is not a number", Rejected),
    ],
)
def test_a_400_may_say_that_the_version_is_stale(
    sandbox: Sandbox, api: Client, live_id: str, message: str, expected: type[ApiError]
) -> None:
    sandbox.control.fault(f"PUT {ONE}", "status", status=400, code="bad.request", message=message, times=None)
    with pytest.raises(expected):
        api.replace(PURPOSE, live_id, purpose(), version=1)
    with pytest.raises(Rejected):
        api.replace(PURPOSE, live_id, purpose(), version=None)


def test_an_envelope_stands_around_what_is_sent_and_is_opened_around_what_comes(sandbox: Sandbox, api: Client) -> None:
    def opened(body: Mapping[str, Json]) -> Mapping[str, Json]:
        return {"inner": body["name"]}

    def created(body: Mapping[str, Json]) -> Mapping[str, Json]:
        return purpose(body["inner"])

    def replaced(body: Mapping[str, Json]) -> Mapping[str, Json]:
        return purpose(body["inner"], description="replaced")

    enveloped = kind(envelope=Envelope(opened, created, replaced))
    made = api.create(enveloped, {"inner": "First"})
    assert (made.body, made.version) == ({"inner": "First"}, 1)
    assert api.replace(enveloped, made.live_id, {"inner": "Second"}, version=1).body == {"inner": "Second"}
    assert [each.body for each in api.list(enveloped)] == [{"inner": "Second"}]
    assert api.get(PURPOSE, made.live_id).body["description"] == "replaced"  # type: ignore[union-attr]


def test_a_kind_locked_by_comparing_is_not_guarded() -> None:
    request = endpoints.replace("", kind(lock=Lock.COMPARE), "p-1", {}, 3)
    assert (request.method.name, "If-Match" in request.headers) == ("UNGUARDED", False)


def test_a_change_behind_our_back_is_a_conflict(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.edit("purposes", live_id, {"description": "theirs"})
    for act in (
        lambda: api.replace(PURPOSE, live_id, purpose(description="ours"), version=1),
        lambda: api.delete(PURPOSE, live_id, version=1),
    ):
        with pytest.raises(VersionConflict) as caught:
            act()
        assert (caught.value.exit_code, caught.value.status) == (1, 412)
        assert caught.value.correlation_id
    assert sandbox.control.find("purposes", live_id)["description"] == "theirs"


def test_a_name_that_is_taken_is_refused(api: Client, live_id: str) -> None:
    with pytest.raises(Rejected, match="Support") as caught:
        api.create(PURPOSE, purpose())
    assert caught.value.status == 409


def test_a_refusal_shows_the_field_and_the_value_that_we_sent(api: Client) -> None:
    body = {"name": "Customer", "description": "d", "fields": [{"name": "score", "type": "numbr"}]}
    with pytest.raises(Rejected) as caught:
        api.create(SCHEMA, body)
    assert (caught.value.status, caught.value.path) == (422, SCHEMAS)
    assert "fields[0].type" in caught.value.detail
    assert "(sent: 'numbr')" in caught.value.detail


@pytest.mark.parametrize("status", [404, 410])
def test_only_404_and_410_mean_gone(sandbox: Sandbox, api: Client, live_id: str, status: int) -> None:
    sandbox.control.fault(f"GET {ONE}", "status", status=status)
    assert api.get(PURPOSE, live_id) is None


@pytest.mark.parametrize("status", [400, 401, 403, 405, 408, 409, 422, 429, 500, 502, 503, 504])
def test_no_other_failure_means_gone(sandbox: Sandbox, api: Client, live_id: str, status: int) -> None:
    sandbox.control.fault(f"GET {ONE}", "status", status=status, times=None)
    with pytest.raises(Exception, match=str(status)):
        api.get(PURPOSE, live_id)


def test_an_object_already_gone_is_deleted(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.delete("purposes", live_id)
    api.delete(PURPOSE, live_id, version=1)


def test_a_verb_that_the_organisation_does_not_have_is_named(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.settings(withheld=["purposes.create", "purposes.delete", "purposes.replace", "purposes.get"])
    for verb, act in {
        "POST": lambda: api.create(PURPOSE, purpose("Another")),
        "DELETE": lambda: api.delete(PURPOSE, live_id, version=1),
        "PUT": lambda: api.replace(PURPOSE, live_id, purpose(), version=1),
        "GET": lambda: api.get(PURPOSE, live_id),
    }.items():
        with pytest.raises(NotOffered, match=rf"does not offer Purpose \({verb}\) at {PURPOSES}"):
            act()


def test_an_answer_about_another_object_is_not_trusted(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.fault(f"GET {ONE}", "mangle", set={"id": "another"})
    with pytest.raises(UntrustworthyAnswer, match="does not show the Purpose that was asked for"):
        api.get(PURPOSE, live_id)


def test_a_write_whose_answer_does_not_show_the_object_may_have_happened(
    sandbox: Sandbox, api: Client, live_id: str
) -> None:
    sandbox.control.fault(f"POST {PURPOSES}", "mangle", remove=["id"])
    with pytest.raises(Unknown):
        api.create(PURPOSE, purpose("Another"))
    sandbox.control.fault(f"PUT {ONE}", "mangle", set={"id": "another"})
    with pytest.raises(Unknown):
        api.replace(PURPOSE, live_id, purpose(), version=1)


@pytest.mark.parametrize("live_id", ["", ".", ".."])
def test_an_id_that_would_lead_elsewhere_is_not_sent(sandbox: Sandbox, api: Client, live_id: str) -> None:
    with pytest.raises(UsageError):
        api.delete(PURPOSE, live_id, version=1)
    assert asked(sandbox, "DELETE") == 0


@given(live_id=st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text not in (".", "..")))
def test_an_id_stays_one_segment_of_the_path(live_id: str) -> None:
    path = endpoints.one("", PURPOSE, live_id).path
    assert path.count("/") == PURPOSES.count("/") + 1
    assert not set(path) & set("?#% ") - {"%"}


def test_an_odd_id_arrives_as_it_is(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.load({"purposes": [{"id": "a/b ?c#d%e", **purpose()}]})
    assert api.list(PURPOSE)[0].live_id == "a/b ?c#d%e"
    assert endpoints.one("", PURPOSE, "a/b ?c#d%e").path == f"{PURPOSES}/a%2Fb%20%3Fc%23d%25e"


def test_the_organisations_clock_goes_on_with_ours(sandbox: Sandbox, clock: TestClock) -> None:
    sandbox.control.freeze("2030-01-01T00:00:00Z")
    with client(sandbox.environment(), clock) as api:
        assert api.server_time() == NOON
        api.organisation()
        clock.at += 5
        assert api.server_time() == pytest.approx(1_893_456_005)


def test_calls_are_counted_by_template(api: Client, live_id: str) -> None:
    for _ in range(3):
        api.get(PURPOSE, live_id)
    assert api.calls == {("POST", "/oauth/token"): 1, ("GET", f"{PURPOSES}/{{id}}"): 3}


def test_threads_share_one_client(sandbox: Sandbox, api: Client) -> None:
    def work(number: int) -> None:
        for step in range(5):
            made = api.create(PURPOSE, purpose(f"Name {number} {step}"))
            api.replace(PURPOSE, made.live_id, purpose(f"Name {number} {step}", description="new"), version=1)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each["version"] for each in sandbox.control.objects("purposes")] == [2] * 40


def test_a_closed_client_ends_a_pause_of_its_threads(sandbox: Sandbox) -> None:
    """Somebody presses Ctrl-C while the organisation has asked for a minute's pause."""

    class Clock(TestClock):
        def sleep(self, seconds: float) -> None:
            asleep.set()
            time.sleep(0.01)

    asleep = threading.Event()
    sandbox.control.fault(f"GET {PURPOSES}", "status", status=429, retry_after=60, times=None)

    def list_until_it_ends() -> None:
        with pytest.raises(OutOfTime):
            api.list(PURPOSE)

    with client(sandbox.environment(), Clock()) as api:
        thread = threading.Thread(target=list_until_it_ends)
        thread.start()
        assert asleep.wait(60)
        api.close()
        thread.join(60)
        assert not thread.is_alive()


def test_importing_the_package_does_not_load_requests() -> None:
    code = "import sys, reconciler.api; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_client_sends_nothing_before_it_is_asked() -> None:
    with client({"RECONCILER_API_URL": "https://gateway.invalid", **TOKEN}) as api:
        assert api.calls == {}


def test_a_tombstone_is_no_object(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.edit("purposes", live_id, {"deleted": True}, force=True)
    kept = sandbox.control.create("purposes", purpose("Other", deleted=False), force=True)["id"]
    buried = kind(tombstone="deleted")
    assert (api.get(buried, live_id), [each.live_id for each in api.list(buried)]) == (None, [kept])
    assert (api.get(buried, kept) is not None, len(api.list(kind()))) == (True, 2)


def sizes(answer: Json) -> Json:
    if not isinstance(answer, dict) or "total" not in answer:
        raise ValueError("there is no total")
    return answer["total"]


def test_what_the_organisation_says_about_a_kind_is_read_once_a_term(sandbox: Sandbox, api: Client) -> None:
    schema_id = sandbox.control.create("flex_schemas", {"name": "s", "fields": []})["id"]
    terms = (Term("size", f"/{schema_id}/records", sizes), Term("missing", "/nobody", sizes))
    assert api.terms(kind(path=SCHEMAS, terms=terms)) == {"size": 0}
    assert api.calls["GET", f"{SCHEMAS}/{schema_id}/records"] == 1
    assert api.terms(kind()) == {}


def test_terms_that_make_no_sense_are_not_taken_for_none(sandbox: Sandbox, api: Client, live_id: str) -> None:
    with pytest.raises(UntrustworthyAnswer, match="there is no total"):
        api.terms(kind(terms=(Term("size", f"/{live_id}", sizes),)))
    sandbox.control.fault(f"GET {ONE}", "status", status=403, code="missing.permissions", times=None)
    with pytest.raises(PermissionDenied):
        api.terms(kind(terms=(Term("size", f"/{live_id}", sizes),)))


def test_a_feature_that_is_switched_off_is_not_offered(sandbox: Sandbox, api: Client, live_id: str) -> None:
    sandbox.control.fault(f"DELETE {ONE}", "status", status=403, code="feature.forbidden", times=None)
    with pytest.raises(NotOffered, match="does not offer Purpose"):
        api.delete(PURPOSE, live_id, version=1)


def test_a_permission_that_is_missing_is_named_by_what_the_call_does(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.fault(f"* {PURPOSES}*", "status", status=403, code="missing.permissions", times=None)
    sandbox.control.fault(f"* {ONE}", "status", status=403, code="missing.permissions", times=None)
    guarded = kind(permissions={verb: f"things:thing:{verb}" for verb in Verb})
    calls: dict[str, Callable[[], object]] = {
        "view": lambda: api.list(guarded),
        "add": lambda: api.create(guarded, {}),
        "edit": lambda: api.replace(guarded, "p-1", {}, version=1),
        "delete": lambda: api.delete(guarded, "p-1", version=1),
    }
    for verb, call in calls.items():
        with pytest.raises(PermissionDenied) as refused:
            call()
        assert f"needs the permission things:thing:{verb}" in refused.value.detail


@pytest.mark.parametrize(("code", "hint"), [("too.many", "Use fewer."), ("other", "")])
def test_a_kind_says_what_to_do_about_a_refusal(sandbox: Sandbox, api: Client, code: str, hint: str) -> None:
    sandbox.control.fault(f"POST {PURPOSES}", "status", status=400, code=code)
    with pytest.raises(Rejected) as refused:
        api.create(kind(refusals={"too.many": "Use fewer."}), {})
    assert refused.value.hint == hint


@pytest.mark.parametrize(("more", "whole"), [('"nextUri": null', True), ('"nextUri": "/more?after=x"', False)])
def test_a_list_without_pages_that_says_there_is_more_is_not_taken_for_whole(more: str, whole: bool) -> None:
    answer = http("200 OK", f'{{"entities": [{{"id": "a"}}], {more}}}'.encode(), "Connection: close")

    def speak(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    with raw(speak) as environ, client(environ) as api:
        if whole:
            assert [each.live_id for each in api.list(kind(paging=Paging.UNPAGED))] == ["a"]
        else:
            with pytest.raises(UntrustworthyAnswer, match="there is more"):
                api.list(kind(paging=Paging.UNPAGED))


def test_a_token_says_what_it_carries(api: Client) -> None:
    assert "privacy:purpose:read" in api.scopes()


@pytest.mark.parametrize(
    "change", [{"remove": ["authorizedScope"]}, {"set": {"authorizedScope": "all"}}, {"set": {"authorizedScope": [1]}}]
)
def test_a_token_that_says_nothing_carries_nothing_that_we_know(
    sandbox: Sandbox, api: Client, change: dict[str, object]
) -> None:
    sandbox.control.fault("GET /api/v2/tokens/me", "mangle", **change)
    assert api.scopes() == frozenset()


def test_a_probe_is_one_call_for_one_object(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.forget()
    api.probe(PURPOSE)
    (asked,) = sandbox.control.requests("GET", PURPOSE.path)
    assert asked.query["pageSize"] in ("1", ["1"])


def test_a_probe_of_what_is_not_offered_says_so(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.settings(offered=["flex_schemas"])
    with pytest.raises(NotOffered):
        api.probe(PURPOSE)
