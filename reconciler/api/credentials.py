"""Who we are and where the organisation is: read from the environment, with gaps filled by the project file."""

from __future__ import annotations

import ipaddress
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from reconciler.api.regions import domain_of
from reconciler.errors import AuthenticationFailed, UsageError
from reconciler.model.project import Environment, suffix_of
from reconciler.model.secret import NONE, Secret

ID = "GENESYSCLOUD_OAUTHCLIENT_ID"
SECRET = "GENESYSCLOUD_OAUTHCLIENT_SECRET"
REGION = "GENESYSCLOUD_REGION"
TOKEN = "GENESYSCLOUD_ACCESS_TOKEN"
API_URL = "RECONCILER_API_URL"
LOGIN_URL = "RECONCILER_LOGIN_URL"
SCOPE = "RECONCILER_OAUTH_SCOPE"

_PLACE = (REGION, API_URL, LOGIN_URL)
"""What says where an organisation is."""

_SEEDS_NAMES = {
    "GENESYS_CLIENT_ID": ID,
    "CLIENT_ID": ID,
    "GENESYS_CLIENT_SECRET": SECRET,
    "CLIENT_SECRET": SECRET,
    "GENESYS_CLOUD_DOMAIN": REGION,
    "GENESYS_BASE_URL": API_URL,
}
"""Names that other tools for the same job use (contract §8), and ours."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """URLs have no slash at the end. `scope` is empty where all that the client has is asked for.

    Either `access_token` is there, or the three others are.
    """

    api_url: str
    login_url: str = ""
    client_id: str = ""
    client_secret: Secret = NONE
    access_token: Secret = NONE
    scope: str = ""


def credentials(environ: Mapping[str, str], environment: Environment) -> Credentials:
    """What `environ` says, its gaps filled from the project's `environment`. An access token wins over a client.

    Variables that end with the environment's name are taken before those that do not; who we are comes all from the
    ones or all from the others. Where `environ` says in any way where any organisation is, no URL of the project file
    counts: whoever proposes a change to that file, an environment more included, must not be able to send the
    credentials elsewhere. Raises AuthenticationFailed when something is missing, UsageError when something cannot be.
    """
    stated = {name: value.strip() for name, value in environ.items() if value.strip()}
    who = _Names.of((ID, SECRET, TOKEN), stated, environment.name)
    where = _Names.of(_PLACE, stated, environment.name)
    region = stated.get(where(REGION)) or environment.region
    placed = any(name == place or name.startswith(f"{place}_") for name in stated for place in _PLACE)
    api_url = stated.get(where(API_URL)) or ("" if placed else environment.api_url)
    login_url = stated.get(where(LOGIN_URL)) or ("" if placed else environment.login_url)
    if who(TOKEN) in stated:
        return Credentials(_api(api_url, region, stated), access_token=_printable(who(TOKEN), stated[who(TOKEN)]))
    if missing := [who(name) for name in (ID, SECRET) if who(name) not in stated]:
        raise _missing(missing, stated)
    return Credentials(
        _api(api_url, region, stated),
        _login(login_url, api_url, region),
        stated[who(ID)],
        _printable(who(SECRET), stated[who(SECRET)]),
        scope=stated.get(_Names.of((SCOPE,), stated, environment.name)(SCOPE), ""),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """How the variables of a set are called: with a suffix where any of them has it, so that two sets never mix."""

    suffix: str

    @classmethod
    def of(cls, names: Iterable[str], stated: Container[str], environment: str) -> _Names:
        suffix = f"_{suffix_of(environment)}"
        return cls(suffix if any(name + suffix in stated for name in names) else "")

    def __call__(self, name: str) -> str:
        return name + self.suffix


def _api(api_url: str, region: str, stated: Mapping[str, str]) -> str:
    if api_url:
        return _checked(API_URL, api_url)
    if not region:
        raise _missing([REGION], stated)
    return f"https://api.{domain_of(region)}"


def _login(login_url: str, api_url: str, region: str) -> str:
    """Where the secret is sent to: stated, or certain. Never guessed."""
    if login_url:
        return _checked(LOGIN_URL, login_url)
    if region:
        return f"https://login.{domain_of(region)}"
    host = urlsplit(api_url).hostname or ""
    if host.startswith("api."):
        return _checked(API_URL, api_url).replace("//api.", "//login.", 1)
    raise UsageError(
        "The login host is not known",
        detail=f"{API_URL} points at a gateway, and it does not say where tokens are given out.",
        hint=f"Set {LOGIN_URL}, or {REGION}.",
    )


def _checked(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        is_fit = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        is_fit = False
    if not is_fit or parts.scheme not in ("http", "https"):
        raise UsageError(
            "The URL cannot be used",
            detail=f"{name} is to be like https://host[:port][/path], without user, password, query or fragment.",
            where=name,
        )
    if parts.scheme == "http" and not _is_loopback(parts):
        raise UsageError(
            "The URL is not safe",
            detail=f"Over http:// to {parts.hostname} the credentials could be read on the way. "
            "It is for this machine (localhost) only.",
            hint="Use https://.",
            where=name,
        )
    return url.rstrip("/")


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _printable(name: str, value: str) -> Secret:
    """A header cannot carry anything else, and the error of the HTTP library would show the value."""
    if not (value.isascii() and value.isprintable()):
        raise UsageError(
            "The credential cannot be used",
            detail="It holds characters that no credential has: line breaks, control characters or non-ASCII ones.",
            hint="Copy it again.",
            where=name,
        )
    return Secret(value)


def _missing(names: list[str], stated: Mapping[str, str]) -> AuthenticationFailed:
    theirs = [f"{name} (ours is {ours})" for name, ours in _SEEDS_NAMES.items() if name in stated and ours in names]
    detail = f"Not set: {', '.join(names)}."
    if theirs:
        detail += f" Set, but not read by reconciler: {', '.join(theirs)}."
    return AuthenticationFailed(
        "The credentials are incomplete",
        detail=detail,
        hint=f"Set {ID}, {SECRET} and {REGION}, or {TOKEN} and {REGION}, in the environment.",
    )
