"""The files of an audit bundle: equal dossiers give equal bytes."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from reconciler.model.chain import FIELDS, GENESIS, Link
from reconciler.model.dossier import Dossier, Exemption, Kept, Occurrence, Placed
from reconciler.model.register import Processing
from reconciler.model.request import Requested
from reconciler.model.values import Json
from reconciler.render.audit import entry_part
from reconciler.render.audit_page import page_html

PAGE: Final = "index.html"
SUMS: Final = "SHA256SUMS"


def bundle_files(dossier: Dossier) -> dict[str, bytes]:
    """By name, in the order in which they are packed; `SHA256SUMS` is over all others."""
    files = {
        PAGE: page_html(dossier).encode(),
        "README.txt": _README.encode(),
        "register.json": _json(_register(dossier)),
        "changes.json": _json([_change(each) for each in dossier.changes]),
        "refusals.json": _json([entry_part(link) for link in dossier.refusals]),
        "exceptions.json": _json([_exemption(each) for each in dossier.exemptions]),
        "exports.json": _json([_request(each) for each in dossier.requests]),
        "audit.jsonl": b"".join(_line(link) for link in dossier.links),
        "proof.json": _json(_proof(dossier)),
    }
    if dossier.receipts:
        files["archives.json"] = _json([dict(each) for each in dossier.receipts])
    return {**files, SUMS: _sums(files)}


def _sums(files: Mapping[str, bytes]) -> bytes:
    """As `sha256sum` writes them, and checks them with `-c`."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def _json(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _line(link: Link) -> bytes:
    return orjson.dumps(entry_part(link), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _register(dossier: Dossier) -> Json:
    return {
        "purposes": [_kept(each) for each in dossier.register],
        "personal_data_without_purpose": _placed(dossier.unassigned),
    }


def _kept(kept: Kept) -> Json:
    return {
        "address": str(kept.address),
        "status": kept.status,
        "applied": _processing(kept.applied),
        "stated": _processing(kept.stated),
        "fields": _placed(kept.fields),
    }


def _processing(found: Processing | None) -> Json:
    return found and {
        "name": found.name,
        "description": found.description,
        "legal_basis": found.legal_basis,
        "retention": found.retention,
        "active": found.active,
    }


def _placed(fields: Sequence[Placed]) -> Json:
    return [
        {
            "address": str(each.address),
            "field": each.field.name,
            "type": each.field.type,
            "personal_data": each.field.personal,
            "purpose": each.field.purpose,
            "applied": each.applied,
        }
        for each in fields
    ]


def _change(change: Occurrence) -> Json:
    return {
        **entry_part(change.link),
        "acknowledgements": [entry_part(each) for each in change.accepted],
        "approval": None if change.approved is None else entry_part(change.approved),
    }


def _exemption(exemption: Exemption) -> Json:
    said = exemption.said
    return {
        "address": str(exemption.address),
        "code": said.code,
        "path": said.path,
        "change": said.change,
        "removes": list(said.removes),
        "reason": said.reason,
        "by": said.by,
        "expires": said.expires.isoformat(),
    }


def _request(request: Requested) -> Json:
    """Never where the data is: neither the ledger nor this knows."""
    return {
        "address": str(request.address),
        "id": request.live_id,
        "key": request.key,
        "status": request.status,
        "reason": request.reason,
        "body": dict(request.body),
        "asked": _instant(request.asked),
        "ended": None if request.ended is None else _instant(request.ended),
        "forgotten": request.forgotten,
    }


def _instant(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _proof(dossier: Dossier) -> Json:
    links, verified = dossier.links, dossier.verified
    return {
        "organisation": {"id": dossier.organisation.live_id, "name": dossier.organisation.name},
        "ledger_id": dossier.ledger_id,
        "since": dossier.since,
        "until": dossier.until,
        "as_of": dossier.as_of,
        "recipe": {"name": "chain/v1", "genesis": GENESIS, "fields": list(FIELDS), "text": "README.txt"},
        "chain": {"count": verified.count, "head": verified.head, "migrated": verified.migrated},
        "bundled": {
            "count": len(links),
            "first": links[0].number if links else None,
            "last": links[-1].number if links else None,
            "previous": links[0].previous if links else None,
            "last_hash": links[-1].hash if links else None,
        },
    }


CHECK: Final = """\
import hashlib, json

FIELDS = json.load(open("proof.json"))["recipe"]["fields"]
spelled = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
previous = None
for line in open("audit.jsonl", encoding="utf-8", newline="\\n"):
    entry = json.loads(line)
    fields = {**entry, "summary": spelled(entry["summary"])}
    found = hashlib.sha256(spelled([fields[name] for name in FIELDS]).encode()).hexdigest()
    assert entry["hash"] == "sha256:" + found, f"entry {entry['number']} was changed"
    assert previous in (None, entry["previous"]), f"entry {entry['number']} does not follow"
    previous = entry["hash"]
print("every entry follows from the one before; the last hash is", previous)
"""
"""Needs nothing but Python, and nothing of ours."""

_README: Final = f"""\
Audit bundle of reconciler. Open index.html in a browser.

  index.html       for reading and printing
  register.json    purposes, legal basis, retention, and the fields that are kept for each
  changes.json     what was changed in the period, with what had to be acknowledged for it, and the entry that names
                   the seals of the reviewed plans that approved it, where there are any
  refusals.json    what was asked for in the period and refused as a whole
  exceptions.json  acknowledgements in the manifests that are still in force
  exports.json     requests for exports; never where the data is
  archives.json    receipts of archived histories, where there are any
  audit.jsonl      the entries of the audit, one a line, without a gap between the first and the last
  proof.json       the head of the audit, and how its hashes are made
  SHA256SUMS       of all these files:  sha256sum -c SHA256SUMS

The recipe chain/v1: the hash of an entry is "sha256:" and the hexadecimal SHA-256 of a JSON array of the fields that
proof.json lists, in that order, in UTF-8, without white space. `summary` is in it as a string, itself a JSON array in
the same spelling. `previous` is the hash of the entry before. Entries with the recipe "chain/v1 at migration" are older
than the chain, and are watched since it was made.

The chain alone does not show that its end was cut off, or that all of it was made anew by somebody who can write the
ledger. Compare the head in proof.json with one that was published:  reconciler audit verify --head HASH

To check the entries in this bundle, run this beside them:

{CHECK}"""
