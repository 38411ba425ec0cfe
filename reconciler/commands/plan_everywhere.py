"""`plan --env all`: every environment's plan, one after another. What fails in one is told among the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from reconciler.commands.failure import Failure
from reconciler.commands.options import Calling, Home, PlanOptions
from reconciler.commands.outputs import make_folder
from reconciler.commands.plan import PlanShown, exit_code, planned
from reconciler.commands.project_file import open_environments
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.model.plan import Plan
from reconciler.planning.planfile import seal_of
from reconciler.render import Case, Occasion, Remark, legible, plans_html

_PRECEDENCE: Final = (7, 6, 1, 4, 3, 2)
"""Of exit codes, where environments differ (ARCHITECTURE §6)."""

_BETWEEN: Final = "\n\n"

Outcome: TypeAlias = Plan | ReconcilerError


@dataclass(frozen=True, slots=True)
class PlansShown:
    """What came of each environment, as one result."""

    outcomes: Mapping[str, Outcome]

    def human(self, *, styled: bool, width: int) -> str:
        said = {name: each.human(styled=styled, width=width) for name, each in self._shown.items()}
        return "\n\n".join(f"{_title(name, styled=styled)}\n\n{text.strip()}" for name, text in said.items()) + "\n"

    def json(self) -> bytes:
        return orjson.dumps(
            {name: orjson.Fragment(each.json().strip()) for name, each in self._shown.items()},
            option=orjson.OPT_INDENT_2,
        )

    def markdown(self, occasion: Occasion) -> str:
        """Side by side, and together no more than fits into one comment."""
        room = occasion.room // max(len(self.outcomes), 1) - len(_BETWEEN)
        return _BETWEEN.join(
            each.markdown(replace(occasion, environment=name, artefact=f"plan-{name}", room=room))
            for name, each in self._shown.items()
        )

    def html(self, occasion: Occasion) -> str:
        plans = {
            name: (each, seal_of(each)) if isinstance(each, Plan) else Failure(each).human(styled=False, width=100)
            for name, each in self.outcomes.items()
        }
        return plans_html(plans, KINDS, occasion)

    def cases(self) -> tuple[Case, ...]:
        return tuple(
            replace(case, group=f"{name}: {case.group}") for name, each in self._shown.items() for case in each.cases()
        )

    def remarks(self) -> tuple[Remark, ...]:
        """Each once, and with where it is so if that is not everywhere."""
        where: dict[Remark, list[str]] = {}
        for name, each in self._shown.items():
            for remark in dict.fromkeys(each.remarks()):
                where.setdefault(remark, []).append(name)
        return tuple(
            remark if len(names) == len(self.outcomes) else _only_in(remark, names) for remark, names in where.items()
        )

    def numbers(self) -> Mapping[str, str]:
        """Sums over all plans; what failed is counted by its name."""
        each = [PlanShown(outcome).numbers() for outcome in self.outcomes.values() if isinstance(outcome, Plan)]
        failed = [name for name, outcome in self.outcomes.items() if not isinstance(outcome, Plan)]
        return {
            **{
                name: str(sum(int(numbers[name]) for numbers in each))
                for name in ("changes", "destructive", "findings")
            },
            "blocked": str(any(numbers["blocked"] == "true" for numbers in each)).lower(),
            "failed": ",".join(failed),
        }

    def exit_code(self, *, detailed: bool) -> int:
        """The one that weighs most."""
        codes = {
            exit_code(each, detailed=detailed) if isinstance(each, Plan) else each.exit_code
            for each in self.outcomes.values()
        }
        return next((code for code in _PRECEDENCE if code in codes), 0)

    @property
    def _shown(self) -> Mapping[str, PlanShown | Failure]:
        return {
            name: PlanShown(each) if isinstance(each, Plan) else Failure(each) for name, each in self.outcomes.items()
        }


def plan_everywhere(home: Home, options: PlanOptions, calling: Calling, folder: Path | None) -> PlansShown:
    """Plan every environment, each with its own credentials; `folder` is where the plans are saved, as NAME.json."""
    file, _ = open_environments(home)
    if folder is not None:
        make_folder(folder)
    return PlansShown(
        {
            name: _outcome(replace(home, environment=name), options, calling, folder and folder / f"{name}.json")
            for name in file.settings
        }
    )


def _outcome(home: Home, options: PlanOptions, calling: Calling, out: Path | None) -> Outcome:
    try:
        return planned(home, options, calling, out=out)
    except Interrupted:
        raise
    except ReconcilerError as error:
        return error


def _only_in(remark: Remark, names: list[str]) -> Remark:
    told = f"So it is in {' and '.join(names)}."
    return replace(remark, detail=f"{remark.detail} {told}".lstrip())


def _title(name: str, *, styled: bool) -> str:
    text = f"== {legible(name)} =="
    return f"\x1b[1m{text}\x1b[0m" if styled else text
