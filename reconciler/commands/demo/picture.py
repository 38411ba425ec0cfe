"""A picture of the demo: what the terminal showed, as an SVG."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

from reconciler.commands.demo.stage import Stage
from reconciler.commands.outputs import appearance, write_file

WIDTH = 110


@contextmanager
def drawing(svg: Path | None) -> Iterator[Stage]:
    """A stage; at the end, its picture in `svg` if there is one."""
    if svg is None:
        yield Stage(appearance(sys.stdout)[0])
        return
    before, colour = (sys.stdout, sys.stderr), os.environ.get("FORCE_COLOR")
    screen = BytesIO()
    taken = TextIOWrapper(screen, encoding="utf-8", write_through=True)
    sys.stdout = sys.stderr = taken
    os.environ["FORCE_COLOR"] = "1"
    try:
        yield Stage(styled=True)
    finally:
        sys.stdout, sys.stderr = before
        os.environ.pop("FORCE_COLOR") if colour is None else os.environ.update(FORCE_COLOR=colour)
    shown = screen.getvalue().decode()
    sys.stdout.write(shown)
    write_file(svg, _picture(shown).encode())


def _picture(shown: str) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown.strip("\n")))
    return console.export_svg(title="reconciler demo", unique_id="demo")
