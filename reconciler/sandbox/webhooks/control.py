"""The part of `Control` that reads which events were delivered where."""

from __future__ import annotations

import time
from typing import Any, cast

from reconciler.sandbox.errors import SandboxError

Json = dict[str, Any]


class WebhookControl:
    def deliveries(self, *, wait: float = 30.0) -> list[Json]:
        """All deliveries once none of them is under way: `webhook`, `event`, `outcome`, and every attempt.

        One that is not due yet is `waiting`. SandboxError if one is still under way after `wait` seconds.
        """
        until = time.monotonic() + wait
        while True:
            now = self._call("GET", "clock")["now"]
            found = cast("list[Json]", self._call("GET", "deliveries")["deliveries"])
            if not any(_is_moving(each, now) for each in found):
                return found
            if time.monotonic() > until:
                raise SandboxError("Deliveries still under way", f"after {wait} s", where="deliveries")
            time.sleep(0.005)

    def deliver_again(self, number: int) -> Json:
        """The same event once more."""
        return self._call("POST", f"deliveries/{number}/again")

    def _call(self, method: str, path: str, content: object = None) -> Json:
        """`Control`'s."""
        raise NotImplementedError


def _is_moving(delivery: Json, now: str) -> bool:
    outcome = delivery["outcome"]
    return bool(outcome == "under way" or (outcome == "waiting" and delivery["due"] <= now))
