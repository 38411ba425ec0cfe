"""The page at `/`: the catalogue for people. Rendered here, without any script, and every text of it is escaped."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.errors import ReconcilerError
from reconciler.service import timeline
from reconciler.service.catalogue import Catalogue, Export, State
from reconciler.service.library import Library
from reconciler.service.ports import Ports
from reconciler.service.timeline import Timeline, timeline_of

MOST_ROWS: Final = 250
MOST_FAILURES: Final = 50
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Page:
    """What the template shows. `rows` and `failures` are the newest; `total` and `failed` count all of them."""

    counts: Sequence[tuple[State, int]]
    timeline: Timeline
    rows: Sequence[Export]
    failures: Sequence[Export]
    total: int
    failed: int
    files: int
    size: int
    records: int


def page_of(catalogue: Catalogue) -> Page:
    exports = catalogue.exports
    counts = Counter(export.state for export in exports)
    failures = [export for export in exports if export.state in (State.FAILED, State.DAMAGED)]
    reports = [export.report for export in exports if export.report]
    return Page(
        counts=[(state, counts[state]) for state in State],
        timeline=timeline_of(exports),
        rows=exports[:MOST_ROWS],
        failures=failures[:MOST_FAILURES],
        total=len(exports),
        failed=len(failures),
        files=sum(len(report.files) for report in reports),
        size=sum(report.size for report in reports),
        records=sum(report.total_records or 0 for report in reports),
    )


def page_router(library: Library, ports: Ports) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    template = _environment(ports.legible).get_template("page.html")

    @router.get("/")
    def show_page() -> HTMLResponse:
        try:
            page, trouble = page_of(library.catalogue()), ""
        except ReconcilerError as error:
            page, trouble = page_of(Catalogue()), error.summary
        nonce = secrets.token_urlsafe(16)
        as_of = datetime.fromtimestamp(ports.now(), UTC)
        text = template.render(page=page, trouble=trouble, nonce=nonce, as_of=as_of, at=timeline)
        return HTMLResponse(text, 503 if trouble else 200, {"Content-Security-Policy": _policy(nonce)})

    return router


def _policy(nonce: str) -> str:
    """Nothing is loaded from anywhere; the one style sheet is in the page."""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _environment(legible: Callable[[str], str]) -> Environment:
    """Every value goes through `legible` and is escaped, without any template having to remember it."""

    def finalize(value: Any) -> Any:
        return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=PackageLoader("reconciler.service"), autoescape=True, finalize=finalize, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"amount": _amount, "day": _day, "minute": _minute}
    return environment


def _amount(size: int) -> str:
    """Bytes in the largest unit of which there is one."""
    shown, unit = float(size), _UNITS[0]
    for unit in _UNITS:
        if shown < 1000 or unit == _UNITS[-1]:
            break
        shown /= 1000
    return f"{shown:.0f} {unit}" if unit == "B" or shown >= 100 else f"{shown:.1f} {unit}"


def _day(moment: datetime) -> str:
    """A date; with the time where it is not midnight."""
    is_midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return f"{moment:%Y-%m-%d}" if is_midnight else _minute(moment)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
