"""`reconciler show`: a saved plan, as it was shown when it was made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.outputs import REVIEW, parse_outputs
from reconciler.commands.plan import PlanShown
from reconciler.commands.planfiles import load_plan


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.seal
@options.outputs
def show(file: Path, seal: str, outputs: tuple[str, ...]) -> None:
    """Show a plan saved by `reconciler plan --out FILE`.

    \b
      reconciler show plan.json
      reconciler show plan.json --output html=plan.html
    """
    target = parse_outputs(outputs, formats=REVIEW, verb="plan")
    with target.failing_loudly():
        plan = load_plan(file, seal)
    occasion = replace(target.occasion, environment=plan.environment, artefact=f"plan-{plan.environment}")
    replace(target, occasion=occasion).show(PlanShown(plan))
