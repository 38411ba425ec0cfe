from __future__ import annotations

from typing import Any

import pytest
from reconciler.api.credentials import Credentials, credentials
from reconciler.api.regions import DOMAINS, domain_of
from reconciler.errors import AuthenticationFailed, UsageError
from reconciler.model.project import Environment
from reconciler.model.secret import Secret

CLIENT = {"GENESYSCLOUD_OAUTHCLIENT_ID": "client", "GENESYSCLOUD_OAUTHCLIENT_SECRET": "s3cr3t"}
SECRET = Secret("s3cr3t")


def read(environ: dict[str, str], **environment: Any) -> Credentials:
    return credentials(environ, Environment(**environment))


def refused(environ: dict[str, str], **environment: Any) -> AuthenticationFailed | UsageError:
    with pytest.raises((AuthenticationFailed, UsageError)) as caught:
        read(environ, **environment)
    assert "s3cr3t" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("region", ["eu-central-1", "EU-CENTRAL-1", "mypurecloud.de", " api.mypurecloud.de "])
def test_a_region_is_a_key_or_a_domain(region: str) -> None:
    assert read(CLIENT | {"GENESYSCLOUD_REGION": region}) == Credentials(
        "https://api.mypurecloud.de", "https://login.mypurecloud.de", "client", SECRET
    )


def test_every_region_of_the_published_api_is_known() -> None:
    assert len(DOMAINS) == 18
    assert all(domain_of(key) == domain == domain_of(domain) for key, domain in DOMAINS.items())


@pytest.mark.parametrize(("wrong", "near"), [("eu-centrl-1", "eu-central-1"), ("mypurecloud.dee", "mypurecloud.de")])
def test_an_unknown_region_is_answered_with_a_near_one(wrong: str, near: str) -> None:
    error = refused(CLIENT | {"GENESYSCLOUD_REGION": wrong})
    assert (error.exit_code, error.summary, error.where) == (1, "The region is unknown", "GENESYSCLOUD_REGION")
    assert near in error.hint


def test_a_region_like_no_other_gets_the_list() -> None:
    assert "us-east-1, us-east-2" in refused(CLIENT | {"GENESYSCLOUD_REGION": "?"}).hint


def test_the_project_file_fills_the_gaps() -> None:
    assert read(CLIENT, region="eu-west-2").api_url == "https://api.euw2.pure.cloud"
    found = read(CLIENT, api_url="https://gateway.example/", login_url="https://login.example/x/")
    assert (found.api_url, found.login_url) == ("https://gateway.example", "https://login.example/x")


def test_the_environment_wins_over_the_project_file() -> None:
    assert read(CLIENT | {"GENESYSCLOUD_REGION": "us-east-1"}, region="eu-west-2").api_url.endswith("mypurecloud.com")


@pytest.mark.parametrize(
    "place",
    [
        {"GENESYSCLOUD_REGION": "us-east-1"},
        {"GENESYSCLOUD_REGION": "us-east-1", "RECONCILER_API_URL": "https://gateway.example"},
        {"GENESYSCLOUD_REGION": "us-east-1", "RECONCILER_LOGIN_URL": "https://gateway.example"},
        {"GENESYSCLOUD_REGION": "us-east-1", "GENESYSCLOUD_ACCESS_TOKEN": "s3cr3t"},
    ],
)
def test_a_project_file_sends_no_credentials_away_from_where_the_environment_says(place: dict[str, str]) -> None:
    theirs = {"api_url": "https://elsewhere.example", "login_url": "https://elsewhere.example"}
    assert "elsewhere" not in str(read(CLIENT | place, **theirs))


def test_a_gateway_without_a_login_host_does_not_take_the_project_files() -> None:
    error = refused(CLIENT | {"RECONCILER_API_URL": "https://gateway.example"}, login_url="https://elsewhere.example")
    assert error.summary == "The login host is not known"


def test_an_access_token_wins_over_the_client_and_needs_no_login_host() -> None:
    found = read(CLIENT | {"GENESYSCLOUD_ACCESS_TOKEN": "s3cr3t\n", "RECONCILER_API_URL": "https://gateway.example"})
    assert found == Credentials("https://gateway.example", access_token=SECRET)


def test_a_scope_is_asked_for_only_when_set() -> None:
    here = CLIENT | {"GENESYSCLOUD_REGION": "us-east-1"}
    assert read(here).scope == ""
    assert read(here | {"RECONCILER_OAUTH_SCOPE": "a b"}).scope == "a b"


def test_credentials_print_without_their_secrets() -> None:
    found = read(CLIENT | {"GENESYSCLOUD_REGION": "us-east-1"})
    assert "s3cr3t" not in f"{found} {found!r}"


def test_missing_credentials_are_named() -> None:
    error = refused({"GENESYSCLOUD_OAUTHCLIENT_ID": "client", "GENESYSCLOUD_REGION": "us-east-1"})
    assert isinstance(error, AuthenticationFailed)
    assert error.exit_code == 7
    assert error.detail == "Not set: GENESYSCLOUD_OAUTHCLIENT_SECRET."
    assert "GENESYSCLOUD_ACCESS_TOKEN" in error.hint


def test_an_empty_variable_is_not_set() -> None:
    assert "OAUTHCLIENT_ID" in refused(CLIENT | {"GENESYSCLOUD_OAUTHCLIENT_ID": " "}).detail


def test_a_missing_region_is_named() -> None:
    assert refused(CLIENT).detail == "Not set: GENESYSCLOUD_REGION."


def test_the_names_of_other_tools_are_recognised_and_ours_are_named() -> None:
    error = refused(
        {"GENESYS_CLIENT_ID": "client", "CLIENT_SECRET": "s3cr3t", "GENESYS_CLOUD_DOMAIN": "mypurecloud.de"}
    )
    assert "Set, but not read by reconciler: GENESYS_CLIENT_ID (ours is GENESYSCLOUD_OAUTHCLIENT_ID), " in error.detail
    assert "CLIENT_SECRET (ours is GENESYSCLOUD_OAUTHCLIENT_SECRET)" in error.detail
    assert refused(CLIENT | {"GENESYS_CLOUD_DOMAIN": "mypurecloud.de"}).detail.endswith(
        "(ours is GENESYSCLOUD_REGION)."
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_http_is_for_this_machine(host: str) -> None:
    url = f"http://{host}:8080"
    assert read(CLIENT | {"RECONCILER_API_URL": url, "RECONCILER_LOGIN_URL": url}).api_url == url


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "10.0.0.1", "0.0.0.0", "127.0.0.1.nip.io"])  # noqa: S104
@pytest.mark.parametrize("name", ["RECONCILER_API_URL", "RECONCILER_LOGIN_URL"])
def test_http_to_another_machine_is_refused(name: str, host: str) -> None:
    urls = {"RECONCILER_API_URL": "https://a.example", "RECONCILER_LOGIN_URL": "https://a.example"}
    error = refused(CLIENT | urls | {name: f"http://{host}"})
    assert (error.summary, error.where) == ("The URL is not safe", name)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "a.example",
        "https://",
        "https://u:s3cr3t@a.example",
        "https://a?b=c",
        "https://a:b",
        "https://[a",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    error = refused(CLIENT | {"RECONCILER_API_URL": url, "GENESYSCLOUD_REGION": "us-east-1"})
    assert (error.exit_code, error.summary) == (1, "The URL cannot be used")


def test_the_login_host_follows_from_the_region_or_from_the_api_host() -> None:
    gateway = CLIENT | {"RECONCILER_API_URL": "https://gateway.example"}
    assert read(gateway, region="us-east-1").login_url == "https://login.mypurecloud.com"
    assert read(CLIENT | {"RECONCILER_API_URL": "https://api.x.example"}).login_url == "https://login.x.example"


def test_the_secret_is_not_sent_to_a_guessed_host() -> None:
    error = refused(CLIENT | {"RECONCILER_API_URL": "https://gateway.example"})
    assert error.summary == "The login host is not known"
    assert "Set RECONCILER_LOGIN_URL" in error.hint


@pytest.mark.parametrize("name", ["GENESYSCLOUD_OAUTHCLIENT_SECRET", "GENESYSCLOUD_ACCESS_TOKEN"])
@pytest.mark.parametrize("value", ["s3cr3t\nX: y", "s3cr3t\x00", "s3cr3té"])
def test_a_credential_with_odd_characters_is_refused_unseen(name: str, value: str) -> None:
    error = refused(CLIENT | {"GENESYSCLOUD_REGION": "us-east-1", name: value})
    assert (error.summary, error.where) == ("The credential cannot be used", name)


DEV = {"GENESYSCLOUD_OAUTHCLIENT_ID_DEV": "dev-client", "GENESYSCLOUD_OAUTHCLIENT_SECRET_DEV": "s3cr3t"}
REGION = {"GENESYSCLOUD_REGION": "eu-central-1"}


def test_variables_that_end_with_the_environments_name_are_taken_first() -> None:
    everything = CLIENT | DEV | REGION | {"GENESYSCLOUD_REGION_DEV": "us-east-1"}
    assert (read(everything, name="dev").client_id, read(everything, name="prod").client_id) == ("dev-client", "client")
    assert read(everything, name="dev").api_url == "https://api.mypurecloud.com"
    assert read(everything, name="prod").api_url == "https://api.mypurecloud.de"


def test_a_name_is_spelt_as_variables_are() -> None:
    assert read(REGION | CLIENT | {"GENESYSCLOUD_ACCESS_TOKEN_EU_1": "s3cr3t"}, name="eu-1").access_token == SECRET


@pytest.mark.parametrize("alone", DEV)
def test_the_id_of_one_environment_never_goes_with_the_secret_of_another(alone: str) -> None:
    error = refused(REGION | CLIENT | {alone: "s3cr3t"}, name="dev")
    (missing,) = DEV.keys() - {alone}
    assert missing in error.detail


def test_an_access_token_for_all_does_not_win_over_an_environments_own_client() -> None:
    assert read(REGION | DEV | {"GENESYSCLOUD_ACCESS_TOKEN": "s3cr3t"}, name="dev").client_id == "dev-client"


def test_the_place_of_one_environment_is_never_made_of_two() -> None:
    """The API of the one and the login of the other would send the secret to a stranger."""
    places = {"RECONCILER_API_URL_DEV": "https://gateway.example", "RECONCILER_LOGIN_URL": "https://other.example"}
    assert refused(DEV | places, name="dev").summary == "The login host is not known"


@pytest.mark.parametrize("said", ["GENESYSCLOUD_REGION_PROD", "RECONCILER_API_URL_PROD", "RECONCILER_LOGIN_URL_PROD"])
def test_where_any_environment_has_a_place_no_project_file_names_another_host(said: str) -> None:
    theirs = {"api_url": "https://elsewhere.example", "login_url": "https://elsewhere.example", "name": "added"}
    assert "GENESYSCLOUD_REGION" in refused(CLIENT | {said: "us-east-1"}, **theirs).detail


def test_an_environment_has_its_own_scope() -> None:
    scoped = REGION | CLIENT | {"RECONCILER_OAUTH_SCOPE": "a", "RECONCILER_OAUTH_SCOPE_DEV": "b"}
    assert (read(scoped, name="dev").scope, read(scoped, name="prod").scope) == ("b", "a")
