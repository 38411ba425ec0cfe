"""What is wrong with a webhook, and what is unsafe about changing one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.hidden import SHOWN, is_stated
from reconciler.model.kind import Checkup, Transition
from reconciler.model.source import Problem
from reconciler.model.values import Json, Normal, same
from reconciler.model.web import trouble_with

OF_THE_DELIVERY: Final = ("Connection", "Content-Length", "Host", "Transfer-Encoding")
"""Headers that belong to the delivery itself."""


def check(checkup: Checkup) -> Iterator[Problem]:
    """What the organisation would answer with a 400 of contract §1."""
    yield from _check_endpoint(checkup)
    yield from _check_headers(checkup)


def _check_endpoint(checkup: Checkup) -> Iterator[Problem]:
    trouble = trouble_with(checkup.manifest.normal["endpoint"])
    if trouble:
        yield Problem(
            "WH001",
            "Endpoint that cannot be",
            f"The endpoint {trouble}.",
            "Write an address such as https://compliance.example.com/genesys; credentials go into headers.",
            # Not the line itself: credentials in it would get into the logs of whoever checks the manifests.
            replace(checkup.manifest.locate(("endpoint",)), text=""),
        )


def _check_headers(checkup: Checkup) -> Iterator[Problem]:
    names = Counter(header["name"] for header in checkup.manifest.normal.get("headers", ()))
    for name, times in names.items():
        where = checkup.manifest.locate(("headers", name))
        if times > 1:
            detail = f"{name} is there {times} times: the names of headers are compared without case."
            yield Problem("WH002", "Header stated twice", detail, "Keep one of them.", where)
        if name in OF_THE_DELIVERY:
            detail = f"{name} is set by whoever delivers."
            yield Problem("WH003", "Header that belongs to the delivery", detail, "Leave it out.", where)


def judge(transition: Transition) -> Iterator[Finding]:
    """ARCHITECTURE §4.3: a webhook switched off, wholly or for one event type, is destructive."""
    before, after = transition.before, transition.after
    if before is None or after is None:
        return
    yield from _switched_off(transition, before, after)
    yield from _led_elsewhere(transition, before, after)
    yield from _sent_back(transition, after)


def _switched_off(transition: Transition, before: Normal, after: Normal) -> Iterator[Finding]:
    if before.get("enabled") is not False and after.get("enabled") is False:
        yield Finding(
            "WH101",
            Severity.BLOCK,
            "Webhook switched off",
            transition.address,
            ("enabled",),
            facet={"change": "true -> false"},
            detail="What changes from then on is told to nobody, and is not told later either.",
        )
    gone = [each for each in before.get("eventTypes", ()) if each not in after.get("eventTypes", ())]
    if gone:
        yield Finding(
            "WH102",
            Severity.BLOCK,
            "Event type no longer told",
            transition.address,
            ("eventTypes",),
            facet={"removes": gone},
            detail=f"The receiver does not hear of {', '.join(map(str, gone))} any more.",
        )


def _led_elsewhere(transition: Transition, before: Normal, after: Normal) -> Iterator[Finding]:
    if before.get("endpoint") != after.get("endpoint"):
        detail = "The former receiver hears nothing any more, and the new one gets the headers, secrets included."
        yield Finding("WH103", Severity.WARN, "Endpoint changed", transition.address, ("endpoint",), detail=detail)
    if not same(before.get("filter"), after.get("filter")) and after.get("filter") is not None:
        detail = "The receiver may not hear any more of what it heard of before."
        yield Finding("WH104", Severity.WARN, "Filter changed", transition.address, ("filter",), detail=detail)


def _sent_back(transition: Transition, after: Normal) -> Iterator[Finding]:
    """Contract §4: where it is not known that a mask sent back means keep, foreign headers block an update."""
    values: dict[str, Json] = {header["name"]: header.get("value") for header in after.get("headers", ())}
    shown = sorted(name for name, value in values.items() if value == SHOWN)
    masks = sorted(name for name, value in values.items() if not is_stated(value) and name not in shown)
    if masks:
        yield Finding(
            "WH110",
            Severity.BLOCK,
            "Masks would be sent back",
            transition.address,
            ("headers",),
            facet={"change": f"masks sent back: {', '.join(masks)}"},
            detail=f"{', '.join(masks)}: set by others, and shown only as a mask. Where the organisation does not take "
            "a mask for the value behind it, writing to this webhook destroys that value.",
            hint="Acknowledge it where a mask sent back means keep; or state these headers; or remove them with "
            "lifecycle: {foreign: remove}.",
        )
    if shown:
        yield Finding(
            "WH111",
            Severity.BLOCK,
            "The organisation shows the values of headers",
            transition.address,
            ("headers",),
            FindingClass.PLATFORM,
            detail=f"{', '.join(shown)}: not masked, so we do not keep it, and cannot send it back.",
            hint="State these headers, or remove them with lifecycle: {foreign: remove}.",
        )
