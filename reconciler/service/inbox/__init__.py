"""Callbacks of privacy requests: taken from anybody, believed when the organisation confirms them, then forwarded."""
