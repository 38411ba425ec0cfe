"""What can go wrong at the user's own endpoints: those faults that need nothing of the organisation."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.sandbox.fault_actions import ACTIONS, Action

USER_PATHS = ("/archives", "/notifications", "/events")
"""Every path of the user's host; no path of the organisation begins like one of them."""

_NAMES = ("status", "delay", "hang", "cut", "truncate", "html", "redirect", "oversize", "mangle")
USER_ACTIONS: Mapping[str, type[Action]] = {name: ACTIONS[name] for name in _NAMES}
