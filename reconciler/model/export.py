"""The files of an export: as the organisation lists them, and as they are on disk."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.secret import Secret


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a finished export, as the organisation lists it (contract §5, §6).

    `uri` grants the data to whoever has it, for about an hour. `size` is in bytes, None where it is not stated;
    `sha256` is in hexadecimal, empty where none is stated (a privacy download).
    """

    uri: Secret
    partition: int
    format: str
    size: int | None = None
    sha256: str = ""

    @property
    def name(self) -> str:
        return f"partition_{self.partition}.{self.format}"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One file on disk, complete and hashed. `name` is within its export's folder; `size` is in bytes."""

    name: str
    partition: int
    format: str
    size: int
    sha256: str
