"""Where a job's files can be had: signed URIs of the file host, and what a list says next to them."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.edits import merge
from reconciler.sandbox.exports.file_actions import ROOT
from reconciler.sandbox.exports.job_files import JobFile, files_of
from reconciler.sandbox.exports.jobs import began
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.store import Stored


def listing(organisation: Organisation, export: Stored) -> Any:
    """`[{uri, size, format, checksum, partition}]`, each URI newly signed; or what a test wants answered instead."""
    if "answer" in export.body:
        return export.body["answer"]["body"]
    return [_listed(organisation, export, file) for file in files_of(organisation, export)]


def download_url(organisation: Organisation, request: Stored) -> str | None:
    """The one file of a privacy request; None where a test took it away."""
    files = files_of(organisation, request)
    if not files:
        return None
    signed = began(request) if organisation.settings.download_url == "fixed" else None
    uri = _uri(organisation, request, files[0], signed)
    shown = merge({"uri": uri}, files[0].spec.listed).get("uri")
    return None if shown is None else str(shown)


def _listed(organisation: Organisation, export: Stored, file: JobFile) -> Any:
    listed = {
        "uri": _uri(organisation, export, file, None),
        "size": file.content.size,
        "format": file.format,
        "partition": file.spec.partition,
    }
    if "checksum" not in file.spec.listed:
        listed["checksum"] = f"sha256:{file.content.sha256}"
    return merge(listed, file.spec.listed)


def _uri(organisation: Organisation, job: Stored, file: JobFile, signed: float | None) -> str:
    path, lifetime = f"{ROOT}{job.id}/{file.name}", organisation.settings.uri_lifetime
    if signed is None:
        return organisation.signer.uri(path, now=organisation.clock.now(), lifetime=lifetime)
    return organisation.signer.uri(path, now=signed, lifetime=lifetime, serial=0)
