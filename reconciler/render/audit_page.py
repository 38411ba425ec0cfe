"""The page of an audit bundle: one file, no script, nothing loaded from anywhere, every text escaped and legible."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from jinja2 import Environment

from reconciler.model.dossier import Dossier
from reconciler.model.plan import Action
from reconciler.model.values import Json
from reconciler.render.audit import provenance_text
from reconciler.render.pages import environment
from reconciler.render.wording import counted, listed

MOST: Final = 500
"""Rows of one table that are shown; the files beside the page have all."""
_WORDS: Final = {action.value.upper(): action.value for action in Action}


def page_html(dossier: Dossier) -> str:
    """Equal dossiers give equal pages."""
    return _environment().get_template("audit.html").render(dossier=dossier, most=MOST)


def _environment() -> Environment:
    made = environment()
    made.filters |= {
        "minute": _minute, "second": _second, "by": provenance_text, "action": _action, "said": _said,
        "changed": _changed, "spelled": _spelled, "titled": _titled, "days": _days,
    }  # fmt: skip
    return made


def _minute(at: str) -> str:
    """`2026-10-01 09:30` of an instant in RFC 3339."""
    return at[:16].replace("T", " ")


def _second(seconds: float | None) -> str:
    """The same of seconds since the epoch."""
    if seconds is None:
        return ""
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%d %H:%M}"


def _action(action: str) -> str:
    return _WORDS.get(action, action)


def _days(retention: str) -> str:
    """`180 days`; anything else as it is."""
    return counted(int(retention[:-1]), "day") if retention[:-1].isdecimal() and retention.endswith("d") else retention


def _titled(code: str, titles: Mapping[str, str]) -> str:
    return f"{code} {titles[code]}" if code in titles else code


def _spelled(value: Json) -> str:
    """A part of what was asked for, without the punctuation of JSON."""
    match value:
        case dict():
            return ", ".join(f"{name} {_spelled(part)}" for name, part in sorted(value.items()))
        case list():
            return ", ".join(map(_spelled, value))
        case _:
            return str(value)


def _changed(summary: tuple[str, ...]) -> str:
    """What an entry's summary says of the parts that did change: `email REMOVE`."""
    parts = [part.replace(":", " ") for part in summary if not part.endswith(":UNCHANGED")]
    return listed(parts, most=20)


def _said(summary: tuple[str, ...], name: str) -> str:
    """One part of what an acknowledgement's entry says: `by:a.smith`."""
    return next((part.partition(":")[2] for part in summary if part.startswith(f"{name}:")), "")
