"""Objects created, replaced, deleted: under the platform's rules, or by force where a test wants the impossible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from typing import Any

from reconciler.sandbox.clock import wire_date
from reconciler.sandbox.journal import Effect
from reconciler.sandbox.organisation import Organisation
from reconciler.sandbox.problems import Problem
from reconciler.sandbox.resources import Occasion, Resource
from reconciler.sandbox.store import Stored
from reconciler.sandbox.webhooks.events import publish

COLLEAGUE = "colleague"
PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, and in which request; `platform` where things move by themselves."""

    by: str
    request: int | None = None


def create(
    organisation: Organisation, resource: Resource, body: dict[str, Any], author: Author, *, at: int | None = None
) -> Stored:
    content = resource.accept(organisation, body, None)
    _refuse_duplicate(organisation, resource, content, None)
    return insert(organisation, resource, content, author, at=at)


def replace(
    organisation: Organisation, resource: Resource, before: Stored, body: dict[str, Any], author: Author
) -> Stored:
    """The whole object anew: what `body` leaves out is gone, except for what the server owns."""
    content = resource.accept(organisation, body, before)
    _refuse_duplicate(organisation, resource, content, before)
    resource.settle(organisation, before.id, before.body, content)
    return overwrite(organisation, resource, before, content, author)


def delete(organisation: Organisation, resource: Resource, before: Stored, author: Author) -> None:
    referrer = resource.referrer(organisation, before.id)
    if referrer is not None:
        raise Problem(409, resource.in_use, f"{resource.noun} {before.name} is still referenced by {referrer}.")
    remove(organisation, resource, before, author)


# Without the rules: what a colleague forces, and the second half of what is above.


def insert(
    organisation: Organisation, resource: Resource, content: Mapping[str, Any], author: Author, *, at: int | None = None
) -> Stored:
    object_id = resource.given_id(content) or organisation.new_id(resource.collection)
    stored = _stored(resource, 1, content, _occasion(organisation, object_id, author))
    at = 0 if at is None and resource.newest_first else at
    organisation.collection(resource.collection).put(stored, at=at)
    _note(organisation, resource, author, None, stored)
    return stored


def overwrite(
    organisation: Organisation, resource: Resource, before: Stored, content: Mapping[str, Any], author: Author
) -> Stored:
    occasion = _occasion(organisation, before.id, author, before)
    stored = _stored(resource, before.version + 1, content, occasion)
    organisation.collection(resource.collection).put(stored)
    _note(organisation, resource, author, before, stored)
    return stored


def remove(organisation: Organisation, resource: Resource, before: Stored, author: Author) -> None:
    body = {**before.body, "deleted": True}
    tombstone = replace_fields(before, body=body) if resource.keeps_versions else None
    organisation.collection(resource.collection).remove(before.id, tombstone)
    organisation.records.drop(before.id)
    _note(organisation, resource, author, before, None)


def _refuse_duplicate(
    organisation: Organisation, resource: Resource, content: Mapping[str, Any], before: Stored | None
) -> None:
    if not resource.unique_names:
        return
    name = resource.named(content)
    namesake = organisation.collection(resource.collection).named(name)
    if namesake is not None and (before is None or namesake.id != before.id):
        raise Problem(409, "request.conflict", f"{resource.noun} {namesake.id} has the name {name!r} already.")


def _occasion(organisation: Organisation, object_id: str, author: Author, before: Stored | None = None) -> Occasion:
    return Occasion(object_id, wire_date(organisation.clock.now()), author.by, before)


def _stored(resource: Resource, version: int, content: Mapping[str, Any], occasion: Occasion) -> Stored:
    given = {name: value for name, value in content.items() if name not in resource.owned}
    body = given | resource.stamp(resource, given, occasion)
    return Stored(occasion.id, version, body, resource.named(body))


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
    resource.follow(organisation, before, after, author.by)
    publish(organisation, resource.collection, before, after)
