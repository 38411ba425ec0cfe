"""A colleague's edits of a strategy's history."""

from __future__ import annotations

from reconciler.sandbox import changes
from reconciler.sandbox.changes import Author
from reconciler.sandbox.edits import Edit
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.store import Stored
from reconciler.sandbox.strategies.resource import ROUTING_STRATEGIES


def rewrite(organisation: Organisation, before: Stored, edit: Edit, author: Author) -> Stored:
    """The strategy as it is with a new head, or with a version less."""
    if edit.collection != ROUTING_STRATEGIES.collection:
        raise SandboxError("No history", f"{edit.collection} have no versions of that sort", where="collection")
    shown = edit.body or {}
    if edit.operation == "add_version":
        after = changes.overwrite(organisation, ROUTING_STRATEGIES, before, before.body, author)
        organisation.histories.change_head(after, shown)
        return after
    if not organisation.histories.take_out(before, shown):
        raise SandboxError("No such version", f"no version of {before.name} shows {dict(shown)}", where="body")
    return before
