"""What only the organisation can say: who we are, what we may do, what it offers. A handful of cheap calls."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from reconciler.api import Client
from reconciler.commands.doctor.examining import examined, failed, ok, skipped, warning
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session
from reconciler.commands.workspace import Workspace
from reconciler.errors import NotOffered, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import Check, Verdict
from reconciler.model.kind import Kind, Verb
from reconciler.model.observed import Organisation

SKEW: Final = 60.0
"""Seconds by which the clocks may differ."""
_LITTLE: Final = 0.2
"""Share of the rate limit below which a plan would have to wait."""


def organisation_of(run: Session) -> tuple[Organisation | None, Check]:
    """Whether a token is given, and who answers to it."""
    try:
        organisation = run.client.organisation()
    except ReconcilerError as error:
        return None, failed("organisation", error)
    return organisation, ok("organisation", f"{organisation.name} ({organisation.live_id})")


def checks_there(
    run: Session, workspace: Workspace, organisation: Organisation, kinds: Collection[str]
) -> Iterator[Check]:
    """Of an organisation that has answered once."""
    yield examined("organisation pin", lambda: _pin(workspace, organisation))
    yield _clocks(run)
    scopes = _scopes(run.client)
    for name in sorted(kinds):
        yield examined(name, lambda name=name: _kind(run.client, KINDS[name], scopes))  # type: ignore[misc]
    yield _headroom(run.client, workspace)


def unanswered(kinds: Collection[str]) -> Iterator[Check]:
    """What cannot be known while nobody answers."""
    for name in ("organisation pin", "clocks", *sorted(kinds), "rate limit"):
        yield skipped(name, "the organisation was not reached")


def _pin(workspace: Workspace, organisation: Organisation) -> Check:
    check_organisation(workspace, organisation)
    if workspace.project.environment.organisation_id:
        return ok("organisation pin", "it is the one that the project file names")
    pin = f"{{organisationId: {organisation.live_id}}}"
    name = workspace.project.environment.name
    stated = f"environments: {{{name}: {pin}}}" if workspace.project.is_one_of_several else f"environment: {pin}"
    hint = f"State it in the project file: {stated}"
    return warning("organisation pin", "the project file does not say which organisation it is for", hint)


def _clocks(run: Session) -> Check:
    if not run.client.shows_time:
        return ok("clocks", "the organisation does not say what time it is")
    skew = run.clock.now() - run.client.server_time()
    if abs(skew) <= SKEW:
        return ok("clocks", "this machine and the organisation agree")
    way = "ahead of" if skew > 0 else "behind"
    return warning(
        "clocks", f"this machine is {abs(skew):,.0f} s {way} the organisation", "Let the system set its clock."
    )


def _scopes(client: Client) -> frozenset[str]:
    """Empty where the organisation does not tell."""
    try:
        return client.scopes()
    except ReconcilerError:
        return frozenset()


def _kind(client: Client, kind: Kind, scopes: frozenset[str]) -> Check:
    try:
        client.probe(kind)
    except NotOffered as error:
        if kind.asking:  # its requests can be made and followed without a list
            return warning(kind.name, error.detail, error.hint)
        raise
    missing = [each for each in _needed(kind) if scopes and each not in scopes]
    if missing:
        hint = "Grant it in Genesys Cloud: Admin > Integrations > OAuth, the client."
        detail = f"reading works; the token does not carry {', '.join(missing)}, which writing needs"
        return Check(kind.name, Verdict.ERROR, detail, hint, exit_code=7)
    told = "" if scopes else "; the organisation does not tell whether writing is permitted"
    return ok(kind.name, f"offered, and may be read{' and written' if scopes else ''}{told}")


def _needed(kind: Kind) -> tuple[str, ...]:
    """What apply needs besides reading."""
    if kind.permissions:
        return tuple(kind.permissions[verb] for verb in (Verb.ADD, Verb.EDIT) if verb in kind.permissions)
    return tuple(dict.fromkeys(each for each in (kind.scopes.write, kind.scopes.also) if each))


def _headroom(client: Client, workspace: Workspace) -> Check:
    pace = client.pace
    if pace is None:
        return ok("rate limit", "the organisation does not say how much is left")
    detail = f"{pace.count} of {pace.allowed} calls used; it counts anew in {pace.reset} s"
    if pace.allowed - pace.count < pace.allowed * _LITTLE:
        return warning("rate limit", detail, "Others use the same client; a run would wait for its turn.")
    if workspace.project.limits.requests_per_minute > pace.allowed:
        hint = f"limits: {{requestsPerMinute: {pace.allowed}}}"
        return warning("rate limit", f"{detail}; the project file asks for more", f"State in the project file:\n{hint}")
    return ok("rate limit", detail)
