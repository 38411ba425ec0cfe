"""Objects created, replaced, deleted: under the platform's rules, or by force where a test wants the impossible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.journal import Effect
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.problems import Problem
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.store import Stored

COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, and in which request."""

    by: str
    request: int | None = None


def create(
    organisation: Organisation, resource: Resource, body: dict[str, Any], author: Author, *, at: int | None = None
) -> Stored:
    content = resource.accept(organisation, body, None)
    _refuse_duplicate(organisation, resource, content["name"], None)
    return insert(organisation, resource, content, author, at=at)


def replace(
    organisation: Organisation, resource: Resource, before: Stored, body: dict[str, Any], author: Author
) -> Stored:
    """The whole object anew: what `body` leaves out is gone, except for what the server owns."""
    content = resource.accept(organisation, body, before)
    _refuse_duplicate(organisation, resource, content["name"], before)
    resource.settle(organisation, before.id, before.body, content)
    return overwrite(organisation, resource, before, content, author)


def delete(organisation: Organisation, resource: Resource, before: Stored, author: Author) -> None:
    referrer = resource.referrer(organisation, before.id)
    if referrer is not None:
        raise Problem(409, "request.conflict", f"{resource.noun} {before.name} is still referenced by {referrer}.")
    remove(organisation, resource, before, author)


# Without the rules: what a colleague forces, and the second half of what is above.


def insert(
    organisation: Organisation, resource: Resource, content: Mapping[str, Any], author: Author, *, at: int | None = None
) -> Stored:
    now = wire_date(organisation.clock.now())
    owned = {**resource.at_birth, "createdDate": now, "modifiedDate": now}
    stored = Stored(organisation.new_id(resource.collection), 1, _body(resource, content, owned))
    organisation.collection(resource.collection).put(stored, at=at)
    _note(organisation, resource, author, None, stored)
    return stored


def overwrite(
    organisation: Organisation, resource: Resource, before: Stored, content: Mapping[str, Any], author: Author
) -> Stored:
    owned = {name: before.body[name] for name in resource.owned if name in before.body}
    owned["modifiedDate"] = wire_date(organisation.clock.now())
    stored = Stored(before.id, before.version + 1, _body(resource, content, owned))
    organisation.collection(resource.collection).put(stored)
    _note(organisation, resource, author, before, stored)
    return stored


def remove(organisation: Organisation, resource: Resource, before: Stored, author: Author) -> None:
    organisation.collection(resource.collection).remove(before.id)
    organisation.records.drop(before.id)
    _note(organisation, resource, author, before, None)


def _refuse_duplicate(organisation: Organisation, resource: Resource, name: str, before: Stored | None) -> None:
    namesake = organisation.collection(resource.collection).named(name)
    if namesake is not None and (before is None or namesake.id != before.id):
        raise Problem(409, "request.conflict", f"{resource.noun} {namesake.id} has the name {name!r} already.")


def _body(resource: Resource, content: Mapping[str, Any], owned: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in resource.owned} | dict(owned)


def _note(
    organisation: Organisation, resource: Resource, author: Author, before: Stored | None, after: Stored | None
) -> None:
    subject = after or before
    assert subject is not None  # noqa: S101 - one of the two is what happened
    organisation.journal.changed += 1
    organisation.journal.effects.append(
        Effect(
            number=organisation.journal.changed,
            time=wire_date(organisation.clock.now()),
            action="create" if before is None else "delete" if after is None else "replace",
            collection=resource.collection,
            id=subject.id,
            name=subject.name,
            before=before.version if before else None,
            after=after.version if after else None,
            by=author.by,
            request=author.request,
        )
    )
