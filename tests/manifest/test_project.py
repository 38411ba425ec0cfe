"""The project file."""

from __future__ import annotations

import textwrap

import pytest
from reconciler.kinds import KINDS
from reconciler.manifest import ProjectFile, read_project
from reconciler.model.policy import Policies
from reconciler.model.project import (
    DeletionLimit,
    Environment,
    Limits,
    Project,
    RetentionClass,
    Timing,
)
from reconciler.model.source import Problem

HEAD = "apiVersion: reconciler/v1\nkind: Project\n"


def stated(text: str) -> Project:
    return stated_in(text).any.project


def stated_in(text: str) -> ProjectFile:
    file, problems = read_project("reconciler.yaml", (HEAD + textwrap.dedent(text)).encode(), KINDS)
    assert not problems
    return file


def refused(text: str) -> Problem:
    project, problems = read_project("reconciler.yaml", (HEAD + textwrap.dedent(text)).encode(), KINDS)
    assert project == ProjectFile()
    assert len(problems) == 1, problems
    return problems[0]


def test_an_environment_without_anything_to_state_is_told_how_to_say_so() -> None:
    problem = refused("environments:\n  dev:\n  prod: {}\n")
    assert (problem.code, problem.where.line) == ("MF106", 4)
    assert problem.hint == "Write {} if it states nothing, or delete the line."
    assert [*stated_in("environments:\n  dev: {}\n  prod: {}\n").settings] == ["dev", "prod"]


def test_a_project_that_states_nothing_is_the_default() -> None:
    assert stated("") == Project()


def test_every_member_is_read() -> None:
    text = """\
        retentionClasses: {standard: {retention: P180D, description: Usual}}
        limits: {deletions: {count: 1, percent: 2}, evidenceCalls: 3, warnAtPercent: 4, requestsPerMinute: 5}
        timing: {connect: 500ms, request: 20s, settle: 2m}
        policies: {purposes: {namePattern: "[A-Z]+", minRetentionDays: 7, maxRetentionDays: 30}}
        environment: {name: prod, apiUrl: "https://a.example", loginUrl: "https://b.example", organisationId: 4-2}
        ledger: state/ledger.db
        """
    assert stated(text) == Project(
        Environment("prod", "", "https://a.example", "https://b.example", "4-2"),
        {"standard": RetentionClass("standard", 180, "Usual")},
        Policies(settings={"purposes": {"namePattern": "[A-Z]+", "minRetentionDays": 7, "maxRetentionDays": 30}}),
        Limits(DeletionLimit(1, 2), 3, 4, 5),
        Timing(0.5, 20.0, 120.0),
        "state/ledger.db",
    )


def test_a_region_is_enough_to_find_the_organisation() -> None:
    assert stated("environment: {region: mypurecloud.de}\n").environment.region == "mypurecloud.de"


def test_plain_http_is_for_this_machine_only() -> None:
    text = "environment: {{apiUrl: 'http://{0}', loginUrl: 'http://{0}'}}\n"
    assert stated(text.format("127.0.0.1:8080")).environment.api_url == "http://127.0.0.1:8080"
    _, problems = read_project("reconciler.yaml", (HEAD + text.format("127.0.0.1.example")).encode(), KINDS)
    assert {problem.code for problem in problems} == {"MF108"}


CASES = {
    "a month": ("retentionClasses: {a: {retention: 6 months}}", "MF108", "3:35", "months and years"),
    "a bare number of days": ("retentionClasses: {a: {retention: 180}}", "MF106", "3:35", "180d"),
    "a class without a period": ("retentionClasses: {a: {}}", "MF104", "3:20", "180d"),
    "a class with a space": ("retentionClasses: {a b: {retention: 1d}}", "MF108", "3:20", "letters"),
    "a count in quotes": ("limits: {evidenceCalls: '5'}", "MF106", "3:25", "5 without quotes"),
    "more than all": ("limits: {deletions: {percent: 101}}", "MF109", "3:31", ""),
    "a negative limit": ("limits: {deletions: {count: -1}}", "MF109", "3:29", ""),
    "no requests at all": ("limits: {requestsPerMinute: 0}", "MF109", "3:29", ""),
    "a time without a unit": ("timing: {connect: 30}", "MF106", "3:19", "number with its unit"),
    "a ledger at home": ("ledger: ~/team.db", "MF111", "3:9", "without `~`"),
    "a time with another unit": ("timing: {connect: 30 seconds}", "MF108", "3:19", "30s"),
    "settling before the request ends": ("timing: {settle: 30s}", "MF122", "3:18", "above `timing.request`"),
    "a request longer than settling": ("timing: {request: 90s}", "MF122", "3:19", "above `timing.request`"),
    "a regular expression that is none": ("policies: {purposes: {namePattern: '['}}", "MF121", "3:36", "Correct"),
    "bounds in the wrong order": ("policies: {purposes: {minRetentionDays: 400}}", "MF124", "3:23", "Lower"),
    "a region and an address": (
        "environment: {region: a.b, apiUrl: 'https://x', loginUrl: 'https://x'}",
        "MF111",
        "3:14",
        "not both",
    ),
    "an address without its login": ("environment: {apiUrl: 'https://x'}", "MF104", "3:1", "Add `loginUrl`"),
    "an address with a query": (
        "environment: {apiUrl: 'https://x?y', loginUrl: 'https://x'}",
        "MF108",
        "3:23",
        "without a query",
    ),
    "a misspelt member": ("retentionclasses: {}", "MF105", "3:1", "`retentionClasses`?"),
    "a member at the wrong level": ("namePattern: x", "MF105", "3:1", "`policies.purposes`"),
    "a placeholder": ("ledger: '${values.x}'", "MF112", "3:9", ""),
    "a repeated member": ("ledger: a\nledger: b", "MF007", "4:1", ""),
    "two documents": ("---\na: 1", "MF123", "4:1", "one document"),
    "an empty ledger": ("ledger: ''", "MF109", "3:9", ""),
}


@pytest.mark.parametrize(("text", "code", "place", "hint"), CASES.values(), ids=CASES)
def test_a_project_is_judged(text: str, code: str, place: str, hint: str) -> None:
    problem = refused(text)
    assert (problem.code, str(problem.where)) == (code, f"reconciler.yaml:{place}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "MF123"), (b"kind: Project\n", "MF104"), (b"a: [", "MF004"), (b"\xff\xfe", "MF001"), (b"[1]", "MF106")],
)
def test_what_is_no_project_is_refused(content: bytes, code: str) -> None:
    project, problems = read_project("reconciler.yaml", content, KINDS)
    assert (project, [problem.code for problem in problems]) == (ProjectFile(), [code])


def test_a_manifest_is_no_project() -> None:
    _, problems = read_project(
        "reconciler.yaml", b"apiVersion: reconciler/v1\nkind: Purpose\nmetadata: {name: a}\n", KINDS
    )
    assert {problem.code for problem in problems} == {"MF107", "MF105"}


def test_several_mistakes_are_several_problems() -> None:
    text = HEAD + "timing: {settle: 1s}\npolicies: {purposes: {namePattern: '(', minRetentionDays: 400}}\n"
    _, problems = read_project("reconciler.yaml", text.encode(), KINDS)
    assert [problem.code for problem in problems] == ["MF122", "MF121", "MF124"]
