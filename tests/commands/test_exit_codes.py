"""ARCHITECTURE §6: each exit code through the program, and which one wins where several would do."""

from __future__ import annotations

import pytest
from reconciler import errors
from reconciler.commands.applying import exit_code
from reconciler.model.address import Address
from reconciler.model.plan import Action
from reconciler.model.report import Outcome, Report, StepResult

from .project import ROBOT, Project, Start, purpose, schema, text

PURPOSES = "/api/v2/privacy/purposes"
SCHEMAS = "/api/v2/data/flex/schemas"


def _report(*outcomes: tuple[Outcome, int], written: int = 0, interrupted: bool = False, error_exit: int = 0) -> Report:
    results = tuple(
        StepResult(f"Purpose/{number}", Address("Purpose", str(number)), Action.UPDATE, outcome, exit_code=code)
        for number, (outcome, code) in enumerate(outcomes)
    )
    error = "It ended" if error_exit else ""
    return Report("", results, written=written, interrupted=interrupted, error=error, error_exit=error_exit)


DONE = (Outcome.DONE, 0)
CONFLICT = (Outcome.CONFLICT, 4)
FAILED = (Outcome.FAILED, 1)
FORBIDDEN = (Outcome.FAILED, 7)
SKIPPED = (Outcome.SKIPPED, 0)
IN_DOUBT = (Outcome.IN_DOUBT, 1)

PRECEDENCE: dict[str, tuple[Report, int]] = {
    "nothing to do": (_report(), 0),
    "all done": (_report(DONE, DONE, written=2), 0),
    "already done": (_report((Outcome.ALREADY, 0)), 0),
    "merged": (_report((Outcome.MERGED, 0), written=1), 0),
    "a conflict alone": (_report(CONFLICT, SKIPPED), 4),
    "a failure alone": (_report(FAILED, SKIPPED), 1),
    "a failure before a conflict": (_report(CONFLICT, FAILED), 1),
    "a permission before a failure": (_report(FAILED, FORBIDDEN), 7),
    "a permission before a conflict": (_report(CONFLICT, FORBIDDEN), 7),
    "partial before a permission": (_report(DONE, FORBIDDEN, written=1), 5),
    "partial before a conflict": (_report(DONE, CONFLICT, written=1), 5),
    "in doubt is partial: it may have been written": (_report(IN_DOUBT), 5),
    "a record beside a failure has written nothing": (_report(DONE, FAILED, written=0), 1),
    "the time was up before anything": (_report(SKIPPED, error_exit=1), 1),
    "the credentials ended while nothing was written": (_report(FORBIDDEN, SKIPPED, error_exit=7), 7),
    "the ledger's trouble after a write": (_report(DONE, FAILED, written=1, error_exit=1), 5),
    "interrupted before everything": (_report(DONE, FORBIDDEN, written=1, interrupted=True, error_exit=7), 130),
}


@pytest.mark.parametrize(("report", "code"), PRECEDENCE.values(), ids=PRECEDENCE.keys())
def test_of_several_exit_codes_the_weightiest_wins(report: Report, code: int) -> None:
    assert exit_code(report) == code


CODES = {
    errors.UsageError: 1,
    errors.InvalidManifests: 1,
    errors.AuthenticationFailed: 7,
    errors.PermissionDenied: 7,
    errors.NotOffered: 1,
    errors.UntrustworthyAnswer: 1,
    errors.OutOfTime: 1,
    errors.Interrupted: 130,
    errors.LedgerError: 1,
    errors.LedgerLocked: 6,
    errors.ForeignLedger: 1,
    errors.PlanRefused: 4,
    errors.PlanUnreadable: 1,
    errors.Blocked: 3,
    errors.Declined: 1,
}


@pytest.mark.parametrize(("error", "code"), CODES.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_every_reason_has_its_exit_code(error: type[errors.ReconcilerError], code: int) -> None:
    assert error.exit_code == code


def test_0_nothing_is_wrong(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan").code == 0


def test_1_an_error(project: Project) -> None:
    project.write("nonsense")
    assert project.run("plan").code == 1


def test_2_changes_where_that_was_asked_for(project: Project) -> None:
    project.write(purpose())
    assert project.run("plan", "--detailed-exitcode").code == 2


def test_3_blocked(project: Project) -> None:
    project.applied(purpose())
    project.write()
    assert project.run("plan").code == project.run("apply", "--auto-approve").code == 3


def test_4_a_conflict_and_nothing_written(project: Project) -> None:
    project.applied(purpose())
    project.write(purpose(description="ours"))
    edit = {"operation": "patch", "collection": "purposes", "target": "Support", "body": {"description": "theirs"}}
    project.control.fault(f"PUT {PURPOSES}/*", "edit", edits=[edit])
    assert project.apply().code == 4


def test_5_partial_and_again_resumes(project: Project) -> None:
    project.write(purpose("Alpha"), purpose("Beta"))
    project.control.fault(f"POST {PURPOSES}", "status", status=400, skip=1)
    assert project.apply("--parallelism", "1").code == 5
    assert project.apply().code == 0
    assert project.actions() == [("create", "Alpha"), ("create", "Beta")]


def test_7_a_permission_that_is_lost_on_the_way(start: Start) -> None:
    project = start(clients=[{**ROBOT, "scopes": ["privacy:purpose:read"]}])
    project.write(purpose())
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (7, {"Purpose/Support": "failed"})


def test_a_token_that_is_revoked_on_the_way_is_renewed(project: Project) -> None:
    project.write(schema(text("a")))
    project.control.fault(f"POST {SCHEMAS}", "status", status=401)
    assert project.apply().code == 0


def test_credentials_that_end_on_the_way_end_the_run(project: Project) -> None:
    project.write(purpose("Alpha"), purpose("Beta"))
    project.control.fault(f"POST {PURPOSES}", "status", status=401, times=None, skip=1)
    ran = project.apply("--parallelism", "1")
    assert ran.code == 5
    assert ran.outcomes == {"Purpose/Alpha": "done", "Purpose/Beta": "failed"}
