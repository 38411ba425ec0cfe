"""Packing files so that equal files give equal archives, on every machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest date that the format knows: a bundle's own dates are in it."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip archive. Nothing is compressed: what a compressor makes of the same bytes differs between its releases."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(_member(name), content)
    return held.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _BEGINNING)
    member.create_system = 3  # Unix, whatever this runs on
    member.external_attr = 0o100600 << 16
    return member
