"""A list of live requests, in which those that ask for the same as another are found without comparing all with all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from reconciler.model.observed import Observed
from reconciler.model.values import Json, canonical
from reconciler.model.window import instant


def asks_the_same(sent: Mapping[str, Json], listed: Mapping[str, Json]) -> bool:
    """Whether a listed request is what we sent: times by their instant, lists whatever their order."""
    form = _form(sent)
    return _fits(form, listed) and _imprint(form, sent) == _imprint(form, listed)


class Listing:
    """Live requests of one kind, whole."""

    def __init__(self, entities: Iterable[Observed]) -> None:
        self._entities = tuple(entities)
        self._by_id = {entity.live_id: entity for entity in self._entities}
        self._by_imprint: dict[bytes, dict[bytes, list[Observed]]] = {}

    def named(self, live_id: str) -> Observed | None:
        return self._by_id.get(live_id)

    def like(self, sent: Mapping[str, Json]) -> Sequence[Observed]:
        """Those that ask for the same, in the organisation's order."""
        form = _form(sent)
        key = canonical(form)
        if key not in self._by_imprint:  # the bodies of one kind have one form
            self._by_imprint[key] = self._imprints(form)
        return self._by_imprint[key].get(_imprint(form, sent), ())

    def _imprints(self, form: Json) -> dict[bytes, list[Observed]]:
        found: dict[bytes, list[Observed]] = defaultdict(list)
        for entity in self._entities:
            if _fits(form, entity.body):
                found[_imprint(form, entity.body)].append(entity)
        return found


def _form(value: Json) -> Json:
    """The names of a value's members, and of theirs: what is looked at in another. Any other value has no form."""
    return {name: _form(part) for name, part in value.items()} if isinstance(value, Mapping) else None


def _fits(form: Json, value: Json) -> bool:
    if form is None:
        return True
    return isinstance(value, Mapping) and all(name in value and _fits(part, value[name]) for name, part in form.items())


def _imprint(form: Json, value: Json) -> bytes:
    return canonical(_normal(form, value))


def _normal(form: Json, value: Json) -> Json:
    if form is not None:
        return {name: _normal(part, value[name]) for name, part in form.items()}
    if isinstance(value, list):
        return sorted(canonical(each).decode() for each in value)
    if isinstance(value, str):
        try:
            return ["instant", instant(value).isoformat()]
        except ValueError:
            return value
    return value
