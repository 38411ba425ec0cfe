"""What somebody other than the platform does to a job's files: describe them, replace one, make one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from reconciler.sandbox.edits import merge
from reconciler.sandbox.exports.file_specs import FileSpec, read_specs
from reconciler.sandbox.exports.job_files import specs_of
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.store import Stored


def plan_files(organisation: Organisation, collection: str, job: Stored, written: object) -> Stored:
    """These are the job's files from now on; SandboxError where they do not read."""
    specs = read_specs(written, where="files")
    return keep(organisation, collection, job, files=[_written(spec) for spec in specs])


def change_file(
    organisation: Organisation, collection: str, job: Stored, partition: int, changes: Mapping[str, Any]
) -> Stored:
    """One file with some of its description changed (a JSON merge patch); a new one where there was none."""
    described = {spec.partition: _written(spec) for spec in specs_of(organisation, job)}
    described[partition] = merge(described.get(partition, {"partition": partition}), changes)
    return plan_files(organisation, collection, job, list(described.values()))


def change_edition(organisation: Organisation, collection: str, job: Stored, spec: FileSpec) -> None:
    """The file has another content from now on."""
    specs = [replace(each, edition=each.edition + (each == spec)) for each in specs_of(organisation, job)]
    keep(organisation, collection, job, files=[_written(each) for each in specs])


def keep(organisation: Organisation, collection: str, job: Stored, **hidden: Any) -> Stored:
    """The job with some of what no wire shows put in its place, None taken out: neither a version nor an effect."""
    body = {**job.body, **hidden}
    kept = replace(job, body={name: value for name, value in body.items() if name not in hidden or value is not None})
    organisation.collection(collection).put(kept)
    return kept


def _written(spec: FileSpec) -> dict[str, Any]:
    return {name: value for name, value in asdict(spec).items() if value not in (None, (), {})}
