"""Values that tests are about, with everything that does not matter filled in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind
from reconciler.model.manifest import Acknowledgement, Estate, Lifecycle, Manifest, Move, Removal
from reconciler.model.normal import answer_print, complete, from_wire, to_wire, without_local
from reconciler.model.observed import Intent, Observed, Organisation, Origin, Recorded
from reconciler.model.plan import Change, Plan
from reconciler.model.policy import Policies
from reconciler.model.project import Project
from reconciler.model.source import Source
from reconciler.model.values import Json
from reconciler.planning.binding import bind
from reconciler.planning.make import draft_all, make_plan
from reconciler.planning.moves import with_moves
from reconciler.planning.situation import Choices, Situation

AS_OF = datetime.datetime(2026, 10, 1, 12, 0, tzinfo=datetime.UTC)
ORGANISATION = Organisation("org-1", "Example Org")
PURPOSE_SPEC: Mapping[str, Json] = {
    "description": "Quality assurance.",
    "retention": "180d",
    "legalBasis": "legitimate_interests",
}


WITHOUT_POLICIES = Project(policies=Policies(defaults=False))
"""What a situation is judged by, unless it is policies that a test is about."""


class Page:
    """A document that puts every path on line 1 and says which path it was asked for."""

    def locate(self, path: tuple[str, ...]) -> Source:
        return Source("manifest.yaml", 1, 1, ".".join(path))


def field(name: str, kind: str = "string", **more: Json) -> dict[str, Json]:
    """A flex schema's field as a manifest states it."""
    return {"name": name, "type": kind, **more}


def relation(name: str, schema: Json, target: str = "id", **more: Json) -> dict[str, Json]:
    """A relationship field as a manifest states it."""
    return field(name, "relationship", relationship={"schema": schema, "field": target}, **more)


def manifest(kind: Kind | str, name: str, spec: Mapping[str, Json], *, live_id: str = "", **lifecycle: Any) -> Manifest:
    """A valid manifest, in normal form."""
    kind = KINDS[kind] if isinstance(kind, str) else kind
    stated = {"name": name, **spec}
    source = Source("manifest.yaml", 1, 1)
    return Manifest(
        Address(kind.name, name),
        stated,
        complete(kind.shape, kind.resolve(stated, Project())),
        Page(),
        source,
        live_id=live_id,
        lifecycle=Lifecycle(**lifecycle),
    )


def schema(name: str, *fields: Mapping[str, Json], **more: Any) -> Manifest:
    """A flex schema's manifest."""
    return manifest("FlexSchema", name, {"fields": list(fields)}, **more)


def purpose(name: str, *, live_id: str = "", spec: Mapping[str, Json] | None = None, **lifecycle: Any) -> Manifest:
    """A purpose's manifest."""
    return manifest("Purpose", name, {**PURPOSE_SPEC, **(spec or {})}, live_id=live_id, **lifecycle)


def id_of(address: Address) -> str:
    """The live id that an address's object has in these tests."""
    return f"id-{address.name}"


def recorded(
    stated: Manifest, *, live_id: str = "", fingerprint: str = "", origin: Origin = Origin.CREATED, **more: Any
) -> Recorded:
    """A ledger row: `stated` was applied."""
    values: dict[str, Any] = {"version": 1, "protect": stated.lifecycle.protect, "revision": 1, "seal": "sha256:0"}
    values |= more
    return Recorded(
        stated.address, live_id or id_of(stated.address), origin, stated.normal, fingerprint=fingerprint, **values
    )


def live(kind: Kind, live_id: str, body: Mapping[str, Json], *, version: int | None = 1) -> Observed:
    """A live object as the organisation answers."""
    return Observed(kind.name, live_id, {"id": live_id, "version": version, **body}, version)


def observed(stated: Manifest, *, live_id: str = "", version: int | None = 1, kind: Kind | None = None) -> Observed:
    """The live object that `stated` describes."""
    kind = kind or KINDS[stated.address.kind]
    body = to_wire(kind.shape, stated.normal, live=lambda of, name: id_of(Address(of, name)))
    return live(kind, live_id or id_of(stated.address), body, version=version)


def edited(entity: Observed, **members: Json) -> Observed:
    """The live object after somebody's edit. ... removes a member."""
    body = {name: value for name, value in {**entity.body, **members}.items() if value is not ...}
    version = None if entity.version is None else entity.version + 1
    return Observed(entity.kind, entity.live_id, body, version)


def print_of(stated: Manifest, entity: Observed | None = None) -> str:
    """What the ledger keeps of the answer: that of `entity`, or where the organisation has just what is stated."""
    names = {id_of(stated.address): stated.address.name}
    body = (entity or observed(stated)).body
    return answer_print(KINDS[stated.address.kind].shape, body, named=lambda _, live_id: names.get(live_id))


def acknowledgement(code: str, path: str, **more: Any) -> Acknowledgement:
    """An acceptance that is valid all through these tests."""
    values: dict[str, Any] = {"reason": "agreed", "by": "a.smith", "expires": datetime.date(2026, 12, 31), **more}
    return Acknowledgement(code, path, **values)


def removal(address: Address, *, delete: bool) -> Removal:
    """A `removed:` block."""
    return Removal(address, delete, Source("removed.yaml", 1, 1))


def move(before: str, after: str) -> Move:
    """A `moved:` block, from Kind/name to Kind/name."""
    return Move(Address.parse(before), Address.parse(after), Source("moved.yaml", 1, 1))


def intent(stated: Manifest, *, action: str = "create", kind: Kind | None = None) -> Intent:
    """A creation that was sent and not answered."""
    body = observed(stated, kind=kind).body
    sent = {name: value for name, value in body.items() if name not in ("id", "version")}
    return Intent(1, "sha256:0", str(stated.address), stated.address, action, "", stated.normal, False, 0.0, sent)


def situation(
    manifests: Iterable[Manifest] = (),
    rows: Iterable[Recorded] = (),
    entities: Iterable[Observed] = (),
    *,
    removals: Iterable[Removal] = (),
    moves: Iterable[Move] = (),
    kinds: Mapping[str, Kind] = KINDS,
    project: Project | None = None,
    choices: Choices | None = None,
    **more: Any,
) -> Situation:
    """Desired, recorded and observed. Every kind was read whole."""
    stated = {each.address: each for each in manifests}
    entities = tuple(entities)
    return Situation(
        estate=Estate(stated, {each.address: each for each in removals}, tuple(moves)),
        project=project or WITHOUT_POLICIES,
        kinds=kinds,
        organisation=ORGANISATION,
        as_of=more.pop("as_of", AS_OF),
        recorded={row.address: row for row in rows},
        observed={name: tuple(each for each in entities if each.kind == name) for name in kinds},
        choices=choices or Choices(),
        **more,
    )


def plan(given: Situation, evidence: Mapping[Address, Evidence] | None = None) -> Plan:
    """The plan of a situation, which must have answers for all that is to be confirmed."""
    given = with_moves(given)
    return make_plan(draft_all(given, bind(given)), evidence or {})


def plan_of(*args: Any, **more: Any) -> Plan:
    """The plan of the situation with these parts."""
    return plan(situation(*args, **more))


def only(made: Plan) -> Change:
    """The one change of a plan."""
    [change] = made.changes
    return change


def codes(findings: Plan | Iterable[Finding]) -> list[str]:
    """The codes of findings, in order."""
    return [finding.code for finding in (findings.findings if isinstance(findings, Plan) else findings)]


def blocking(made: Plan) -> list[str]:
    """The codes of what stops a plan."""
    return [finding.code for finding in made.findings if finding.blocks]


def normal(kind: Kind, body: Mapping[str, Json]) -> dict[str, Json]:
    """An answer in normal form, every reference by id."""
    return from_wire(kind.shape, body, named=lambda _kind, _id: None, ignore=kind.server_owned)


def sendable(stated: Manifest) -> dict[str, Json]:
    """A manifest's normal form less what is never sent."""
    result: dict[str, Json] = without_local(KINDS[stated.address.kind].shape, stated.normal)
    return result
