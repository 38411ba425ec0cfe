"""What hangs on an organisation's objects, or lies beside it, written from outside: checked for its shape alone."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.sandbox.archive.store import Archived
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.shapes import build, mapping, sequence


def put_records(organisation: Organisation, schema: str, contents: object, *, where: str) -> int:
    """Replace a schema's records (schema by id or name) by values, or by `{id, values}` as the API shows them."""
    schemas = organisation.collection("flex_schemas")
    stored = schemas.true(schema) or schemas.named(schema)
    if stored is None:
        raise SandboxError("No such schema", f"no schema has the id or the name {schema!r}", where=where)
    records = []
    for number, content in enumerate(sequence(contents, where=where)):
        given = mapping(content, where=f"{where}[{number}]")
        whole = set(given) == {"id", "values"} and isinstance(given["values"], Mapping)
        records.append((given["id"], given["values"]) if whole else (organisation.ids.next("records"), given))
    organisation.records.put(stored.id, records)
    return len(records)


def put_versions(organisation: Organisation, strategy: str, contents: object, *, where: str) -> int:
    """Replace a strategy's history (strategy by id or name) by versions as the API shows them, oldest first."""
    strategies = organisation.collection("routing_strategies")
    stored = strategies.true(strategy) or strategies.named(strategy)
    if stored is None:
        raise SandboxError("No such strategy", f"no strategy has the id or the name {strategy!r}", where=where)
    versions = [mapping(each, where=f"{where}[{n}]") for n, each in enumerate(sequence(contents, where=where))]
    organisation.histories.put(stored.id, versions)
    return len(versions)


def put_archives(organisation: Organisation, contents: object, *, where: str) -> None:
    """Replace what the user's archive has; each is `{archiveId, time, payload}`, and has a key of its own."""
    archived = [
        build(Archived, each, where=f"{where}[{number}]") for number, each in enumerate(sequence(contents, where=where))
    ]
    for number, each in enumerate(archived):
        if not isinstance(each.payload.get("idempotencyKey"), str):
            raise SandboxError(
                "Not an archive", "its payload has no idempotencyKey", where=f"{where}[{number}].payload"
            )
    organisation.archive.stored.clear()
    for each in archived:
        organisation.archive.put(each)
