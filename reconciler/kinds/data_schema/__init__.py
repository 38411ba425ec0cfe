"""Data schemas of the published API: custom fields, in seven bases with one implementation (published-api.md §4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.kinds.data_schema.bases import BASES, Base
from reconciler.kinds.data_schema.checks import check
from reconciler.kinds.data_schema.evolution import evolves
from reconciler.kinds.data_schema.explanations import EXPLANATIONS, REFUSALS
from reconciler.kinds.data_schema.fitting import fits
from reconciler.kinds.data_schema.policies import POLICIES
from reconciler.kinds.data_schema.spec import SHAPE, example_of, express, resolve, schema_of
from reconciler.kinds.data_schema.terms import limits_of, terms_of
from reconciler.kinds.data_schema.wire import SERVER_OWNED, envelope_of
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind, Lock, Origin, Paging, Scopes, Transition, Verb
from reconciler.model.register import kept_fields_in

_ENABLED: Final = {"enabled": True}


def kind_of(base: Base) -> Kind:
    """The kind of one base."""

    def judge(transition: Transition) -> Iterator[Finding]:
        yield from evolves(base, transition)
        yield from fits(base, transition)

    return Kind(
        name=base.kind,
        title=base.title,
        origin=Origin.PUBLISHED,
        path=f"/api/v2/{base.collection}",
        shape=SHAPE,
        schema=schema_of(base),
        scopes=Scopes(f"{base.scope}:readonly", base.scope),
        permissions={verb: name for verb, name in zip(Verb, base.permissions, strict=True) if name},
        refusals=REFUSALS,
        example=example_of(base),
        unique_while=_ENABLED if base.unique_while_enabled else {},
        paging=Paging.UNPAGED,
        lock=Lock.BODY_VERSION,
        deletion=base.deletion,
        disabled={"enabled": False},
        at_birth=_ENABLED,
        server_owned=SERVER_OWNED,
        envelope=envelope_of(base.wrapping),
        tombstone="deleted",
        terms=terms_of(base),
        limits=limits_of(base),
        resolve=resolve,
        express=express,
        check=check,
        policies=POLICIES,
        judge=judge,
        explanations=EXPLANATIONS,
        kept_fields=kept_fields_in("fields", key="key"),
    )


DATA_SCHEMAS: Final = tuple(map(kind_of, BASES))
