"""What holds for every test: nothing that is timed decides about one, and CI plays the same examples every time."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("untimed", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("untimed")
