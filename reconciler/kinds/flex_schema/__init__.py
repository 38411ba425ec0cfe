"""`FlexSchema`: the fields of custom data, their types, options and relationships (contract §3)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds.flex_schema.auditing import expand
from reconciler.kinds.flex_schema.checks import check
from reconciler.kinds.flex_schema.explanations import EXPLANATIONS
from reconciler.kinds.flex_schema.migration import classify, judge, questions
from reconciler.kinds.flex_schema.policies import POLICIES
from reconciler.kinds.flex_schema.spec import EXAMPLE, MAX_FIELDS, SCHEMA, SHAPE
from reconciler.model.kind import Kind, Origin, Scopes, SizeLimit
from reconciler.model.register import kept_fields_in

FLEX_SCHEMA: Final = Kind(
    name="FlexSchema",
    title="Custom data: fields, types, options, relationships",
    origin=Origin.DESIGN_DOCUMENTS,
    path="/api/v2/data/flex/schemas",
    folder="schemas",
    shape=SHAPE,
    schema=SCHEMA,
    example=EXAMPLE,
    scopes=Scopes("data:flex:read", "data:flex:schema:write"),
    server_owned=frozenset({"id", "createdDate", "modifiedDate", "version"}),
    records="/records",
    limits=lambda _: (SizeLimit(("fields",), MAX_FIELDS, "FS110", "fields"),),
    expand=expand,
    check=check,
    policies=POLICIES,
    judge=judge,
    questions=questions,
    classify=classify,
    explanations=EXPLANATIONS,
    kept_fields=kept_fields_in("fields", key="name"),
)
