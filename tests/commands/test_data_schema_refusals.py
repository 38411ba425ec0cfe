"""Every error by which the platform refuses a data schema (published API §4.4), provoked by its own rules.

What the plan can know it says before anything is sent; these come of what has changed since, or of what nobody said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reconciler.api import Client
from reconciler.errors import Rejected, VersionConflict
from reconciler.kinds import KINDS
from reconciler.kinds.data_schema.explanations import REFUSALS
from reconciler.model.normal import to_wire
from reconciler.model.values import Json

from api.builders import client
from builders import manifest

from .data_schemas import (
    BASES,
    CONTACTS,
    CONVERSATIONS,
    EVENTS,
    ROBOT,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    change,
    claim,
    enum,
    every_base,
    integer,
    named,
    prop,
    properties,
    text,
    toggle,
)
from .project import Project, Start, acknowledging

every_envelope = pytest.mark.parametrize("base", [WORKITEMS, EVENTS, RULES], ids=named)
DISTINCT = [EVENTS, CONVERSATIONS, USERS, RULES]
"""The bases whose API declares that titles are unique."""


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def hint(code: str) -> str:
    """One line of it, as it is shown."""
    return " ".join(REFUSALS[f"dynamic.schema.{code}"].split())


def refused(project: Project, base: Base, code: str, status: int = 400) -> bool:
    """The saved plan fails with the platform's own code and words and with ours, and nothing is lost."""
    rows, truth = project.rows(), project.control.objects(base.collection)
    ran = project.run("apply", "plan.json")
    assert ran.code == 1
    assert ran.says("The organisation refuses the request", f"HTTP {status}", f"dynamic.schema.{code}", hint(code))
    assert "Traceback" not in ran.flat
    assert project.effects() == []
    assert project.rows() == rows
    assert project.control.objects(base.collection) == truth
    return True


def planned(project: Project, *documents: Json) -> None:
    project.write(*documents)
    ran = project.plan("--out", "plan.json")
    assert ran.code == 0, str(ran)
    project.control.forget()


# What has changed since the plan.


@every_base
@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("maxNumberOfSchemasPerOrg", "limit.max.number.of.schemas.per.org.would.be.exceeded"),
        ("maxNumberOfFieldsPerSchema", "limit.max.number.of.fields.per.schema.would.be.exceeded"),
        ("maxNumberOfFieldsPerOrg", "limit.max.number.of.fields.per.org.would.be.exceeded"),
    ],
)
def test_a_limit_lowered_since_the_plan(project: Project, base: Base, limit: str, code: str) -> None:
    planned(project, claim(base))
    project.control.settings(schema_limits={base.collection: {limit: 0}})
    assert refused(project, base, code)
    again = project.plan()
    if base is RULES:
        assert again.steps == [("create", base.address)], "nobody says its limits"
    else:
        assert (again.code, again.codes) == (3, [_FINDING[limit]])


_FINDING = {
    "maxNumberOfSchemasPerOrg": "DS211",
    "maxNumberOfFieldsPerSchema": "DS210",
    "maxNumberOfFieldsPerOrg": "DS212",
}


@every_envelope
@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("maxFieldNameCharacters", "limit.max.number.of.characters.for.field.name.would.be.exceeded"),
        ("maxFieldTitleCharacters", "length.limits.would.be.exceeded"),
        ("maxSchemaNameCharacters", "length.limits.would.be.exceeded"),
    ],
)
def test_a_length_lowered_since_the_plan(project: Project, base: Base, limit: str, code: str) -> None:
    planned(project, claim(base))
    project.control.settings(schema_limits={base.collection: {limit: 2}})
    assert refused(project, base, code)
    again = project.plan()
    assert (again.code, again.codes) == ((0, []) if base is RULES else (3, ["DS205"]))


@every_base
def test_a_body_that_has_become_too_large(project: Project, base: Base) -> None:
    planned(project, claim(base))
    project.control.settings(max_schema_bytes=10)
    code = "request.body.size.limit.exceeded" if base is USERS else "payload.too.large"
    assert refused(project, base, code, 413)
    assert project.plan().steps == [("create", base.address)]


@pytest.mark.parametrize("base", DISTINCT, ids=named)
def test_a_title_that_somebody_has_used_since_the_plan(project: Project, base: Base) -> None:
    planned(project, claim(base))
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "claim", "properties": {}}
    project.control.create(base.collection, {"jsonSchema": document})
    assert refused(project, base, "duplicate.schema.title")
    again = project.plan()
    assert (again.code, again.codes) == (3, ["RC101"]), "it is there to be adopted"


@every_envelope
def test_a_title_that_is_taken_already_is_found_by_the_plan(project: Project, base: Base) -> None:
    project.applied(claim(base))
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "taken", "properties": {}}
    project.control.create(base.collection, {"jsonSchema": document})
    project.write(claim(base, name="taken"))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC105"])


# What the plan asks a person about, and the platform knows.

ASSUMED: dict[str, tuple[list[Any], list[Any], str, str, Json]] = {
    "removed": ([1, 2], [1], "DS101", "fields.f2", {"removes": ["f2"]}),
    "retyped": ([1], ["date"], "DS102", "fields.f1.type", {"change": "integer -> date"}),
    "required": ([1], ["required"], "DS103", "fields.f1.required", {"change": "optional -> required"}),
    "required at once": ([1], [1, "new"], "DS104", "fields.f2.required", {"change": "optional -> required"}),
    "narrowed": ([1], ["narrow"], "DS105", "fields.f1.maximum", {"change": "100 -> 9"}),
    "an option removed": (["xy"], ["x"], "DS106", "fields.f1.options", {"removes": ["y"]}),
}
CERTAIN = {
    ("ContactSchema", "removed"),
    ("OrganizationSchema", "removed"),
    ("ExternalEventSchema", "required"),
    ("ConversationSchema", "required at once"),
    ("ConversationSchema", "an option removed"),
    ("BusinessRulesSchema", "narrowed"),
    ("BusinessRulesSchema", "an option removed"),
}
FIELDS: dict[Any, Json] = {
    1: integer("f1"),
    2: integer("f2"),
    "date": {"key": "f1", "type": "date"},
    "required": integer("f1", required=True),
    "new": integer("f2", required=True),
    "narrow": integer("f1", maximum=9),
    "xy": enum("f1", "x", "y"),
    "x": enum("f1", "x"),
}


@every_base
@pytest.mark.parametrize("what", ASSUMED)
def test_a_change_that_breaks_what_was_before(project: Project, base: Base, what: str) -> None:
    """What is certain no acknowledgement lets through; what is assumed goes to the platform, which has its say."""
    before, after, code, path, facet = ASSUMED[what]
    project.applied(claim(base, *(FIELDS[each] for each in before)))
    becomes = [FIELDS[each] for each in after]
    project.write(claim(base, *becomes, lifecycle=acknowledging(code, path, **facet)))
    ran = project.plan("--out", "plan.json")
    if (base.kind, what) in CERTAIN:
        assert (ran.code, ran.codes[0]) == (3, code)
        assert ran.says(f"The platform refuses this for {base.kind}, as its documentation says.")
        return
    assert ran.code == 0, str(ran)
    project.control.forget()
    if base is CONVERSATIONS and what == "required":
        assert ran.says("The platform allows it.")
        assert project.run("apply", "plan.json").code == 0
        return
    assert ran.says("is not documented; it is assumed that it does not.")
    assert refused(project, base, "incompatible.json.schema.update")
    assert project.plan().steps == [("update", base.address)]


# What nobody said when planning: the organisation does not offer its core types.


@pytest.fixture
def silent(start: Start) -> Callable[[Base], Project]:
    return lambda base: start(clients=[ROBOT], settings={"withheld": [f"{base.collection}.coretypes"]})


@every_envelope
def test_a_limit_that_is_missing(silent: Callable[[Base], Project], base: Base) -> None:
    project = silent(base)
    planned(project, claim(base, {"key": "number", "type": base.text}))
    assert project.plan().codes == ["DS207"]
    project.control.forget()
    assert refused(project, base, "validation.limit.missing")


@every_envelope
def test_a_limit_that_is_out_of_range(silent: Callable[[Base], Project], base: Base) -> None:
    project = silent(base)
    planned(project, claim(base, text(base, "number", maxLength=5000)))
    assert refused(project, base, "validation.limit.error")


@every_envelope
def test_a_core_type_that_there_is_not(silent: Callable[[Base], Project], base: Base) -> None:
    project = silent(base)
    planned(project, claim(base, {"key": "number", "type": "nonsense"}))
    assert refused(project, base, "expand.failed", 422)


@every_envelope
def test_something_that_is_no_schema(silent: Callable[[Base], Project], base: Base) -> None:
    project = silent(base)
    planned(project, claim(base, {"key": "state", "type": "enum"}))
    assert refused(project, base, "invalid.json.schema")
    assert project.plan().steps == [("create", base.address)]


@pytest.mark.parametrize(
    "odd",
    [
        {"key": "state", "type": "enum"},
        {**text(WORKITEMS, "state"), "options": ["x"]},
        {**integer("state"), "uniqueItems": True},
        integer("state", minimum=1.5),
    ],
    ids=["an enum without options", "a text with options", "unique numbers", "half an integer"],
)
def test_what_the_platform_is_sure_to_refuse_is_found_by_the_plan(project: Project, odd: Json) -> None:
    project.write(claim(WORKITEMS, odd))
    assert project.apply().code == 3
    assert project.effects() == []


@every_base
def test_more_options_than_are_documented_are_a_question_and_then_the_platforms(project: Project, base: Base) -> None:
    many = enum("state", *(f"o{number}" for number in range(51)))
    project.write(claim(base, many))
    ran = project.plan()
    assert (ran.code, ran.codes, ran.document["findings"][0]["class"]) == (3, ["DS208"], "policy")
    accepted = acknowledging("DS208", "fields.state.options", change="51 options, over 50")
    planned(project, claim(base, many, lifecycle=accepted))
    assert refused(project, base, "validation.limit.error")


# Each code, as the client tells of it.


def bodies(base: Base, *fields: Json, **spec: Any) -> dict[str, Json]:
    kind = KINDS[base.kind]
    stated = manifest(kind, "claim", {"fields": list(fields), **spec})
    return to_wire(kind.shape, stated.normal, live=lambda _, name: name)


def offending(base: Base) -> dict[str, dict[str, Json]]:
    """A creation for each code that a creation alone can provoke."""
    options = [{"value": "x", "title": "S"}, {"value": "y", "title": "S"}]
    long = "x" * 101
    return {
        "invalid.json.schema": bodies(base, {"key": "a", "type": "enum"}),
        "validation.limit.missing": bodies(base, {"key": "a", "type": base.text}),
        "validation.limit.error": bodies(base, text(base, "a", maxLength=5000)),
        "limit.max.number.of.fields.per.schema.would.be.exceeded": bodies(
            base, *(integer(f"f{number}") for number in range(51))
        ),
        "limit.max.number.of.characters.for.field.name.would.be.exceeded": bodies(base, text(base, long, title="Long")),
        "length.limits.would.be.exceeded": bodies(base, text(base, "a", title=long)),
        "duplicate.property.title": bodies(base, text(base, "a", title="S"), text(base, "b", title="S")),
        "duplicate.enum.properties.title": bodies(base, enum("a", *options)),
        "expand.failed": bodies(base, {"key": "a", "type": "nonsense"}),
    }


UNDECLARED = {"duplicate.property.title", "duplicate.enum.properties.title"}


def told(error: Rejected | VersionConflict, code: str) -> bool:
    assert f"(dynamic.schema.{code})" in error.detail
    assert error.hint == REFUSALS[f"dynamic.schema.{code}"]
    assert error.correlation_id
    return True


@pytest.fixture
def api(project: Project) -> Any:
    with client(project.environment) as connected:
        yield connected


@every_base
@pytest.mark.parametrize("code", offending(USERS))
def test_each_code_has_its_message(api: Client, base: Base, code: str) -> None:
    kind, body = KINDS[base.kind], offending(base)[code]
    if code in UNDECLARED and base not in DISTINCT:
        api.create(kind, body)
        return
    with pytest.raises(Rejected) as caught:
        api.create(kind, body)
    assert told(caught.value, code)
    assert caught.value.status == (422 if code == "expand.failed" else 400)


@pytest.mark.parametrize("code", REFUSALS)
def test_no_advice_is_empty_or_without_a_way_out(code: str) -> None:
    assert len(REFUSALS[code]) > 20
    assert REFUSALS[code].splitlines()[0].endswith((".", ":"))


def test_every_code_of_the_api_has_its_advice() -> None:
    codes = """
        invalid.json.schema incompatible.json.schema.update validation.limit.missing validation.limit.error
        limit.max.number.of.schemas.per.org.would.be.exceeded limit.max.number.of.fields.per.schema.would.be.exceeded
        limit.max.number.of.fields.per.org.would.be.exceeded
        limit.max.number.of.characters.for.field.name.would.be.exceeded length.limits.would.be.exceeded
        duplicate.schema.title duplicate.property.title duplicate.enum.properties.title
        version.conflict expand.failed payload.too.large request.body.size.limit.exceeded
    """
    deletions = {"workitem.schema.cannot.be.deleted", "businessrules.schema.used.cannot.be.deleted"}
    assert {f"dynamic.schema.{code}" for code in codes.split()} | deletions == set(REFUSALS)


@pytest.mark.parametrize("base", BASES, ids=named)
@pytest.mark.parametrize("version", [1, 9])
def test_a_version_that_is_not_the_present_one_is_a_conflict(
    project: Project, api: Client, base: Base, version: int
) -> None:
    made = api.create(KINDS[base.kind], bodies(base, text(base, "a")))
    toggle(project, base, to=False)
    with pytest.raises(VersionConflict) as caught:
        api.replace(KINDS[base.kind], made.live_id, bodies(base, text(base, "a"), integer("b")), version=version)
    assert "(dynamic.schema.version.conflict)" in caught.value.detail
    assert set(properties(project, base)) == {"a"}


def test_a_conflict_that_nothing_explains_says_what_to_do(project: Project) -> None:
    project.applied(claim(WORKITEMS))
    project.write(claim(WORKITEMS, description="other"))
    code = "dynamic.schema.version.conflict"
    project.control.fault(f"PUT {WORKITEMS.path}/*", "status", status=409, code=code, times=None)
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 4
    assert ran.says(code, hint("version.conflict"))


# Nothing else is dragged along.


def test_a_refusal_stops_its_schema_and_no_other(project: Project) -> None:
    planned(project, claim(CONTACTS), claim(USERS))
    project.control.settings(schema_limits={CONTACTS.collection: {"maxSchemaNameCharacters": 2}})
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (5, {CONTACTS.address: "failed", USERS.address: "done"})
    project.control.settings(schema_limits={})
    assert project.apply().outcomes == {CONTACTS.address: "done"}


def test_an_update_that_is_refused_leaves_the_colleague_s_work_alone(project: Project) -> None:
    project.applied(claim(USERS))
    change(project, USERS, properties={"theirs": prop(USERS, "Theirs")})
    planned(project, claim(USERS, text(USERS, "number"), integer("ours")))
    project.control.settings(schema_limits={USERS.collection: {"maxNumberOfFieldsPerSchema": 2}})
    assert refused(project, USERS, "limit.max.number.of.fields.per.schema.would.be.exceeded")
    assert set(properties(project, USERS)) == {"number", "theirs"}
