"""`reconciler github`: what the workflows need of GitHub. They run it; people rarely do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from reconciler.commands.actions import OUTPUT, add_to
from reconciler.commands.clock import SystemClock
from reconciler.commands.outputs import write_file
from reconciler.commands.session import tell
from reconciler.errors import ForgeRefused, UsageError
from reconciler.forge import (
    GitHub,
    close_issue,
    fetched_approvals,
    fetched_snapshot,
    merged_since,
    put_comment,
    put_issue,
)
from reconciler.forge.approvals import BY_HAND
from reconciler.forge.notes import BOT
from reconciler.model.secret import Secret
from reconciler.render import Occasion, code, error_text, told_markdown

API: Final = "https://api.github.com"
WORKFLOW: Final = ".github/workflows/reconcile-plan.yml"
DRIFT_WORKFLOW: Final = ".github/workflows/reconcile-drift.yml"

body = click.option(
    "--file", "body", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
    help="The text: made by --output markdown=FILE, whose first line is a marker.",
)  # fmt: skip
author = click.option("--author", default=BOT, show_default=True, help="Whose comments and issues are ours.")


@click.group()
def github() -> None:
    """What the workflows need of GitHub: comments, issues, and the plans behind what was merged.

    GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL say as whom, where.

    \b
      reconciler github comment --pull-request 17 --file plan.md
      reconciler github approvals --environment prod --since 0123abc --to approved
    """


@github.command("comment")
@click.option("--pull-request", "numbers", type=int, multiple=True, help="On this one; repeatable.")
@body
@author
def comment(numbers: tuple[int, ...], body: Path, author: str) -> None:
    """Write a comment, over our earlier one with the same marker.

    \b
      reconciler github comment --pull-request 17 --file plan.md
    """
    here, text = _github(), _text(body)
    for number in numbers:
        tell(put_comment(here, number, text, author=author))


@github.command("issue")
@click.option("--title", required=True, help="Of the issue.")
@click.option("--close", "closes", is_flag=True, help="Close the open one, if there is one.")
@body
@author
def issue(title: str, closes: bool, body: Path, author: str) -> None:
    """Open an issue, or change the open one with the same marker; --close closes it.

    \b
      reconciler github issue --title "Drift in production" --file drift.md
    """
    here, text = _github(), _text(body)
    told = close_issue(here, text, author=author) if closes else put_issue(here, title, text, author=author)
    if told:
        tell(told)


@github.command("approvals")
@click.option("--environment", required=True, help="Whose plans: the artefact plan-ENVIRONMENT.")
@click.option("--since", default="", help="The commit that was applied last; by default only what --head came with.")
@click.option("--head", default="", help="The commit that is to be applied; by default GITHUB_SHA.")
@click.option("--branch", default="main", show_default=True, help="What they were merged into.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where they go.")
@click.option("--workflow", default=WORKFLOW, show_default=True, help="What makes the plans.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="Where to say why nothing can be applied."
)
@click.option("--no-review", "unreviewed", is_flag=True, help="Take plans that nobody approved.")
def approvals(
    environment: str,
    since: str,
    head: str,
    branch: str,
    folder: Path,
    workflow: str,
    report: Path | None,
    unreviewed: bool,
) -> None:
    """Fetch the reviewed plans of all pull requests that were merged and are not applied yet.

    A plan counts only if it is the artefact of a successful run of the plan workflow on the very commit that somebody
    else than the author approved. Exits 4 where one is missing. GITHUB_OUTPUT gets `pull_requests` and `plans`.

    \b
      reconciler github approvals --environment production --since 0123abc --to approved
    """
    commit = head or os.environ.get("GITHUB_SHA", "")
    if not commit:
        raise UsageError("Which commit?", detail="Neither --head nor GITHUB_SHA says what is to be applied.")
    here = _github()
    with _reporting(report, environment):
        merged = merged_since(here, since=since, head=commit, branch=branch)
        add_to(OUTPUT, f"pull_requests={' '.join(str(pull.number) for pull in merged)}\n")
        if not merged and since != commit:
            detail = f"{commit} came without a pull request."
            raise ForgeRefused("What was pushed was not reviewed", detail=detail, hint=BY_HAND)
        paths = fetched_approvals(
            here, merged, workflow=workflow, artefact=f"plan-{environment}", to=folder, reviewed=not unreviewed
        )
    add_to(OUTPUT, f"plans={len(paths)}\n")
    for path in paths:
        click.echo(path)


@github.command("snapshot")
@click.option("--environment", required=True, help="Whose: the artefact snapshot-ENVIRONMENT.")
@click.option("--branch", default="main", show_default=True, help="Of which branch.")
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where it goes.")
@click.option("--workflow", default=DRIFT_WORKFLOW, show_default=True, help="What makes the snapshots.")
def snapshot(environment: str, branch: str, file: Path, workflow: str) -> None:
    """Fetch the last snapshot of an environment, for planning without credentials.

    \b
      reconciler github snapshot --environment production --to snapshot.json
    """
    here = _github()
    fetched_snapshot(here, workflow=workflow, artefact=f"snapshot-{environment}", branch=branch, to=file)


@contextmanager
def _reporting(report: Path | None, environment: str) -> Iterator[None]:
    """Where nothing can be applied, whoever merged shall read why."""
    try:
        yield
    except ForgeRefused as error:
        if report is not None:
            title = f"Nothing was applied to {code(environment)}"
            told = told_markdown(title, error_text(error, styled=False, width=100), Occasion("apply", environment))
            write_file(report, told.encode())
        raise


def _github() -> GitHub:
    missing = [name for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY") if not os.environ.get(name)]
    if missing:
        detail = f"{' and '.join(missing)} not set."
        raise UsageError("It is not known where GitHub is", detail=detail, hint="The workflows set them.")
    token = Secret(os.environ["GITHUB_TOKEN"])
    return GitHub(os.environ.get("GITHUB_API_URL") or API, os.environ["GITHUB_REPOSITORY"], token, SystemClock())


def _text(body: Path) -> str:
    return body.read_text(encoding="utf-8").rstrip("\n")
