"""`reconciler diff`: where two saved plans differ. Nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.outputs import parse_outputs
from reconciler.commands.planfiles import load_plan
from reconciler.kinds import KINDS
from reconciler.model.comparison import Comparison
from reconciler.planning.comparing import compare
from reconciler.planning.planfile import seal_of
from reconciler.render import comparison_json, comparison_text

DIFFERENT = 2


@dataclass(frozen=True, slots=True)
class _Shown:
    """A comparison as a result."""

    comparison: Comparison
    names: tuple[str, str]

    def human(self, *, styled: bool, width: int) -> str:
        return comparison_text(self.comparison, self.names, styled=styled, width=width)

    def json(self) -> bytes:
        return comparison_json(self.comparison, (seal_of(self.comparison.first), seal_of(self.comparison.second)))


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@options.outputs
@click.pass_context
def diff(ctx: click.Context, first: Path, second: Path, outputs: tuple[str, ...]) -> None:
    """Compare two plans saved by `reconciler plan --out FILE`: of two environments, or before and after an edit.

    Exits 2 where one changes what the other does not, or changes it otherwise. Ids, versions and times are no
    difference.

    \b
      reconciler diff dev.json prod.json
      reconciler diff dev.json prod.json -o json
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        plans = load_plan(first), load_plan(second)
        comparison = compare(*plans, KINDS)
    environments = plans[0].environment, plans[1].environment
    names = environments if len({*environments}) == len(plans) else (str(first), str(second))
    target.show(_Shown(comparison, names))
    ctx.exit(DIFFERENT if comparison.different else 0)
