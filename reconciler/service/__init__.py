"""The catalogue service: what was asked for and what came of it, over HTTP, for reading only.

It needs the extra `serve`: import its parts where they are used.
"""
