"""A team's ledger: PostgreSQL behind the same verbs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import orjson
import pytest
from reconciler.errors import LedgerError
from reconciler.model.address import Address
from reconciler.state import database_at, hold, holder, open_ledger

from postgres import PASSWORD, Server
from state.builders import OURS, TestClock, intent

from .project import SUPPORT, Project, purpose, schema

PIN = "3f1c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d"


@pytest.fixture
def team(project: Project, postgresql: Server) -> Iterator[Project]:
    """A project whose ledger is in a database."""
    project.environment["RECONCILER_LEDGER_URL"] = postgresql.fresh()
    yield project
    assert PASSWORD not in "".join(content.decode(errors="replace") for content in project.files().values())


def url_of(project: Project) -> str:
    url = project.environment["RECONCILER_LEDGER_URL"]
    assert url
    return url


def silent(ran: object) -> bool:
    """The password is in no output."""
    assert PASSWORD not in str(ran)
    return True


def test_plan_apply_drift_and_adoption_work_as_with_a_file(team: Project) -> None:
    team.write(purpose(), schema())
    assert team.run("plan").says("2 to create")
    assert team.apply().code == 0
    assert team.plan().document["changes"] == []
    assert not team.ledger.exists()
    team.control.edit("purposes", "Support", {"description": "theirs"})
    assert team.run("drift").code == 2
    assert team.run("drift", "--adopt").code == 0
    assert team.apply().code == 0
    assert team.run("drift").code == 0
    assert team.run("audit", "verify").code == 0
    assert team.run("state", "list").says(SUPPORT)
    body = {"name": "Sales", "description": "d", "retentionPeriod": "30d", "legalBasis": "consent"}
    team.control.create("purposes", body)
    assert team.run("import", "--all").code == 0
    assert team.plan().document["changes"] == []


def test_a_role_that_may_only_read_can_plan_and_not_apply(team: Project, postgresql: Server) -> None:
    team.write(purpose())
    assert team.apply().code == 0
    name = database_at(url_of(team)).schema
    postgresql.run(f"GRANT USAGE ON SCHEMA {name} TO reader")
    postgresql.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO reader")
    reader = postgresql.url(user="reader", schema=name)
    assert team.run("plan", RECONCILER_LEDGER_URL=reader).says("No changes")
    ran = team.run("apply", "--auto-approve", RECONCILER_LEDGER_URL=reader)
    team.write(purpose(retention="90d"))
    ran = team.run("apply", "--auto-approve", RECONCILER_LEDGER_URL=reader)
    assert ran.fails_with(1, "The ledger cannot be written", "(42501)")
    assert silent(ran)


def test_the_rights_that_the_readme_names_are_enough_to_apply(team: Project, postgresql: Server) -> None:
    team.applied(purpose())
    name = database_at(url_of(team)).schema
    role = f"robot_{name}"
    postgresql.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    for right, thing in (
        ("USAGE", f"SCHEMA {name}"),
        ("SELECT, INSERT, UPDATE, DELETE", f"ALL TABLES IN SCHEMA {name}"),
        ("USAGE", f"SEQUENCE {name}.intents_number_seq"),
    ):
        postgresql.run(f"GRANT {right} ON {thing} TO {role}")
    team.write(purpose(description="Another reason"), schema())
    assert team.apply(RECONCILER_LEDGER_URL=postgresql.url(user=role, schema=name)).code == 0
    assert team.plan().document["changes"] == []


def test_a_plan_leaves_nothing_behind_in_the_database(team: Project, postgresql: Server) -> None:
    team.write(purpose())
    assert team.plan().code == 0
    name = database_at(url_of(team)).schema
    assert postgresql.run("SELECT 1 FROM pg_namespace WHERE nspname = %s", name) == []


@pytest.mark.parametrize(
    ("change", "summary"),
    [
        ({"password": "wrong-but-secret"}, "The ledger's database refuses the login"),
        ({"database": "nowhere"}, "The ledger's database does not exist"),
        ({"user": "nobody"}, "The ledger's database refuses the login"),
    ],
)
def test_what_is_wrong_with_the_database_is_said_without_the_password(
    team: Project, postgresql: Server, change: dict[str, str], summary: str
) -> None:
    team.write(purpose())
    url = postgresql.url(schema="s", **change)
    for words in (["plan"], ["apply", "--auto-approve"], ["state", "lock"]):
        ran = team.run(*words, RECONCILER_LEDGER_URL=url)
        assert ran.fails_with(1, summary)
        assert silent(ran)
        assert "wrong-but-secret" not in str(ran)
    assert team.effects() == []


def test_a_server_that_is_not_there_is_said(team: Project) -> None:
    team.write(purpose())
    url = f"postgresql://u:{PASSWORD}@127.0.0.1:1/db"
    ran = team.run("plan", RECONCILER_LEDGER_URL=url)
    assert ran.fails_with(1, "The ledger cannot be reached", "postgresql://u@127.0.0.1:1/db")
    assert silent(ran)


@pytest.mark.parametrize(
    "url", ["mysql://u:p4ss@h/d", "postgresql://u:p4ss@h", "postgresql://u:p4ss@h/d?schema=A-b", ":::p4ss"]
)
def test_an_address_of_something_else_is_refused_and_not_shown(project: Project, url: str) -> None:
    project.write(purpose())
    ran = project.run("plan", RECONCILER_LEDGER_URL=url)
    assert ran.fails_with(1, "The ledger's address is not one of PostgreSQL")
    assert "p4ss" not in str(ran)


def test_another_organisations_ledger_is_refused(team: Project, postgresql: Server) -> None:
    team.write(purpose())
    assert team.apply().code == 0
    name = database_at(url_of(team)).schema
    postgresql.run(f"UPDATE {name}.meta SET value = 'other' WHERE key = 'organisation_id'")  # noqa: S608
    assert team.run("plan").fails_with(1, "The ledger belongs to another organisation")


def test_a_newer_ledger_is_refused(team: Project, postgresql: Server) -> None:
    team.write(purpose())
    assert team.apply().code == 0
    postgresql.run(f"UPDATE {database_at(url_of(team)).schema}.meta SET value = '99' WHERE key = 'format'")  # noqa: S608
    for words in (["plan"], ["apply", "--auto-approve"]):
        assert team.run(*words).fails_with(1, "The ledger is of a newer format")


# The lock.


def test_a_second_apply_is_told_who_holds_the_lock_and_exits_6(team: Project) -> None:
    team.write(purpose())
    with hold(database_at(url_of(team)), TestClock(), command="reconciler apply"):
        ran = team.run("apply", "--auto-approve")
        assert ran.fails_with(6, "The ledger is locked", f"pid {os.getpid()}", "reconciler apply")
        assert team.run("state", "lock").says("Held by process", "reconciler apply")
    assert team.run("state", "lock").says("Nobody holds the lock.")
    assert team.apply().code == 0


def test_two_ledgers_in_one_database_have_two_locks(team: Project, postgresql: Server) -> None:
    with hold(database_at(postgresql.fresh()), TestClock()):
        team.write(purpose())
        assert team.apply().code == 0


HOLDER = """
import signal, sys, time
from types import SimpleNamespace
from reconciler.state import database_at, hold

clock = SimpleNamespace(now=time.time, monotonic=time.monotonic, sleep=time.sleep)
with hold(database_at(sys.argv[1]), clock, command="doomed"):
    print("held", flush=True)
    signal.pause()
"""


def test_a_lock_dies_with_its_holder(team: Project) -> None:
    place = database_at(url_of(team))
    with subprocess.Popen([sys.executable, "-c", HOLDER, url_of(team)], stdout=subprocess.PIPE) as doomed:
        assert doomed.stdout is not None
        assert doomed.stdout.readline() == b"held\n"
        found = holder(place)
        doomed.kill()
    assert found is not None
    assert "doomed" in found.command
    with hold(place, TestClock(), timeout=1000):
        pass


def test_a_lock_that_is_lost_stops_the_apply_before_its_next_effect(team: Project, postgresql: Server) -> None:
    place = database_at(url_of(team))
    with (
        hold(place, TestClock(), command="lost") as held,
        open_ledger(place, OURS, writable=True, held=held) as ledger,
    ):
        ledger.begin(intent())
        assert held is not None
        postgresql.run("SELECT pg_terminate_backend(%s, 5000)", held.pid)
        with pytest.raises(LedgerError, match="The ledger's lock is lost"):
            ledger.begin(intent())
        assert len(ledger.intents()) == 1


# Which ledger it has to be.


@pytest.fixture(params=["file", "database"])
def pinned(request: pytest.FixtureRequest, project: Project) -> Project:
    if request.param == "database":
        project.environment["RECONCILER_LEDGER_URL"] = request.getfixturevalue("postgresql").fresh()
    project.configure(ledgerId=PIN)
    project.write(purpose())
    return project


def test_the_pinned_ledger_is_made_only_where_somebody_says_that_it_is_new(pinned: Project) -> None:
    assert pinned.run("plan").fails_with(1, "The ledger is not there", "--new-ledger")
    assert pinned.run("apply", "--auto-approve").fails_with(1, "The ledger is not there", "--new-ledger")
    assert pinned.run("plan", "--new-ledger").says("1 to create")
    assert pinned.effects() == []
    assert pinned.run("apply", "--auto-approve", "--new-ledger").code == 0
    assert pinned.run("plan").says("No changes")
    assert pinned.run("apply", "--auto-approve").code == 0


def test_another_ledger_than_the_pinned_one_is_an_error_whatever_is_said(pinned: Project) -> None:
    assert pinned.run("apply", "--auto-approve", "--new-ledger").code == 0
    pinned.configure(ledgerId=PIN.replace("3", "4", 1))
    for words in (["plan"], ["plan", "--new-ledger"], ["apply", "--auto-approve", "--new-ledger"]):
        assert pinned.run(*words).fails_with(1, "This is another ledger", PIN)


def test_the_project_file_names_a_variable_or_a_path_and_never_a_url(project: Project, postgresql: Server) -> None:
    project.write(purpose())
    project.configure(ledger=f"postgresql://u:{PASSWORD}@h/d")
    assert project.run("plan").code == 1
    project.configure(ledger={"fromEnv": "HOME"})
    assert project.run("plan").code == 1
    project.configure(ledger={"fromEnv": "RECONCILER_LEDGER_PROD"})
    assert project.run("plan").fails_with(1, "The ledger's address is not set", "RECONCILER_LEDGER_PROD")
    assert project.run("validate").code == 0
    project.environment["RECONCILER_LEDGER_PROD"] = postgresql.fresh()
    assert project.apply().code == 0


# state.


def test_a_ledger_moves_from_a_file_to_a_database_and_back(project: Project, postgresql: Server) -> None:
    project.applied(purpose(), schema())
    assert project.run("state", "export", "one.json").code == 0
    assert (project.root / "one.json").stat().st_mode & 0o777 == 0o600
    team = {"RECONCILER_LEDGER_URL": postgresql.fresh()}
    assert project.run("state", "import", "one.json", **team).code == 0
    assert project.run("audit", "verify", **team).code == 0
    assert project.run("plan", **team).says("No changes")
    assert project.run("state", "export", "two.json", **team).code == 0
    assert (project.root / "two.json").read_bytes() == (project.root / "one.json").read_bytes()
    project.write(purpose(description="Another reason"), schema())
    assert project.run("apply", "--auto-approve", **team).code == 0
    assert project.run("audit", "verify", **team).code == 0
    assert project.run("state", "import", "one.json", **team).fails_with(1, "There is a ledger already")


def test_a_copy_that_was_changed_is_refused(project: Project) -> None:
    project.applied(purpose())
    assert project.run("state", "export", "one.json").code == 0
    project.ledger.unlink()
    copy = project.root / "one.json"
    document = orjson.loads(copy.read_bytes())
    document["ledger"]["tables"]["rows"][0]["live_id"] = "other"
    copy.write_bytes(orjson.dumps(document))
    assert project.run("state", "import", "one.json").fails_with(1, "The file is not a ledger", "its hash is another")
    copy.write_bytes(b"{}")
    assert project.run("state", "import", "one.json").fails_with(1, "The file is not a ledger")
    assert not project.ledger.exists()


@pytest.mark.parametrize(
    ("change", "summary"),
    [
        ({"format": 99}, "The ledger is of another format"),
        ({"document": "plan"}, "The file is not a ledger"),
        ({"hash": "sha256:0"}, "The file is not a ledger"),
    ],
)
def test_a_copy_of_another_format_or_of_something_else_is_refused(
    team: Project, change: dict[str, object], summary: str
) -> None:
    team.applied(purpose())
    assert team.run("state", "export", "one.json").code == 0
    copy = team.root / "one.json"
    copy.write_bytes(orjson.dumps(orjson.loads(copy.read_bytes()) | change))
    assert team.run("state", "import", "one.json", RECONCILER_LEDGER_URL=None).fails_with(1, summary)
    assert not team.ledger.exists()


def test_a_copy_that_the_project_file_does_not_mean_is_refused(project: Project, postgresql: Server) -> None:
    project.applied(purpose())
    assert project.run("state", "export", "one.json").code == 0
    team = {"RECONCILER_LEDGER_URL": postgresql.fresh()}
    project.configure(ledgerId=PIN)
    assert project.run("state", "import", "one.json", **team).fails_with(1, "This is another ledger", PIN)
    project.configure(environment={"organisationId": PIN})
    assert project.run("state", "import", "one.json", **team).fails_with(1, "The ledger is another organisation's", PIN)
    assert project.run("state", "list", **team).code == 0
    project.configure()
    assert project.run("state", "import", "one.json", **team).code == 0


def test_the_place_of_something_else_is_left_as_it_is(project: Project, postgresql: Server) -> None:
    project.applied(purpose())
    assert project.run("state", "export", "one.json").code == 0
    url = postgresql.fresh()
    name = database_at(url).schema
    postgresql.run(f"CREATE SCHEMA {name} CREATE TABLE rows (n int)")
    for words in (["state", "import", "one.json"], ["plan"], ["apply", "--auto-approve"]):
        assert project.run(*words, RECONCILER_LEDGER_URL=url).fails_with(1, "The schema is not a ledger")
    tables = postgresql.run("SELECT tablename FROM pg_tables WHERE schemaname = %s", name)
    assert tables == [("rows",)]


def test_nothing_is_moved_or_forgotten_where_an_apply_was_cut_off(project: Project) -> None:
    project.applied(purpose())
    with open_ledger(project.ledger, writable=True) as ledger:
        ledger.begin(intent(address=Address.parse(SUPPORT)))
    for words in (["mv", SUPPORT, "Purpose/Help"], ["rm", SUPPORT]):
        assert project.run("state", *words, "--yes").fails_with(1, "An apply was cut off here", SUPPORT)


def test_a_row_is_moved_or_forgotten_after_asking(project: Project) -> None:
    project.applied(purpose())
    assert project.run("state", "mv", SUPPORT, "Purpose/Help").fails_with(1, "Nobody is there to ask")
    assert project.run("state", "mv", SUPPORT, "Purpose/Help", "--yes").code == 0
    project.write(purpose("Help", name="Support"))
    assert project.plan().document["changes"] == []
    assert project.run("state", "mv", SUPPORT, "Purpose/Help", "--yes").fails_with(1, "The ledger does not know")
    assert project.run("state", "rm", "Purpose/Help", "--yes").code == 0
    assert project.rows() == {}
    assert [entry.action for entry in project.audit()][-3:] == ["STATE_MV", "STATE_MV", "STATE_RM"]
    assert project.run("audit", "verify").code == 0
