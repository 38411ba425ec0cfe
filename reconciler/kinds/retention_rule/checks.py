"""What is wrong with a retention rule that its JSON Schema cannot say, and what is unsafe about changing one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from reconciler.model.finding import Finding, Severity
from reconciler.model.kind import Checkup, Transition
from reconciler.model.manifest import Manifest
from reconciler.model.source import Problem


def check(checkup: Checkup) -> Iterator[Problem]:
    """A strategy belongs to one rule, a backup stays where it was said to be, and a port is one."""
    yield from _check_others(checkup)
    yield from _check_folder(checkup)
    yield from _check_ports(checkup)


def _check_others(checkup: Checkup) -> Iterator[Problem]:
    """Each pair of rules is reported once, at the later one."""
    manifest = checkup.manifest
    for address, other in checkup.others.items():
        if address == manifest.address:
            return
        if address.kind == manifest.address.kind and (shared := _shared(manifest, other)):
            yield Problem(
                "RR001",
                "A strategy in two rules",
                f"{shared} stands in {address} ({other.locate(('strategies',))}), too.",
                "Leave it out of one of the two.",
                manifest.locate(("strategies",)),
            )


def _shared(manifest: Manifest, other: Manifest) -> str:
    """What both rules are about, in words. Whether a name and an id are one strategy, only the organisation knows."""
    ours, theirs = manifest.normal["strategies"], other.normal["strategies"]
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return "Every strategy" if ours == theirs else "Part of these, since `all` is every strategy,"
    for name in ours.keys() & theirs.keys():
        spelt = str.lower if name == "ids" else str
        common = sorted({*map(spelt, ours[name])} & {*map(spelt, theirs[name])})
        if common:
            return f"`{common[0]}`" if len(common) == 1 else f"`{common[0]}` and {len(common) - 1} more"
    return ""


def _check_folder(checkup: Checkup) -> Iterator[Problem]:
    folder = checkup.manifest.normal.get("backup", {}).get("folder", "")
    leads_out = not folder.startswith("/") and posixpath.normpath(folder).split("/")[0] == ".."
    if leads_out or not folder.isprintable():
        yield Problem(
            "RR002",
            "Backup folder outside of the project",
            f"{folder!r} leads out of the project file's folder." if leads_out else "It has characters nobody can see.",
            "Write a folder below the project file, or an absolute path where that is meant.",
            checkup.manifest.locate(("backup", "folder")),
        )


def _check_ports(checkup: Checkup) -> Iterator[Problem]:
    normal = checkup.manifest.normal
    addresses = {("archive", "endpoint"): normal["archive"]["endpoint"]}
    if "notify" in normal:
        addresses["notify", "url"] = normal["notify"]["url"]
    for path, address in addresses.items():
        port = address.split("://", 1)[1].split("/", 1)[0].rpartition("]")[2].partition(":")[2]
        if port and not 0 < int(port) < 65536:
            yield Problem(
                "RR003",
                "Address that cannot be",
                "It has a port that there is not.",
                "Correct the address.",
                replace(checkup.manifest.locate(path), text=""),
            )


def judge(transition: Transition) -> Iterator[Finding]:
    """ARCHITECTURE §4.3: a shortened retention is destructive."""
    before, after = transition.before, transition.after
    if before is None or after is None:
        return
    for code, name, what in (
        ("RR101", "retentionDays", "Versions older than the new period are no longer archived."),
        ("RR102", "maxVersions", "Versions beyond the new number are no longer archived."),
    ):
        was, becomes = before.get(name), after.get(name)
        if isinstance(was, int) and isinstance(becomes, int) and becomes < was:
            yield Finding(
                code,
                Severity.BLOCK,
                "Retention shortened" if code == "RR101" else "Fewer versions retained",
                transition.address,
                (name,),
                facet={"change": f"{was} -> {becomes}"},
                detail=f"{what} Archives that were made stay.",
            )
