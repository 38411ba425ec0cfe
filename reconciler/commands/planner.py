"""From a workspace, a ledger and an organisation to a plan: the reading around the pure deciding."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from reconciler import __version__
from reconciler.archive import Backups
from reconciler.commands.histories import read_histories
from reconciler.commands.keys import digests_of
from reconciler.commands.options import PlanOptions
from reconciler.commands.records import Known, gather, read_files
from reconciler.commands.workspace import Workspace
from reconciler.errors import NotOffered, UsageError
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence
from reconciler.model.observed import Observed, Organisation
from reconciler.model.plan import Plan
from reconciler.model.ports import Reader, Recollection
from reconciler.model.secret import Secret
from reconciler.planning.archives import standing_orders
from reconciler.planning.asking import asked_for
from reconciler.planning.binding import Bindings, bind
from reconciler.planning.make import Drafts, draft_all, make_plan
from reconciler.planning.moves import with_moves
from reconciler.planning.requests import to_look_up
from reconciler.planning.secrets import variables_of, with_known
from reconciler.planning.selection import selected
from reconciler.planning.situation import Choices, Drift, Situation

TOOL: Final = f"reconciler {__version__}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of secrets: the digests of those that manifests name, by variable, and the names of all that are
    set."""

    digests: Mapping[str, str] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a snapshot has in the place of the surroundings."""

    seen: Seen
    backups: frozenset[tuple[str, str]]
    evidence: Known


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line said about planning."""

    choices: Choices
    records: Mapping[Address, Path] = field(default_factory=dict)
    as_of: datetime.datetime | None = None
    parallelism: int = 8
    kept: Kept | None = None


def wishes_of(options: PlanOptions, workspace: Workspace, *, parallelism: int) -> Wishes:
    """Read the options. Raises UsageError for records that cannot be read."""
    return Wishes(_choices(options), read_files(options.records, workspace.estate), options.as_of, parallelism)


def _choices(options: PlanOptions) -> Choices:
    return Choices(
        Drift(options.drift),
        options.allow_delete,
        frozenset(options.excluded),
        rebase=options.on_conflict == "merge",
        targets=frozenset(options.targets),
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan, and what it was decided from."""

    plan: Plan
    drafts: Drafts
    evidence: Mapping[Address, Evidence]
    seen: Seen


@dataclass(frozen=True, slots=True)
class Sources:
    """What a plan is made from: manifests, ledger, organisation, what the command line wishes, the time in seconds
    since the epoch, and the secrets that are set, of which a plan gets no more than digests."""

    workspace: Workspace
    ledger: Recollection
    api: Reader
    organisation: Organisation
    wishes: Wishes
    now: float
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    @property
    def seen(self) -> Seen:
        if self.wishes.kept is not None:
            return self.wishes.kept.seen
        variables = variables_of(self.workspace.estate, KINDS)
        return Seen(digests_of(self.secrets, variables, ledger_id=self.ledger.ledger_id), frozenset(self.secrets))


def decide(sources: Sources) -> Decided:
    """Read what is needed, and decide. Writes nothing anywhere."""
    api, wishes = sources.api, sources.wishes
    seen = sources.seen
    situation = _with_listed_requests(observe(sources, seen), api)
    situation = _with_histories(situation, sources)
    situation, bindings = bound(situation, api)
    drafts = draft_all(situation, bindings)
    evidence = gather(drafts, api, wishes.records, wishes.kept.evidence if wishes.kept else None)
    terms = {name: said for name in drafts.written if (said := api.terms(KINDS[name]))}
    plan = make_plan(drafts, evidence, terms, plan_calls=total_calls(api))
    return Decided(plan, drafts, evidence, seen)


def observe(sources: Sources, seen: Seen) -> Situation:
    """What is desired, recorded and observed of the objects that converge."""
    workspace, ledger, wishes = sources.workspace, sources.ledger, sources.wishes
    check_organisation(workspace, sources.organisation)
    recorded = ledger.rows()
    variables = variables_of(workspace.estate, KINDS)
    situation = Situation(
        estate=with_known(workspace.estate, KINDS, seen.digests),
        project=workspace.project,
        kinds=KINDS,
        organisation=sources.organisation,
        as_of=wishes.as_of or datetime.datetime.fromtimestamp(int(sources.now), datetime.UTC),
        tool=TOOL,
        ledger_id=ledger.ledger_id,
        recorded=recorded,
        intents=ledger.intents(),
        requests=ledger.requests(),
        disowned=ledger.disowned(),
        unset=variables - seen.variables,
        choices=wishes.choices,
    )
    situation = selected(situation)
    observed = _observed(workspace, recorded.keys(), sources.api, situation.choices)
    return with_moves(replace(situation, observed=observed))


def bound(situation: Situation, api: Reader) -> tuple[Situation, Bindings]:
    """Which live object is whose. What seems to have vanished is asked for by its id first."""
    bindings = bind(situation)
    if not bindings.unconfirmed:
        return situation, bindings
    confirmed = {(kind, live_id): api.get(KINDS[kind], live_id) for kind, live_id in bindings.unconfirmed}
    situation = replace(situation, confirmed=confirmed)
    return situation, bind(situation)


def check_organisation(workspace: Workspace, organisation: Organisation) -> None:
    """The project file may pin the organisation. Raises UsageError."""
    pinned = workspace.project.environment.organisation_id
    if pinned and pinned != organisation.live_id:
        raise UsageError(
            "The credentials belong to another organisation",
            detail=f"The project file names {pinned}; they lead to {organisation.name} ({organisation.live_id}).",
            hint="Use the credentials of that organisation, or correct environment.organisationId.",
        )


def total_calls(api: Reader) -> int:
    """Calls made so far."""
    return sum(api.calls.values())


def _observed(
    workspace: Workspace, recorded: Collection[Address], api: Reader, choices: Choices
) -> dict[str, tuple[Observed, ...]]:
    """The whole list of every kind in use. A failed read fails the plan: it is never taken for empty."""
    addresses = {*workspace.estate.manifests, *recorded}
    converging = {name for name, kind in KINDS.items() if kind.converges}
    in_use = sorted({address.kind for address in addresses if not choices.excludes(address)} & converging)
    return {name: _listed(workspace, recorded, api, name) for name in in_use}


def _with_listed_requests(situation: Situation, api: Reader) -> Situation:
    """With the lists of requests that the ledger does not have and the organisation may; none where it offers none."""
    listed = dict(situation.observed)
    for name in to_look_up(situation, asked_for(situation)):
        with suppress(NotOffered):
            listed[name] = api.list(KINDS[name])
    return replace(situation, observed=listed)


def _with_histories(situation: Situation, sources: Sources) -> Situation:
    """With what the standing orders are about, what is archived of it, and what there are copies of."""
    orders = [order for _, order in standing_orders(situation)]
    folders = {order.backup for order in orders if order.backup}
    return replace(
        situation,
        histories=read_histories(situation.kinds, orders, sources.api, parallelism=sources.wishes.parallelism),
        receipts=sources.ledger.receipts() if orders else {},
        backups=sources.wishes.kept.backups if sources.wishes.kept else _backups(sources.workspace, folders),
    )


def _backups(workspace: Workspace, folders: Iterable[str]) -> frozenset[tuple[str, str]]:
    backups = Backups(workspace.root)
    return frozenset((folder, name) for folder in folders for name in backups.names(folder))


def _listed(workspace: Workspace, recorded: Collection[Address], api: Reader, name: str) -> tuple[Observed, ...]:
    """One kind's objects; none where the organisation has no list, but every object's id is known anyway."""
    try:
        return api.list(KINDS[name])
    except NotOffered:
        unknown = [
            manifest.address
            for address, manifest in workspace.estate.manifests.items()
            if address.kind == name and not manifest.live_id and address not in recorded
        ]
        if unknown:
            raise
        return ()
