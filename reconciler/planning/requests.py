"""Which requests are still to be made: those that the manifests ask for, less those that the ledger has (§4.9).

A request is known by its key alone. One that the manifests no longer ask for is forgotten: never cancelled, and its
history stays. A manifest that changed asks for something else, which is another request.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.callback import Callback
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.manifest import Manifest
from reconciler.model.observed import Observed
from reconciler.model.plan import Action
from reconciler.model.request import Asking, Submission, key_of
from reconciler.model.values import Json, canonical, same
from reconciler.model.window import instant, read_window
from reconciler.planning.situation import Situation


@dataclass(frozen=True, slots=True)
class Requests:
    """What becomes of requests.

    `submissions` are to be made, in order; `moved` are keys whose manifest has another address now; `forgotten` are
    keys that no manifest asks for any more; `standing` counts those that are as they should be.
    """

    submissions: tuple[Submission, ...]
    moved: Mapping[str, Address]
    forgotten: tuple[str, ...]
    standing: int
    findings: tuple[Finding, ...]


def asked_for(situation: Situation) -> tuple[Submission, ...]:
    """Everything that the manifests ask for, whether or not it was submitted already, in the order of addresses."""
    return tuple(
        submission
        for address, manifest in sorted(situation.estate.manifests.items())
        if (kind := situation.kinds.get(address.kind)) is not None and kind.asking is not None
        if not situation.choices.excludes(address)
        for submission in _asks(situation, manifest, kind.asking)
    )


def decide(situation: Situation, wanted: Iterable[Submission]) -> Requests:
    """What is to be done about requests. `situation.observed` has the list of every kind that `to_look_up` names."""
    wanted = tuple(wanted)
    keys = {each.key for each in wanted}
    known = situation.requests
    missing = [each for each in wanted if each.key not in known or known[each.key].forgotten]
    claimed = {(request.address.kind, request.live_id) for request in known.values()}
    submissions = []
    for each in missing:
        taken = known[each.key].live_id if each.key in known else _unclaimed(situation, each, claimed)
        claimed.add((each.address.kind, taken))
        submissions.append(_with_reason(situation, each, taken))
    stated = {each.address for each in wanted}
    moved = {each.key: each.address for each in wanted if each.key in known and known[each.key].address not in stated}
    forgotten = tuple(
        key
        for key, request in known.items()
        if key not in keys and not request.forgotten and not situation.choices.excludes(request.address)
    )
    findings = (*_too_early(situation, submissions), *_in_doubt(situation, keys))
    standing = len(wanted) - len(submissions) - len(moved)
    return Requests(tuple(submissions), moved, forgotten, standing, findings)


def to_look_up(situation: Situation, wanted: Iterable[Submission]) -> tuple[str, ...]:
    """The kinds whose list says whether a request that the ledger does not have was made all the same.

    Where we name requests ourselves, sending one again is harmless, and no list is needed.
    """
    unknown = {each.address.kind for each in wanted if each.key not in situation.requests}
    return tuple(sorted(name for name in unknown if not _asking(situation.kinds[name]).own_id))


def _asks(situation: Situation, manifest: Manifest, asking: Asking) -> Iterator[Submission]:
    normal = manifest.normal
    window = read_window(normal["window"])
    longest = asking.longest(situation.project)
    parts = window.parts(longest) if longest is not None and normal["split"] else (window,)
    fields = {name: sorted(value) if isinstance(value := normal[name], list) else value for name in asking.fields}
    original = _original(situation, manifest.address)
    callback = Callback(**(normal.get("callback") or {}))
    for number, part in enumerate(parts, 1):
        key = key_of(situation.organisation.live_id, original, fields, window, part, normal["generation"])
        body = dict(asking.body(normal, part))
        yield Submission(key, manifest.address, original, body, str(part), number, len(parts), callback=callback)


def _original(situation: Situation, address: Address) -> Address:
    """The address that the manifest's first request was made under."""
    remembered = {request.address: request.original for request in situation.requests.values()}
    former = {move.after: move.before for move in situation.estate.moves}
    seen: set[Address] = set()
    while address not in remembered and address in former and address not in seen:
        seen.add(address)
        address = former[address]
    return remembered.get(address, address)


def _unclaimed(situation: Situation, wanted: Submission, claimed: Iterable[tuple[str, str]]) -> str:
    """The id of the newest request that is the same and is nobody's, where the organisation lists one."""
    kind = situation.kinds[wanted.address.kind]
    equal = [
        entity
        for entity in situation.observed.get(kind.name, ())
        if (kind.name, entity.live_id) not in claimed and asks_the_same(wanted.body, entity.body)
    ]
    return max(equal, key=_created).live_id if equal else ""


def asks_the_same(sent: Mapping[str, Json], listed: Mapping[str, Json]) -> bool:
    """Whether a listed request is what we sent: times by their instant, lists whatever their order."""
    return all(name in listed and _equal(value, listed[name]) for name, value in sent.items())


def _equal(left: Json, right: Json) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() <= right.keys() and all(_equal(value, right[name]) for name, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return sorted(map(canonical, left)) == sorted(map(canonical, right))
    if isinstance(left, str) and isinstance(right, str) and left != right:
        try:
            return instant(left) == instant(right)
        except ValueError:
            return False
    return same(left, right)


def _created(entity: Observed) -> str:
    stated = entity.body.get("createdDate")
    return stated if isinstance(stated, str) else ""


def _with_reason(situation: Situation, wanted: Submission, taken: str) -> Submission:
    before = [each for each in situation.requests.values() if each.address == wanted.address and not each.forgotten]
    if wanted.key in situation.requests:
        reason = "asked for before, and forgotten since: it is taken up again"
    elif taken:
        reason = "an equal request is there already, and nobody's: it is taken over"
    elif before and not any(asks_the_same(wanted.body, each.body) for each in before):
        reason = "the manifest changed: another request than before"
    elif before:
        reason = "asked again, as generation says"
    else:
        reason = "in the manifests, not asked for yet"
    return replace(wanted, reason=reason, taken=taken)


def _too_early(situation: Situation, submissions: Iterable[Submission]) -> Iterator[Finding]:
    """Data of a time that is not over yet would be incomplete, and would never be asked for again."""
    now = situation.as_of.astimezone(datetime.UTC)
    for each in submissions:
        if instant(each.window.partition("/")[2]) > now and not each.taken:
            yield Finding(
                "RC701",
                Severity.BLOCK,
                "The window is not over yet",
                each.address,
                ("window",),
                FindingClass.PLATFORM,
                detail=f"{each.window} ends after this plan's time, {now.isoformat(timespec='seconds')}.",
                hint="Wait until it is over, or choose an earlier end.",
            )


def _in_doubt(situation: Situation, keys: set[str]) -> Iterator[Finding]:
    for intent in situation.intents:
        if intent.action == Action.SUBMIT.value and intent.step in keys:
            detail = "Its submission was sent and never confirmed; apply looks again before it sends anything."
            yield Finding("RC601", Severity.WARN, "In doubt", intent.address, detail=detail)


def _asking(kind: Kind) -> Asking:
    if kind.asking is None:
        raise ValueError(f"{kind.name} is no kind of requests")
    return kind.asking
