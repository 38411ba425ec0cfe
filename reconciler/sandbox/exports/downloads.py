"""From a signed URI to the bytes it grants: signature, file, range, encoding."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.sandbox.clock import http_date
from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.exports.file_actions import ROOT
from reconciler.sandbox.exports.job_files import JobFile, file_named
from reconciler.sandbox.exports.jobs import COMPLETED, JOBS, began
from reconciler.sandbox.exports.ranges import ByteRange, Unsatisfiable, asked_for, still_holds
from reconciler.sandbox.exports.refusals import refusal
from reconciler.sandbox.exports.shipments import Shipment, gzipped
from reconciler.sandbox.exports.signing import Verdict
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.store import Stored

TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the request may have; `range` None is the whole."""

    collection: str
    job: Stored
    file: JobFile
    range: ByteRange | None
    gzip: bool


def find(organisation: Organisation, exchange: Exchange) -> Download | Shipment:
    """What is to be sent, or how it is refused: a signature is for GET and for one path."""
    verdict = organisation.signer.verdict(exchange.path, exchange.query, organisation.clock.now())
    if exchange.method != "GET" or verdict is Verdict.FORGED:
        message = "The request signature we calculated does not match the signature you provided."
        return refusal(403, "SignatureDoesNotMatch", message, exchange)
    if verdict is Verdict.EXPIRED:
        return refusal(403, "AccessDenied", "Request has expired", exchange)
    found = _file_at(organisation, exchange.path)
    if found is None:
        return refusal(404, "NoSuchKey", "The specified key does not exist.", exchange)
    collection, job, file = found
    gzip = _is_encoded(organisation, exchange)
    size = file.content.size
    try:
        asked = None if gzip else asked_for(exchange.headers.get("range"), size)
    except Unsatisfiable:
        return out_of_range(exchange, size)
    if not still_holds(exchange.headers.get("if-range"), file.content.etag, http_date(began(job))):
        asked = None
    return Download(collection, job, file, asked, gzip)


def shipment_of(download: Download) -> Shipment:
    """The whole file or the part asked for, in constant memory."""
    content = download.file.content
    headers = {
        "Content-Type": TYPES[download.file.format],
        "ETag": content.etag,
        "Last-Modified": http_date(began(download.job)),
        "Accept-Ranges": "bytes",
    }
    if download.gzip:
        # Another representation: another ETag, no ranges, and nobody knows how long it will be.
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "ETag": f'{content.etag[:-1]}-gzip"'}
        del headers["Accept-Ranges"]
        return Shipment(200, headers, gzipped(content.read()), None)
    if download.range is None:
        return Shipment(200, headers, content.read(), content.size)
    start, stop = download.range.start, download.range.stop
    headers["Content-Range"] = download.range.content_range(content.size)
    return Shipment(206, headers, content.read(start, stop), stop - start)


def out_of_range(exchange: Exchange, size: int) -> Shipment:
    headers = {"Content-Range": f"bytes */{size}"}
    return refusal(416, "InvalidRange", "The requested range is not satisfiable", exchange, headers)


def _file_at(organisation: Organisation, path: str) -> tuple[str, Stored, JobFile] | None:
    job_id, _, name = path.removeprefix(ROOT).partition("/")
    for collection in JOBS:
        job = organisation.collection(collection).true(job_id)
        if job is not None and job.body["status"] == COMPLETED:
            file = file_named(organisation, job, name)
            return None if file is None else (collection, job, file)
    return None


def _is_encoded(organisation: Organisation, exchange: Exchange) -> bool:
    setting = organisation.settings.file_encoding
    return setting == "gzip_always" or (setting == "gzip" and _takes_gzip(exchange.headers.get("accept-encoding", "")))


def _takes_gzip(accepted: str) -> bool:
    """Whether the header names gzip, or anything, and does not give it the weight 0."""
    weights = {}
    for each in accepted.lower().replace(" ", "").split(","):
        coding, _, weight = each.partition(";q=")
        weights[coding] = weight or "1"
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""
