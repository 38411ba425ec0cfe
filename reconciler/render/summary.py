"""The end of a plan: what it counts up to, what it costs, whether it can be applied."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from reconciler.model.archive import Standing
from reconciler.model.finding import Severity
from reconciler.model.plan import Action, Plan
from reconciler.render.lines import Line, Tone, folded, line, prose, span
from reconciler.render.sections import main_step, steps_by_address
from reconciler.render.wording import counted, duration, listed


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in numbers, counted by object. `destructive` are updates and adoptions; whatever ends an object is."""

    by_action: Counter[Action]
    destructive: int
    unchanged: int
    foreign: int
    blocking: int
    acknowledgeable: int
    warnings: int


def summarise(plan: Plan) -> Summary:
    """Count a plan."""
    mains = [main_step(steps) for steps in steps_by_address(plan).values()]
    blocking = [finding for finding in plan.findings if finding.blocks]
    return Summary(
        by_action=Counter(change.action for change in mains)
        + Counter(
            {
                Action.SUBMIT: len(plan.submissions),
                Action.ARCHIVE: sum(archive.standing is Standing.DUE for archive in plan.archives),
            }
        ),
        destructive=sum(change.destructive and not change.action.ends for change in mains),
        unchanged=plan.unchanged,
        foreign=sum(plan.foreign_objects.values()),
        blocking=len(blocking),
        acknowledgeable=sum(finding.acknowledgeable for finding in blocking),
        warnings=sum(finding.severity is Severity.WARN for finding in plan.findings),
    )


def summary_lines(plan: Plan, *, width: int) -> list[Line]:
    """Counts, costs, what was left out, and as the last line the verdict."""
    summary = summarise(plan)
    return [
        *folded(span(counts_text(summary), Tone.STRONG), width=width),
        *folded(span(cost_text(plan)), width=width),
        *_partial(plan, width),
        *_verdict(plan, summary, width),
    ]


_VERBS: Final = (
    (Action.CREATE, "to create"),
    (Action.UPDATE, "to update"),
    (Action.ADOPT, "to adopt"),
    (Action.RECREATE, "to recreate"),
    (Action.DELETE, "to delete"),
    (Action.DISABLE, "to disable"),
    (Action.FORGET, "to forget"),
    (Action.RECORD, "to record"),
    (Action.ORDER, "to order"),
    (Action.SUBMIT, "to submit"),
    (Action.ARCHIVE, "to archive"),
)


def counts_text(summary: Summary) -> str:
    """`3 to create, 2 to update (1 destructive), 40 unchanged, 12 foreign objects left alone`."""
    said = []
    for action, verb in _VERBS:
        count = summary.by_action[action]
        more = f" ({summary.destructive:,} destructive)" if action is Action.UPDATE and summary.destructive else ""
        if count:
            said.append(f"{count:,} {verb}{more}")
    said.append(f"{summary.unchanged:,} unchanged")
    if summary.foreign:
        said.append(f"{counted(summary.foreign, 'foreign object')} left alone")
    return ", ".join(said)


def cost_text(plan: Plan) -> str:
    """What it cost to plan, and what it will to apply."""
    budget, rate = plan.budget, plan.project.limits.requests_per_minute
    text = f"{counted(budget.plan_calls, 'call')} made to plan, {budget.apply_calls:,} to apply"
    if budget.apply_calls:
        text += f": at least {duration(budget.seconds_at_rate_limit)} at {rate:,} calls a minute"
    return text


def _partial(plan: Plan, width: int) -> list[Line]:
    if not plan.partial:
        return []
    only = f"only {listed(plan.targets)} and what they cannot do without" if plan.targets else ""
    less = f"{listed(plan.excluded)} excluded, and not looked at" if plan.excluded else ""
    text = f"Partial plan: {'; '.join(filter(None, (only, less)))}."
    return folded(span(text, Tone.WARNING), width=width)


def _verdict(plan: Plan, summary: Summary, width: int) -> list[Line]:
    if plan.blocked:
        return _blocked(summary, width)
    if not plan.empty:
        sends = any(not each.taken for each in plan.submissions) or any(each.works for each in plan.archives)
        writes = sends or any(change.writes for change in plan.changes)
        ledger_only = "" if writes else " Only the ledger is written."
        return [line(span(f"This plan can be applied.{ledger_only}", Tone.GOOD))]
    if plan.partial:
        return [line(span("No changes to what was looked at.", Tone.GOOD))]
    if summary.warnings:
        return [line(span(f"No changes, but {counted(summary.warnings, 'warning')} above.", Tone.WARNING))]
    if not plan.unchanged:
        return [line(span("Nothing to compare: there are no manifests, and the ledger is empty.", Tone.WARNING))]
    return [line(span("No changes. The organisation matches the manifests.", Tone.GOOD))]


def _blocked(summary: Summary, width: int) -> list[Line]:
    text = f"Blocked by {counted(summary.blocking, 'finding')}: nothing can be applied."
    if summary.acknowledgeable:
        text = f"{counted(summary.acknowledgeable, 'finding')} can be accepted with the YAML above.\n" + text
    return [*prose(text, width=width, tone=Tone.BAD)]
