"""JSON documents for programs: `format_version` 1, keys sorted, equal values give equal bytes, ended by a line end.

Every document has `format_version` (grows when a member changes its meaning or goes; new members may come at any time)
and `document`, which says what it is: `plan`, `report`, `problems` or `error`. The parts are described in `json_parts`.
Nothing is shortened. Characters that a terminal would obey or hide are written as escapes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from reconciler.errors import ReconcilerError
from reconciler.model.archive import Archive
from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.report import Outcome, Report, StepResult
from reconciler.model.request import Submission
from reconciler.model.source import Problem
from reconciler.model.values import Json, dotted
from reconciler.render.approvals import difference_part
from reconciler.render.json_parts import evidence_part, field_part, finding_part, place, sides
from reconciler.render.summary import summarise

FORMAT_VERSION: Final = 1


def plan_json(plan: Plan, seal: str = "") -> bytes:
    """A plan, blocked or not. For reading: `apply` takes the plan file, not this.

    - `seal`: of the plan; `tool`: the version that made it; `as_of`: when, RFC 3339 UTC; `environment`.
    - `organisation`: `id`, `name`.
    - `applicable`: whether it can be applied; `blocked`: whether a finding stops that.
    - `targets` and `excluded`: selectors of what was alone, or not, looked at; the plan is partial when there are any.
    - `summary`: objects by action (`create`, `recreate`, `adopt`, `update`, `delete`, `disable`, `forget`, `record`,
      `order`, `submit`, `archive`),
      `destructive` (updates and adoptions), `unchanged`, `foreign` objects left alone, and `findings` by weight
      (`blocking`, `warn`, `info`, `acknowledged`).
    - `changes`, in the order of application, a member for each step: `step` (its name), `address`, `kind`, `name`,
      `action`, `reason`, `writes` (to the organisation), `destructive`, `protect`, `adopted`, `live_id`, `lock`,
      `version` (expected, null: none), `before` and `after` (whole objects; null: there is none), `fields` (field
      changes), `kept` (drift left alone, field changes), `foreign` (paths kept), `deferred` (paths that a later step
      sets), `depends_on` (steps), `evidence`.
    - `submissions`: requests to make: `step`, `address`, `key`, `body`, `window`, `part`, `parts`, `reason`, `taken`
      (the id of an equal request that is there and is taken over, or empty), `callback` (where its end is told, less
      the token; null: nowhere); `moved_requests` (key to address) and
      `forgotten_requests` (keys).
    - `archives`: the histories that standing orders are about: `step`, `address`, `id` and `object` (its name),
      `standing` (`due`, `archived`, `nothing retained`, `trouble`), `key` and `head` (the newest retained version's
      number), `retained`, `aged` (outside retention by age) and `surplus` (beyond the newest ones) in versions,
      `backup` and `notice` (missing of an archive that is there), `trouble`, `remark`.
    - `findings`; `headroom`: `address`, `noun`, `before`, `after`, `maximum`; `foreign_objects`: number by kind.
    - `budget`: `plan_calls`, `apply_calls`, `seconds_at_rate_limit`.
    """
    return written(
        "plan",
        {
            "seal": seal,
            "tool": plan.tool,
            "as_of": plan.as_of,
            "environment": plan.environment,
            "organisation": {"id": plan.organisation.live_id, "name": plan.organisation.name},
            "applicable": not plan.blocked,
            "blocked": plan.blocked,
            "targets": list(plan.targets),
            "excluded": list(plan.excluded),
            "summary": _plan_summary(plan),
            "changes": [_change(change) for change in plan.changes],
            "submissions": [_submission(submission) for submission in plan.submissions],
            "moved_requests": {key: str(address) for key, address in plan.moved_requests.items()},
            "forgotten_requests": list(plan.forgotten_requests),
            "archives": [_archive(archive) for archive in plan.archives],
            "findings": [finding_part(finding) for finding in plan.findings],
            "headroom": [
                {
                    "address": str(room.address),
                    "noun": room.noun,
                    "before": room.before,
                    "after": room.after,
                    "maximum": room.maximum,
                }
                for room in plan.headroom
            ],
            "foreign_objects": dict(plan.foreign_objects),
            "budget": {
                "plan_calls": plan.budget.plan_calls,
                "apply_calls": plan.budget.apply_calls,
                "seconds_at_rate_limit": plan.budget.seconds_at_rate_limit,
            },
        },
    )


def _plan_summary(plan: Plan) -> dict[str, Json]:
    summary = summarise(plan)
    return {
        **{action.value: summary.by_action[action] for action in Action},
        "destructive": summary.destructive,
        "unchanged": summary.unchanged,
        "foreign": summary.foreign,
        "findings": _weights(plan.findings),
    }


def _weights(findings: Iterable[Finding]) -> dict[str, int]:
    findings = tuple(findings)
    return {
        "blocking": sum(finding.blocks for finding in findings),
        "warn": sum(finding.severity is Severity.WARN for finding in findings),
        "info": sum(finding.severity is Severity.INFO for finding in findings),
        "acknowledged": sum(finding.acknowledged is not None for finding in findings),
    }


def _change(change: Change) -> dict[str, Json]:
    return {
        "step": change.step,
        "address": str(change.address),
        "kind": change.address.kind,
        "name": change.address.name,
        "action": change.action.value,
        "reason": change.reason,
        "writes": change.writes,
        "destructive": change.destructive,
        "protect": change.protect,
        "adopted": change.adopted,
        "live_id": change.live_id,
        "lock": change.lock.value,
        "version": change.precondition.version if change.precondition else None,
        "before": change.before,
        "after": change.after,
        "fields": [field_part(part) for part in change.fields],
        "kept": [field_part(part) for part in change.kept],
        "foreign": [dotted(path) for path in change.foreign],
        "deferred": [dotted(path) for path in change.deferred],
        "depends_on": list(change.depends_on),
        "evidence": evidence_part(change.evidence),
    }


def _submission(submission: Submission) -> dict[str, Json]:
    return {
        "step": submission.step,
        "address": str(submission.address),
        "key": submission.key,
        "body": dict(submission.body),
        "window": submission.window,
        "part": submission.part,
        "parts": submission.parts,
        "reason": submission.reason,
        "taken": submission.taken,
        "callback": submission.callback.url or submission.callback.service or None,
    }


def _archive(archive: Archive) -> dict[str, Json]:
    return {
        "step": archive.step,
        "address": str(archive.address),
        "id": archive.live_id,
        "object": archive.name,
        "standing": archive.standing.value,
        "key": archive.key,
        "head": archive.head,
        "retained": archive.retained,
        "aged": archive.aged,
        "surplus": archive.surplus,
        "backup": archive.backup,
        "notice": archive.notice,
        "trouble": archive.trouble,
        "remark": archive.remark,
    }


def report_json(report: Report) -> bytes:
    """What came of an apply, also of one that failed or was interrupted.

    - `seal`: of the plan; `succeeded`: whether every step did; `interrupted`; `error`: what ended the run early, or
      empty, with its `error_exit` code (0: it ran to its end).
    - `summary`: steps by outcome (`done`, `merged`, `already done`, `queued`, `conflict`, `failed`, `in doubt`,
      `skipped`) and
      `written`: how many changed the organisation, and `archived`: how many archives were made.
    - `results`, in the plan's order: `step`, `address`, `kind`, `name`, `action`, `outcome`, `live_id`, `latency_ms`,
      `summary`, `detail`, `hint`, `where` (of a failure), `because` (the step that a skipped one needs), `exit_code`
      (of this failure alone), `owed` (done but for what the next apply tries again), `theirs` (paths taken over from
      someone else's edit), `overlaps` (of a conflict: `path`, and `base`, `ours`, `theirs`, each left out where that
      side has nothing), `findings`.
    """
    outcomes = Counter(result.outcome for result in report.results)
    return written(
        "report",
        {
            "seal": report.seal,
            "succeeded": not report.error
            and not report.interrupted
            and all(result.succeeded for result in report.results),
            "interrupted": report.interrupted,
            "error": report.error,
            "error_exit": report.error_exit,
            "summary": {
                **{outcome.value: outcomes[outcome] for outcome in Outcome},
                "written": report.written,
                "archived": report.archived,
            },
            "results": [_result(result) for result in report.results],
        },
    )


def _result(result: StepResult) -> dict[str, Json]:
    return {
        "step": result.step,
        "address": str(result.address),
        "kind": result.address.kind,
        "name": result.address.name,
        "action": result.action.value,
        "outcome": result.outcome.value,
        "live_id": result.live_id,
        "latency_ms": result.latency_ms,
        "summary": result.summary,
        "detail": result.detail,
        "hint": result.hint,
        "where": result.where,
        "because": result.because,
        "exit_code": result.exit_code,
        "owed": result.owed,
        "theirs": [dotted(path) for path in result.theirs],
        "overlaps": [
            {"path": dotted(part.path), **sides(base=part.base, ours=part.ours, theirs=part.theirs)}
            for part in result.overlaps
        ],
        "findings": [finding_part(finding) for finding in result.findings],
    }


def problems_json(problems: Sequence[Problem], *, remarks: Sequence[Problem] = ()) -> bytes:
    """What is wrong in the manifests; `validate` without problems gives an empty list.

    - `valid`: whether there are none; `count`; `problems`, in file order: `code`, `summary`, `detail`, `hint`, `where`.
    - `remarks`: in the same form what policies only warn or inform of.
    """
    members = {"valid": not problems, "count": len(problems), "problems": _problems(problems)}
    return written("problems", {**members, "remarks": _problems(remarks)})


def _problems(problems: Iterable[Problem]) -> list[Json]:
    return [
        {
            "code": problem.code,
            "summary": problem.summary,
            "detail": problem.detail,
            "hint": problem.hint,
            "where": place(problem.where),
        }
        for problem in problems
    ]


def error_json(error: ReconcilerError) -> bytes:
    """Why a run failed: `error` (the class of reason, stable), `summary` (constant), `detail`, `hint`, `where`,
    `exit_code`; `problems`, those of the manifests where they are the reason, else empty; and `differences`, those
    between a plan and its approvals (`approvals.difference_part`), else empty.
    """
    return written(
        "error",
        {
            "error": type(error).__name__,
            "summary": error.summary,
            "detail": error.detail,
            "hint": error.hint,
            "where": error.where,
            "exit_code": error.exit_code,
            "problems": _problems(getattr(error, "problems", ())),
            "differences": [difference_part(each) for each in getattr(error, "differences", ())],
        },
    )


_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_UNSEEN: Final = re.compile(
    "[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)


def written(name: str, members: dict[str, Json]) -> bytes:
    """A document of any name, as all of them are written."""
    whole = {"format_version": FORMAT_VERSION, "document": name, **members}
    try:
        document = orjson.dumps(whole, option=_OPTIONS)
    except orjson.JSONEncodeError:
        document = orjson.dumps(_encodable(whole), option=_OPTIONS)
    plain = document.isascii() and b"\x7f" not in document
    return document if plain else _UNSEEN.sub(_escaped, document.decode()).encode()


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _encodable(value: Json) -> Json:
    """Without lone surrogates, which a file name may hold and JSON may not."""
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {_encodable(name): _encodable(part) for name, part in value.items()}
        case list():
            return [_encodable(part) for part in value]
        case _:
            return value
