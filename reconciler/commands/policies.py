"""`reconciler policies`: what the organisation wants to hold, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass

import click

from reconciler.commands import options
from reconciler.commands.options import Home
from reconciler.commands.outputs import parse_outputs
from reconciler.commands.project_file import open_environments
from reconciler.kinds import KINDS
from reconciler.model.policy import Policies
from reconciler.render import policies_json, policies_text


@dataclass(frozen=True, slots=True)
class _Listed:
    """Policies as a result."""

    policies: Policies

    def human(self, *, styled: bool, width: int) -> str:
        return policies_text(self.policies, KINDS, styled=styled, width=width)

    def json(self) -> bytes:
        return policies_json(self.policies, KINDS)


@click.command()
@options.home
@options.outputs
def policies(home: Home, outputs: tuple[str, ...]) -> None:
    """List the policies in force: code, severity, where they come from, message; then thresholds and freezes.

    The default ones come with the kinds; the project file changes their severities, adds others, or leaves them out.

    \b
      reconciler policies
      reconciler policies --output json
      reconciler explain PU001
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        project = open_environments(home)[0].any.project
    target.show(_Listed(project.policies))
