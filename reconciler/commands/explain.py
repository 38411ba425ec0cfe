"""`reconciler explain`: what a code means, why it matters, how to mend it."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping

import click
import orjson

from reconciler.commands import options
from reconciler.commands.options import Home
from reconciler.commands.outputs import appearance
from reconciler.commands.project_file import open_environments
from reconciler.errors import ReconcilerError, UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import EXPLANATIONS as OF_MANIFESTS
from reconciler.model.finding import Explanation
from reconciler.model.policy import Policy
from reconciler.planning.explanations import EXPLANATIONS as OF_PLANNING
from reconciler.render import codes_text, explanation_text


def every_explanation() -> Mapping[str, Explanation]:
    """Every code of manifests, kinds and planning, sorted."""
    found = {**OF_MANIFESTS, **OF_PLANNING}
    for kind in KINDS.values():
        found |= kind.explanations
    return dict(sorted(found.items()))


def own_explanations(home: Home) -> Mapping[str, Explanation]:
    """The codes of the project file's own policies; none where there is no project file that can be read."""
    try:
        project = open_environments(home)[0].any.project
    except ReconcilerError:
        return {}
    return {policy.code: _explanation(policy) for policy in project.policies.own}


def _explanation(policy: Policy) -> Explanation:
    why = policy.explain or "It is a policy of the organisation's own, stated in the project file."
    schema = orjson.dumps(policy.schema).decode()
    mend = (
        f"Make the spec satisfy the rule's schema:\n{schema}\nOr acknowledge it with the snippet that the plan prints."
    )
    return Explanation(policy.message, why, mend)


@click.command()
@click.argument("code", required=False)
@options.home
def explain(code: str | None, home: Home) -> None:
    """Explain a CODE; without one, list all of them, those of the project file included.

    \b
      reconciler explain FS102
    """
    explanations = {**every_explanation(), **own_explanations(home)}
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
