"""The page of an audit bundle: one file, no script, nothing loaded from anywhere, every text escaped and legible."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.model.dossier import Dossier
from reconciler.model.plan import Action
from reconciler.model.values import Json
from reconciler.render.audit import provenance_text
from reconciler.render.legible import cut, legible
from reconciler.render.wording import counted, listed

MOST: Final = 500
"""Rows of one table that are shown; the files beside the page have all."""
_LONGEST: Final = 2000
_WORDS: Final = {action.value.upper(): action.value for action in Action}


def page_html(dossier: Dossier) -> str:
    """Equal dossiers give equal pages."""
    return _environment().get_template("audit.html").render(dossier=dossier, most=MOST)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reconciler.render"), autoescape=True, finalize=_shown, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "minute": _minute, "second": _second, "counted": counted, "by": provenance_text, "action": _action,
        "said": _said, "changed": _changed, "spelled": _spelled, "titled": _titled, "days": _days,
    }  # fmt: skip
    return environment


def _shown(value: Any) -> Any:
    """Whatever a template puts down, without having to remember it."""
    return cut(legible(value), _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


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
