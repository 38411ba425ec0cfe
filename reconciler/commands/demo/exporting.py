"""The demo's last act: one export, from its manifest to a table that answers questions."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import click

from reconciler.commands.demo.stage import Stage
from reconciler.sandbox import Control

MANIFEST: Final = Path(__file__).parent / "export.yaml"
QUESTION: Final = """\
SELECT channel, count(*) AS interactions, min(start_time)::DATE AS first, max(start_time)::DATE AS last
FROM 'exports/table/*/*.parquet' GROUP BY channel ORDER BY interactions DESC"""


def exported(stage: Stage, control: Control, manifests: Path) -> None:
    """Ask for an export twice and have it made once; fetch, normalise and query it."""
    shutil.copy(MANIFEST, manifests)
    stage.say("Data out is a manifest, too: asked for once, however often apply runs, and followed to its end.")
    stage.run("apply", "--auto-approve", "--log-level", "quiet")
    stage.run("apply", "--auto-approve", "--log-level", "quiet")
    control.advance(600)
    stage.say("Ten minutes later. Every byte is checked before a file gets its name; then the files become a table:")
    stage.run("exports", "fetch", "--log-level", "quiet")
    stage.run("exports", "normalise")
    stage.say("Which DuckDB, Spark and Trino read as one:")
    _ask()


def _ask() -> None:
    import duckdb

    click.echo(f"\n{QUESTION}\n")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        click.echo(str(connection.sql(QUESTION)).rstrip())
