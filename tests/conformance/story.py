"""`reconciler` at work on one kind, from the first plan to the deletion, in an organisation where others work too."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from reconciler.model.kind import Kind
from reconciler.sandbox import Recorded, Sandbox

from commands.project import SECRET, SETTINGS, Project, Ran, removed

from . import manifests
from .official import Platform, models
from .roles import Role, operations_of

Json = dict[str, Any]

ROBOT = {"id": "robot", "secret": SECRET}
COLLEAGUE = {"id": "colleague", "secret": "the-colleagues-own-secret"}


def tell(kind: Kind, folder: Path) -> tuple[Recorded, ...]:
    """What `reconciler` sends while it creates, looks, updates, runs into a colleague's change, and takes away."""
    load = {"settings": SETTINGS, "clients": [ROBOT, COLLEAGUE]}
    with Sandbox.start(load=load, seed=kind.name) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        project = Project(folder, sandbox)
        with Platform(sandbox.url, COLLEAGUE["id"], COLLEAGUE["secret"]) as platform:
            _play(kind, project, platform)
        return tuple(each for each in sandbox.control.requests() if each.client_id != COLLEAGUE["id"])


def _play(kind: Kind, project: Project, colleague: Platform) -> None:
    core_types = colleague.ask(operations_of(kind)[Role.CORE_TYPES]).content["entities"]
    manifest = manifests.manifest(kind, core_types)
    address = f"{kind.name}/{manifests.NAME}"
    project.write(manifest)
    _done(project.apply(), address)
    assert project.plan("--detailed-exitcode").code == 0

    project.write(_described(manifest, "Another reason"))
    _done(project.apply(), address)

    project.write(_described(manifest, "A third reason"))
    project.plan("--out", "plan.json")
    _interfere(kind, colleague)
    assert project.run("apply", "plan.json").code != 0

    project.write(removed(address))
    _done(project.apply(), address)


def _described(manifest: Json, description: str) -> Json:
    changed = deepcopy(manifest)
    changed["spec"]["description"] = description
    return changed


def _interfere(kind: Kind, colleague: Platform) -> None:
    """A colleague describes the one object that there is otherwise."""
    operations = operations_of(kind)
    (seen,) = colleague.ask(operations[Role.LIST]).content["entities"]
    document = seen["jsonSchema"] | {"description": "A colleague's reason"}
    body = models().known(seen | {"jsonSchema": document}, str(operations[Role.REPLACE].body))
    assert colleague.ask(operations[Role.REPLACE], seen["id"], body=body).status == 200


def _done(ran: Ran, address: str) -> None:
    assert ran.outcomes == {address: "done"}, str(ran)
