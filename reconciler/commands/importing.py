"""`reconciler import`: manifests of what the organisation has and nobody describes, taken over as it is.

First the manifests are written, then the ledger learns that the objects are ours. Cut off in between, the next plan
shows what is missing as adoptions that change nothing.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.apply import stamp
from reconciler.commands import options
from reconciler.commands.ledgers import locked, read_ledger, write_ledger
from reconciler.commands.log_lines import tell
from reconciler.commands.options import Calling, Home
from reconciler.commands.outputs import make_folder, write_file
from reconciler.commands.planner import check_organisation
from reconciler.commands.session import Session, session
from reconciler.commands.workspace import Workspace, open_project, open_workspace, read_workspace
from reconciler.errors import InvalidManifests, NotOffered, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest.writing import manifest_text
from reconciler.model.address import Address
from reconciler.model.manifest import Estate
from reconciler.model.observed import Observed, Organisation, Recorded
from reconciler.model.ports import AuditEntry, Ledger
from reconciler.model.values import dotted, fingerprint
from reconciler.planning.binding import Bindings, bind
from reconciler.planning.importing import (
    Described,
    Live,
    Undescribed,
    addresses_for,
    adopted,
    describe,
    foreign_objects,
)
from reconciler.planning.moves import with_moves
from reconciler.planning.situation import Situation
from reconciler.render import legible

if TYPE_CHECKING:
    from reconciler.state.postgresql import Held


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command line asks for: kinds, or one object under an address of one's own choice."""

    kinds: tuple[str, ...]
    address: Address | None = None
    live_id: str = ""


@dataclass(frozen=True, slots=True)
class _Import:
    """What is to be written: a file for each object, with the ledger's row of it; and what cannot be."""

    files: Mapping[Path, Described]
    texts: Mapping[Path, bytes]
    rows: Mapping[Address, Recorded]
    left: tuple[Undescribed, ...]


@click.command("import")
@click.argument("words", nargs=-1, metavar="[KIND...] | ADDRESS ID")
@click.option("--all", "everything", is_flag=True, help="Every kind that this organisation offers.")
@click.option("-n", "--dry-run", is_flag=True, help="Print the manifests. Nothing is written anywhere.")
@options.lock_timeout
@options.new_ledger
@options.home
@options.organisation
def import_objects(
    words: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    lock_timeout: float,
    new_ledger: bool,
    home: Home,
    calling: Calling,
) -> None:
    """Write a manifest of every object of these KINDs that is neither described nor recorded, one file each.

    The objects are taken over as they are: the next plan is empty. ADDRESS ID is for one object, under an address that
    you choose. Secrets cannot be read. They stay with whoever set them until a manifest states them.

    \b
      reconciler import --all
      reconciler import Purpose FlexSchema --dir manifests
      reconciler import Purpose/Support 9e8a7d3c-1f2b-4c5d-8e9f-0a1b2c3d4e5f
    """
    wanted = _wanted(words, everything=everything)
    workspace = open_workspace(home) if home.directory.exists() else open_project(home)
    with session(workspace, calling) as run:
        if dry_run:
            _show(_read(run, workspace, home, wanted, is_new=new_ledger))
            return
        with locked(workspace, run.clock, timeout=lock_timeout, command="reconciler import") as held:
            _import(run, workspace, home, wanted, held, is_new=new_ledger)


def _wanted(words: tuple[str, ...], *, everything: bool) -> _Wanted:
    """Raises UsageError."""
    if len(words) == 2 and "/" in words[0] and not everything:
        return _one(*words)
    known = [name for name, kind in KINDS.items() if kind.converges]
    unknown = [word for word in words if word not in known]
    if unknown:
        detail = f"{', '.join(unknown)}: what can be imported are {', '.join(known)}."
        raise UsageError(
            "Unknown kind", detail=detail, hint="reconciler import KIND..., or: reconciler import ADDRESS ID"
        )
    if everything == bool(words):
        raise UsageError("Say what to import", detail="Either kinds or --all.", hint="reconciler import --all")
    return _Wanted(tuple(words) or tuple(known))


def _one(text: str, live_id: str) -> _Wanted:
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise UsageError("Not an address", detail=f"{error}.", hint="Write Kind/name.") from None
    if address.kind not in KINDS or not KINDS[address.kind].converges:
        raise UsageError("Unknown kind", detail=f"Objects of kind {address.kind} cannot be imported.")
    return _Wanted((address.kind,), address, live_id)


def _import(
    run: Session, workspace: Workspace, home: Home, wanted: _Wanted, held: Held | None, *, is_new: bool
) -> None:
    organisation = _organisation(run, workspace)
    with write_ledger(workspace, organisation, held=held, is_new=is_new) as ledger:
        made = _planned(run, workspace, home, wanted, organisation, ledger)
        _check_places(made.files)
        for path, text in made.texts.items():
            make_folder(path.parent)
            write_file(path, text)
        for path, each in made.files.items():
            ledger.put(made.rows[each.address], _entry(run, each, path))
            click.echo(legible(f"{path}: {each.address} ({each.entity.live_id})"))
    _tell_rest(made)


def _read(run: Session, workspace: Workspace, home: Home, wanted: _Wanted, *, is_new: bool) -> _Import:
    organisation = _organisation(run, workspace)
    with read_ledger(workspace, organisation, is_new=is_new, with_audit=False) as ledger:
        return _planned(run, workspace, home, wanted, organisation, ledger)


def _organisation(run: Session, workspace: Workspace) -> Organisation:
    organisation = run.client.organisation()
    check_organisation(workspace, organisation)
    return organisation


def _show(made: _Import) -> None:
    for path, text in made.texts.items():
        click.echo(f"# {legible(str(path))}\n{text.decode()}")
    _tell_rest(made)


def _tell_rest(made: _Import) -> None:
    """What was not written, and what stands in no manifest."""
    for each in made.left:
        tell(legible(f"Not imported: {each.kind} {each.live_id}: {each.reason}"))
    for described in made.files.values():
        if described.unread:
            paths = ", ".join(map(dotted, described.unread))
            tell(legible(f"{described.address}: secrets stay as they are, and in no manifest: {paths}"))
    if not made.files:
        tell("Nothing to import: everything is described or recorded already.")


def _planned(
    run: Session, workspace: Workspace, home: Home, wanted: _Wanted, organisation: Organisation, ledger: Ledger
) -> _Import:
    """Read, describe, and prove by reading the manifests that they say what is so."""
    situation = with_moves(
        Situation(
            estate=workspace.estate,
            project=workspace.project,
            kinds=KINDS,
            organisation=organisation,
            as_of=datetime.datetime.fromtimestamp(int(run.clock.now()), datetime.UTC),
            tool=f"reconciler {__version__}",
            ledger_id=ledger.ledger_id,
            recorded=ledger.rows(),
            intents=ledger.intents(),
            observed=_observed(run, wanted),
        )
    )
    bindings = bind(situation)
    chosen = _chosen(situation, bindings, wanted)
    return _proved(home, situation, bindings, chosen)


def _observed(run: Session, wanted: _Wanted) -> dict[str, tuple[Observed, ...]]:
    """Of several kinds those that the organisation offers."""
    found = {}
    for name in wanted.kinds:
        try:
            found[name] = run.client.list(KINDS[name])
        except NotOffered:
            if len(wanted.kinds) == 1:
                raise
            run.say(f"{name}: this organisation does not offer it.")
    return found


def _chosen(situation: Situation, bindings: Bindings, wanted: _Wanted) -> Mapping[Live, Address]:
    entities = foreign_objects(situation, bindings, situation.observed)
    taken = {*situation.estate.manifests, *situation.recorded}
    if wanted.address is None:
        return addresses_for(situation, entities, taken)
    if wanted.address in taken:
        raise UsageError(
            "The address is taken",
            detail=f"{wanted.address} is described or recorded already.",
            hint="To bind a manifest that is there to a live object, state metadata: {id: ...}.",
        )
    if not any(entity.live_id == wanted.live_id for entity in entities):
        owner = bindings.named(wanted.address.kind, wanted.live_id)
        why = f"It is {wanted.address.kind}/{owner} already." if owner else "The organisation has none of that id."
        raise UsageError("Nothing to import", detail=f"{wanted.address.kind} {wanted.live_id}: {why}")
    return {(wanted.address.kind, wanted.live_id): wanted.address}


def _proved(home: Home, situation: Situation, bindings: Bindings, chosen: Mapping[Live, Address]) -> _Import:
    """What is left when everything is taken out whose manifest our own reader does not take for what is so.

    What refers to something that was taken out refers to its id then, so it is looked at once more.
    """
    left: list[Undescribed] = []
    while True:
        described, undescribed = describe(situation, bindings, chosen)
        files = {_path(home, each): each for each in described}
        texts = {path: _text(each) for path, each in files.items()}
        names = {**bindings.names, **{live: address.name for live, address in chosen.items()}}
        rows, refused = _rows(_estate(home, texts), files, names)
        refused = [*undescribed, *refused]
        if not refused:
            return _Import(files, texts, rows, tuple(left))
        left += refused
        out = {(each.kind, each.live_id) for each in refused}
        chosen = {live: address for live, address in chosen.items() if live not in out}


def _rows(
    read: tuple[Estate, Mapping[str, str]], files: Mapping[Path, Described], names: Mapping[Live, str]
) -> tuple[dict[Address, Recorded], list[Undescribed]]:
    estate, problems = read
    rows: dict[Address, Recorded] = {}
    refused: list[Undescribed] = []
    for path, each in files.items():
        kind = KINDS[each.address.kind]
        try:
            if str(path) in problems:
                raise ValueError(problems[str(path)])
            rows[each.address] = adopted(kind, estate.manifests[each.address], each, names)
        except ValueError as error:
            refused.append(Undescribed(kind.name, each.entity.live_id, str(error)))
    return rows, refused


def _estate(home: Home, texts: Mapping[Path, bytes]) -> tuple[Estate, Mapping[str, str]]:
    """Everything there is with the new files, and what is wrong with these. Raises InvalidManifests where they make
    something else wrong."""
    more = {str(path): text for path, text in texts.items()}
    places = [home.directory] if home.directory.exists() else []
    workspace, problems = read_workspace(places, home, more=more)
    told = {problem.where.file: f"{problem.code} {problem.detail}" for problem in problems}
    ours = {file: text for file, text in told.items() if file in more}
    if problems and not ours:
        raise InvalidManifests(problems)
    return workspace.estate, ours


def _path(home: Home, described: Described) -> Path:
    return home.directory / KINDS[described.address.kind].manifests_folder / f"{described.address.name}.yaml"


def _text(described: Described) -> bytes:
    metadata = {"name": described.address.name}
    if described.is_bound:
        metadata["id"] = described.entity.live_id
    return manifest_text(described.address.kind, metadata, described.spec).encode(errors="surrogatepass")


def _check_places(paths: Collection[Path]) -> None:
    """Raises UsageError where a file is there: it belongs to somebody."""
    there = sorted(str(path) for path in paths if path.exists())
    if there:
        raise UsageError(
            "A file is there already",
            detail=f"{', '.join(there[:5])}. Nothing was written.",
            hint="Move it away, or import into another folder: --dir FOLDER",
        )


def _entry(run: Session, described: Described, path: Path) -> AuditEntry:
    return AuditEntry(
        at=stamp(run.clock.now()),
        action="IMPORT",
        address=str(described.address),
        live_id=described.entity.live_id,
        result="RECORDED",
        seal="",
        request_id=str(uuid.uuid4()),
        detail=f"as {path}",
        after_hash=fingerprint(described.spec),
    )
