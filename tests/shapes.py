"""A shape with every sort of member, and objects of it, for laws."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from reconciler.model.shape import Keyed, Member, Ordered, Record, Reference, Scalar, Set

PART = Record(
    (
        Member("name", Scalar()),
        Member("size", Scalar(), default=0),
        Member("options", Set()),
        Member("link", Record((Member("to", Reference("Thing")), Member("at", Scalar())), whole=True)),
        Member("owner", Scalar(), local=True),
    )
)
SHAPE = Record(
    (
        Member("name", Scalar()),
        Member("note", Scalar()),
        Member("tags", Set()),
        Member("parts", Keyed("name", PART)),
        Member("steps", Ordered()),
        Member("inner", Record((Member("on", Scalar(), default=True), Member("off", Scalar())))),
        Member("remark", Scalar(), local=True),
    )
)

scalars = st.sampled_from([1, "1", True, 1.5, "a", "b"])
sets = st.lists(st.sampled_from([1, "1", True, "a", "b", "c"]), max_size=4, unique_by=repr)
references = st.one_of(st.sampled_from(["x", "y"]), st.sampled_from([{"id": "i1"}, {"id": "i2"}]))


def objects(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _parts(unknown: dict[str, Any], local: dict[str, Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    link = objects({"to": references, "at": st.sampled_from(["f", "g"])}, unknown)
    part = objects(
        {"name": st.sampled_from("pqrs"), "size": st.integers(0, 2)},
        {"options": sets, "link": link, **unknown, **local},
    )
    return st.lists(part, max_size=4, unique_by=lambda each: each["name"])


def _normals(unknown: dict[str, Any], local: dict[str, Any], remark: dict[str, Any]) -> st.SearchStrategy[Any]:
    return objects(
        {},
        {
            "name": st.sampled_from("mn"),
            "note": scalars,
            "tags": sets,
            "parts": _parts(unknown, local),
            "steps": st.lists(scalars, max_size=2),
            "inner": objects({"on": st.booleans()}, {"off": scalars, **unknown}),
            **unknown,
            **remark,
        },
    )


_UNKNOWN = {"+more": st.sampled_from([None, 1, [2]])}
live = _normals(_UNKNOWN, {}, {})
"""What an organisation may answer, in normal form."""
sendable = _normals({}, {}, {})
"""What a manifest may state, less local members."""
stated = _normals({}, {"owner": st.sampled_from(["me", "you"])}, {"remark": scalars})
"""What a manifest may state."""
