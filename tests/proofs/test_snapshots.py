"""Whatever manifests say and whoever edited what: a plan against the snapshot is the plan of then, byte for byte."""

from __future__ import annotations

import datetime
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciler.sandbox import Sandbox

from .conftest import EVERYDAY, NOON, THOROUGH
from .desk import HEADERS, OPEN, Desk, Json, link, purpose, removed, run, schema, webhook

PURPOSES, SCHEMAS, HOOKS = ("Care", "Sales", "Audit"), ("customer", "case"), ("Compliance", "Mirror")
ADDRESSES = [f"Purpose/{name}" for name in PURPOSES] + [f"FlexSchema/{name}" for name in SCHEMAS]
OPTIONS = ([], ["--drift", "keep"], ["--allow-delete"], ["--target", "Purpose"], ["--exclude", "FlexSchema/c*"])


@st.composite
def fields(draw: st.DrawFn, names: st.SearchStrategy[str], of: str) -> list[Json]:
    """The key, some others, and where the other schema is there perhaps a link to it."""
    chosen = draw(st.lists(names, unique=True, max_size=3))
    types = st.sampled_from(["string", "number", "boolean"])
    found = [{"name": "key", "type": "string"}, *({"name": name, "type": draw(types)} for name in chosen)]
    return [*found, link("to", of)] if of and draw(st.booleans()) else found


@st.composite
def estates(draw: st.DrawFn) -> list[Json]:
    """Manifests of some of the names."""
    some = st.sampled_from
    documents = [
        purpose(name, description=draw(some(["d", "other"])), retention=draw(some(["30d", "90d", "365d"])))
        for name in draw(st.lists(some(PURPOSES), unique=True))
    ]
    schemas = draw(st.lists(some(SCHEMAS), unique=True))
    for name, other in itertools.zip_longest(schemas, schemas[1:]):
        documents.append(schema(name, *draw(fields(some("abc"), other or ""))))
    for name in draw(st.lists(some(HOOKS), unique=True)):
        documents.append(webhook(name, headers=draw(some([HEADERS, {}]))))
    return documents


EDITS = st.one_of(
    st.tuples(st.just("describe"), st.sampled_from(["purposes", "flex_schemas"]), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.sampled_from(["purposes", "webhooks"]), st.integers(0, 3)),
    st.tuples(st.just("create"), st.sampled_from(PURPOSES), st.just(0)),
)
VALUES = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["1", "x", "", 2, True]) for name in ("key", *"abc")}
)


@dataclass(frozen=True)
class Story:
    """What was applied, what others did since, which records there are, what the manifests say now, and how to plan."""

    before: list[Json]
    edits: list[tuple[str, str, int]]
    records: list[Json]
    after: list[Json]
    options: list[str]


STORIES = st.builds(
    Story, estates(), st.lists(EDITS, max_size=3), st.lists(VALUES, max_size=4), estates(), st.sampled_from(OPTIONS)
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Sandbox.start(seed=1, clock=NOON, load={"settings": OPEN}) as running:
        yield Desk(tmp_path_factory.mktemp("snapshots") / "desk", running)


def play(origin: Desk, story: Story) -> None:
    control = origin.sandbox.control
    control.load({"settings": OPEN})
    shutil.rmtree(origin.manifests)
    origin.project(policies={"defaults": False})
    origin.write(*story.before)
    assert not story.before or origin.apply().code == 0
    for edit in story.edits:
        meddle(origin, *edit)
    for each in control.objects("flex_schemas"):
        control.put_records(each["id"], [{"id": f"r{n}", "values": values} for n, values in enumerate(story.records)])
    gone = {address(each) for each in story.before} - {address(each) for each in story.after}
    origin.write(*story.after, *([removed(*sorted(gone))] if gone else []))
    compare(origin, story.options)


def address(document: Json) -> str:
    return f"{document['kind']}/{document['metadata']['name']}"


def meddle(desk: Desk, what: str, where: str, which: int) -> None:
    """What a colleague does, where there is something to do it to and the organisation lets it be done."""
    control = desk.sandbox.control
    if what == "create":
        body = {"name": where, "description": "theirs", "retentionPeriod": "20d", "legalBasis": "consent"}
        if where not in {each["name"] for each in control.objects("purposes")}:
            control.create("purposes", body)
        return
    there = control.objects(where)
    if len(there) > which and what == "delete":
        control.delete(where, there[which]["id"])
    elif len(there) > which:
        control.edit(where, there[which]["id"], {"description": "theirs"})


def compare(desk: Desk, options: list[str]) -> None:
    snapshot, online, offline = (desk.root / f"{name}.json" for name in ("snapshot", "online", "offline"))
    taken = run(["snapshot", str(snapshot), "--dir", str(desk.manifests)], desk.environment(), desk.time)
    assert taken.code == 0, taken
    now = orjson.loads(snapshot.read_bytes())["snapshot"]["now"]
    moment = datetime.datetime.fromtimestamp(int(now), datetime.UTC).isoformat()
    then = desk.run("plan", "--out", str(online), "--as-of", moment, *options)
    desk.sandbox.control.forget()
    again = desk.run("plan", "--against", str(snapshot), "--out", str(offline), "--as-of", moment, *options)
    assert desk.sandbox.control.requests() == []
    assert (again.code, again.out) == (then.code, then.out)
    assert not online.exists() or offline.read_bytes() == online.read_bytes()
    online.unlink(missing_ok=True)


@given(STORIES)
@settings(EVERYDAY, max_examples=8)
def test_a_plan_against_a_snapshot_is_the_plan_of_then(origin: Desk, story: Story) -> None:
    play(origin, story)


@pytest.mark.long
@given(STORIES)
@settings(THOROUGH, max_examples=120)
def test_a_plan_against_a_snapshot_is_the_plan_of_then_thoroughly(origin: Desk, story: Story) -> None:
    play(origin, story)
