"""`reconciler validate`: everything that can be known about the manifests without the organisation."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.commands import options
from reconciler.commands.clock import SystemClock
from reconciler.commands.options import EVERY, Home
from reconciler.commands.outputs import REVIEW, parse_outputs
from reconciler.commands.project_file import is_several, named
from reconciler.commands.workspace import Workspace, merged, read_everywhere, read_workspace
from reconciler.errors import InvalidManifests
from reconciler.kinds import KINDS
from reconciler.model.finding import Finding
from reconciler.model.manifest import Estate
from reconciler.model.source import Problem, Source
from reconciler.planning.policies import policy_findings
from reconciler.render import (
    Case,
    Level,
    Occasion,
    Remark,
    Verdict,
    cases_of_files,
    problem_text,
    problems_json,
    remarks_of_problems,
    told_html,
    told_markdown,
)


@dataclass(frozen=True, slots=True)
class _Valid:
    """Nothing is wrong in any of these environments; `noted` is what policies only warn or inform of."""

    estates: Mapping[str, Estate]
    noted: tuple[Problem, ...]

    def human(self, *, styled: bool, width: int) -> str:
        remarks = [problem_text(each, styled=styled, width=width) + "\n" for each in self.noted]
        return "\n".join([*remarks, *(self._counted(name, estate) for name, estate in self.estates.items())])

    def _counted(self, name: str, estate: Estate) -> str:
        count = len(estate.manifests)
        there = f" in {name}" if len(self.estates) > 1 else ""
        return f"{count} manifest{'s' if count != 1 else ''} valid{there}."

    def json(self) -> bytes:
        return problems_json((), remarks=self.noted)

    def markdown(self, occasion: Occasion) -> str:
        return told_markdown("The manifests are valid", self.human(styled=False, width=100), occasion)

    def html(self, occasion: Occasion) -> str:
        return told_html("The manifests are valid", self.human(styled=False, width=100), self.remarks(), occasion)

    def cases(self) -> tuple[Case, ...]:
        files = {each.source.file for estate in self.estates.values() for each in estate.manifests.values()}
        return cases_of_files(self.remarks(), files, verdict=Verdict.PASSED)

    def remarks(self) -> tuple[Remark, ...]:
        return remarks_of_problems(self.noted, Level.WARNING)

    def numbers(self) -> Mapping[str, str]:
        return {"failed": "false", "findings": str(len(self.noted))}


@click.command()
@click.argument("paths", nargs=-1, type=options.Named(path_type=Path))
@options.project_file
@options.environment
@options.outputs
def validate(paths: tuple[Path, ...], project_file: Path | None, environment: str, outputs: tuple[str, ...]) -> None:
    """Check manifests: YAML, schema, references, names, the organisation's policies.

    PATHS are files or folders; by default the folder manifests. Every problem of every file is reported in one run, and
    without --env in every environment. Needs no credentials.

    \b
      reconciler validate
      reconciler validate manifests/purposes --output json=problems.json
      reconciler validate --env prod
    """
    places = list(paths) or [Path("manifests")]
    home = Home(places[0], project_file, environment)
    target = parse_outputs(outputs, formats=REVIEW, verb="validate", environment=named(home))
    with target.failing_loudly():
        workspaces, problems, streamed = _read(places, home, is_part=bool(paths), notify=target.stream)
        if problems:
            raise InvalidManifests(problems, streamed=streamed)
        judged = {name: _judged(workspace) for name, workspace in workspaces.items()}
        blocking, remarks = (merged({name: both[side] for name, both in judged.items()}) for side in (0, 1))
        if blocking:
            raise InvalidManifests(blocking)
    target.show(_Valid({name: workspace.estate for name, workspace in workspaces.items()}, remarks))


def _read(
    places: list[Path], home: Home, *, is_part: bool, notify: Callable[[Problem], None]
) -> tuple[Mapping[str, Workspace], tuple[Problem, ...], bool]:
    """The workspace of each environment that is meant, what is wrong, and whether that has been shown as it was found:
    of several environments it is known only at the end in which of them it is so."""
    if home.environment in ("", EVERY) and is_several(home):
        return *read_everywhere(places, home, is_part=is_part), False
    workspace, problems = read_workspace(places, home, is_part=is_part, notify=notify)
    return {workspace.project.environment.name: workspace}, problems, True


def _judged(workspace: Workspace) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """What policies object to and nobody has acknowledged: what would block a plan, and the rest."""
    today = datetime.datetime.fromtimestamp(SystemClock().now(), datetime.UTC).date()
    found = [
        finding
        for finding in policy_findings(workspace.estate.manifests, workspace.project, KINDS, today)
        if finding.acknowledged is None
    ]
    return _problems(each for each in found if each.blocks), _problems(each for each in found if not each.blocks)


def _problems(findings: Iterable[Finding]) -> tuple[Problem, ...]:
    return tuple(sorted(map(_problem, findings), key=lambda problem: (problem.where, problem.code)))


def _problem(finding: Finding) -> Problem:
    where = finding.where or Source("", 1, 1)
    or_accept = "Or accept it with the snippet that the plan prints:\nreconciler plan" if finding.blocks else ""
    hint = "\n".join(filter(None, (finding.hint, or_accept)))
    return Problem(finding.code, finding.summary, finding.detail, hint, where)
