"""What the archive takes (contract §7): every violation of a payload, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

Violation = tuple[str, str]
"""A place in the payload as a path, and what is wrong there."""

PAYLOAD = (
    "strategyId",
    "strategyName",
    "archiveTimestamp",
    "versionMatrix",
    "retentionPolicy",
    "idempotencyKey",
)
VERSION = ("versionId", "versionNumber", "createdDate", "modifiedDate", "metadataTags")
POLICY = ("maxVersions", "retentionDays")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")


def payload_violations(payload: Mapping[str, Any]) -> Iterator[Violation]:
    yield from _members(payload, PAYLOAD, "")
    yield from _uuid(payload, "strategyId")
    yield from _text(payload, "strategyName")
    yield from date_violations(payload, "archiveTimestamp")
    if "versionMatrix" in payload:
        yield from _matrix(payload["versionMatrix"])
    if "retentionPolicy" in payload:
        yield from _policy(payload["retentionPolicy"])
    yield from _uuid(payload, "idempotencyKey")


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def date_violations(content: Mapping[str, Any], name: str, where: str = "") -> Iterator[Violation]:
    """RFC 3339, in UTC, with `Z`; a day that the calendar does not have is none."""
    if name in content and not _is_date(content[name]):
        yield where + name, "is not a date of RFC 3339 in UTC with Z"


def _is_date(value: object) -> bool:
    if not (isinstance(value, str) and _DATE.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(f"{value[:19]}+00:00")
    except ValueError:
        return False
    return True


def _members(content: Mapping[str, Any], known: tuple[str, ...], where: str) -> Iterator[Violation]:
    """All that must be there, and nothing else."""
    for name in known:
        if name not in content:
            yield where + name, "is required"
    for name in sorted(set(content) - set(known)):
        yield where + name, "is not known here"


def _uuid(content: Mapping[str, Any], name: str) -> Iterator[Violation]:
    if name in content and not is_uuid(content[name]):
        yield name, "is not a UUID"


def _text(content: Mapping[str, Any], name: str, where: str = "") -> Iterator[Violation]:
    if name in content and not (isinstance(content[name], str) and content[name].strip()):
        yield where + name, "must be a string that is not blank"


def _matrix(matrix: object) -> Iterator[Violation]:
    """An empty matrix is not sent at all."""
    if not (isinstance(matrix, list) and matrix):
        yield "versionMatrix", "must be a list with one version at least"
        return
    for number, version in enumerate(matrix):
        yield from _version(version, f"versionMatrix[{number}]")


def _version(version: object, where: str) -> Iterator[Violation]:
    if not isinstance(version, dict):
        yield where, "must be an object"
        return
    yield from _members(version, VERSION, f"{where}.")
    yield from _text(version, "versionId", f"{where}.")
    if "versionNumber" in version and not _is_number(version["versionNumber"]):
        yield f"{where}.versionNumber", "must be a number"
    for name in ("createdDate", "modifiedDate"):
        yield from date_violations(version, name, f"{where}.")
    tags = version.get("metadataTags", {})
    if not (isinstance(tags, dict) and all(isinstance(value, str) for value in tags.values())):
        yield f"{where}.metadataTags", "must be an object of strings"


def _policy(policy: object) -> Iterator[Violation]:
    if not isinstance(policy, dict):
        yield "retentionPolicy", "must be an object"
        return
    yield from _members(policy, POLICY, "retentionPolicy.")
    for name in POLICY:
        if name in policy and not (_is_number(policy[name]) and policy[name] > 0):
            yield f"retentionPolicy.{name}", "must be a number greater than 0"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
