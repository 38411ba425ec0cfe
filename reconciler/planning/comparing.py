"""One plan held against another, of another environment or of another day: path by path, whatever the ids are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.approval import LEDGER, REQUESTS, Changed
from reconciler.model.comparison import Comparison, Pair
from reconciler.model.kind import Kind
from reconciler.model.plan import Action, Plan
from reconciler.model.values import ABSENT, Absent, Json, Path, same
from reconciler.planning.changed_paths import changed_paths

Places = Mapping[tuple[Address | None, Path], Changed]


def compare(first: Plan, second: Plan, kinds: Mapping[str, Kind]) -> Comparison:
    """Where two plans differ. Live ids, keys and versions are an organisation's own, and are not compared."""
    left, right = _places(first, kinds), _places(second, kinds)
    places = sorted({*left, *right}, key=lambda each: (str(each[0] or ""), each[1]))
    pairs = [Pair(left.get(place), right.get(place)) for place in places]
    alike = tuple(pair.shown for pair in pairs if _is_alike(pair))
    return Comparison(first, second, alike, tuple(pair for pair in pairs if not _is_alike(pair)))


def _places(plan: Plan, kinds: Mapping[str, Kind]) -> Places:
    return {each.what: each for each in (*map(_without_ids, changed_paths(plan, kinds)), *_requests(plan))}


def _without_ids(changed: Changed) -> Changed:
    """What becomes of a row is compared, not what it is bound to."""
    if changed.path != LEDGER:
        return changed
    return replace(changed, before=_present(changed.before), after=_present(changed.after), live_id="")


def _present(side: Json | Absent) -> Json | Absent:
    return side if side is ABSENT else "bound"


def _requests(plan: Plan) -> Iterator[Changed]:
    """Requests by their window: their keys are an organisation's own."""
    for each in plan.submissions:
        path = (REQUESTS, each.window)
        yield Changed(each.address, Action.SUBMIT, path, ABSENT, {**each.body, "generation": each.generation})


def _is_alike(pair: Pair) -> bool:
    """Whether both do the same, and the same is said of it."""
    first, second = pair.first, pair.second
    if first is None or second is None:
        return False
    sides = same(first.before, second.before) and same(first.after, second.after)
    return sides and (first.action, first.verdicts) == (second.action, second.verdicts)
