"""`reconciler init`: a repository that is green at once. Overwrites nothing that a person may have written."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconciler.api.credentials import API_URL, REGION
from reconciler.commands.log_lines import tell
from reconciler.commands.options import Calling, Home, Named
from reconciler.commands.outputs import make_folder, write_file
from reconciler.commands.project_file import open_environments
from reconciler.commands.scaffold import GIT_IGNORE, MANIFESTS, PROJECT_FILE, Scaffold, scaffold
from reconciler.commands.scaffold.project_file import Place
from reconciler.commands.session import session
from reconciler.commands.workspace import ENDINGS, Workspace
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model.manifest import Estate
from reconciler.model.project import Environment, Project


@click.command()
@click.argument("folder", default=".", metavar="[DIR]", type=Named(path_type=Path, file_okay=False))
@click.option(
    "--env", "names", multiple=True, metavar="NAME", help="An environment; repeatable. By default one, default."
)
@click.option("--region", default="", help="The region, as AWS key or domain; by default what is exported.")
@click.option(
    "--organisation-id", default="", metavar="ID", help="Pin the organisation; by default what is exported leads to."
)
@click.option(
    "--examples",
    type=click.Choice(["governance", "published"]),
    default="governance",
    show_default=True,
    help="Example manifests: of the governance API, or of no more than the published one.",
)
@click.option("--force", is_flag=True, help="Renew everything but the project file and the manifests.")
def init(folder: Path, names: tuple[str, ...], region: str, organisation_id: str, examples: str, force: bool) -> None:
    """Make a repository for manifests in DIR, which is green at once.

    Project file, example manifests, schemas and settings for editors, workflows, pre-commit hooks, a README. What is
    there already is left as it is, and listed; examples are written only where there are no manifests yet.

    \b
      reconciler init
      reconciler init governance --env dev --env prod
    """  # fmt: skip
    places = _places(names or ("default",), region, organisation_id)
    wanted = scaffold(places, examples)
    work = _sorted_out(folder, wanted, force=force)
    _check_folders(folder, work.written)
    for path, content in work.written.items():
        make_folder((folder / path).parent)
        write_file(folder / path, content)
    _report(folder, work, wanted)


def _places(names: tuple[str, ...], region: str, organisation_id: str) -> tuple[Place, ...]:
    """Where the organisation is belongs to one environment; of several a person says it himself."""
    if len(names) != len(set(names)):
        raise UsageError("An environment is named twice", detail=", ".join(names))
    if len(names) > 1:
        if region or organisation_id:
            raise UsageError(
                "The region and the organisation belong to one environment",
                detail=f"There are {len(names)}: {', '.join(names)}.",
                hint="Leave the options out, and state them in the project file.",
            )
        return tuple(map(Place, names))
    place = Place(names[0], region or os.environ.get(REGION, "").strip(), organisation_id)
    return (place if organisation_id else replace(place, organisation_id=_asked(place)),)


def _asked(place: Place) -> str:
    """Whose the exported credentials are, if there are any and somebody answers."""
    if not (place.region or any(name.startswith((REGION, API_URL)) for name in os.environ)):
        return ""
    workspace = Workspace(Path(), Project(environment=Environment(place.name, place.region)), Estate({}))
    try:
        with session(workspace, Calling(parallelism=1, timeout=15.0, log_level="quiet")) as run:
            return run.client.organisation().live_id
    except ReconcilerError as error:
        tell(f"The organisation is not pinned: {error.summary}. {error.detail}".rstrip())
        return ""


@dataclass(frozen=True, slots=True)
class _Work:
    """What to write, and what is there with other content and stays."""

    written: Mapping[Path, bytes]
    left: tuple[Path, ...]


def _sorted_out(folder: Path, wanted: Scaffold, *, force: bool) -> _Work:
    personal = wanted.personal
    if _has_manifests(folder / MANIFESTS):
        personal = {PROJECT_FILE: personal[PROJECT_FILE]}
    written = {path: content for path, content in personal.items() if not os.path.lexists(folder / path)}
    left = [path for path in (PROJECT_FILE,) if path not in written]
    for path, content in wanted.renewable.items():
        if not os.path.lexists(folder / path) or (force and not _is(folder / path, content)):
            written[path] = content
        elif not _is(folder / path, content):
            left.append(path)
    return _Work(written, tuple(left))


def _has_manifests(folder: Path) -> bool:
    return any(
        path.name.endswith(ENDINGS) and path.name != PROJECT_FILE.name for path in folder.rglob("*") if path.is_file()
    )


def _is(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _check_folders(folder: Path, written: Mapping[Path, bytes]) -> None:
    """Notice before the first file is written that one of them has no place. Raises UsageError."""
    places = {folder / path: None for path in written}
    parents = {parent: None for path in places for parent in path.parents}
    stray = [path for path in parents if os.path.lexists(path) and not path.is_dir()]
    stray += [path for path in places if path.is_dir()]
    if stray:
        raise UsageError("A file cannot be written", detail="Something else is in its place.", where=str(stray[0]))


def _report(folder: Path, work: _Work, wanted: Scaffold) -> None:
    shown = [path for path in work.written if path.parts[0] != "schemas"]
    for path in shown:
        click.echo(f"made  {folder / path}")
    if len(shown) < len(work.written):
        click.echo(f"made  {folder / 'schemas'} ({len(work.written) - len(shown)} files)")
    for path in work.left:
        click.echo(f"left  {folder / path}: it is there already")
    if missing := _not_ignored(folder, wanted):
        click.echo(f"Add to {folder / GIT_IGNORE}: {' '.join(missing)}")
    if not work.written:
        click.echo("Nothing to do: everything is there.")
    click.echo("\nNext:\n" + "\n".join(f"  {step}" for step in _steps(folder)))


def _not_ignored(folder: Path, wanted: Scaffold) -> list[str]:
    """What git would take in and should not."""
    ours = (row for row in wanted.renewable[GIT_IGNORE].decode().splitlines() if not row.startswith("#"))
    there = (folder / GIT_IGNORE).read_text(errors="replace").splitlines()
    return [row for row in ours if row not in there]


def _steps(folder: Path) -> list[str]:
    steps = [] if folder == Path() else [f"cd {shlex.quote(str(folder))}"]
    if not any((at / ".git").exists() for at in (folder.resolve(), *folder.resolve().parents)):
        steps.append("git init -b main")
    first, *others = _environments(folder) or [""]
    here = f" --env {first}" if others else ""
    return [
        *steps,
        "export GENESYSCLOUD_OAUTHCLIENT_ID=... GENESYSCLOUD_OAUTHCLIENT_SECRET=... GENESYSCLOUD_REGION=...",
        f"reconciler doctor{here}      # is everything in place?",
        f"reconciler plan{here} --new-ledger",
        f"reconciler apply{here} --new-ledger   # the first time: it makes the ledger",
        *(f"# and the last four with --env {name} and its own credentials" for name in others),
    ]


def _environments(folder: Path) -> list[str]:
    """The names in the project file that is there; none where it cannot be read."""
    try:
        return [*open_environments(Home(folder / MANIFESTS))[0].settings]
    except ReconcilerError:
        return []
