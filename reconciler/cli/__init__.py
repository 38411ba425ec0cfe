"""The command line: which verbs there are, and the one place where every error ends."""

from __future__ import annotations

from reconciler.cli.boundary import main

__all__ = ["main"]
