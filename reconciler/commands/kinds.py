"""`reconciler kinds`: what can be managed."""

from __future__ import annotations

import sys

import click

from reconciler.commands.outputs import appearance
from reconciler.kinds import KINDS
from reconciler.render import kinds_markdown, kinds_text


@click.command()
@click.option("--markdown", is_flag=True, help="As a Markdown table, as in the README.")
def kinds(markdown: bool) -> None:
    """List the kinds: where their API comes from, path, lock, what deleting means, scopes.

    \b
      reconciler kinds
      reconciler kinds --markdown
    """
    styled, width = appearance(sys.stdout)
    click.echo(kinds_markdown(KINDS) if markdown else kinds_text(KINDS, styled=styled, width=width))
