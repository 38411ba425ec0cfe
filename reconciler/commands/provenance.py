"""Who runs this, for which commit and which pull request, as CI or the operating system tells."""

from __future__ import annotations

import os
import pwd
import re
import socket
from collections.abc import Callable, Mapping
from typing import Final

from reconciler.model.provenance import Provenance

ACTORS: Final = (
    "RECONCILER_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOREMAIL", "BUILD_REQUESTEDFOR",
    "BUILD_USER_ID", "CIRCLE_USERNAME", "BITBUCKET_STEP_TRIGGERER_UUID",
)  # fmt: skip
COMMITS: Final = (
    "RECONCILER_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "GIT_COMMIT", "CIRCLE_SHA1",
    "BITBUCKET_COMMIT",
)  # fmt: skip
PULL_REQUESTS: Final = (
    "RECONCILER_PULL_REQUEST", "CI_MERGE_REQUEST_IID", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
    "SYSTEM_PULLREQUEST_PULLREQUESTID", "CHANGE_ID", "CIRCLE_PR_NUMBER", "BITBUCKET_PR_ID",
)  # fmt: skip
"""GitHub, GitLab, Azure, Jenkins, CircleCI, Bitbucket; ours first, for any other and for who knows better."""

LONGEST: Final = 200
_GITHUB_REF: Final = re.compile(r"refs/pull/(\d+)/")


def provenance() -> Provenance:
    """Of this process."""
    return provenance_of(os.environ, _user_at_host)


def provenance_of(environment: Mapping[str, str], somebody: Callable[[], str]) -> Provenance:
    """`somebody` is asked where nothing else says who it is."""
    return Provenance(
        actor=_first(environment, ACTORS) or _cleaned(somebody()),
        commit=_first(environment, COMMITS),
        pull_request=_pull_request(environment),
    )


def _pull_request(environment: Mapping[str, str]) -> str:
    """With its repository, where there is one: `acme/estate#17`."""
    found = _GITHUB_REF.match(environment.get("GITHUB_REF", ""))
    if found and not environment.get("RECONCILER_PULL_REQUEST"):
        return _cleaned(f"{environment.get('GITHUB_REPOSITORY', '')}#{found[1]}")
    return _first(environment, PULL_REQUESTS)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _cleaned(environment.get(name, "")))), "")


def _cleaned(text: str) -> str:
    """One line that can be stored, whatever bytes it was made of."""
    return "".join(each for each in text if each.isprintable()).strip()[:LONGEST]


def _user_at_host() -> str:
    """By the operating system's own book: `USER` says what anybody likes."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = f"uid {os.geteuid()}"
    return f"{name}@{socket.gethostname()}"
