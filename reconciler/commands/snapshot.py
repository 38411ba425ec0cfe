"""`reconciler snapshot`: what a plan reads, in a file without secrets, for planning without network or credentials."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.ledgers import read_ledger
from reconciler.commands.options import Calling, Home
from reconciler.commands.outputs import check_place, write_file
from reconciler.commands.planner import TOOL, Decided, Sources, Wishes, decide, total_calls
from reconciler.commands.recording import RecordingApi
from reconciler.commands.session import session
from reconciler.commands.workspace import open_workspace
from reconciler.errors import NotOffered, PermissionDenied
from reconciler.kinds import KINDS
from reconciler.model.snapshot import Asked, Snapshot
from reconciler.planning.asking import asked_for
from reconciler.planning.redaction import Needed, redacted
from reconciler.planning.situation import Choices
from reconciler.planning.snapshotfile import write_snapshot


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--all-kinds", is_flag=True, help="Also of kinds that no manifest uses yet, as far as they are offered.")
@options.home
@options.new_ledger
@options.organisation
def snapshot(file: Path, all_kinds: bool, home: Home, new_ledger: bool, calling: Calling) -> None:
    """Save what a plan reads to FILE. `plan --against FILE` then plans without network, credentials or ledger.

    It holds what the organisation shows of the objects of these kinds and what the ledger remembers of them; of secrets
    no more than digests, of records no more than counts, and of requests those alone that the manifests ask for.

    \b
      reconciler snapshot snapshot.json
      reconciler plan --against snapshot.json
    """
    check_place(file)
    workspace = open_workspace(home)
    with session(workspace, calling) as run:
        organisation = run.client.organisation()
        recording = RecordingApi(run.client, total_calls(run.client))
        with read_ledger(workspace, organisation, is_new=new_ledger, with_audit=False) as ledger:
            wishes, now = Wishes(Choices(), parallelism=calling.parallelism), run.clock.now()
            decided = decide(Sources(workspace, ledger, recording, organisation, wishes, now, run.secrets))
            if all_kinds:
                _read_the_rest(recording)
            made = Snapshot(
                tool=TOOL,
                environment=workspace.project.environment.name,
                organisation=organisation,
                now=now,
                costs=dict(sorted(recording.costs.items())),
                ledger_id=ledger.ledger_id,
                recorded=dict(ledger.rows()),
                intents=ledger.intents(),
                requests=dict(ledger.requests()),
                disowned=tuple(sorted(ledger.disowned())),
                receipts=tuple(ledger.receipts().values()),
                listed=dict(sorted(recording.listed.items())),
                not_offered=tuple(sorted(recording.not_offered)),
                looked=tuple(each for _, each in sorted(recording.looked.items())),
                terms=dict(sorted(recording.said.items())),
                told=tuple(sorted(recording.told, key=lambda each: (each.kind, each.live_id))),
                asked=_asked(decided),
                backups=tuple(sorted(decided.drafts.situation.backups)),
                digests=dict(decided.seen.digests),
                variables=tuple(sorted(decided.seen.variables)),
            )
    write_file(file, write_snapshot(redacted(made, KINDS, _needed(decided))), mode=0o600)
    run.say(f"Saved as {file}. Plan from it with:\n{home.command('plan', '--against', file)}")


def _read_the_rest(recording: RecordingApi) -> None:
    """What a pull request may be about that uses a kind for the first time."""
    for kind in KINDS.values():
        if kind.converges:
            with suppress(NotOffered, PermissionDenied):  # a client need not see what nobody manages with it
                recording.list(kind)
                if kind.terms and kind.name not in recording.said:
                    recording.terms(kind)


def _needed(decided: Decided) -> Needed:
    """Everything that the ledger or a manifest knows is ours; whatever options a plan has, no more is."""
    drafts = decided.drafts
    ours = {(address.kind, live.live_id) for address, live in drafts.bindings.live.items()}
    ours |= {(row.address.kind, row.live_id) for row in drafts.bindings.recorded.values()}
    return Needed(ours, asked_for(drafts.situation))


def _asked(decided: Decided) -> tuple[Asked, ...]:
    live = decided.drafts.bindings.live
    return tuple(
        Asked(address.kind, live[address].live_id, evidence)
        for address, evidence in sorted(decided.evidence.items())
        if address in live
    )
