"""From a situation to a plan: bind, draft, ask records, judge, authorise, order."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.evidence import NO_EVIDENCE, Evidence, Question
from reconciler.model.finding import Finding, Severity
from reconciler.model.kind import Lock, Terms, Transition
from reconciler.model.manifest import Acknowledgement, Manifest
from reconciler.model.plan import Action, Budget, Cause, Change, FieldChange, Headroom, Plan
from reconciler.model.values import Path, dotted
from reconciler.planning import archives
from reconciler.planning.asking import asked_for
from reconciler.planning.binding import Bindings
from reconciler.planning.changed_paths import standing
from reconciler.planning.claims import missing_targets, shared_objects, taken_names
from reconciler.planning.deletions import deletion_findings, live_id_of
from reconciler.planning.draft import Draft, converged, draft, forgotten_moves, left_alone, reason_of
from reconciler.planning.judgement import acknowledged, fits, headroom, judge
from reconciler.planning.order import CREATING, order
from reconciler.planning.orders import draft_order
from reconciler.planning.policies import policy_findings
from reconciler.planning.quotas import quotas
from reconciler.planning.requests import decide
from reconciler.planning.restraints import restrain
from reconciler.planning.secrets import unseen
from reconciler.planning.situation import Situation
from reconciler.planning.splitting import targets_of

_NOTHING_SAID: Mapping[str, Terms] = {}


@dataclass(frozen=True, slots=True)
class Drafts:
    """Every address decided, none judged. `questions` says which live objects' records should be read, and why."""

    situation: Situation
    bindings: Bindings
    items: tuple[Draft, ...]
    unchanged: int

    @property
    def questions(self) -> Mapping[Address, tuple[Question, ...]]:
        return {item.address: item.questions for item in self.items if item.questions}

    @property
    def written(self) -> tuple[str, ...]:
        """The kinds of which an object may be created or changed: what the organisation says about these is needed."""
        changes = ((item.kind.name, item.change) for item in self.items if item.change is not None)
        return tuple(sorted({name for name, change in changes if change.writes and not change.action.ends}))


def draft_all(situation: Situation, bindings: Bindings) -> Drafts:
    """Decide every address. `bindings` must have nothing unconfirmed."""
    addresses = sorted({*situation.estate.manifests, *bindings.recorded})
    included = [
        address
        for address in addresses
        if (kind := situation.kinds.get(address.kind)) is not None and kind.asking is None
        if not situation.choices.excludes(address)
    ]
    drafted = (
        draft(situation, bindings, address)
        if situation.kinds[address.kind].converges
        else draft_order(situation, bindings, address)
        for address in included
    )
    decided = tuple(item for item in drafted if item is not None)
    items = (*decided, *forgotten_moves(situation, decided))
    return Drafts(situation, bindings, items, len(set(included) - {item.address for item in items}))


def make_plan(
    drafts: Drafts,
    evidence: Mapping[Address, Evidence],
    terms: Mapping[str, Terms] = _NOTHING_SAID,
    *,
    plan_calls: int = 0,
) -> Plan:
    """Judge, authorise and order what was drafted. `terms` are what the organisation says about the kinds written to.

    Equal input gives an equal plan.
    """
    situation, bindings = drafts.situation, drafts.bindings
    judging = _Judging(situation, terms)
    judged = [_judged(judging, item, evidence.get(item.address, NO_EVIDENCE)) for item in drafts.items]
    changes = [item.change for item in judged if item.change is not None]
    used = list(_quotas(situation, bindings, terms, changes))
    ordered = order(changes, situation.kinds)
    requests = decide(situation, asked_for(situation))
    restraints = restrain(situation, ordered.changes, requests.submissions, bindings.recorded)
    archiving = archives.decide(situation)
    findings = [
        *requests.findings,
        *archiving.findings,
        *(finding for item in judged for finding in item.findings),
        *deletion_findings(situation, bindings, changes),
        *missing_targets(situation, bindings, changes),
        *taken_names(situation, bindings, judged),
        *shared_objects(bindings, judged),
        *(_accepted(situation, each) for each in used if isinstance(each, Finding)),
        *_in_doubt(situation, bindings),
        *unseen(situation, changes),
        *ordered.findings,
    ]
    marked = _marked(ordered.changes, findings)
    findings += [*restraints.findings, *_policies(situation)]
    findings += _unused_acknowledgements(situation, findings)
    return Plan(
        organisation=situation.organisation,
        environment=situation.project.environment.name,
        as_of=situation.as_of.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z"),
        tool=situation.tool,
        ledger_id=situation.ledger_id,
        project=situation.project,
        changes=marked,
        findings=tuple(sorted((_located(situation, finding) for finding in findings), key=_rank)),
        acknowledgements=_acknowledgements(situation, changes),
        bindings=_needed_bindings(situation, bindings, ordered.changes),
        headroom=(
            *(room for item in judged for room in _headroom(judging, item)),
            *(each for each in used if isinstance(each, Headroom)),
        ),
        foreign_objects=dict(sorted(bindings.foreign.items())),
        unchanged=drafts.unchanged + requests.standing,
        targets=tuple(sorted(situation.choices.targets)),
        excluded=tuple(sorted(situation.choices.excluded)),
        budget=_budget(situation, ordered.changes, len(requests.submissions), plan_calls),
        rebase=situation.choices.rebase,
        terms=dict(sorted(terms.items())),
        submissions=requests.submissions,
        moved_requests=requests.moved,
        forgotten_requests=requests.forgotten,
        frozen=restraints.frozen,
        orders=archiving.orders,
        archives=archiving.archives,
        standing=standing(situation),
    )


@dataclass(frozen=True, slots=True)
class _Judging:
    """What every judgement is made with."""

    situation: Situation
    terms: Mapping[str, Terms]

    def transition(self, item: Draft, change: Change, evidence: Evidence = NO_EVIDENCE) -> Transition:
        terms = self.terms.get(item.kind.name, {})
        after = None if change.action.ends else change.after
        recorded = item.recorded.declared if item.recorded and not change.adopted else None
        return Transition(item.address, change.before, after, self.situation.project, evidence, terms, recorded)


def _quotas(
    situation: Situation, bindings: Bindings, terms: Mapping[str, Terms], changes: Iterable[Change]
) -> Iterator[Finding | Headroom]:
    by_kind: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.address):
        if change.writes:
            by_kind.setdefault(change.address.kind, []).append(change)
    for name, written in by_kind.items():
        yield from quotas(situation, bindings, situation.kinds[name], terms.get(name, {}), written)


def _judged(judging: _Judging, item: Draft, evidence: Evidence) -> Draft:
    """The draft with its findings; drift whose reversal would be unsafe is left alone (ARCHITECTURE §3)."""
    left: set[Path] = set()
    change = item.change
    kept: list[Finding] = []
    while change is not None:
        findings = _findings(judging, item, change, evidence)
        unsafe = [
            (part, finding)
            for part in change.fields
            if part.cause is Cause.DRIFT
            for finding in findings
            if finding.blocks and _touch(part.path, finding.path)
        ]
        if not unsafe:
            said = tuple(finding for finding in findings if change.judged)
            return replace(item, change=replace(change, evidence=evidence), findings=(*item.findings, *kept, *said))
        left |= {part.path for part, _ in unsafe}
        kept += [_unsafe_reversal(item.address, part, finding) for part, finding in unsafe]
        change = _leaving(item, left)
    return replace(item, change=None, findings=(*item.findings, *kept))


def _findings(judging: _Judging, item: Draft, change: Change, evidence: Evidence) -> tuple[Finding, ...]:
    acknowledgements = item.manifest.lifecycle.acknowledge if item.manifest else ()
    return judge(item.kind, judging.transition(item, change, evidence), acknowledgements, _today(judging.situation))


def _policies(situation: Situation) -> Iterator[Finding]:
    """What policies object to in the manifests that are planned from."""
    found = policy_findings(situation.estate.manifests, situation.project, situation.kinds, _today(situation))
    excludes = situation.choices.excludes
    return (finding for finding in found if finding.address is None or not excludes(finding.address))


def _accepted(situation: Situation, finding: Finding) -> Finding:
    """The finding, with the acknowledgement of its manifest where one fits."""
    manifest = situation.estate.manifests.get(finding.address) if finding.address else None
    return acknowledged(finding, manifest.lifecycle.acknowledge if manifest else (), _today(situation))


def _today(situation: Situation) -> datetime.date:
    return situation.as_of.astimezone(datetime.UTC).date()


def _touch(left: Path, right: Path) -> bool:
    shorter = min(len(left), len(right))
    return left[:shorter] == right[:shorter]


def _leaving(item: Draft, left: set[Path]) -> Change | None:
    """The change decided again with some drift left alone; None when nothing else is to be done."""
    change, manifest, row = item.change, item.manifest, item.recorded
    if change is None or change.before is None or manifest is None or row is None:
        return None
    found = converged(item.kind, manifest, row, change.before, left.__contains__)
    protect = row.protect != manifest.lifecycle.protect
    if not found.fields and not protect and row.revision:
        return None
    writes = any(part.cause is not Cause.RECORD for part in found.fields)
    return replace(
        change,
        action=change.action if writes else Action.RECORD,
        reason=reason_of(found, item.kind.origins(row.declared, manifest.normal), protect=protect),
        after=found.after,
        fields=found.fields,
        kept=found.kept,
    )


def _unsafe_reversal(address: Address, part: FieldChange, finding: Finding) -> Finding:
    said = left_alone(address, part)
    detail = f"{said.detail} Setting it back: {finding.code} {finding.summary.lower()}. {finding.detail}"
    return replace(said, code="RC202", summary="Setting drift back would be unsafe", detail=detail)


def _in_doubt(situation: Situation, bindings: Bindings) -> Iterator[Finding]:
    for intent in situation.intents:
        creating = intent.action in {str(action) for action in CREATING}
        if creating and intent.address not in bindings.live and not situation.choices.excludes(intent.address):
            detail = "Its creation was sent and never confirmed; apply looks again before it sends anything."
            yield Finding("RC601", Severity.WARN, "In doubt", intent.address, detail=detail)


def _unused_acknowledgements(situation: Situation, findings: Iterable[Finding]) -> list[Finding]:
    """Acknowledgements that fit nothing, or have expired."""
    today = _today(situation)
    by_address: dict[Address | None, list[Finding]] = {}
    for finding in findings:
        by_address.setdefault(finding.address, []).append(finding)
    return [
        said
        for address, manifest in sorted(situation.estate.manifests.items())
        if not situation.choices.excludes(address)
        for acknowledgement in manifest.lifecycle.acknowledge
        if (said := _unused(manifest, acknowledgement, by_address.get(address, []), today)) is not None
    ]


def _unused(
    manifest: Manifest, acknowledgement: Acknowledgement, findings: Iterable[Finding], today: datetime.date
) -> Finding | None:
    used = any(finding.acknowledgeable and fits(acknowledgement, finding) for finding in findings)
    if used and acknowledgement.expires >= today:
        return None
    code, summary = ("RC502", "Expired acknowledgement") if used else ("RC501", "Unused acknowledgement")
    detail = f"{acknowledgement.code} at {acknowledgement.path}, expires {acknowledgement.expires}."
    severity = Severity.WARN if used else Severity.INFO
    return Finding(code, severity, summary, manifest.address, detail=detail, where=acknowledgement.where)


def _located(situation: Situation, finding: Finding) -> Finding:
    """The finding with its place in the manifests, where it has one."""
    manifest = situation.estate.manifests.get(finding.address) if finding.address else None
    if finding.where is not None or finding.address is None:
        return finding
    if manifest is not None:
        return replace(finding, where=manifest.locate(finding.path))
    removal = situation.estate.removals.get(finding.address)
    return replace(finding, where=removal.source) if removal else finding


_WEIGHT = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.INFO: 2}


def _rank(finding: Finding) -> tuple[int, str, str, str]:
    return _WEIGHT[finding.severity], str(finding.address or ""), finding.code, dotted(finding.path)


def _marked(changes: Iterable[Change], findings: Iterable[Finding]) -> tuple[Change, ...]:
    """A change is destructive when a check says that it needs somebody's word, acknowledged or not."""
    heavy = {finding.address for finding in findings if finding.severity is Severity.BLOCK and finding.facet}
    return tuple(replace(change, destructive=True) if change.address in heavy else change for change in changes)


def _acknowledgements(situation: Situation, changes: Iterable[Change]) -> dict[Address, tuple[Acknowledgement, ...]]:
    stated = {change.address: situation.estate.manifests.get(change.address) for change in changes}
    return {
        address: manifest.lifecycle.acknowledge
        for address, manifest in sorted(stated.items())
        if manifest is not None and manifest.lifecycle.acknowledge
    }


def _needed_bindings(situation: Situation, bindings: Bindings, changes: Iterable[Change]) -> dict[Address, str]:
    """The live ids of everything that the changes touch or point at."""
    wanted: set[Address] = set()
    for change in changes:
        shape = situation.kinds[change.address.kind].shape
        wanted |= {change.address} | targets_of(change.after, shape) | targets_of(change.before, shape)
    found = {address: live_id_of(bindings, address) for address in sorted(wanted)}
    return {address: live_id for address, live_id in found.items() if live_id}


def _headroom(judging: _Judging, item: Draft) -> Iterator[Headroom]:
    if item.change is not None and item.change.writes:
        yield from headroom(item.kind, judging.transition(item, item.change))


def _calls(change: Change) -> int:
    """What one step costs without a conflict (ARCHITECTURE §7): where there is no lock it is read around the write,
    and what has vanished is looked for once more."""
    match change.action:
        case Action.CREATE:
            return 1
        case Action.RECREATE:
            return 2
        case Action.DELETE:
            return 1 if change.lock.guards_deletion else 2
        case _:
            return 3 if change.lock is Lock.COMPARE else 1


def _budget(situation: Situation, changes: Iterable[Change], submissions: int, plan_calls: int) -> Budget:
    calls = submissions + sum(_calls(change) for change in changes if change.writes)
    return Budget(plan_calls, calls, round(calls * 60 / situation.project.limits.requests_per_minute, 1))
