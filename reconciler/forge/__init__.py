"""What the workflows need of GitHub: comments, issues, and which reviewed plans stand behind what was merged.

Only what GitHub itself says counts: never the text of a comment, nor what an artefact says of itself.
"""

from reconciler.forge.approvals import Merged, fetched_approvals, fetched_snapshot, merged_since
from reconciler.forge.client import GitHub
from reconciler.forge.notes import close_issue, put_comment, put_issue

__all__ = [
    "GitHub",
    "Merged",
    "close_issue",
    "fetched_approvals",
    "fetched_snapshot",
    "merged_since",
    "put_comment",
    "put_issue",
]
