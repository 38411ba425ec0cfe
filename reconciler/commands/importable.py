"""What an import would write: manifests of what nobody describes, proved to say what is so."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler import __version__
from reconciler.commands.options import Home
from reconciler.commands.project_file import chosen as chosen_environment
from reconciler.commands.project_file import open_environments
from reconciler.commands.session import Session
from reconciler.commands.workspace import Workspace, read_everywhere, read_workspace
from reconciler.errors import InvalidManifests, NotOffered, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest.writing import manifest_text
from reconciler.model.address import Address
from reconciler.model.manifest import Estate
from reconciler.model.observed import Observed, Organisation, Recorded
from reconciler.model.ports import Ledger
from reconciler.model.values import Json
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for: kinds, or one object under an address of one's own choice."""

    kinds: tuple[str, ...]
    address: Address | None = None
    live_id: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be written: a file for each object, with the ledger's row of it; and what cannot be. `elsewhere` are
    the other environments."""

    files: Mapping[Path, Described]
    texts: Mapping[Path, bytes]
    rows: Mapping[Address, Recorded]
    left: tuple[Undescribed, ...]
    elsewhere: tuple[str, ...] = ()


def planned_import(
    run: Session, workspace: Workspace, home: Home, wanted: Wanted, organisation: Organisation, ledger: Ledger
) -> Import:
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
    if workspace.project.is_one_of_several:
        made = _fitting_everywhere(home, situation, bindings, chosen)
    else:
        made = _proved(home, situation, bindings, chosen)
    return replace(made, left=_with_their_patches(home, made.left, chosen)) if made.left else made


def _fitting_everywhere(home: Home, situation: Situation, bindings: Bindings, chosen: Mapping[Live, Address]) -> Import:
    """The same, and no other environment is worse for it: what would be wrong there stands for this one alone. That is
    what is stated there already, what names an id, and what refers to such manifests."""
    environment = situation.project.environment.name
    places = [home.directory] if home.directory.exists() else []
    before, known = read_everywhere(places, home)
    others = {name: each.estate.manifests for name, each in before.items() if name != environment}
    alone = {live for live, address in chosen.items() if any(address in stated for stated in others.values())}
    while True:
        made = _proved(home, situation, bindings, chosen, environment=environment, alone=alone)
        _, problems = read_everywhere(places, home, more=_contents(made.texts))
        worse = {problem.where.file for problem in {*problems} - {*known}}
        told = {_live(each) for path, each in made.files.items() if str(path) in worse} - alone
        if not worse or alone >= chosen.keys():
            return replace(made, elsewhere=tuple(others))
        alone |= told or chosen.keys()


def _live(described: Described) -> Live:
    return described.entity.kind, described.entity.live_id


def _observed(run: Session, wanted: Wanted) -> dict[str, tuple[Observed, ...]]:
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


def _chosen(situation: Situation, bindings: Bindings, wanted: Wanted) -> Mapping[Live, Address]:
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


def _proved(
    home: Home,
    situation: Situation,
    bindings: Bindings,
    chosen: Mapping[Live, Address],
    *,
    environment: str = "",
    alone: Collection[Live] = (),
) -> Import:
    """What is left when everything is taken out whose manifest our own reader does not take for what is so.

    One of several environments keeps for itself what it has to: `alone`, and what is bound by its id. What refers to
    something that was taken out refers to its id then, so it is looked at once more.
    """
    left: list[Undescribed] = []
    while True:
        found, undescribed = describe(situation, bindings, chosen)
        described = [
            replace(each, environment=environment) if each.is_bound or _live(each) in alone else each for each in found
        ]
        files = {_path(home, each): each for each in described}
        texts = {path: _text(each) for path, each in files.items()}
        names = {**bindings.names, **{live: address.name for live, address in chosen.items()}}
        rows, refused = _rows(_estate(home, texts), files, names)
        refused = [*undescribed, *refused]
        if not refused:
            return Import(files, texts, rows, tuple(left))
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
    more = _contents(texts)
    places = [home.directory] if home.directory.exists() else []
    workspace, problems = read_workspace(places, home, more=more)
    told = {problem.where.file: f"{problem.code} {problem.detail}" for problem in problems}
    ours = {file: text for file, text in told.items() if file in more}
    if problems and not ours:
        raise InvalidManifests(problems)
    return workspace.estate, ours


def _contents(texts: Mapping[Path, bytes]) -> Mapping[str, bytes]:
    return {str(path): text for path, text in texts.items()}


def _path(home: Home, described: Described) -> Path:
    """What stands for one environment alone is in a folder of its name."""
    folder = home.directory / KINDS[described.address.kind].manifests_folder / described.environment
    return folder / f"{described.address.name}.yaml"


def _text(described: Described) -> bytes:
    metadata: dict[str, Json] = {"name": described.address.name}
    if described.is_bound:
        metadata["id"] = described.entity.live_id
    if described.environment:
        metadata["environments"] = [described.environment]
    return manifest_text(described.address.kind, metadata, described.spec).encode(errors="surrogatepass")


def _with_their_patches(
    home: Home, left: tuple[Undescribed, ...], addresses: Mapping[Live, Address]
) -> tuple[Undescribed, ...]:
    """Each with the patch that goes for its manifest, too: it may be what says otherwise."""
    file, _ = open_environments(home)
    patches = chosen_environment(file, home.environment).variation.patches
    told = []
    for each in left:
        address = addresses.get((each.kind, each.live_id))
        patch = next((patch for patch in patches if address is not None and patch.fits(address)), None)
        where = patch and patch.document.locate_value((*patch.path, "target"))
        told.append(replace(each, reason=f"{each.reason}; the patch at {where} goes for it, too") if patch else each)
    return tuple(told)
