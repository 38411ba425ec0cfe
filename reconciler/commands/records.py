"""Evidence: what existing records say, read from the organisation within a budget or from an export file."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import orjson

from reconciler.errors import ApiError, UsageError
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence, Question, tally
from reconciler.model.kind import Kind
from reconciler.model.manifest import Estate
from reconciler.model.ports import Reader, RecordPages
from reconciler.model.values import Json
from reconciler.planning.make import Drafts

Records = Iterator[tuple[str, Mapping[str, Json]]]

_MALFORMED = "The file with records is malformed"
_HINT = "Write one JSON object a line (.jsonl), or CSV with a header (.csv)."


def read_files(stated: Sequence[str], estate: Estate) -> Mapping[Address, Path]:
    """Read `KIND/NAME=FILE`. Raises UsageError, also for what no manifest describes: it would be judged by nothing."""
    files: dict[Address, Path] = {}
    for text in stated:
        name, _, file = text.partition("=")
        try:
            address = Address.parse(name)
        except ValueError as error:
            raise UsageError("--records is not KIND/NAME=FILE", detail=f"{error}.") from None
        if address not in estate.manifests:
            raise UsageError("There is no such manifest", detail=f"--records {text}: no manifest is {address}.")
        path = Path(file)
        if not path.is_file():
            raise UsageError("There is no file with records", detail=f"{file or 'No file'} for {address}.")
        files[address] = path
    return files


Known: TypeAlias = Callable[[str, str, tuple[Question, ...]], Evidence]
"""What is known of the records of an object, by kind and id, without asking them."""


def gather(
    drafts: Drafts, api: Reader, files: Mapping[Address, Path], known: Known | None = None
) -> dict[Address, Evidence]:
    """Ask the records that the drafts need, at most `limits.evidenceCalls` calls in all; or take what is `known`."""
    situation = drafts.situation
    budget = situation.project.limits.evidence_calls
    salt = situation.organisation.live_id
    gathered: dict[Address, Evidence] = {}
    for address, questions in drafts.questions.items():
        kind = situation.kinds[address.kind]
        if address in files:
            gathered[address] = _from_file(files[address], kind, questions, salt)
        elif not kind.records:
            continue
        elif known is not None:
            gathered[address] = known(kind.name, drafts.bindings.live[address].live_id, questions)
        elif budget <= 0:
            gathered[address] = Evidence("none", note="the budget for reading records is used up")
        else:
            pages, gathered[address] = _from_organisation(api, kind, drafts, address, questions, budget)
            budget -= pages
    return gathered


def _from_organisation(
    api: Reader, kind: Kind, drafts: Drafts, address: Address, questions: tuple[Question, ...], budget: int
) -> tuple[int, Evidence]:
    live_id = drafts.bindings.live[address].live_id
    try:
        pages = api.records(kind, live_id, budget=budget)
    except ApiError as error:
        return 1, Evidence("none", note=f"the records could not be read: {error.summary.lower()}")
    if not pages.offered:
        return pages.calls, Evidence("none", note="this organisation has no records endpoint; use --records")
    return pages.calls, _evidence(pages, kind, questions, drafts.situation.organisation.live_id)


def _evidence(pages: RecordPages, kind: Kind, questions: tuple[Question, ...], salt: str) -> Evidence:
    read, tallies = tally(pages.records, questions, kind.classify, salt=salt)
    return Evidence("organisation", read, pages.total, pages.complete, tallies=tallies)


def _from_file(path: Path, kind: Kind, questions: tuple[Question, ...], salt: str) -> Evidence:
    """An export counts as complete: whoever names it says so."""
    former = _former_types(questions)
    records = _csv(path, former) if path.suffix.lower() == ".csv" else _jsonl(path, former)
    try:
        read, tallies = tally(records, questions, kind.classify, salt=salt)
    except UnicodeDecodeError:
        raise UsageError(_MALFORMED, detail="It is not UTF-8 text.", hint=_HINT, where=str(path)) from None
    except OSError as error:
        raise UsageError("A file cannot be read", detail=error.strerror or str(error), where=str(path)) from None
    return Evidence("file", read, read, complete=True, note=f"from {path.name}", tallies=tallies)


def _former_types(questions: Iterable[Question]) -> Mapping[str, str]:
    """The fields whose type is to change, with the type that they have."""
    return {
        question.field: before
        for question in questions
        for before, arrow, _ in [question.ask.partition(" -> ")]
        if arrow
    }


def _jsonl(path: Path, wanted: Iterable[str]) -> Records:
    """One record a line: `{"id": ..., "values": {...}}`, or the values alone.

    An export that failed, or is of something else, must not look like one in which nothing speaks against a change.
    """
    read, missing = 0, set(wanted)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            text = line.removeprefix(codecs.BOM_UTF8).strip() if number == 1 else line.strip()
            if not text:
                continue
            try:
                record = orjson.loads(text)
            except ValueError as error:
                raise _malformed(path, number, str(error)) from None
            if not isinstance(record, dict):
                raise _malformed(path, number, "a record is an object")
            values = record["values"] if isinstance(record.get("values"), dict) else record
            read, missing = read + 1, missing - values.keys()
            yield str(record.get("id", number)), values
    if not read:
        raise _malformed(path, 1, "it holds no record; where there are none, a CSV with a header alone says so")
    if missing:
        raise _malformed(path, 1, f"no record has a {', '.join(sorted(missing))}")


def _csv(path: Path, former: Mapping[str, str]) -> Records:
    """A header with the fields' names. An empty cell is no value; numbers and booleans are read by the former type."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        try:
            _check_header(path, reader.fieldnames or (), former)
            for record in reader:
                if None in record or None in record.values():
                    raise _malformed(path, reader.line_num, "its number of cells is not the header's")
                values = {name: _cell(text, former.get(name, "")) for name, text in record.items()}
                yield str(record.get("id") or reader.line_num), values
        except csv.Error as error:
            raise _malformed(path, reader.line_num, str(error)) from None


def _check_header(path: Path, header: Sequence[str], wanted: Iterable[str]) -> None:
    """A column that is missing would look like a field that no record has a value for."""
    if not header:
        raise _malformed(path, 1, "it has no header")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise _malformed(path, 1, f"its header names {', '.join(twice)} twice")
    missing = [name for name in wanted if name not in header]
    if missing:
        raise _malformed(path, 1, f"it has no column {', '.join(missing)}")


def _cell(text: str, former: str) -> Json:
    if text == "":
        return None
    if former == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    if former == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _malformed(path: Path, line: int, why: str) -> UsageError:
    return UsageError(
        _MALFORMED,
        detail=f"{why[:1].upper()}{why[1:]}. Nothing is skipped, because evidence must be whole.",
        hint=_HINT,
        where=f"{path}:{line}",
    )
