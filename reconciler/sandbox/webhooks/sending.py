"""Delivers events over HTTP: at least once, with retries that wait twice as long each time, by the sandbox's clock."""

from __future__ import annotations

import orjson

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.posting import ElsewhereError, post
from reconciler.sandbox.store import Stored
from reconciler.sandbox.webhooks.deliveries import Attempt, Delivery


def take_due(organisation: Organisation) -> list[tuple[Delivery, Stored]]:
    """Those that may go now, under way from now on; one whose webhook is gone or disabled by now is dropped."""
    taken = []
    for delivery in organisation.deliveries.due(organisation.clock.now()):
        webhook = organisation.collection("webhooks").true(delivery.webhook)
        if webhook is None or webhook.body.get("enabled") is not True:
            delivery.outcome = "dropped"
        else:
            delivery.outcome = "under way"
            taken.append((delivery, webhook))
    return taken


async def send(organisation: Organisation, delivery: Delivery, webhook: Stored) -> None:
    """Make one attempt, to where the webhook pointed when this was taken, and note what came of it."""
    url = str(webhook.body["endpoint"])
    time = wire_date(organisation.clock.now())
    try:
        posted = await post(url, orjson.dumps(delivery.event), webhook.body.get("headers"))
    except ElsewhereError as elsewhere:
        delivery.attempts.append(Attempt(time, url, reason=str(elsewhere)))
        delivery.outcome = "not sent"
        return
    except (OSError, ValueError, TimeoutError) as broken:
        delivery.attempts.append(Attempt(time, url, reason=f"{type(broken).__name__}: {broken}"))
    else:
        delivery.attempts.append(Attempt(time, url, posted.status, posted.answer))
        if 200 <= posted.status < 300:
            delivery.outcome = "delivered"
            return
    _put_off(organisation, delivery)


def _put_off(organisation: Organisation, delivery: Delivery) -> None:
    made, settings = len(delivery.attempts), organisation.settings
    if made >= settings.webhook_attempts:
        delivery.outcome = "given up"
        return
    delivery.due = organisation.clock.now() + settings.webhook_backoff * 2 ** (made - 1)
    delivery.outcome = "waiting"
