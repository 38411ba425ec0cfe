"""What the codes of webhooks mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.finding import Explanation

EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    "WH001": Explanation(
        "Endpoint that cannot be",
        "Events are posted to an http or https address. A credential in it would be in git, in plans and in logs.",
        "Write the address alone, and credentials as headers: {Authorization: {fromEnv: RECONCILER_SECRET_...}}.",
    ),
    "WH002": Explanation(
        "Header stated twice",
        "The names of headers are compared without case, so that X-Key and x-key are one header.",
        "Keep one of them.",
    ),
    "WH003": Explanation(
        "Header that belongs to the delivery",
        "Host, Content-Length, Connection and Transfer-Encoding describe the delivery itself, and the organisation "
        "sets them.",
        "Leave it out.",
    ),
    "WH101": Explanation(
        "Webhook switched off",
        "Events that happen while it is off are never told. A compliance platform would have a gap and not know of it.",
        "Acknowledge it with the snippet that the plan prints.",
    ),
    "WH102": Explanation(
        "Event type no longer told",
        "For this type of event it is as if the webhook were switched off.",
        "Acknowledge it with the snippet that the plan prints.",
    ),
    "WH103": Explanation(
        "Endpoint changed",
        "Events, and the secrets in the headers, go to another address from now on.",
        "Nothing blocks; check that the address is yours, and rotate the secrets if it was not.",
    ),
    "WH104": Explanation(
        "Filter changed",
        "A filter decides which events are told. Another one lets others through.",
        "Nothing blocks; check that the receiver still hears of everything that it should.",
    ),
    "WH110": Explanation(
        "Masks would be sent back",
        "A PUT replaces the whole webhook. Headers that others set are known to us only as masks. Some organisations "
        "take a mask for the value behind it, others store the mask, and the value is lost. Nothing that can be read "
        "tells which, so this is asked once for each webhook.",
        "Where a mask sent back means keep, acknowledge it with the snippet that the plan prints. Else state the "
        "headers in the manifest, or remove them with lifecycle: {foreign: remove}.",
    ),
    "WH111": Explanation(
        "The organisation shows the values of headers",
        "Header values hold credentials, and plans and ledgers must not. Where the organisation does not mask a value, "
        "it is not kept, so it cannot be sent back either, and a PUT without it would remove it.",
        "State the headers in the manifest, or remove them with lifecycle: {foreign: remove}.",
    ),
}
