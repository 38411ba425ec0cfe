"""Which requests are still to be made: those that the manifests ask for, less those that the ledger has (§4.9).

A request is known by its key alone. One that the manifests no longer ask for is forgotten: never cancelled, and its
history stays. A manifest that changed asks for something else, which is another request.
"""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.kind import Kind
from reconciler.model.observed import Observed
from reconciler.model.plan import Action
from reconciler.model.request import Asking, Requested, Stage, Submission
from reconciler.model.window import instant
from reconciler.planning.listing import Listing, asks_the_same
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


def decide(situation: Situation, wanted: Iterable[Submission]) -> Requests:
    """What is to be done about requests. `situation.observed` has the list of every kind that `to_look_up` names."""
    wanted = tuple(wanted)
    keys = {each.key for each in wanted}
    known = situation.requests
    standing = [each for each in wanted if each.key in known and not known[each.key].forgotten]
    missing = [each for each in wanted if each not in standing]
    moved = {each.key: each.address for each in standing if known[each.key].address != each.address}
    submissions = tuple(_missing(situation, missing))
    former = {move.before: move.after for move in situation.estate.moves}
    forgotten = tuple(
        key
        for key, request in known.items()
        if key not in keys and not request.forgotten and not _is_left_out(situation, request.address, former)
    )
    findings = (
        *_too_early(situation, submissions),
        *_misnamed(situation, missing),
        *_in_doubt(situation),
        *_never_cancelled(situation),
    )
    return Requests(submissions, moved, forgotten, len(standing) - len(moved), findings)


def _missing(situation: Situation, missing: Iterable[Submission]) -> Iterator[Submission]:
    """What is to be made or taken over, each live request by one of them only."""
    known = situation.requests
    claimed = {(request.address.kind, request.live_id) for request in known.values()} | situation.disowned
    listings = {name: Listing(entities) for name, entities in situation.observed.items()}
    doubtful = {intent.step for intent in situation.intents if intent.action == Action.SUBMIT.value}
    for each in missing:
        if each.key in known:
            taken = known[each.key].live_id
        elif each.taken or each.key in doubtful:  # named by the manifest; or to be found out by apply
            taken = each.taken
        else:
            listing = listings.get(each.address.kind, Listing(()))
            taken = unclaimed(_asking(situation.kinds[each.address.kind]), each, listing, claimed)
        claimed.add((each.address.kind, taken))
        yield _with_reason(situation, each, taken)


def _is_left_out(situation: Situation, address: Address, former: Mapping[Address, Address]) -> bool:
    excludes = situation.choices.excludes
    return excludes(address) or (address in former and excludes(former[address]))


def to_look_up(situation: Situation, wanted: Iterable[Submission]) -> tuple[str, ...]:
    """The kinds whose list says whether a request that the ledger does not have was made all the same.

    Those that we name ourselves, too: an organisation may give them other names, and then knows no repetition.
    """
    unknown = {each.address.kind for each in wanted if each.key not in situation.requests}
    return tuple(sorted(unknown))


def unclaimed(asking: Asking, wanted: Submission, listing: Listing, claimed: Container[tuple[str, str]]) -> str:
    """The id of a request that answers `wanted` and is nobody's, or nothing.

    Ours where it has our id. Else the newest of those that ask for the same, have not failed, and were made when the
    window was over: before, the data were incomplete. Without a ledger that knows the first generation, a second one is
    answered by no fewer than two requests; with it, by none that is there already.
    """
    kind = wanted.address.kind
    if asking.own_id and listing.named(wanted.key) is not None and (kind, wanted.key) not in claimed:
        return wanted.key
    equal = [
        each
        for each in listing.like(wanted.body)
        if (kind, each.live_id) not in claimed and _is_whole(asking, wanted, each)
    ]
    asked_before = wanted.generation > 1 and bool(wanted.known)
    return max(equal, key=_created).live_id if len(equal) >= wanted.generation and not asked_before else ""


def _is_whole(asking: Asking, wanted: Submission, listed: Observed) -> bool:
    if str(listed.body.get(asking.status, "")).upper() == Stage.FAILED.name:
        return False
    try:
        return instant(_created(listed)) >= instant(wanted.window.partition("/")[2])
    except ValueError:
        return True


def _created(entity: Observed) -> str:
    stated = entity.body.get("createdDate")
    return stated if isinstance(stated, str) else ""


def _with_reason(situation: Situation, wanted: Submission, taken: str) -> Submission:
    before = [each for each in situation.requests.values() if each.address == wanted.address and not each.forgotten]
    if wanted.key in situation.requests:
        reason = "asked for before, and forgotten since: it is taken up again"
    elif wanted.taken:
        reason = "the manifest names it: it is taken over"
    elif taken:
        reason = "an equal request is there already, and nobody's: it is taken over"
    elif not before:
        reason = "in the manifests, not asked for yet"
    elif any(asks_the_same(wanted.body, each.body) for each in before):
        reason = "asked again, as generation says"
    elif any(_differs_in_time_only(situation, wanted, each) for each in before):
        reason = "another window, or other parts of it: another request than before"
    else:
        reason = "the manifest changed: another request than before"
    return replace(wanted, reason=reason, taken=taken)


def _differs_in_time_only(situation: Situation, wanted: Submission, before: Requested) -> bool:
    fields = _asking(situation.kinds[wanted.address.kind]).fields
    return all(wanted.body.get(name) == before.body.get(name) for name in fields)


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


def _misnamed(situation: Situation, missing: Iterable[Submission]) -> Iterator[Finding]:
    """Manifests that name a live request which is not what they ask for, as far as the list tells."""
    for each in missing:
        named = [one for one in situation.observed.get(each.address.kind, ()) if one.live_id == each.taken]
        if each.parts > 1 and each.taken:
            why = f"It would have to be all {each.parts} of its parts."
        elif named and not asks_the_same(each.body, named[0].body):
            why = "That request asks for something else."
        else:
            continue
        yield Finding(
            "RC702",
            Severity.BLOCK,
            "The manifest names another request",
            each.address,
            (),
            FindingClass.PLATFORM,
            detail=f"metadata.id is {each.taken}. {why}",
            hint="Correct metadata.id, or leave it out to ask for the data.",
        )


def _in_doubt(situation: Situation) -> Iterator[Finding]:
    for intent in situation.intents:
        if intent.action == Action.SUBMIT.value and not situation.choices.excludes(intent.address):
            detail = "Its submission was sent and never confirmed; apply looks again before it sends anything."
            yield Finding("RC601", Severity.WARN, "In doubt", intent.address, detail=detail)


def _never_cancelled(situation: Situation) -> Iterator[Finding]:
    for address, removal in situation.estate.removals.items():
        kind = situation.kinds.get(address.kind)
        if removal.delete and kind is not None and kind.asking is not None:
            yield Finding(
                "RC306",
                Severity.BLOCK,
                "It cannot be deleted",
                address,
                (),
                FindingClass.PLATFORM,
                detail="A request that was made is never cancelled.",
                hint=f"removed: [{{address: {address}, delete: false}}]",
            )


def _asking(kind: Kind) -> Asking:
    if kind.asking is None:
        raise ValueError(f"{kind.name} is no kind of requests")
    return kind.asking
