"""Plans of data schemas: what they cost, what they ask the organisation, what they say (ARCHITECTURE §4.6, §7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from .data_schemas import (
    BASES,
    CONTACTS,
    CONVERSATIONS,
    EVENTS,
    ORGANIZATIONS,
    ROBOT,
    RULES,
    USERS,
    WORKITEMS,
    Base,
    calls,
    change,
    claim,
    edit,
    enum,
    every_base,
    integer,
    named,
    prop,
    properties,
    text,
    toggle,
)
from .project import SECRET, Json, Project, Start, acknowledging, removed


@pytest.fixture
def project(start: Start) -> Project:
    return start(clients=[ROBOT])


def terms_of(base: Base) -> list[str]:
    return ["GET /coretypes"] if base is RULES else ["GET /coretypes", "GET /limits"]


def spent(project: Project, base: Base) -> list[str]:
    """The calls since the last look."""
    made = calls(project, base)
    project.control.forget()
    return made


# What it costs.


@every_base
def test_a_plan_that_writes_nothing_costs_one_list(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.plan()
    assert spent(project, base) == ["GET"]


@every_base
def test_a_plan_that_writes_asks_once_whatever_the_number(project: Project, base: Base) -> None:
    project.write(*(claim(base, at=f"c{number}") for number in range(3)))
    budget = project.plan("--out", "plan.json").document["budget"]
    assert spent(project, base) == ["GET", *terms_of(base)]
    assert (budget["plan_calls"], budget["apply_calls"]) == (3 + len(terms_of(base)), 3)
    assert project.run("apply", "plan.json").code == 0
    assert spent(project, base) == ["POST"] * 3


@every_base
def test_an_update_costs_one_call_and_a_conflict_two_more(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(claim(base, description="other"))
    assert project.plan("--out", "plan.json").document["budget"]["apply_calls"] == 1
    project.control.forget()
    assert project.run("apply", "plan.json").code == 0
    assert spent(project, base) == ["PUT /{id}"]
    project.write(claim(base, description="third"))
    project.plan("--out", "plan.json")
    change(project, base, properties={"theirs": prop(base, "Theirs")})
    project.control.forget()
    assert project.run("apply", "plan.json").code == 0
    assert spent(project, base) == ["PUT /{id}", "GET /{id}", "PUT /{id}"]


@every_base
def test_a_plan_that_only_removes_asks_nothing_about_the_kind(project: Project, base: Base) -> None:
    project.applied(claim(base))
    project.write(removed(base.address))
    budget = project.plan().document["budget"]
    assert spent(project, base) == ["GET"]
    assert budget["apply_calls"] == (1 if base.ending == "disable" else 2)


def test_what_is_only_recorded_asks_nothing_about_the_kind(project: Project) -> None:
    project.applied(claim(USERS, text(USERS, "number", title="Number")))
    project.write(claim(USERS, text(USERS, "number", title="Number", personalData=True)))
    assert project.plan().steps == [("record", USERS.address)]
    assert spent(project, USERS) == ["GET"]


def test_a_creation_in_two_steps_is_counted_as_two(project: Project) -> None:
    project.write(claim(USERS, enabled=False))
    assert project.plan("--out", "plan.json").document["budget"]["apply_calls"] == 2
    project.control.forget()
    assert project.run("apply", "plan.json").code == 0
    assert spent(project, USERS) == ["POST", "PUT /{id}"]


def test_a_stale_version_is_the_one_seen_when_planning(project: Project) -> None:
    project.applied(claim(USERS))
    project.write(claim(USERS, description="other"))
    project.plan("--out", "plan.json")
    for to in (False, True):
        toggle(project, USERS, to=to)
    project.control.forget()
    assert project.run("apply", "plan.json").code == 0
    sent = [each.body["version"] for each in project.control.requests() if each.method == "PUT"]
    assert sent == [1, 3]


# The plan file.


@every_base
def test_a_saved_plan_carries_what_the_organisation_said(project: Project, base: Base) -> None:
    project.write(claim(base))
    seal = project.plan("--out", "plan.json").document["seal"]
    saved = orjson.loads(Path("plan.json").read_bytes())
    terms = saved["plan"]["terms"][base.kind]
    assert set(terms) == ({"coretypes"} if base is RULES else {"coretypes", "limits"})
    assert terms["coretypes"][base.text] == {"minLength": [0, 100], "maxLength": [1, 100]}
    assert Path("plan.json").stat().st_mode & 0o077 == 0
    project.control.forget()
    assert project.run("apply", "plan.json", "--seal", seal).code == 0
    assert spent(project, base) == ["POST"]


def test_altered_terms_are_another_plan(project: Project) -> None:
    project.write(claim(USERS))
    project.plan("--out", "plan.json")
    file = Path("plan.json")
    document = orjson.loads(file.read_bytes())
    document["plan"]["terms"]["UserSchema"]["limits"]["maxNumberOfFieldsPerSchema"] = 9999
    file.write_bytes(orjson.dumps(document))
    assert project.run("apply", "plan.json").code == 1
    assert project.effects() == []


def test_at_a_conflict_the_saved_terms_judge_and_nothing_is_asked_again(project: Project) -> None:
    project.applied(claim(USERS))
    project.control.settings(schema_limits={USERS.collection: {"maxNumberOfFieldsPerSchema": 2}})
    project.write(claim(USERS, text(USERS, "number"), integer("ours")))
    project.plan("--out", "plan.json")
    project.control.settings(schema_limits={})
    change(project, USERS, properties={"theirs": prop(USERS, "Theirs")})
    project.control.forget()
    ran = project.run("apply", "plan.json", "-o", "json")
    assert (ran.code, ran.outcomes) == (4, {USERS.address: "conflict"})
    assert ran.says("DS210")
    assert spent(project, USERS) == ["PUT /{id}", "GET /{id}"]


def test_equal_organisations_give_equal_plans(project: Project) -> None:
    project.write(claim(USERS), claim(RULES))
    seals = {project.plan("--as-of", "2026-11-01T00:00:00Z").document["seal"] for _ in range(2)}
    assert len(seals) == 1


# Quotas.


@pytest.mark.parametrize("base", [WORKITEMS, EVENTS, USERS], ids=named)
@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [
        ("maxNumberOfFieldsPerSchema", 1, "DS210"),
        ("maxNumberOfSchemasPerOrg", 1, "DS211"),
        ("maxNumberOfFieldsPerOrg", 3, "DS212"),
    ],
)
def test_what_the_organisation_says_it_holds_is_certain(
    project: Project, base: Base, limit: str, most: int, code: str
) -> None:
    project.control.settings(schema_limits={base.collection: {limit: most}})
    two = [integer("a"), integer("b")]
    project.write(claim(base, *two), claim(base, *two, at="other"))
    ran = project.plan()
    assert (ran.code, set(ran.codes)) == (3, {code})
    assert {each["class"] for each in ran.document["findings"]} == {"platform"}
    assert project.apply().code == 3
    assert project.effects() == []


def test_business_rules_do_not_say_and_the_documented_number_is_a_question(project: Project) -> None:
    many = [integer(f"f{number}") for number in range(26)]
    project.write(claim(RULES, *many))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["DS210"])
    assert ran.document["findings"][0]["class"] == "policy"
    assert ran.says("The number is the documented one: the organisation does not say which it has.")
    accepted = acknowledging("DS210", "fields", change="26 fields, over 25")
    project.write(claim(RULES, *many, lifecycle=accepted))
    assert project.plan().code == 0


def test_a_base_that_offers_no_limits_goes_by_the_documented_numbers(start: Start) -> None:
    project = start(clients=[ROBOT], settings={"withheld": ["workitem_schemas.limits"]})
    project.write(claim(WORKITEMS, *(integer(f"f{number}") for number in range(26))))
    ran = project.plan()
    assert (ran.code, ran.codes, ran.document["findings"][0]["class"]) == (3, ["DS210", "DS209"], "policy")


def test_a_quota_that_is_only_documented_can_be_accepted_as_the_plan_says(project: Project) -> None:
    for number in range(20):
        document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": f"t{number}", "properties": {}}
        project.control.create(RULES.collection, {"jsonSchema": document}, force=True)
    project.write(claim(RULES))
    ran = project.run("plan")
    assert ran.says("{code: DS211, path: organisation, change:")
    facet = "21 schemas of kind BusinessRulesSchema, over 20"
    project.write(claim(RULES, lifecycle=acknowledging("DS211", "organisation", change=facet)))
    assert project.plan().code == 0


def test_foreign_schemas_and_their_fields_count(project: Project) -> None:
    document = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "theirs"}
    theirs = {name: prop(USERS, name) for name in "abc"}
    project.control.create(USERS.collection, {"jsonSchema": {**document, "properties": theirs}})
    project.control.settings(schema_limits={USERS.collection: {"maxNumberOfFieldsPerOrg": 3}})
    project.write(claim(USERS))
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["DS212"])
    assert ran.says("3 -> 4 of 3, foreign ones included")


def test_the_headroom_is_shown(project: Project) -> None:
    project.write(claim(USERS))
    rooms = {each["what"]: (each["before"], each["after"], each["limit"]) for each in _headroom(project)}
    assert rooms == {
        "fields": (0, 1, 25),
        "schemas of kind UserSchema": (0, 1, 20),
        "fields of all UserSchemas": (0, 1, 500),
    }


def _headroom(project: Project) -> list[Json]:
    [found] = [value for name, value in project.plan().document.items() if name == "headroom"]
    return [{"what": each.get("what") or each.get("noun"), **each, "limit": each.get("limit", each.get("maximum"))}
            for each in found]  # fmt: skip


def test_an_update_that_adds_nothing_passes_where_a_limit_was_lowered(project: Project) -> None:
    project.applied(claim(USERS, integer("a"), integer("b")))
    project.control.settings(schema_limits={USERS.collection: {"maxNumberOfFieldsPerSchema": 1}})
    project.write(claim(USERS, integer("a"), integer("b"), description="other"))
    assert project.apply().code == 0


# What is left out, and what is not there.


def test_a_kind_that_is_excluded_is_neither_read_nor_asked_about(project: Project) -> None:
    project.write(claim(USERS), claim(RULES))
    ran = project.apply("--exclude", "UserSchema")
    assert ran.outcomes == {RULES.address: "done"}
    assert [each for each in project.control.requests() if each.path.startswith(USERS.path)] == []
    assert project.apply().outcomes == {USERS.address: "done"}


@every_base
def test_a_base_that_the_organisation_lacks_is_said_to_be_missing(start: Start, base: Base) -> None:
    offered = [each.collection for each in BASES if each is not base]
    project = start(clients=[ROBOT], settings={"offered": offered})
    project.write(claim(base))
    ran = project.run("plan")
    assert ran.fails_with(1, "The organisation does not offer this", base.kind, base.path)
    other = USERS if base is not USERS else RULES
    project.write(claim(base), claim(other))
    assert project.apply("--exclude", base.kind).outcomes == {other.address: "done"}


def _verbs(entity: str, *verbs: str) -> dict[str, str]:
    named_ = dict(zip(("view", "add", "edit", "delete"), verbs or ("view", "add", "edit", "delete"), strict=False))
    return {verb: f"{entity}:{name}" for verb, name in named_.items()}


PERMISSIONS = {
    WORKITEMS: _verbs("workitems:workitemSchema"),
    CONTACTS: _verbs("externalContacts:customFields", "view", "add", "edit", "edit"),
    ORGANIZATIONS: _verbs("externalContacts:customFields", "view", "add", "edit"),
    EVENTS: _verbs("journey:externalEventsSchema"),
    CONVERSATIONS: _verbs("conversation:customAttributes", "schemaView", "schemaAdd", "schemaEdit"),
    USERS: _verbs("users:customAttributesSchema"),
    RULES: _verbs("businessrules:businessRulesSchema"),
}
"""Published API §4.1."""


@pytest.mark.parametrize(
    ("base", "verb"),
    [(base, verb) for base, verbs in PERMISSIONS.items() for verb in verbs],
    ids=lambda part: part if isinstance(part, str) else part.kind,
)
def test_a_permission_that_is_missing_is_named(start: Start, base: Base, verb: str) -> None:
    missing = PERMISSIONS[base][verb]
    lacking = [name for name in PERMISSIONS[base].values() if name != missing]
    owner = {"id": "owner", "secret": SECRET}
    project = start(clients=[{**ROBOT, "scopes": lacking}, owner])
    project.write(claim(base))
    if verb in ("edit", "delete"):
        assert project.apply(GENESYSCLOUD_OAUTHCLIENT_ID="owner").code == 0
        project.write(removed(base.address) if verb == "delete" else claim(base, description="other"))
    project.control.forget()
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 7
    assert ran.says("A permission is missing", f"This needs the permission {missing}")
    assert "Admin > Integrations > OAuth" in ran.flat
    assert project.effects() == []


def test_one_that_is_no_schema_is_refused_alone(project: Project) -> None:
    project.applied(claim(USERS), claim(USERS, at="other"))
    project.write(claim(USERS, description="What"), claim(USERS, at="other", description="What"))
    titles = [each["jsonSchema"]["title"] for each in project.control.objects(USERS.collection)]
    spoil = {f"entities.{titles.index('other')}.jsonSchema.properties": [1]}
    project.control.fault(f"GET {USERS.path}", "mangle", times=None, set=spoil)
    ran = project.plan()
    assert (ran.code, ran.codes) == (3, ["RC106"])
    assert ran.document["findings"][0]["address"] == "UserSchema/other"
    assert project.apply("--exclude", "UserSchema/other").outcomes == {USERS.address: "done"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [({"entities": 7}, "not a list"), ({"entities.0.name": None}, "has no name")],
    ids=["no list", "no name"],
)
def test_core_types_that_make_no_sense_stop_the_plan(project: Project, answer: Json, words: str) -> None:
    project.write(claim(USERS))
    project.control.fault(f"GET {USERS.path}/coretypes", "mangle", times=None, set=answer)
    ran = project.run("plan")
    assert ran.fails_with(1, "The answer cannot be trusted", "It makes no sense", words)


# Manifests.

GOOD = """\
apiVersion: reconciler/v1
kind: UserSchema
metadata: {name: claim}
spec:
  fields:
    - {key: number, type: string, minLength: 0, maxLength: 9}
"""
BAD = {
    "an unknown member": (GOOD.replace("maxLength", "maxlength"), "MF105", 6),
    "a text for a number": (GOOD.replace("minLength: 0", "minLength: zero"), "MF106", 6),
    "a negative length": (GOOD.replace("minLength: 0", "minLength: -1"), "MF1", 6),
    "half a character": (GOOD.replace("minLength: 0", "minLength: 0.5"), "MF1", 6),
    "no key": (GOOD.replace("key: number, ", ""), "MF1", 6),
    "no type": (GOOD.replace("type: string, ", ""), "MF1", 6),
    "a number for a key": (GOOD.replace("key: number", "key: 7"), "MF106", 6),
    "a yes": (GOOD.replace("type: string", "type: string, required: yes"), "MF106", 6),
    "no fields": (GOOD[: GOOD.index("  fields")] + "  name: Claim\n", "MF1", 4),
    "fields that are no list": (GOOD[: GOOD.index("    -")] + "    number: {}\n", "MF106", 6),
    "an empty key": (GOOD.replace("key: number", "key: ''"), "MF1", 6),
    "options without a value": (GOOD.replace("maxLength: 9", "options: [{title: X}]"), "MF1", 6),
    "an option that is a number": (GOOD.replace("maxLength: 9", "options: [1]"), "MF1", 6),
    "no options": (GOOD.replace("maxLength: 9", "options: []"), "MF1", 6),
    "a key twice": (GOOD + "    - {key: number, type: string}\n", "DS001", 7),
    "crossed bounds": (GOOD.replace("minLength: 0", "minLength: 10"), "DS002", 6),
    "an option twice": (GOOD.replace("maxLength: 9", "options: [a, {value: a}]"), "DS003", 6),
    "enabled as a word": (GOOD.replace("spec:", "spec:\n  enabled: no"), "MF106", 5),
    "a version": (GOOD.replace("spec:", "spec:\n  version: 3"), "MF105", 5),
    "a purpose that there is not": (GOOD.replace("maxLength: 9", "purpose: Nowhere"), "MF2", 6),
}


@pytest.mark.parametrize(("content", "code", "line"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_one_message_with_its_place(project: Project, content: str, code: str, line: int) -> None:
    project.write(content)
    before = project.files()
    ran = project.run("validate")
    assert ran.code == 1
    assert ran.says(f"manifests/all.yaml:{line}", code, "1 problem in 1 file")
    assert "Traceback" not in ran.flat
    assert project.wrote_nothing(before)


def test_what_is_found_out_at_plan_time_stands_at_its_line(project: Project) -> None:
    project.write(GOOD.replace("type: string", "type: strnig"))
    [finding] = project.plan().document["findings"]
    assert finding["code"] == "DS201"
    assert orjson.dumps(finding["where"]).count(b"all.yaml") == 1
    assert project.run("plan").says("manifests/all.yaml:6", "Did you mean string?")


# What others wrote is shown with care.

EVIL = "\x1b[31mred\x1b[0m\u202e\u0007\r\x9b1m"


@pytest.mark.parametrize("base", [WORKITEMS, EVENTS, RULES], ids=named)
def test_control_characters_of_a_live_schema_never_reach_the_terminal(project: Project, base: Base) -> None:
    project.applied(claim(base, text(base, "number", title="Number"), enum("state", "open")))
    odd = {EVIL: {**prop(base, EVIL), "description": EVIL}, "number": {"title": EVIL}}
    change(project, base, force=True, properties=odd, description=EVIL, **{EVIL: EVIL})
    project.write(claim(base, text(base, "number", title="Number"), enum("state", "open"), description="ours"))
    for words in (["plan"], ["plan", "-o", "markdown"], ["apply", "--auto-approve"]):
        ran = project.run(*words)
        _check_clean(ran.out + ran.err)
    assert EVIL in properties(project, base)


def _check_clean(shown: str) -> None:
    assert not {character for character in shown if character in "\x1b\u202e\u0007\r\x9b"}, repr(shown)


def test_control_characters_in_a_conflict_and_in_a_refusal_are_escaped(project: Project) -> None:
    project.applied(claim(USERS, text(USERS, "number", title="Number")))
    project.write(claim(USERS, text(USERS, "number", title="Ours")))
    theirs = edit(USERS, force=True, properties={"number": {"title": EVIL}})
    project.control.fault(f"PUT {USERS.path}/*", "edit", edits=[theirs])
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 4
    _check_clean(ran.out + ran.err)
    refusal: Any = {"status": 400, "code": f"dynamic.schema.{EVIL}", "message": EVIL}
    project.control.fault(f"PUT {USERS.path}/*", "status", **refusal)
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 1
    _check_clean(ran.out + ran.err)


def test_core_types_with_control_characters_are_escaped(project: Project) -> None:
    project.write(claim(CONVERSATIONS, {"key": "a", "type": "nonsense"}))
    project.control.fault(f"GET {CONVERSATIONS.path}/coretypes", "mangle", set={"entities.0.name": EVIL}, times=None)
    ran = project.run("plan")
    assert (ran.code, "DS201" in ran.flat) == (3, True)
    _check_clean(ran.out + ran.err)
