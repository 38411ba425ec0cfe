"""Declarative config-as-code for data governance on Genesys Cloud."""

__version__ = "0.1.0"
