"""The secrets that a plan names, found in the environment before the first write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.apply.run import Run
from reconciler.errors import PlanRefused, UsageError
from reconciler.model.address import Address
from reconciler.model.hidden import secrets_in, with_digests
from reconciler.model.kind import Kind
from reconciler.model.observed import Recorded
from reconciler.model.plan import Change, Plan
from reconciler.model.shape import Hidden
from reconciler.model.values import Json, Normal, Path


def variables_of(plan: Plan, kinds: Mapping[str, Kind]) -> frozenset[str]:
    """The environment variables that a plan's changes name."""
    return frozenset(secret["fromEnv"] for change in plan.changes for _, _, secret in _declared(change, kinds))


def with_secrets(run: Run, digests: Mapping[str, str], rows: Mapping[Address, Recorded]) -> Run:
    """The run whose plan declares each secret as it will be sent. `digests` are of those that are set, by variable.

    Raises UsageError where one that is to be sent is missing, or cannot be sent; PlanRefused where one is another than
    when the plan was made.
    """
    _check_there(run)
    _check_sendable(run)
    _check_unchanged(run, digests)
    changes = tuple(_as_sent(run, change, digests, rows.get(change.address)) for change in run.plan.changes)
    return replace(run, plan=replace(run.plan, changes=changes))


def _declared(change: Change, kinds: Mapping[str, Kind]) -> Iterator[tuple[Path, Hidden, Mapping[str, Json]]]:
    return secrets_in(kinds[change.address.kind].shape, change.declared or {})


def _to_send(run: Run) -> Iterator[tuple[Change, Hidden, str]]:
    for change in run.plan.changes:
        if change.writes and not change.action.ends:
            for _, shape, secret in secrets_in(run.kinds[change.address.kind].shape, change.after or {}):
                yield change, shape, secret["fromEnv"]


def _check_there(run: Run) -> None:
    missing = {(name, str(change.address)) for change, _, name in _to_send(run) if name not in run.secrets}
    if missing:
        raise UsageError(
            "A secret is not set",
            detail="; ".join(f"{name}, for {address}" for name, address in sorted(missing)),
            hint="Set it in the environment that apply runs in, or leave out what needs it with --exclude.",
        )


def _check_sendable(run: Run) -> None:
    odd = sorted({name for _, shape, name in _to_send(run) if not shape.admits(run.secrets[name].reveal())})
    if odd:
        raise UsageError(
            "A secret cannot be sent",
            detail=f"{', '.join(odd)}: it must be one line of printable ASCII, without space at its ends.",
            hint="Look for a line end that came with it.",
        )


def _check_unchanged(run: Run, digests: Mapping[str, str]) -> None:
    changed = sorted(
        f"{secret['fromEnv']}, for {change.address}"
        for change in run.plan.changes
        for _, _, secret in _declared(change, run.kinds)
        if "digest" in secret and digests.get(secret["fromEnv"], secret["digest"]) != secret["digest"]
    )
    if changed:
        raise PlanRefused(
            "A secret has changed since the plan was made",
            detail="; ".join(changed),
            hint="Plan again:\nreconciler plan",
        )


def _as_sent(run: Run, change: Change, digests: Mapping[str, str], row: Recorded | None) -> Change:
    """The change that declares what the ledger is to know of its secrets. One that is neither set nor sent keeps what
    the ledger has."""
    if change.declared is None:
        return change
    shape = run.kinds[change.address.kind].shape
    kept = {(path, each["fromEnv"]): each.get("digest") for path, _, each in secrets_in(shape, _of(row))}
    known: dict[Path, str] = {}
    for path, _, secret in _declared(change, run.kinds):
        name = secret["fromEnv"]
        digest = secret.get("digest") or (digests.get(name) if change.writes else kept.get((path, name)))
        if digest:
            known[path] = digest
    return replace(change, declared=with_digests(shape, change.declared, known)) if known else change


def _of(row: Recorded | None) -> Normal:
    return row.declared if row else {}
