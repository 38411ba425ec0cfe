"""What a stranger's review of fetching found."""

from __future__ import annotations
