"""Export files as one table: every record in a row of typed columns, or in quarantine, and the counts add up."""

from __future__ import annotations

from reconciler.exports.normalising.file import Request, normalise
from reconciler.exports.normalising.layout import normalise_all
from reconciler.exports.normalising.result import (
    COLUMNS,
    LARGEST_RECORD,
    Normalised,
    Output,
    Progress,
    SourceFormat,
)

__all__ = [
    "COLUMNS",
    "LARGEST_RECORD",
    "Normalised",
    "Output",
    "Progress",
    "Request",
    "SourceFormat",
    "normalise",
    "normalise_all",
]
