"""What pages are made with: templates whose every text is escaped, legible, and cut where it is overlong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconciler.render.legible import cut, legible
from reconciler.render.wording import counted

if TYPE_CHECKING:
    from jinja2 import Environment

LONGEST: Final = 2000
"""Characters of one text on a page."""


def environment() -> Environment:
    """A page loads nothing and runs nothing; its template says so in a content security policy."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # half of what it takes to show a plan

    made = Environment(
        loader=PackageLoader("reconciler.render"), autoescape=True, finalize=_shown, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["counted"] = counted
    return made


def _shown(value: Any) -> Any:
    """Whatever a template puts down, without having to remember it."""
    return value if hasattr(value, "__html__") else cut(legible(str(value)), LONGEST)
