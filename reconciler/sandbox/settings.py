"""What one organisation is like and another is not: which routes it offers, how it locks, how much it allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from reconciler.sandbox.data_schemas.bases import BASES
from reconciler.sandbox.data_schemas.normal import ADDITIONS
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.shapes import build, mapping
from reconciler.sandbox.webhooks.events import EVENT_TYPES

COLLECTIONS = (
    "purposes",
    "flex_schemas",
    "records",
    *BASES,
    "privacy_requests",
    "data_exports",
    "routing_strategies",
    "webhooks",
)
VERBS = ("list", "get", "create", "replace", "delete")
SCHEMA_VERBS = (*VERBS, "versions", "coretypes", "limits")
WITHHOLDABLE = (
    *(f"{collection}.{verb}" for collection in ("purposes", "flex_schemas", "webhooks") for verb in VERBS),
    *(f"{collection}.{verb}" for collection in BASES for verb in SCHEMA_VERBS),
    *(f"privacy_requests.{verb}" for verb in ("list", "get", "create")),
    *(f"data_exports.{verb}" for verb in ("list", "get", "create", "files")),
    *(f"routing_strategies.{verb}" for verb in ("list", "get", "versions")),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are the contract's. Rates are requests a minute, None means no limit; times are seconds.

    `offered`: the collections that exist; the others answer 404 as if the path were not there.
    `withheld`: verbs that an offered collection answers with 405, as `purposes.list`.
    `locking`: `none` shows neither version nor ETag and ignores If-Match.
    `etags`: `weak` is what a gateway makes of them (`W/"3"`), `stripped` leaves the header out. Neither of these two
    is about data schemas, which have a version in the body and nothing else.

    Of data schemas:
    `schema_limits`: by collection, what differs from the base's limits, under their names in `/limits`.
    `max_schema_bytes`: a greater body is 413.
    `schema_adds`: what the server adds to a document that leaves it out.
    `schema_conflict`: the status that answers a stale `version`.
    `deleted_schemas`: whether GET by id still shows a deleted one of the bases that can (`gone`: 404).
    `list_deleted_schemas`: whether their lists show it, too.
    `deletion_forbidden`: the collections where DELETE is 403 `feature.forbidden`.

    Of privacy requests and data exports:
    `export_stages`: each status before the end and how long it lasts, in order; null lasts until the control API ends
    it, and a status that nobody knows may be among them.
    `export_failure`: the reason for which all of them fail; null completes them.
    `export_accepted`: the status that answers the POST of a data export (of a privacy request it is 202).
    `export_window_days`: the widest window of a data export.
    `export_partitions`, `export_records`: how many files, and records in each, where no file was described.
    `files_unready`: the status of `/files` before the export is completed.
    `request_ids`: `server` ignores the client's `requestId` and makes its own.
    `uri_lifetime`: how long a signed URI lives; `download_url`: whether each GET renews that of a privacy request or
    it stays the one that was signed on completion.
    `file_encoding`: of the file host's answers; `gzip_always` encodes even what was asked for as it is.
    `callbacks`: `early` calls back before readers see the end, `late` after it, by `callback_delay`; `forged` with the
    id of another request.

    Of routing strategies:
    `version_order`: in which order versions are listed.
    `version_cursors`: `stable` goes on behind the last version read, whatever came or went; `offset` counts, so that a
    version comes twice or not at all when the history moves between two pages.

    Of webhooks and their deliveries:
    `webhook_names`: whether two may have one name.
    `event_types`: those that a webhook may ask for.
    `header_mask`: what answers show for the value of a header; sent back it keeps the value.
    `webhook_deliveries`: `late` delivers an event by `webhook_delay` later, `overtaking` every other one, so that the
    next comes first; `never` loses it.
    `webhook_attempts`, `webhook_backoff`: how often it is tried, and the wait after the first time, doubled after each.

    Of the user's own archive, which is no part of the organisation:
    `archive_credential`: the bearer credential that it wants; null takes anybody.
    `archive_accepted`: the status that answers a new archive.
    """

    offered: tuple[str, ...] = COLLECTIONS
    withheld: tuple[str, ...] = ()
    locking: Literal["if_match", "none"] = "if_match"
    etags: Literal["strong", "weak", "stripped"] = "strong"
    default_page_size: int = 25
    max_page_size: int = 100
    token_rate: int | None = 300
    family_rates: Mapping[str, int | None] = field(default_factory=lambda: {"purposes": 600})
    login_rate: int | None = 300
    token_lifetime: int = 3600
    schema_limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    max_schema_bytes: int = 1_048_576
    schema_adds: tuple[str, ...] = ("type", "_disabled")
    schema_conflict: Literal[409, 400] = 409
    deleted_schemas: Literal["shown", "gone"] = "shown"
    list_deleted_schemas: bool = False
    deletion_forbidden: tuple[str, ...] = ()
    export_stages: Mapping[str, float | None] = field(default_factory=lambda: {"QUEUED": 1.0, "PROCESSING": 1.0})
    export_failure: str | None = None
    export_accepted: Literal[200, 201, 202] = 202
    export_window_days: int | None = None
    export_partitions: int = 1
    export_records: int = 20
    files_unready: Literal[409, 404] = 409
    request_ids: Literal["client", "server"] = "client"
    uri_lifetime: int = 3600
    download_url: Literal["renewed", "fixed"] = "renewed"
    file_encoding: Literal["identity", "gzip", "gzip_always"] = "identity"
    callbacks: Literal["once", "never", "twice", "late", "early", "forged"] = "once"
    callback_delay: float = 60.0
    version_order: Literal["newest_first", "oldest_first", "shuffled"] = "newest_first"
    version_cursors: Literal["stable", "offset"] = "stable"
    webhook_names: Literal["any", "unique"] = "any"
    event_types: tuple[str, ...] = EVENT_TYPES
    header_mask: str = "********"
    webhook_deliveries: Literal["once", "never", "twice", "late", "overtaking"] = "once"
    webhook_delay: float = 60.0
    webhook_attempts: int = 5
    webhook_backoff: float = 1.0
    archive_credential: str | None = None
    archive_accepted: Literal[200, 201, 202] = 201

    def __post_init__(self) -> None:
        _refuse_unknown("offered", self.offered, COLLECTIONS)
        _refuse_unknown("withheld", self.withheld, WITHHOLDABLE)
        _refuse_unknown("schema_limits", self.schema_limits, BASES)
        for collection, limits in self.schema_limits.items():
            _refuse_unknown(f"schema_limits.{collection}", limits, BASES[collection].limits)
        _refuse_unknown("schema_adds", self.schema_adds, ADDITIONS)
        _refuse_unknown("deletion_forbidden", self.deletion_forbidden, [b for b in BASES if BASES[b].deletable])
        if not self.export_stages:
            raise SandboxError("No stage", "a job has one status at least before its end", where="export_stages")
        if over := sorted({"COMPLETED", "FAILED"} & set(self.export_stages)):
            detail = f"{', '.join(over)} is not before the end"
            raise SandboxError("A stage that is the end", detail, where="export_stages")
        if not 1 <= self.default_page_size <= self.max_page_size:
            raise SandboxError(
                "Page sizes contradict each other",
                f"default_page_size is {self.default_page_size}, max_page_size is {self.max_page_size}",
                where="max_page_size",
            )

    def changed(self, changes: object) -> Settings:
        """These settings with some replaced, given as JSON."""
        given = mapping(changes, where="settings")
        return build(Settings, {**asdict(self), **given}, where="settings")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _refuse_unknown(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    if unknown := sorted(set(names) - set(known)):
        raise SandboxError("Unknown name", f"{', '.join(unknown)}; there are {', '.join(known)}", where=where)
