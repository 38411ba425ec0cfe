"""Doing: performs a plan step by step, and never loses anybody's work.

What to merge and what is safe is decided by functions that are handed in; nothing here reads a manifest.
"""

from __future__ import annotations

from reconciler.apply.acceptance import note_acknowledgements
from reconciler.apply.admission import admit, taken_over
from reconciler.apply.approved import note_applied, note_approved
from reconciler.apply.archiving import archive_histories
from reconciler.apply.doubt import resolve_intents
from reconciler.apply.draining import drain
from reconciler.apply.executor import execute
from reconciler.apply.following import follow, under_way
from reconciler.apply.intents import looking
from reconciler.apply.records import stamp
from reconciler.apply.refusal import note_refusal, refusals_noted
from reconciler.apply.requesting import looked_up_again, make_requests
from reconciler.apply.resolving import resolve_submissions
from reconciler.apply.run import Deciding, Run, start
from reconciler.apply.secrets import variables_of, with_secrets

__all__ = [
    "Deciding",
    "Run",
    "admit",
    "archive_histories",
    "drain",
    "execute",
    "follow",
    "looked_up_again",
    "looking",
    "make_requests",
    "note_acknowledgements",
    "note_applied",
    "note_approved",
    "note_refusal",
    "refusals_noted",
    "resolve_intents",
    "resolve_submissions",
    "stamp",
    "start",
    "taken_over",
    "under_way",
    "variables_of",
    "with_secrets",
]
