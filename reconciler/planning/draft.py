"""The first table of ARCHITECTURE §3: what happens to one address, before anybody has judged it.

| D R O | action                                                             |
|-------|--------------------------------------------------------------------|
| 1 0 0 | create                                                             |
| 1 0 1 | adopt                                                              |
| 1 1 0 | recreate, once the absence is confirmed by id                      |
| 1 1 1 | update, record or nothing, path by path                            |
| 0 1 1 | delete, or disable where there is no deletion, or forget           |
| 0 1 0 | forget, once the absence is confirmed by id                        |
| 0 0 1 | foreign: nothing                                                   |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.evidence import Question
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Deletion, Kind, Lock
from reconciler.model.manifest import ForeignElements, Manifest
from reconciler.model.normal import alike, answer_print, imprint, without_local
from reconciler.model.observed import Observed, Origin, Recorded
from reconciler.model.plan import Action, Cause, Change, FieldChange, Precondition
from reconciler.model.values import ABSENT, Normal, Path, canonical, dotted, same
from reconciler.planning.binding import Bindings, observed_normal
from reconciler.planning.difference import Difference, difference
from reconciler.planning.situation import Drift, Situation, word_on


@dataclass(frozen=True, slots=True)
class Draft:
    """One address's change as first decided, with what it was decided from. `change` None = only findings."""

    address: Address
    change: Change | None
    kind: Kind
    manifest: Manifest | None = None
    recorded: Recorded | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """What records should be asked before this change is judged."""
        change = self.change
        if change is None or change.before is None or change.after is None or not change.writes:
            return ()
        return self.kind.questions(change.before, change.after)


def draft(situation: Situation, bindings: Bindings, address: Address) -> Draft | None:
    """Decide one address. None = nothing to do."""
    manifest, row = situation.estate.manifests.get(address), bindings.recorded.get(address)
    entity, kind = bindings.live.get(address), situation.kinds[address.kind]
    if entity is not None and manifest is not None and row is not None and row.live_id == entity.live_id:
        return _converge(situation, bindings, kind, manifest, row, entity)
    if entity is not None and manifest is not None:
        return _adopt(situation, bindings, kind, manifest, row, entity)
    if manifest is not None:
        return _create(situation, bindings, kind, manifest, row)
    if row is not None:
        return _remove(situation, bindings, kind, row, entity)
    return None


def _create(
    situation: Situation, bindings: Bindings, kind: Kind, manifest: Manifest, row: Recorded | None
) -> Draft | None:
    """1 0 0, and 1 1 0: a recorded object has vanished."""
    if manifest.address.kind not in situation.observed and not manifest.live_id:
        return _unlisted(kind, manifest, row)
    if row is not None and situation.choices.drift is Drift.KEEP:
        return _left_vanished(kind, manifest, row)
    change = Change(
        step=str(manifest.address),
        address=manifest.address,
        action=Action.RECREATE if row else Action.CREATE,
        reason="the recorded object has vanished" if row else "in the manifests, not in the organisation",
        after=without_local(kind.shape, manifest.normal),
        declared=manifest.normal,
        lock=kind.lock,
        protect=manifest.lifecycle.protect,
        revision=row.revision if row else None,
        protected=row is not None and row.protect,
    )
    return Draft(manifest.address, change, kind, manifest, row, _creation_findings(bindings, manifest, row))


def _creation_findings(bindings: Bindings, manifest: Manifest, row: Recorded | None) -> tuple[Finding, ...]:
    doubles = bindings.doubles.get(manifest.address)
    if doubles:
        detail = f"Their ids: {', '.join(doubles)}."
        return (_platform("RC102", "Several live objects have this name", manifest.address, detail),)
    if row is not None and manifest.live_id not in ("", row.live_id):
        return _identity_findings(manifest, row)
    if manifest.live_id:
        detail = f"No object has id {manifest.live_id}."
        return (_platform("RC103", "The bound object does not exist", manifest.address, detail),)
    if row is not None:
        detail = f"It had id {row.live_id}. The new one will have another id and no records."
        return (Finding("RC204", Severity.WARN, "A recorded object has vanished", manifest.address, detail=detail),)
    return ()


def _unlisted(kind: Kind, manifest: Manifest, row: Recorded | None) -> Draft:
    detail = f"The organisation has shown no list of {kind.name}, so an object of this name may exist already."
    finding = _platform("RC108", "Absence cannot be known", manifest.address, detail)
    return Draft(manifest.address, None, kind, manifest, row, (finding,))


def _left_vanished(kind: Kind, manifest: Manifest, row: Recorded) -> Draft:
    detail = f"The object with id {row.live_id} was deleted behind our back and is not created again."
    finding = Finding("RC205", Severity.WARN, "A vanished object is left alone", manifest.address, detail=detail)
    return Draft(manifest.address, None, kind, manifest, row, (finding,))


def _platform(code: str, summary: str, address: Address, detail: str) -> Finding:
    return Finding(code, Severity.BLOCK, summary, address, cls=FindingClass.PLATFORM, detail=detail)


def _adopt(
    situation: Situation, bindings: Bindings, kind: Kind, manifest: Manifest, row: Recorded | None, entity: Observed
) -> Draft:
    """1 0 1: there is no base to merge from. Also a recorded object whose place another one has taken."""
    before = observed_normal(kind, entity, bindings)
    if before is None:
        return _unreadable(kind, manifest.address, manifest, entity)
    found = difference(kind.shape, manifest.normal, None, before, foreign_elements=manifest.lifecycle.foreign)
    fields = tuple(replace(part, cause=_without_base(part)) for part in found.fields)
    change = _changed(kind, manifest, entity, before, replace(found, fields=fields), row, bindings)
    reason = "another object has taken the recorded one's place" if row else "already in the organisation"
    change = replace(change, action=Action.ADOPT, reason=reason, adopted=True)
    if row is not None and situation.choices.drift is Drift.KEEP:
        return _left_vanished(kind, manifest, row)
    blocked = change.writes and not manifest.lifecycle.adopt
    findings = (_adoption(manifest, entity, change),) if blocked else ()
    return Draft(manifest.address, change, kind, manifest, row, findings)


def _without_base(part: FieldChange) -> Cause:
    """Nobody's edit is overridden where nothing was recorded: it is adopted, after a person said so."""
    return Cause.UPDATE if part.cause is Cause.OVERRIDE else part.cause


def _adoption(manifest: Manifest, entity: Observed, change: Change) -> Finding:
    differing = sum(part.cause is not Cause.RECORD for part in change.fields)
    return Finding(
        "RC101",
        Severity.BLOCK,
        "Adoption changes a live object",
        manifest.address,
        detail=f"An object of this name exists (id {entity.live_id}) and differs in {differing} place(s).",
        hint="lifecycle: {adopt: true}",
    )


def _unreadable(kind: Kind, address: Address, manifest: Manifest | None, entity: Observed) -> Draft:
    detail = f"The object with id {entity.live_id} has a shape that {kind.name} does not know."
    finding = _platform("RC106", "The organisation's answer does not fit the kind", address, detail)
    return Draft(address, None, kind, manifest, None, (finding,))


def _converge(
    situation: Situation, bindings: Bindings, kind: Kind, manifest: Manifest, row: Recorded, entity: Observed
) -> Draft | None:
    """1 1 1: path by path."""
    if _untouched(kind, manifest, row, entity, bindings):
        return None
    before = observed_normal(kind, entity, bindings)
    if before is None:
        return _unreadable(kind, manifest.address, manifest, entity)
    keeps = _everything if situation.choices.drift is Drift.KEEP else _nothing
    found = converged(kind, manifest, row, before, keeps)
    findings = _identity_findings(manifest, row)
    nothing = not found.fields and row.protect == manifest.lifecycle.protect and bool(row.revision)
    if nothing and not found.kept and not findings:
        return None
    change = None if nothing else _changed(kind, manifest, entity, before, found, row, bindings)
    kept = tuple(left_alone(manifest.address, part) for part in found.kept)
    overridden = tuple(_overridden(manifest.address, part) for part in found.fields if part.cause is Cause.OVERRIDE)
    return Draft(manifest.address, change, kind, manifest, row, (*findings, *overridden, *kept))


def _overridden(address: Address, part: FieldChange) -> Finding:
    edit = "removed" if part.before is ABSENT else "changed"
    detail = f"{dotted(part.path)} was {edit} behind our back, and the manifest says otherwise since."
    return Finding("RC203", Severity.WARN, "Someone else's edit is overridden", address, part.path, detail=detail)


def left_alone(address: Address, part: FieldChange) -> Finding:
    """Someone else's edit of something we own, which stays."""
    edit = "removed" if part.before is ABSENT else "changed"
    detail = f"{dotted(part.path)} was {edit} behind our back."
    return Finding("RC201", Severity.WARN, "Drift left alone", address, part.path, detail=detail)


def converged(
    kind: Kind, manifest: Manifest, row: Recorded, before: Normal, keeps: Callable[[Path], bool]
) -> Difference:
    """The difference of one recorded object, with the drift that `keeps` names left alone."""
    foreign = manifest.lifecycle.foreign
    to_come = {name: born for name, born in kind.at_birth.items() if not same(manifest.normal.get(name), born)}
    recorded = {**to_come, **row.declared}  # what a creation could not set was never anybody's edit
    return difference(kind.shape, manifest.normal, recorded, before, keeps=keeps, foreign_elements=foreign)


def _everything(_: Path) -> bool:
    return True


def _nothing(_: Path) -> bool:
    return False


def _untouched(kind: Kind, manifest: Manifest, row: Recorded, entity: Observed, bindings: Bindings) -> bool:
    """The gate that keeps a plan of unchanged objects cheap: equal bytes on both sides, and nothing else is made."""
    return bool(
        row.fingerprint
        and row.protect == manifest.lifecycle.protect
        and row.revision
        and manifest.live_id in ("", row.live_id)
        and manifest.lifecycle.foreign is ForeignElements.KEEP
        and row.fingerprint == _answer_print(kind, entity, bindings)
        and canonical(manifest.normal) == canonical(row.declared)
    )


def _answer_print(kind: Kind, entity: Observed, bindings: Bindings) -> str | None:
    try:
        return answer_print(kind.shape, entity.body, named=bindings.named)
    except ValueError:
        return None


def _identity_findings(manifest: Manifest, row: Recorded) -> tuple[Finding, ...]:
    if manifest.live_id in ("", row.live_id):
        return ()
    detail = f"The ledger says {row.live_id}, the manifest {manifest.live_id}."
    return (_platform("RC104", "metadata.id differs from the recorded object", manifest.address, detail),)


def _changed(
    kind: Kind,
    manifest: Manifest,
    entity: Observed,
    before: Normal,
    found: Difference,
    row: Recorded | None,
    bindings: Bindings,
) -> Change:
    writes = any(part.cause is not Cause.RECORD for part in found.fields)
    return Change(
        step=str(manifest.address),
        address=manifest.address,
        action=Action.UPDATE if writes else Action.RECORD,
        reason=reason_of(
            found,
            kind.origins(row.declared, manifest.normal) if row else {},
            protect=row is not None and row.protect != manifest.lifecycle.protect,
        ),
        before=before,
        after=found.after,
        declared=manifest.normal,
        live_id=entity.live_id,
        lock=lock_of(kind, entity),
        precondition=Precondition(
            entity.version, imprint(kind.shape, before), _answer_print(kind, entity, bindings) or ""
        ),
        fields=found.fields,
        kept=found.kept,
        foreign=found.foreign,
        protect=manifest.lifecycle.protect,
        adopted=row is not None and row.origin is Origin.ADOPTED,
        revision=row.revision if row else None,
        protected=row is not None and row.protect,
    )


def lock_of(kind: Kind, entity: Observed) -> Lock:
    """An organisation that shows no version cannot check one: compare instead (contract §2)."""
    return Lock.COMPARE if entity.version is None else kind.lock


def reason_of(found: Difference, origins: Mapping[Path, str], *, protect: bool) -> str:
    """Why an object changes, for people: never branched on. `origins` are of paths that the project file changes."""
    causes = {part.cause for part in found.fields if part.path not in origins or part.cause is not Cause.UPDATE}
    said = [origins[part.path] for part in found.fields if part.path in origins]
    said += [
        text
        for cause, text in (
            (Cause.UPDATE, "the manifest changed"),
            (Cause.OVERRIDE, "the manifest and the organisation both changed"),
            (Cause.DRIFT, "changed behind our back"),
            (Cause.FOREIGN, "foreign elements are to be removed"),
        )
        if cause in causes
    ]
    if not said:
        said = ["protection changed"] if protect and not causes else ["the ledger learns what is so already"]
    return ", ".join(said)


def _remove(
    situation: Situation, bindings: Bindings, kind: Kind, row: Recorded, entity: Observed | None
) -> Draft | None:
    """0 1 1 and 0 1 0."""
    removal = word_on(situation, row)
    if entity is None:
        return Draft(row.address, _forgotten(kind, row, None, "gone from the organisation already"), kind, None, row)
    before = observed_normal(kind, entity, bindings)
    wanted = removal.delete if removal else row.origin is Origin.CREATED
    if wanted and before is None:
        return _unreadable(kind, row.address, None, entity)
    if not wanted:
        reason = "removed: says to forget it" if removal else "adopted, so it is forgotten and stays"
        return Draft(row.address, _forgotten(kind, row, before, reason), kind, None, row)
    said = removal.reason if removal and row.address not in situation.estate.removals else ""
    why = said or ("removed: says to delete it" if removal else "no manifest describes it any more")
    return _ended(kind, row, entity, before or {}, why)


def _ended(kind: Kind, row: Recorded, entity: Observed, before: Normal, why: str) -> Draft:
    """What deleting means for the kind: a deletion, being disabled, or nothing that can be done."""
    if kind.deletion is Deletion.IMPOSSIBLE:
        hint = f"removed: [{{address: {row.address}, delete: false}}]"
        finding = _platform("RC306", "It cannot be deleted", row.address, f"The API of {kind.name} has no deletion.")
        return Draft(row.address, None, kind, None, row, (replace(finding, hint=hint),))
    after = {**before, **kind.disabled}
    disables = kind.deletion is Deletion.DISABLE
    if disables and alike(kind.shape, before, after):
        return Draft(row.address, _forgotten(kind, row, before, "disabled already, and cannot be deleted"), kind)
    change = Change(
        step=str(row.address),
        address=row.address,
        action=Action.DISABLE if disables else Action.DELETE,
        reason=why + _MEANINGS.get(kind.deletion, ""),
        before=before,
        after=after if disables else None,
        declared=row.declared,
        live_id=row.live_id,
        lock=lock_of(kind, entity),
        precondition=Precondition(entity.version, imprint(kind.shape, before)),
        fields=tuple(_disabling(kind, before)) if disables else (),
        protect=row.protect,
        adopted=row.origin is Origin.ADOPTED,
        destructive=True,
        revision=row.revision,
    )
    return Draft(row.address, change, kind, None, row)


_MEANINGS = {
    Deletion.DISABLE: "; it cannot be deleted, so it is disabled and then forgotten",
    Deletion.DELETE_OR_DISABLE: "; where the organisation does not allow that, it is disabled and then forgotten",
}


def _disabling(kind: Kind, before: Normal) -> Iterator[FieldChange]:
    for name, value in kind.disabled.items():
        yield FieldChange((name,), Cause.UPDATE, before.get(name, ABSENT), value, before.get(name, ABSENT))


def forgotten_moves(situation: Situation, drafted: Iterable[Draft]) -> Iterator[Draft]:
    """The rows under former addresses go, once the present ones are written. Where none is written they stay."""
    written = {item.address for item in drafted if item.change is not None}
    for address, row in sorted(situation.moved_from.items()):
        kind, is_new = situation.kinds[row.address.kind], situation.recorded[address].revision == 0
        if is_new and address not in written:
            continue
        change = _forgotten(kind, row, None, f"moved to {address}")
        yield Draft(row.address, replace(change, depends_on=(str(address),) if is_new else ()), kind, None, row)


def _forgotten(kind: Kind, row: Recorded, before: Normal | None, reason: str) -> Change:
    return Change(
        str(row.address), row.address, Action.FORGET, reason, before=before, live_id=row.live_id, lock=kind.lock,
        protect=row.protect, revision=row.revision,
    )  # fmt: skip
