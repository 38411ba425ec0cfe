"""`reconciler audit`: what happened, by whom, and the proof that nothing of it was changed. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Home
from reconciler.commands.outputs import check_place, parse_outputs, write_file
from reconciler.commands.workspace import open_project, open_workspace
from reconciler.errors import UsageError
from reconciler.model.chain import Link, Verified
from reconciler.model.performance import Summary, summarised
from reconciler.render import audit_json, audit_text, head_json, stats_json, stats_text, verified_json, verified_text
from reconciler.state import SqlAudit, absent


@click.group()
def audit() -> None:
    """Search the audit, prove that it is whole, and hand it to whoever asks. Nothing is written.

    Every entry carries the hash of the one before. Publish the head where nobody can change it later (a log of CI, a
    ticket), and verify against it.

    \b
      reconciler audit log --address FlexSchema/customer_profile --since 2026-10-01
      reconciler audit head
      reconciler audit verify --head sha256:...
      reconciler audit bundle audit-2026-10.zip --since 2026-10-01 --until 2026-11-01
    """


def moment(text: str) -> str:
    """A date (its beginning, UTC) or an instant, as entries spell theirs."""
    try:
        instant = datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        instant = options.moment(text).astimezone(UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


since = click.option("--since", type=moment, metavar="DATE|INSTANT", default=None, help="From then on.")
until = click.option("--until", type=moment, metavar="DATE|INSTANT", default=None, help="Before then.")


@contextmanager
def opened(home: Home) -> Iterator[SqlAudit]:
    """The audit of the project's ledger. Raises LedgerError where there is none."""
    workspace = open_project(home)
    path = workspace.ledger
    with read_ledger(workspace) as ledger:
        if not ledger.ledger_id:
            raise absent(path)
        yield SqlAudit(ledger)


@audit.command("log")
@click.option("--address", "addresses", multiple=True, metavar="KIND/NAME", help="Of this object; repeatable.")
@click.option("--action", "actions", multiple=True, type=str.upper, help="Of this action (update); repeatable.")
@click.option("--result", "results", multiple=True, type=str.upper, help="With this result (failed); repeatable.")
@since
@until
@click.option("--last", type=click.IntRange(1), default=None, help="So many, the newest.")
@options.home
@options.outputs
def log(
    addresses: tuple[str, ...],
    actions: tuple[str, ...],
    results: tuple[str, ...],
    since: str | None,
    until: str | None,
    last: int | None,
    home: Home,
    outputs: tuple[str, ...],
) -> None:
    """Show what happened, oldest first: when, what, with which result, by whom and why.

    \b
      reconciler audit log --last 20
      reconciler audit log --result failed --result conflict -o json
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        _check_period(since, until)
        with opened(home) as held:
            links = held.links(
                addresses=addresses, actions=actions, results=results, since=since, until=until, last=last
            )
        target.show(_Listed(links))


@audit.command("verify")
@click.option(
    "--head", "published", default=None, metavar="HASH", callback=options.filled_in,
    help="A head that was published: it must be there.",
)  # fmt: skip
@options.home
@options.outputs
def verify(published: str, home: Home, outputs: tuple[str, ...]) -> None:
    """Prove that no entry was changed, taken out, put in or moved; exits 1 and says which one was.

    Who can write the ledger can cut off its end, or chain all of it again. Only a head that was published shows that.

    \b
      reconciler audit verify --head sha256:...
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        stated = _hash(published) if published else ""
        with opened(home) as held:
            verified = held.verified(stated)
        target.show(_Verification(verified))


@audit.command("head")
@options.home
@options.outputs
def head(home: Home, outputs: tuple[str, ...]) -> None:
    """Print the hash of the last entry and how many there are, for publishing.

    \b
      reconciler audit head
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        with opened(home) as held:
            end = _Head(*held.end())
        target.show(end)


@audit.command("bundle")
@click.argument("file", metavar="OUT.zip", type=click.Path(path_type=Path, dir_okay=False))
@since
@until
@options.home
def bundle(file: Path, since: str | None, until: str | None, home: Home) -> None:
    """Pack what a data protection officer asks for: purposes and fields, changes and exceptions, exports, the proof.

    Open index.html in it. Equal ledgers and manifests give equal files, byte by byte, whenever and wherever it is made.

    \b
      reconciler audit bundle audit-2026-10.zip --since 2026-10-01 --until 2026-11-01
    """
    from reconciler.commands.audit_bundle import packed
    from reconciler.commands.audit_dossier import gathered
    from reconciler.render.audit_bundle import bundle_files

    check_place(file)
    _check_period(since, until)
    workspace = open_workspace(home)
    with read_ledger(workspace) as ledger:
        if not ledger.ledger_id:
            raise absent(workspace.ledger)
        dossier = gathered(workspace, ledger, since=since or "", until=until or "")
    write_file(file, packed(bundle_files(dossier)), mode=0o600)
    click.echo(f"{file}: entries {len(dossier.links):,} of {dossier.verified.count:,}, head {dossier.verified.head}")


@audit.command("stats")
@since
@until
@options.home
@options.outputs
def stats(since: str | None, until: str | None, home: Home, outputs: tuple[str, ...]) -> None:
    """Count writes and successes, and say how long they took: on average and by percentiles, by action and by kind.

    \b
      reconciler audit stats --since 2026-10-01
    """
    target = parse_outputs(outputs)
    with target.failing_loudly():
        _check_period(since, until)
        with opened(home) as held:
            links = held.links(since=since, until=until)
        target.show(_Statistics(summarised(link.entry for link in links)))


def _check_period(since: str | None, until: str | None) -> None:
    """Raises UsageError: what is empty by a slip would look as if nothing had happened."""
    if since and until and since >= until:
        detail = f"It would begin at {since} and end before {until}."
        raise UsageError("The period is empty", detail=detail, hint="--until is a later day than --since.")


def _hash(text: str) -> str:
    """As `audit head` prints it, with or without the number of entries, or its digits alone. Raises UsageError."""
    found = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})(?:\s+[0-9]+)?", text.strip().lower())
    if found is None:
        raise UsageError("Not a head", detail=f"{text!r} is no SHA-256.", hint="Print one:\nreconciler audit head")
    return f"sha256:{found[1]}"


@dataclass(frozen=True, slots=True)
class _Listed:
    """Entries as a result."""

    links: Sequence[Link]

    def human(self, *, styled: bool, width: int) -> str:
        return audit_text(self.links, styled=styled, width=width)

    def json(self) -> bytes:
        return audit_json(self.links)


@dataclass(frozen=True, slots=True)
class _Verification:
    verified: Verified

    def human(self, *, styled: bool, width: int) -> str:
        return verified_text(self.verified, styled=styled, width=width)

    def json(self) -> bytes:
        return verified_json(self.verified)


@dataclass(frozen=True, slots=True)
class _Head:
    count: int
    head: str

    def human(self, *, styled: bool, width: int) -> str:
        return f"{self.head} {self.count}"

    def json(self) -> bytes:
        return head_json(self.count, self.head)


@dataclass(frozen=True, slots=True)
class _Statistics:
    summary: Summary

    def human(self, *, styled: bool, width: int) -> str:
        return stats_text(self.summary, styled=styled, width=width)

    def json(self) -> bytes:
        return stats_json(self.summary)
