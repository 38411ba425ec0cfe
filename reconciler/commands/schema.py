"""`reconciler schema`: the JSON Schemas that editors and CI check manifests with."""

from __future__ import annotations

import difflib
from pathlib import Path

import click
import orjson

from reconciler.commands.completing import complete_kinds
from reconciler.commands.log_lines import tell
from reconciler.commands.outputs import make_folder, write_file
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import all_schemas


def schema_files() -> dict[str, bytes]:
    """Every generated file by name, as it is written."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {name: orjson.dumps(schema, option=option) for name, schema in all_schemas(KINDS).items()}


@click.command()
@click.argument("name", required=False, shell_complete=complete_kinds)
@click.option("--write", is_flag=True, help="Write all of them into the folder.")
@click.option("--check", is_flag=True, help="Exit 1 when a file in the folder is not up to date.")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("schemas"), show_default=True, help="The folder."
)
def schema(name: str | None, write: bool, check: bool, folder: Path) -> None:
    """Print the JSON Schema of a kind, or write all of them.

    \b
      reconciler schema Purpose
      reconciler schema --write
    """
    files = schema_files()
    if write:
        make_folder(folder)
        for file, content in files.items():
            write_file(folder / file, content)
        tell(f"{len(files)} schemas written to {folder}.")
    elif check:
        _check(files, folder)
    elif name:
        click.echo(_one(files, name), nl=False)
    else:
        click.echo("\n".join(files))


def _check(files: dict[str, bytes], folder: Path) -> None:
    stale = [file for file, content in files.items() if not _has(folder / file, content)]
    if stale:
        raise UsageError(
            "Schemas are not up to date", detail=f"In {folder}: {', '.join(stale)}.", hint="reconciler schema --write"
        )


def _has(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _one(files: dict[str, bytes], name: str) -> bytes:
    by_name = {file.split(".")[0].replace("-", "").lower(): content for file, content in files.items()}
    found = by_name.get(name.replace("-", "").lower())
    if found is None:
        near = difflib.get_close_matches(name.lower(), by_name, 1)
        raise UsageError("Unknown schema", detail=f"{name!r} is none of {', '.join(files)}.", hint="".join(near))
    return found
