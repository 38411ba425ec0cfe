"""The catalogue: every export that the ledger or a report knows, as one value. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from reconciler.model.request import Requested, Stage
from reconciler.model.secret import MASK
from reconciler.model.values import Json
from reconciler.model.window import Window
from reconciler.service.reports import Report

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


class State(StrEnum):
    """How far an export is, files included."""

    UNDER_WAY = "under way"
    COMPLETED = "completed"
    FETCHED = "fetched"
    NORMALISED = "normalised"
    FAILED = "failed"
    DAMAGED = "damaged"
    """Its report cannot be read."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was found: `report` is None where it cannot be read, and `trouble` says why."""

    folder: str
    key: str
    report: Report | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """One export. `export_id` is empty where only a damaged report is left of it; `asked` and `ended` are None where
    nobody knows; `body` is what was asked for, without any address of a download."""

    export_id: str
    address: str
    status: str
    stage: Stage
    state: State
    reason: str = ""
    part: int = 1
    parts: int = 1
    asked: datetime | None = None
    ended: datetime | None = None
    forgotten: bool = False
    window: Window | None = None
    body: Mapping[str, Json] = field(default_factory=dict)
    report: Report | None = None
    trouble: str = ""

    @property
    def kind(self) -> str:
        return self.address.partition("/")[0]

    @property
    def order(self) -> tuple[str, str, str]:
        """Newest first when reversed; no two exports that can be told apart are equal in it."""
        asked = self.asked.isoformat(timespec="microseconds") if self.asked else ""
        return asked, self.export_id, self.address


Windowing: TypeAlias = Callable[[str, Mapping[str, Json]], Window | None]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every export, newest first, and those with an id by it."""

    exports: Sequence[Export] = ()
    by_id: Mapping[str, Export] = field(default_factory=dict)


def catalogue_of(requests: Iterable[Requested], reported: Iterable[Reported], window: Windowing) -> Catalogue:
    """Requests joined with the reports of their files; a report without a request is an export of its own."""
    reports = _Reports(reported)
    exports = [_of_request(request, reports.taken_for(request), window) for request in requests]
    exports += [_of_report(left, window) for left in reports.left()]
    exports.sort(key=lambda export: export.order, reverse=True)
    return Catalogue(tuple(exports), {export.export_id: export for export in reversed(exports) if export.export_id})


class _Reports:
    """Reports, each of which belongs to one export: by the key in its folder's name, else by the id in it."""

    def __init__(self, reported: Iterable[Reported]) -> None:
        self._by_key: dict[str, list[Reported]] = {}
        self._by_id: dict[str, Reported] = {}
        for each in reported:
            if each.key:
                self._by_key.setdefault(each.key, []).append(each)
            else:
                self._by_id[each.report.export_id if each.report else f"\0{each.folder}"] = each

    def taken_for(self, request: Requested) -> Reported | None:
        """Where the manifest was moved there may be two: that of its present name counts."""
        same_key = self._by_key.pop(request.key, [])
        named = f"{request.address.name}-{request.key}"
        return min(same_key, key=lambda each: each.folder != named, default=self._by_id.pop(request.live_id, None))

    def left(self) -> Iterator[Reported]:
        for each in self._by_key.values():
            yield each[0]
        yield from self._by_id.values()


def _of_request(request: Requested, found: Reported | None, window: Windowing) -> Export:
    report, trouble = (found.report, found.trouble) if found else (None, "")
    if report is not None and report.export_id != request.live_id:
        report, trouble = None, "it is the report of another export"
    return Export(
        export_id=request.live_id,
        address=str(request.address),
        status=request.status,
        stage=request.stage,
        state=_state(request.stage, report, trouble),
        reason=without_uris(request.reason),
        part=request.part,
        parts=request.parts,
        asked=_moment(request.asked),
        ended=_moment(request.ended),
        forgotten=request.forgotten,
        window=window(request.address.kind, request.body),
        body=without_uris(dict(request.body)),
        report=report,
        trouble=trouble,
    )


def _of_report(found: Reported, window: Windowing) -> Export:
    report = found.report
    if report is None:
        unknown = Stage.COMPLETED  # what has files was completed
        return Export("", found.folder, "UNKNOWN", unknown, State.DAMAGED, trouble=found.trouble)
    return Export(
        export_id=report.export_id,
        address=report.address,
        status=report.status,
        stage=Stage.COMPLETED,
        state=_state(Stage.COMPLETED, report, ""),
        window=window(report.address.partition("/")[0], report.request),
        body=without_uris(report.request),
        report=report,
    )


def _state(stage: Stage, report: Report | None, trouble: str) -> State:
    if trouble:
        return State.DAMAGED
    if report is not None:
        return State.FETCHED if report.table is None else State.NORMALISED
    return State(stage.value)


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def without_uris(value: Json) -> Json:
    """`value` with every URI in its texts masked: one may be presigned, and grant the data to whoever reads it."""
    match value:
        case str():
            return _URI.sub(MASK, value)
        case dict():
            return {name: without_uris(each) for name, each in value.items()}
        case list():
            return [without_uris(each) for each in value]
        case _:
            return value
