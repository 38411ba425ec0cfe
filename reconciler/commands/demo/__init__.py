"""`reconciler demo`: the whole story in seconds, against a sandbox, with nothing left behind."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.commands.extras import needs


@click.command()
@click.option("--svg", type=click.Path(path_type=Path), help="Also write a picture of it, as in the README.")
def demo(svg: Path | None) -> None:
    """Watch plan and apply at work against a simulated organisation. Needs no credentials, leaves nothing behind.

    A change is blocked because records would not survive it; another is acknowledged and applied while a colleague
    edits the same schema, and both edits stay. Then an export goes from its manifest to a table that is queried,
    a history is archived, and the audit is proven.

    \b
      reconciler demo
    """
    with needs("demo"):
        import duckdb  # noqa: F401  what it needs is missed here, not in the last act
        import pyarrow  # type: ignore[import-untyped]  # noqa: F401

        from reconciler.commands.demo.picture import drawing
        from reconciler.commands.demo.story import tell
    with drawing(svg) as stage:
        tell(stage)
