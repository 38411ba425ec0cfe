"""What a shell is told when somebody presses Tab. It waits for this: manifests are looked at, not parsed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

_KIND: Final = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
_NAME: Final = re.compile(r"^metadata:(?:[^\n]*|(?:\n[ \t]+[^\n]*|\n)*?)\bname:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)
_ENVIRONMENTS: Final = re.compile(r"^environments:[^\n]*\n((?:[ \t#][^\n]*\n|\n)*)", re.MULTILINE)
_MEMBER: Final = re.compile(r"^(?:  )[\"']?([\w.-]+)[\"']?:", re.MULTILINE)
"""Of the map in the canonical form, which `fmt` makes."""


def complete_addresses(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Addresses of the manifests in the folder `manifests`, or in the one that `--dir` names."""
    folder = context.params.get("directory") or Path("manifests")
    return [address for address in addresses_in(Path(folder)) if address.startswith(begun)]


def complete_kinds(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Kinds, in whatever case they were begun."""
    from reconciler.kinds import KINDS

    return [name for name in KINDS if name.lower().startswith(begun.lower())]


def complete_environments(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The environments of the project file in the folder `manifests`, or in the one that `--dir` names, or above it."""
    folder = Path(context.params.get("directory") or "manifests")
    project_file = context.params.get("project_file")
    places = [project_file] if project_file else [at / "reconciler.yaml" for at in (folder, folder.parent)]
    try:
        text = next((Path(place).read_text(errors="replace") for place in places if Path(place).is_file()), "")
    except OSError:
        return []
    block = _ENVIRONMENTS.search(text)
    return [name for name in _MEMBER.findall(block[1]) if name.startswith(begun)] if block else []


def addresses_in(folder: Path) -> list[str]:
    """What the YAML files there look like they describe. Raises nothing: nobody could read it."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*.y*ml")) if folder.is_dir() else ():
        try:
            documents = re.split(r"^---", path.read_text(errors="replace"), flags=re.MULTILINE)
        except OSError:
            continue
        for document in documents:
            kind, name = _KIND.search(document), _NAME.search(document)
            if kind and name:
                found.add(f"{kind[1]}/{name[1]}")
    return sorted(found)
