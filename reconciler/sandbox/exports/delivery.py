"""Posts callbacks, on the server's own loop but beside its requests: nobody waits for a receiver."""

from __future__ import annotations

import orjson

from reconciler.sandbox.exports.outbox import Callback
from reconciler.sandbox.posting import ElsewhereError, post


async def deliver(callback: Callback) -> None:
    """Post it once and record what came of it; anything that is not on this machine is not sent."""
    try:
        posted = await post(callback.url, orjson.dumps(callback.body))
    except ElsewhereError as elsewhere:
        callback.outcome, callback.reason = "not sent", str(elsewhere)
    except (OSError, ValueError, TimeoutError) as broken:
        callback.outcome, callback.reason = "failed", f"{type(broken).__name__}: {broken}"
    else:
        callback.outcome, callback.status, callback.answer = "answered", posted.status, posted.answer
