"""Drift taken over: the manifests are edited so that they say what the organisation says. Nothing else is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.commands.options import Home
from reconciler.commands.outputs import write_file
from reconciler.commands.workspace import Workspace, read_everywhere, read_workspace
from reconciler.kinds import KINDS
from reconciler.manifest.editing import edited
from reconciler.model.address import Address
from reconciler.model.drift import Drift, Drifted
from reconciler.model.manifest import Manifest
from reconciler.model.normal import alike
from reconciler.model.values import Normal
from reconciler.planning.importing import stated
from reconciler.planning.taking_over import taken_over
from reconciler.render import legible

Say = Callable[[str], None]


def adopt(home: Home, workspace: Workspace, drift: Drift, *, say: Say) -> Drift:
    """Edit the manifest of every drifted object; what is left could not be taken over, and is said why.

    An edit is written only when our own reader takes the file for what is so, and every other manifest for what it was.
    """
    left: list[Drifted] = []
    others = _elsewhere(home, workspace)
    for each in drift.drifted:
        try:
            path = _adopted(home, workspace, each)
        except ValueError as error:
            say(legible(f"Not taken over: {each.address}: {error}"))
            left.append(each)
        else:
            say(legible(f"{path}: {each.address} says what is there now.{_shared(others, each.address)}"))
            workspace = _again(home, {})[0]
    return replace(drift, drifted=tuple(left))


def _elsewhere(home: Home, workspace: Workspace) -> Mapping[str, Workspace]:
    """The project's other environments."""
    project = workspace.project
    if not project.is_one_of_several:
        return {}
    read, _ = read_everywhere([home.directory], home)
    return {name: each for name, each in read.items() if name != project.environment.name}


def _shared(others: Mapping[str, Workspace], address: Address) -> str:
    names = [name for name, each in others.items() if address in each.estate.manifests]
    return f" It says so in {' and '.join(names)}, too: see their plans." if names else ""


def _adopted(home: Home, workspace: Workspace, each: Drifted) -> Path:
    """The file that was edited. Raises ValueError."""
    manifest = workspace.estate.manifests.get(each.address)
    if each.is_gone:
        word = f"removed: [{{address: {each.address}}}]"
        raise ValueError(f"it was deleted. To agree, remove its manifest and state\n{word}")
    if each.trouble or manifest is None:
        raise ValueError(each.trouble or "no manifest describes it")
    kind, path = KINDS[each.address.kind], Path(manifest.source.file)
    wanted = taken_over(kind.shape, manifest.normal, each.fields)
    before, after = (kind.express(stated(kind.shape, side)) for side in (manifest.normal, wanted))
    content = edited(path.read_bytes(), each.address, before, after)
    _check(home, workspace, manifest, wanted, {str(path): content})
    write_file(path, content, mode=path.stat().st_mode & 0o777)
    return path


def _check(home: Home, workspace: Workspace, manifest: Manifest, wanted: Normal, files: Mapping[str, bytes]) -> None:
    """Raises ValueError where the edited file does not say what is wanted, or says something else than before."""
    read, problem = _again(home, files)
    if problem:
        raise ValueError(f"the manifest could not say it: {problem}")
    for address, stands in workspace.estate.manifests.items():
        there = read.estate.manifests.get(address)
        expected = wanted if address == manifest.address else stands.normal
        if there is None or not alike(KINDS[address.kind].shape, there.normal, expected):
            known = {} if there is None else there.normal
            names = sorted(name for name in {*known, *expected} if known.get(name) != expected.get(name))
            what = f"{', '.join(names)} of {address}" if address != manifest.address else ", ".join(names)
            raise ValueError(f"its manifest does not state {what} itself: a class, a value or another place does")


def _again(home: Home, files: Mapping[str, bytes]) -> tuple[Workspace, str]:
    workspace, problems = read_workspace([home.directory], home, more=files)
    return workspace, f"{problems[0].code} {problems[0].detail}" if problems else ""
