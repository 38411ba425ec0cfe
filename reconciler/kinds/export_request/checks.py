"""What is wrong with an export request that its JSON Schema cannot say."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reconciler.kinds.export_request.spec import ENTITIES
from reconciler.model.kind import Checkup
from reconciler.model.request import Asking
from reconciler.model.source import Problem
from reconciler.model.web import has_query, trouble_with
from reconciler.model.window import DAY, read_window


def check_privacy(asking: Asking) -> Callable[[Checkup], Iterable[Problem]]:
    """Contract §5: the entity's data types, and a window of at most 30 days."""

    def check(checkup: Checkup) -> Iterator[Problem]:
        yield from _check_types(checkup)
        yield from _check_callback(checkup)
        yield from _check_window(checkup, asking)

    return check


def check_data(asking: Asking) -> Callable[[Checkup], Iterable[Problem]]:
    """Contract §6."""

    def check(checkup: Checkup) -> Iterator[Problem]:
        yield from _check_window(checkup, asking)

    return check


def _check_types(checkup: Checkup) -> Iterator[Problem]:
    normal = checkup.manifest.normal
    known = ENTITIES[normal["entityType"]]
    for stated in normal["dataTypes"]:
        if stated not in known:
            near = difflib.get_close_matches(stated, known, 1)
            yield Problem(
                "ER001",
                "Data type that the entity does not have",
                f"A {normal['entityType']} has no {stated!r}; it has {', '.join(known)}.",
                f"Did you mean `{near[0]}`?" if near else "Use one of them, or another entityType.",
                checkup.manifest.locate(("dataTypes", stated)),
            )


def _check_callback(checkup: Checkup) -> Iterator[Problem]:
    for form, address in (checkup.manifest.normal.get("callback") or {}).items():
        trouble = _trouble_with(address, is_service=form == "service")
        if trouble:
            yield Problem(
                "ER004",
                "Callback that cannot be",
                f"The callback's {form} {trouble}.",
                "Write an address such as https://governance.example.com; its secrets do not belong into a manifest.",
                # Not the line itself: credentials in it would get into the logs of whoever checks the manifests.
                replace(checkup.manifest.locate(("callback", form)), text=""),
            )


def _trouble_with(address: str, *, is_service: bool) -> str:
    return trouble_with(address) or (
        "has a query, and a path is to be added to it" if is_service and has_query(address) else ""
    )


def _check_window(checkup: Checkup, asking: Asking) -> Iterator[Problem]:
    normal, where = checkup.manifest.normal, checkup.manifest.locate(("window",))
    try:
        window = read_window(normal["window"])
    except ValueError as error:
        hint = "Write {start: ..., end: ...} with zones, {day: ...}, {month: ...} or {days: 30, before: ...}."
        yield Problem("ER002", "Window that cannot be", f"The window: {error}.", hint, where)
        return
    longest = asking.longest(checkup.project)
    if longest is not None and window.length > longest and not normal["split"]:
        yield Problem(
            "ER003",
            "Window longer than the organisation allows",
            f"{window} is {window.length / DAY:.3g} days long, and at most {longest / DAY:g} are allowed.",
            "Write `split: true` to make several requests of it, or choose a shorter window.",
            where,
        )
