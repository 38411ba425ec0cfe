"""What the codes of retention rules mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "RR001": Explanation(
        "A strategy in two rules",
        "Two rules could retain different versions of it, and nobody could say which of the two holds.",
        "Leave it out of one of them. A rule for `all` stands alone.",
    ),
    "RR002": Explanation(
        "Backup folder outside of the project",
        "A relative folder is below the project file, so that a pull request cannot write anywhere else by accident.",
        "Write a folder below the project file, or an absolute path where another place is meant.",
    ),
    "RR003": Explanation(
        "Address that cannot be",
        "Archives and notifications are sent to an http or https address.",
        "Correct it.",
    ),
    "RR101": Explanation(
        "Retention shortened",
        "Versions that the rule retained until now are left out of every archive from now on. Whoever relies on the "
        "former period would miss them.",
        "Acknowledge it in the manifest, with a reason, or restore the former number of days.",
    ),
    "RR102": Explanation(
        "Fewer versions retained",
        "Versions that the rule retained until now are left out of every archive from now on.",
        "Acknowledge it in the manifest, with a reason, or restore the former number.",
    ),
}
