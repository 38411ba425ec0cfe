"""The organisation's clock, when it does not go as ours does."""

from __future__ import annotations

from .project import Project, purpose

PURPOSES = "/api/v2/privacy/purposes"


def test_a_jump_of_their_clock_does_not_end_the_doubt(project: Project) -> None:
    def pass_by(seconds: float) -> None:
        project.time.waited += seconds
        project.control.advance(600)

    project.time.pass_by = pass_by  # type: ignore[method-assign]
    project.control.fault(f"POST {PURPOSES}", "late", reads=3)
    project.control.fault(f"POST {PURPOSES}", "cut", when="after")
    project.write(purpose())
    ran = project.apply()
    assert (ran.code, ran.outcomes) == (0, {"Purpose/Support": "done"})
    assert project.control.requests("POST", PURPOSES) == project.control.requests("POST", PURPOSES)[:1]
