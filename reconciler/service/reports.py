"""Reading a report: a file that somebody may have damaged."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PARQUET: Final = ".parquet"

Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Part = Annotated[str, Field(pattern=r"^part-[0-9]{5,10}\.[a-z]{1,10}$")]


class File(BaseModel):
    """One file of an export, as it was fetched and hashed. `size` is in bytes, `sha256` in hexadecimal."""

    model_config = ConfigDict(frozen=True, strict=True)
    name: Text
    partition: Count
    format: str
    size: Count
    sha256: str


class Report(BaseModel):
    """Contract §6, as `exports fetch` and `exports normalise` write it; what else is in the file is not repeated.

    `table` has the names of the table's files, None where the export is not normalised.
    """

    model_config = ConfigDict(frozen=True, strict=True)
    export_id: Text
    status: str
    total_records: Count | None
    file_locations: tuple[str, ...]
    catalog_version: str
    governance_hash: str
    content_hash: str
    address: Text
    request: dict[str, Any]
    files: tuple[File, ...]
    table: tuple[Part, ...] | None = None

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def read_report(content: bytes) -> Report:
    """Raises ValueError, whose text says where it is wrong, and holds nothing of what stands there."""
    try:
        return Report.model_validate_json(content)
    except ValidationError as error:
        [first, *_] = error.errors(include_input=False, include_context=False, include_url=False)
        place = ".".join(str(name) for name in first["loc"])
        raise ValueError(f"its {place} is not as it was written" if place else "it is no JSON document") from None
