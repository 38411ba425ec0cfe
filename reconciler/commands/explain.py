"""`reconciler explain`: what a code means, why it matters, how to mend it."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping

import click

from reconciler.commands.outputs import appearance
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import EXPLANATIONS as OF_MANIFESTS
from reconciler.model.finding import Explanation
from reconciler.planning.explanations import EXPLANATIONS as OF_PLANNING
from reconciler.render import codes_text, explanation_text


def every_explanation() -> Mapping[str, Explanation]:
    """Every code of manifests, kinds and planning, sorted."""
    found = {**OF_MANIFESTS, **OF_PLANNING}
    for kind in KINDS.values():
        found |= kind.explanations
    return dict(sorted(found.items()))


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a CODE; without one, list all of them.

    \b
      reconciler explain FS102
    """
    explanations = every_explanation()
    styled, width = appearance(sys.stdout)
    if code is None:
        click.echo(codes_text(explanations, styled=styled, width=width))
        return
    found = explanations.get(code.upper())
    if found is None:
        near = difflib.get_close_matches(code.upper(), explanations, 3)
        hint = f"Did you mean {', '.join(near)}?" if near else "List them all:\nreconciler explain"
        raise UsageError("Unknown code", detail=f"No finding or problem has the code {code!r}.", hint=hint)
    click.echo(explanation_text(code.upper(), found, styled=styled, width=width))
