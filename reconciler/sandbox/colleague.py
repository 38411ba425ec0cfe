"""Edits behind the client's back: versions bump and effects are recorded as for anybody's."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox import changes
from reconciler.sandbox.changes import COLLEAGUE, Author
from reconciler.sandbox.edits import Edit, merge
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.organisation import RESOURCES, Organisation
from reconciler.sandbox.problems import Problem
from reconciler.sandbox.resources import Resource
from reconciler.sandbox.store import Stored
from reconciler.sandbox.strategies.rewriting import rewrite


def perform(organisation: Organisation, edit: Edit, *, target: str | None = None, request: int | None = None) -> Stored:
    """The object as it is after the edit, or was before its deletion; SandboxError where it cannot be made.

    `target` stands in where the edit names none; `request` is the one that a fault tied the edit to.
    """
    author = Author(COLLEAGUE, request)
    resource = RESOURCES[edit.collection]
    try:
        if edit.operation == "create":
            return _create(organisation, resource, edit, author)
        before = find(organisation, edit.collection, edit.target or target)
        if edit.operation in ("use", "release"):
            return _use(organisation, before, edit)
        if edit.operation in ("add_version", "drop_version"):
            return rewrite(organisation, before, edit, author)
        if edit.operation == "delete":
            return _delete(organisation, resource, before, edit, author)
        return _replace(organisation, resource, before, edit, author)
    except Problem as problem:
        reasons = "; ".join(f"{detail.field} {detail.message}" for detail in problem.details)
        detail = f"{problem.message} {reasons} (force: true leaves the rules out)"
        raise SandboxError(
            "The platform refuses this edit", detail, where=f"{edit.operation} {edit.collection}"
        ) from None


def find(organisation: Organisation, collection: str, target: str | None) -> Stored:
    """By id, else by name."""
    objects = organisation.collection(collection)
    found = (objects.true(target) or objects.named(target)) if target else None
    if found is None:
        raise SandboxError(
            "No such object", f"nothing in {collection} has the id or the name {target!r}", where=collection
        )
    return found


def _create(organisation: Organisation, resource: Resource, edit: Edit, author: Author) -> Stored:
    body = dict(edit.body or {})
    if edit.force:
        return changes.insert(organisation, resource, body, author, at=edit.at)
    return changes.create(organisation, resource, body, author, at=edit.at)


def _replace(organisation: Organisation, resource: Resource, before: Stored, edit: Edit, author: Author) -> Stored:
    body: dict[str, Any] = merge(before.body, edit.body) if edit.operation == "patch" else dict(edit.body or {})
    if edit.force:
        return changes.overwrite(organisation, resource, before, body, author)
    return changes.replace(organisation, resource, before, body, author)


def _use(organisation: Organisation, before: Stored, edit: Edit) -> Stored:
    users = organisation.collection(edit.collection).users
    if edit.user is None:
        users.pop(before.id, None)
    else:
        users.setdefault(before.id, []).append(edit.user)
    return before


def _delete(organisation: Organisation, resource: Resource, before: Stored, edit: Edit, author: Author) -> Stored:
    if edit.force:
        changes.remove(organisation, resource, before, author)
    else:
        changes.delete(organisation, resource, before, author)
    return before
