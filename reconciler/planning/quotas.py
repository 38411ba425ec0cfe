"""Limits on all objects of a kind together, counted before the first write (ARCHITECTURE §4.6).

Only what grows is counted: nothing orders a deletion before a creation, and one that turns out not to be allowed frees
no place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.finding import Finding
from reconciler.model.kind import Kind, SizeLimit, Terms
from reconciler.model.plan import Change, Headroom
from reconciler.planning.binding import Bindings, observed_normal
from reconciler.planning.judgement import exceeded, size
from reconciler.planning.situation import Situation


def quotas(
    situation: Situation, bindings: Bindings, kind: Kind, terms: Terms, changes: Iterable[Change]
) -> Iterator[Finding | Headroom]:
    """What the changes of one kind use of its quotas: a finding for each that oversteps one, the headroom at the last.

    `changes` are those that write, in the order of their addresses.
    """
    limits = [limit for limit in kind.limits(terms) if limit.across]
    if not limits:
        return
    changes = tuple(changes)
    live = [observed_normal(kind, entity, bindings) for entity in situation.observed.get(kind.name, ())]
    for limit in limits:
        there = sum(size(normal, limit.path) if limit.path else 1 for normal in live)
        yield from _used(limit, there, changes)


def _used(limit: SizeLimit, there: int, changes: Iterable[Change]) -> Iterator[Finding | Headroom]:
    count, last = there, None
    for change in changes:
        more = size(change.after, limit.path) - size(change.before, limit.path)
        if more > 0:
            count, last = count + more, change.address
            if count > limit.maximum:
                yield exceeded(limit, change.address, there, count)
    if last is not None:
        yield Headroom(last, limit.noun, there, count, limit.maximum)
