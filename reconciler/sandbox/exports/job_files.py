"""The files of a job: what was described, or what the settings make of one that nobody described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from reconciler.sandbox.clock import parse_instant
from reconciler.sandbox.exports.file_specs import FileSpec, read_specs
from reconciler.sandbox.exports.flaws import flawed
from reconciler.sandbox.exports.made_up import Style, count_for
from reconciler.sandbox.exports.parts import Content, Literal
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.store import Stored

if TYPE_CHECKING:
    from reconciler.sandbox.resources import Body


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file as it is; what the list says of it may differ."""

    spec: FileSpec
    format: str
    content: Content

    @property
    def name(self) -> str:
        return f"{self.spec.partition}.{self.format}"


def files_of(organisation: Organisation, job: Stored) -> list[JobFile]:
    specs = specs_of(organisation, job)
    return [_file(organisation, job, spec) for spec in specs]


def file_named(organisation: Organisation, job: Stored, name: str) -> JobFile | None:
    """The one of that name, without reading what is said of thousands of others."""
    partition = name.partition(".")[0]
    described = [each for each in _described(organisation, job) if str(each["partition"]) == partition]
    files = [_file(organisation, job, spec) for spec in read_specs(described, where="files")]
    return next((file for file in files if file.name == name), None)


def specs_of(organisation: Organisation, job: Stored) -> list[FileSpec]:
    return read_specs(_described(organisation, job), where="files")


def _described(organisation: Organisation, job: Stored) -> Sequence[Mapping[str, Any]]:
    if "files" in job.body:
        return cast("Sequence[Mapping[str, Any]]", job.body["files"])
    count = 1 if "requestId" in job.body else organisation.settings.export_partitions
    return [{"partition": partition} for partition in range(count)]


def _file(organisation: Organisation, job: Stored, spec: FileSpec) -> JobFile:
    file_format = spec.format or str(job.body.get("format", "jsonl"))
    literal = spec.literal()
    if literal is not None:
        content = Content((Literal(literal + b"\n" * spec.edition),))
    else:
        newline = b"\r\n" if "crlf" in spec.flaws else b"\n"
        seed = f"{job.id}/{spec.partition}/{spec.edition}"
        style = Style(seed, file_format, _window(job.body), newline)
        content = flawed(style, _count(organisation, style, spec), spec.flaws)
    return JobFile(spec, file_format, content)


def _count(organisation: Organisation, style: Style, spec: FileSpec) -> int:
    """As many records as were asked for, or as make up the size."""
    if spec.size is None:
        return organisation.settings.export_records if spec.records is None else spec.records
    return count_for(style, spec.size)


def _window(body: Body) -> tuple[float, float]:
    """In seconds; a loaded job may have none."""
    within = body.get("timeRange") or {"start": body.get("startDate"), "end": body.get("endDate")}
    epoch = "2026-01-01T00:00:00Z"
    return parse_instant(within.get("start") or epoch), parse_instant(within.get("end") or epoch)
