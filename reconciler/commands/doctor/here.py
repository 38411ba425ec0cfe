"""What can be known on this machine: versions, files, variables. Asks nobody."""

from __future__ import annotations

import platform
from collections.abc import Collection, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from reconciler import __version__
from reconciler.api.credentials import API_URL, ID, LOGIN_URL, REGION, SECRET, TOKEN, credentials
from reconciler.commands.doctor.examining import examined, ok, warning
from reconciler.commands.ledgers import LEDGER_URL
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import Check, Verdict
from reconciler.model.project import Project
from reconciler.model.source import Problem

_OURS: Final = (ID, SECRET, TOKEN, REGION, API_URL, LOGIN_URL, LEDGER_URL)
_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


def checks_here(
    project: Project, problems: Collection[Problem], kinds: Collection[str], environ: Mapping[str, str]
) -> Iterator[Check]:
    """In the order in which a run would meet them."""
    yield ok("versions", f"reconciler {__version__}, Python {platform.python_version()}")
    yield _files(problems)
    yield _checkout()
    yield _extras(kinds, project.ledger_variable or LEDGER_URL, environ)
    yield _network(environ)
    yield examined("credentials", lambda: _credentials(project, environ))


def _files(problems: Collection[Problem]) -> Check:
    if not problems:
        return ok("manifests", "project file and manifests are valid")
    first = min(problems, key=lambda problem: problem.where)
    count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    return Check(
        "manifests", Verdict.ERROR, f"{count}, the first at {first.where}: {first.summary}", "reconciler validate", 1
    )


def _checkout() -> Check:
    here = Path.cwd()
    if any((folder / ".git").exists() for folder in (here, *here.parents)):
        return ok("git", "this is a checkout")
    return warning("git", "this folder is in no git repository: nobody reviews what changes here", "git init")


def _extras(kinds: Collection[str], ledger_variable: str, environ: Mapping[str, str]) -> Check:
    """Those that what is in use needs."""
    wanted = {"exports": "pyarrow"} if any(KINDS[name].asking for name in kinds) else {}
    wanted |= {"postgresql": "psycopg"} if environ.get(ledger_variable) else {}
    missing = [extra for extra, module in wanted.items() if find_spec(module) is None]
    if not missing:
        return ok("extras", f"what is in use is installed{': ' if wanted else ''}{', '.join(wanted)}")
    detail = f"not installed: {', '.join(missing)}"
    return Check("extras", Verdict.ERROR, detail, f"pip install 'reconciler[{','.join(missing)}]'", 1)


def _network(environ: Mapping[str, str]) -> Check:
    """Proxies and certificates, by the names of the variables alone: an address may hold a password."""
    missing = [name for name in _BUNDLES if environ.get(name) and not Path(environ[name]).exists()]
    if missing:
        hint = "Let it name a file of certificates, or take it out of the environment."
        return Check("network", Verdict.ERROR, f"{' and '.join(missing)} names no file", hint, 1)
    names = [name for name in (*_PROXIES, *_BUNDLES) if environ.get(name) or environ.get(name.lower())]
    return ok("network", f"by way of {', '.join(names)}" if names else "no proxy and no certificates of your own")


def _credentials(project: Project, environ: Mapping[str, str]) -> Check:
    known = credentials(environ, project.environment)
    names = sorted(name for name in environ if environ[name].strip() and _is_ours(name))
    return ok("credentials", f"set: {', '.join(names)}; the API is at {known.api_url}")


def _is_ours(name: str) -> bool:
    """Whether it is one of the variables, or one of them with an environment's name at its end."""
    return any(name == each or name.startswith(f"{each}_") for each in _OURS)
