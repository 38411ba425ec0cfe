"""The verbs, each loaded only when it is used: `--help` must not import what it does not need."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERBS: Final = {
    "init": "Make a repository for manifests that is green at once.",
    "validate": "Check the manifests without touching the organisation.",
    "plan": "Show what apply would change, and what is unsafe about it.",
    "snapshot": "Save what a plan reads, for planning without network or credentials.",
    "show": "Show a saved plan.",
    "environments": "List the environments of the project file, for people or a CI matrix.",
    "apply": "Make the organisation match the manifests, or apply a saved plan.",
    "diff": "Compare two saved plans, of two environments for one.",
    "drift": "Show what was changed behind our back, and take it over on request.",
    "import": "Write manifests of what the organisation has, and take it over as it is.",
    "explain": "Explain a code that a finding or problem carries.",
    "policies": "List the organisation's policies, thresholds and freezes.",
    "schema": "Write the JSON Schemas of the manifests, for editors.",
    "fmt": "Bring manifests into their canonical form.",
    "doctor": "Check credentials, permissions, ledger and surroundings, and say what to mend.",
    "kinds": "List the kinds: where their API comes from, lock, deletion, scopes.",
    "state": "Look into the ledger: what we sent, and who holds its lock.",
    "audit": "Search the audit, prove that it is whole, hand it to whoever asks.",
    "exports": "Follow requests, fetch their files, verify them.",
    "serve": "Serve the catalogue of exports over HTTP, read only.",
    "github": "What the workflows need of GitHub: comments, issues, reviewed plans.",
    "sandbox": "Run a simulated organisation on this machine.",
    "completion": "Print what makes a shell complete verbs, addresses and kinds.",
    "demo": "Watch plan and apply at work against a sandbox, in seconds.",
}
"""Each verb is the command of that name in the module of that name under `reconciler.commands`, unless `HOMES` says
otherwise."""
HOMES: Final = {"import": ("importing", "import_objects")}


class Verbs(click.Group):
    """A group whose commands are modules, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, name = HOMES.get(cmd_name, (cmd_name, cmd_name))
        command: click.Command = getattr(import_module(f"reconciler.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for `--help`, from the table above instead of from the modules."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """From the table, too: a shell waits for it."""
        from click.shell_completion import CompletionItem

        verbs = [CompletionItem(name, help=text) for name, text in VERBS.items() if name.startswith(incomplete)]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise _with_suggestion(error, args[0]) from None


def _with_suggestion(error: click.UsageError, word: str) -> click.UsageError:
    from difflib import get_close_matches

    near = get_close_matches(word, VERBS, 1)
    return click.UsageError(f"No such command {word!r}." + (f" Did you mean {near[0]!r}?" if near else ""), error.ctx)
