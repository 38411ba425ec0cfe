"""Makes file actions happen to one download."""

from __future__ import annotations

from dataclasses import replace

from reconciler.sandbox.exchange import Exchange
from reconciler.sandbox.exports.downloads import Download, out_of_range, shipment_of
from reconciler.sandbox.exports.file_actions import (
    FileAction,
    FileChange,
    FileCorrupt,
    FileCut,
    FileExpire,
    FileGzip,
    FileHeaders,
    FileHtml,
    FileOversize,
    FileRange,
    FileRedirect,
    FileStall,
    FileStatus,
    FileTruncate,
)
from reconciler.sandbox.exports.job_files import files_of
from reconciler.sandbox.exports.planning import change_edition
from reconciler.sandbox.exports.ranges import ByteRange, Unsatisfiable, asked_for
from reconciler.sandbox.exports.refusals import page, refusal
from reconciler.sandbox.exports.shipments import Shipment, corrupted, limited, padded
from reconciler.sandbox.fault_actions import Action
from reconciler.sandbox.organisation import Organisation

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"


def instead(action: Action | FileAction, exchange: Exchange) -> Shipment | None:
    """What is answered instead of the file; None where the action leaves it its answer."""
    match action:
        case FileStatus():
            headers = {} if action.retry_after is None else {"Retry-After": str(action.retry_after)}
            return refusal(action.status, action.code, action.message, exchange, headers)
        case FileHtml():
            return page(action.status, "text/html; charset=utf-8", _PAGE)
        case FileRedirect():
            return page(action.status, "text/plain", b"", {"Location": action.location})
        case _:
            return None


def afflict(
    organisation: Organisation, exchange: Exchange, download: Download, actions: list[Action | FileAction]
) -> Shipment:
    """The download with everything that its faults do to it: first which bytes, then what becomes of them."""
    refused = any(isinstance(action, FileRange) and action.answer == "refused" for action in actions)
    if refused and "range" in exchange.headers:
        return out_of_range(exchange, download.file.content.size)
    for action in actions:
        download = _redirected(organisation, exchange, download, action)
    shipment = shipment_of(download)
    for action in actions:
        _disfigure(organisation, exchange, download, shipment, action)
    return shipment


def _redirected(
    organisation: Organisation, exchange: Exchange, download: Download, action: Action | FileAction
) -> Download:
    """The download of other bytes than those asked for."""
    match action:
        case FileChange(when="before"):
            change_edition(organisation, download.collection, download.job, download.file.spec)
            return _again(organisation, exchange, download)
        case FileChange(when="after"):
            change_edition(organisation, download.collection, download.job, download.file.spec)
            return download
        case FileGzip():
            return replace(download, gzip=True, range=None)
        case FileRange(answer="ignored"):
            return replace(download, range=None)
        case FileRange(answer="regardless"):
            return replace(download, range=_range(exchange, download.file.content.size))
        case FileRange(answer="shifted") if download.range is not None:
            start, stop = download.range.start, download.range.stop
            return replace(download, range=ByteRange(max(0, start - 1), max(stop - 1, 1)))
        case _:
            return download


def _again(organisation: Organisation, exchange: Exchange, download: Download) -> Download:
    """The same request, now that the file is another: If-Range does not hold any more."""
    job = organisation.collection(download.collection).true(download.job.id)
    assert job is not None  # noqa: S101 - it was there a moment ago, and everything is one moment
    file = next(each for each in files_of(organisation, job) if each.name == download.file.name)
    asked = None if "if-range" in exchange.headers or download.gzip else _range(exchange, file.content.size)
    return replace(download, job=job, file=file, range=asked)


def _range(exchange: Exchange, size: int) -> ByteRange | None:
    try:
        return asked_for(exchange.headers.get("range"), size)
    except Unsatisfiable:
        return None


def _disfigure(
    organisation: Organisation, exchange: Exchange, download: Download, shipment: Shipment, action: Action | FileAction
) -> None:
    start = download.range.start if download.range else 0
    match action:
        case FileCut(after=int(after), how=how):
            shipment.ending, shipment.after = how, after
        case FileStall():
            shipment.ending, shipment.after, shipment.seconds = "stall", action.after, action.seconds
        case FileExpire():
            organisation.signer.revoke(exchange.query)
            shipment.ending, shipment.after = "close", action.after
        case FileTruncate():
            shipment.body = limited(shipment.body, action.keep)
            shipment.length = None if shipment.length is None else min(action.keep, shipment.length)
        case FileOversize():
            shipment.body, shipment.length = padded(shipment.body, action.bytes), None
        case FileCorrupt():
            shipment.body = corrupted(shipment.body, action.at, action.bytes, start=start)
        case FileRange(answer="ignored"):
            shipment.headers.pop("Accept-Ranges", None)
        case FileRange(answer="mislabelled") if download.range is not None:
            shipment.body = download.file.content.read(0, download.range.stop - start)
        case FileHeaders():
            _reword(shipment, action)
        case _:
            pass


def _reword(shipment: Shipment, action: FileHeaders) -> None:
    lower = {name.lower() for name in (*action.remove, *action.set)}
    kept = {name: value for name, value in shipment.headers.items() if name.lower() not in lower}
    if "content-length" in lower:
        declared = next((value for name, value in action.set.items() if name.lower() == "content-length"), None)
        shipment.length = None if declared is None else int(declared)
    named = {name: value for name, value in action.set.items() if name.lower() != "content-length"}
    shipment.headers = kept | named
