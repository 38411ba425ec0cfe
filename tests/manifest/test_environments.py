"""A project file with several environments, and manifests that are limited to some."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.manifest import ProjectFile, read_project
from reconciler.model.source import Problem

from .builders import gadget
from .varied import HEAD, project_text, sole_problem, varied

PROJECT = "apiVersion: reconciler/v1\nkind: Project\n"
FILES = {
    "values/dev.yaml": b"days: 30\nwords: [a]\n",
    "broken.yaml": b"a: [",
    "list.yaml": b"[1]",
    "two.yaml": b"a: 1\n---\nb: 2\n",
    "null.yaml": b"a:\n",
    "manifest.yaml": b"apiVersion: reconciler/v1\nkind: Purpose\n",
}


def linked(path: str) -> tuple[str, bytes]:
    if path not in FILES:
        raise UsageError("A file cannot be read", detail=f"{path} is no file.", hint="Add it.")
    return str(PurePath("folder") / path), FILES[path]


def read(text: str) -> tuple[ProjectFile, tuple[Problem, ...]]:
    return read_project("reconciler.yaml", (PROJECT + text).encode(), KINDS, linked=linked)


def stated(text: str) -> ProjectFile:
    file, problems = read(text)
    assert problems == ()
    return file


def test_each_environment_has_a_place_and_a_ledger_of_its_own() -> None:
    file = stated("environments: {dev: {region: mypurecloud.de, organisationId: o-1}, prod: {ledger: p.db}}\n")
    dev, prod = (file.settings[name].project for name in ("dev", "prod"))
    assert (dev.environment.name, dev.environment.region, dev.environment.organisation_id) == (
        "dev",
        "mypurecloud.de",
        "o-1",
    )
    assert (dev.ledger, dev.ledger_otherwise, prod.ledger) == ("", ".reconciler/dev/ledger.db", "p.db")


def test_what_is_common_holds_in_every_environment() -> None:
    file = stated("limits: {evidenceCalls: 3}\nenvironments: {dev: {}, prod: {}}\n")
    assert {setting.project.limits.evidence_calls for setting in file.settings.values()} == {3}


def test_one_of_several_is_the_default_only_where_that_is_said() -> None:
    assert stated("environments: {dev: {}, prod: {}}\n").default == ""
    assert stated("environments: {dev: {}, prod: {}}\ndefaultEnvironment: prod\n").default == "prod"
    assert stated("environments: {dev: {}}\n").default == "dev"
    assert stated("environment: {name: only}\n").default == "only"


def test_values_may_be_a_file_beside_the_project_file() -> None:
    values = stated("environments: {dev: {values: values/dev.yaml}}\n").settings["dev"].variation.values
    assert values.find("days") == (30, ("days",))
    assert values.document is not None
    assert str(values.document.locate(("words", 0))) == "folder/values/dev.yaml:2:9"


CASES = {
    "both ways": ("environment: {name: a}\nenvironments: {dev: {}}\n", "MF118", "3:1", "Move what `environment`"),
    "a common ledger": ("ledger: a.db\nenvironments: {dev: {}}\n", "MF118", "3:1", "Move what `ledger`"),
    "one ledger for two": ("environments: {a: {ledger: x}, b: {ledger: x}}\n", "MF118", "3:44", "one of its own"),
    "the usual ledger of another": (
        "environments: {a: {ledger: ./.reconciler/b/ledger.db}, b: {}}\n",
        "MF118",
        "3:28",
        "one of its own",
    ),
    "names that end alike": ("environments: {a-b: {}, a_b: {}}\n", "MF118", "3:25", "one of its own"),
    "a default that is none": ("environments: {dev: {}}\ndefaultEnvironment: de\n", "MF114", "4:21", "`dev`?"),
    "a default beside the only one": ("defaultEnvironment: dev\n", "MF114", "3:21", "`default`"),
    "no environment": ("environments: {}\n", "MF109", "3:15", ""),
    "one that is called all": ("environments: {all: {}}\n", "MF111", "3:16", "neither `all` nor"),
    "a region and a URL": (
        "environments: {dev: {region: a.b, apiUrl: 'https://x', loginUrl: 'https://x'}}\n",
        "MF111",
        "3:21",
        "not both",
    ),
    "an unknown member": ("environments: {dev: {regio: a.b}}\n", "MF105", "3:22", "`region`?"),
    "an empty value": ("environments: {dev: {values: {a: }}}\n", "MF106", "3:34", ""),
    "an empty value inside": ("environments: {dev: {values: {a: [null]}}}\n", "MF117", "3:35", "Write a value"),
    "a secret": ("environments: {dev: {values: {a: {fromEnv: X}}}}\n", "MF117", "3:35", "RECONCILER_SECRET_"),
    "a placeholder in a value": ("environments: {dev: {values: {a: '${values.b}'}}}\n", "MF112", "3:34", ""),
    "a name with a hyphen": ("environments: {dev: {values: {a-b: 1}}}\n", "MF108", "3:31", "letter"),
    "a patch without an effect": ("environments: {dev: {patches: [{target: A/b}]}}\n", "MF111", "3:32", ""),
    "a target that is no address": (
        "environments: {dev: {patches: [{target: a, labels: {a: b}}]}}\n",
        "MF108",
        "3:41",
        "Kind/name",
    ),
    "a missing file": ("environments: {dev: {values: nothing.yaml}}\n", "MF117", "3:30", "Add it."),
    "a manifest": ("environments: {dev: {values: manifest.yaml}}\n", "MF117", "3:30", "a file alone"),
    "a file of two documents": ("environments: {dev: {values: two.yaml}}\n", "MF117", "3:30", "one YAML map"),
}


@pytest.mark.parametrize(("text", "code", "place", "hint"), CASES.values(), ids=CASES)
def test_environments_are_judged(text: str, code: str, place: str, hint: str) -> None:
    _, problems = read(text)
    assert [(each.code, str(each.where)) for each in problems] == [(code, f"reconciler.yaml:{place}")], problems
    assert hint in problems[0].hint


@pytest.mark.parametrize(
    ("name", "code", "place"), [("broken", "MF004", "1:4"), ("list", "MF106", "1:1"), ("null", "MF106", "1:3")]
)
def test_a_file_of_values_is_judged_where_it_stands(name: str, code: str, place: str) -> None:
    _, problems = read(f"environments: {{dev: {{values: {name}.yaml}}}}\n")
    assert [(each.code, str(each.where)) for each in problems] == [(code, f"folder/{name}.yaml:{place}")]


def limited(*environments: str, name: str = "one") -> str:
    return gadget(name).replace(f"{{name: {name}}}", f"{{name: {name}, environments: [{', '.join(environments)}]}}")


def test_a_limited_manifest_is_in_its_environments_only() -> None:
    texts = (limited("prod"), gadget("two"))
    here, there = (varied("{}", *texts, env=env)[0] for env in ("dev", "prod"))
    assert [address.name for address in here.manifests] == ["two"]
    assert [address.name for address in there.manifests] == ["one", "two"]


def test_two_manifests_of_one_address_do_not_clash_in_different_environments() -> None:
    assert varied("{}", limited("dev"), limited("prod"))[1] == ()


def test_a_manifest_of_an_unknown_environment_is_a_problem_in_every_environment() -> None:
    for env in ("dev", "prod"):
        found = sole_problem("{}", limited("prd", "prod"), env=env)
        assert (found.code, str(found.where), found.hint) == ("MF114", "f1.yaml:3:38", "Did you mean `prod`?")


def test_a_reference_to_a_manifest_of_other_environments_says_so() -> None:
    found = sole_problem("{}", limited("prod"), gadget("two", "{colour: red, inside: one}"))
    assert (found.code, found.hint) == ("MF204", "Gadget/one is limited to `prod`: limit this one, too.")


def test_a_removal_may_be_limited_where_the_manifest_is() -> None:
    text = "apiVersion: reconciler/v1\nremoved: [{address: Gadget/one, environments: [dev]}]\n"
    here, there = (varied("{}", limited("prod"), text, env=env) for env in ("dev", "prod"))
    assert ([str(each) for each in here[0].removals], here[1]) == (["Gadget/one"], ())
    assert (there[0].removals, there[1]) == ({}, ())


def test_a_move_may_be_limited() -> None:
    text = "apiVersion: reconciler/v1\nmoved: [{from: Gadget/x, to: Gadget/one, environments: [prod]}]\n"
    assert [len(varied("{}", gadget(), text, env=env)[0].moves) for env in ("dev", "prod")] == [0, 1]


def test_an_entry_of_an_unknown_environment_is_a_problem() -> None:
    text = "apiVersion: reconciler/v1\nremoved: [{address: Gadget/two, environments: [prood]}]\n"
    found = sole_problem("{}", gadget(), text)
    assert (found.code, str(found.where)) == ("MF114", "f2.yaml:2:48")


def test_the_head_of_these_tests_is_what_they_count_on() -> None:
    assert project_text("{}").startswith(f"{HEAD}  dev:\n    {{}}\n")
