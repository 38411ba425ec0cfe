"""Routing strategies and their histories (contract §7)."""
