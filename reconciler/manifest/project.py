"""The project file, read as strictly as a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.errors import UsageError
from reconciler.manifest.codes import Code, problem
from reconciler.manifest.environments import Linked, contradictions, environments_of
from reconciler.manifest.gate import Gate
from reconciler.manifest.placeholders import placeholders
from reconciler.manifest.policies import policies_of, policy_problems
from reconciler.manifest.project_schema import project_schema_for
from reconciler.manifest.reader import YamlDocument, read
from reconciler.manifest.variation import Variation
from reconciler.manifest.violations import explain
from reconciler.model.duration import parse_days, parse_seconds
from reconciler.model.kind import Kind
from reconciler.model.project import (
    DeletionLimit,
    Environment,
    Limits,
    Project,
    Receiver,
    RetentionClass,
    Service,
    Timing,
    usual_ledger,
)
from reconciler.model.source import Problem, Source
from reconciler.model.values import Json


@dataclass(frozen=True, slots=True)
class Setting:
    """The project in one environment, and what that changes about the manifests."""

    project: Project = field(default_factory=Project)
    variation: Variation = field(default_factory=Variation)


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A whole project file: its environments by name, and the one that is meant where nobody says; empty = none is."""

    settings: Mapping[str, Setting] = field(default_factory=lambda: {Project().environment.name: Setting()})
    default: str = Project().environment.name

    @property
    def any(self) -> Setting:
        """For what is the same in every environment: policies, limits, classes."""
        return self.settings.get(self.default) or next(iter(self.settings.values()))


def _nothing_linked(path: str) -> tuple[str, bytes]:
    raise UsageError("A file cannot be read", detail=f"{path} is not there.", hint="Write the values out.")


def read_project(
    file: str, content: bytes, kinds: Mapping[str, Kind], *, linked: Linked = _nothing_linked
) -> tuple[ProjectFile, tuple[Problem, ...]]:
    """What a project file states, or the default one with every problem of the file. Raises nothing.

    `kinds` are those that its policies may speak of; `linked` reads the files of values that it names.
    """
    documents, problems = read(file, content)
    if not problems and len(documents) != 1:
        problems = [_not_one(file, documents)]
    for document in documents[:1]:
        if not document.lost:
            problems += _problems(document, kinds)
    variations: dict[str, Variation] = {}
    if not problems:
        variations, problems = environments_of(documents[0], linked)
    if problems:
        return ProjectFile(), tuple(sorted(dict.fromkeys(problems), key=lambda each: (each.where, each.code)))
    return _project_file(documents[0], kinds, variations), ()


def _project_file(
    document: YamlDocument, kinds: Mapping[str, Kind], variations: Mapping[str, Variation]
) -> ProjectFile:
    project = _project(document, kinds)
    several = document.value.get("environments")
    settings = {
        name: Setting(_in_environment(project, name, several) if several else project, variation)
        for name, variation in variations.items()
    }
    alone = next(iter(settings)) if len(settings) == 1 else ""
    return ProjectFile(settings, document.value.get("defaultEnvironment", alone))


def _in_environment(project: Project, name: str, several: Mapping[str, Mapping[str, Json]]) -> Project:
    """One of several environments has a ledger of its own, stated or not."""
    stated = several[name]
    environment = _environment({**stated, "name": name}, Environment())
    file, variable = _ledger(stated.get("ledger", ""))
    return replace(
        project,
        environment=environment,
        ledger=file,
        ledger_variable=variable,
        ledger_id=stated.get("ledgerId", ""),
        ledger_otherwise=usual_ledger(name),
        is_one_of_several=len(several) > 1,
    )


def _not_one(file: str, documents: list[YamlDocument]) -> Problem:
    return problem(
        Code.ONE_PROJECT,
        documents[1].source if documents else Source(file, 1, 1),
        detail=f"It holds {len(documents)} documents.",
        hint="Write one document that begins with `apiVersion: reconciler/v1` and `kind: Project`.",
    )


def _problems(document: YamlDocument, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    for path, text in placeholders(document.value):
        hint = "Write the value itself."
        yield problem(Code.PLACEHOLDER, document.locate_value(path), detail=f"`{text[:80]}`.", hint=hint)
    gate = Gate(project_schema_for(kinds))
    if not gate.admits(document.value):
        yield from explain(gate, document, document.value)
    else:
        yield from policy_problems(document, kinds)
        yield from _contradictions(document)
        yield from contradictions(document)


def _contradictions(document: YamlDocument) -> Iterator[Problem]:
    stated, default = document.value, Project()
    timing = _timing(stated.get("timing", {}), default.timing)
    names = [receiver["name"] for receiver in stated.get("service", {}).get("forward", ())]
    for index, name in enumerate(names):
        if name in names[:index]:
            where = document.locate_value(("service", "forward", index, "name"))
            hint = "Give every receiver a name of its own: it says what each has been told."
            yield problem(Code.REPEATED, where, detail=f"Another receiver is called {name!r}.", hint=hint)
    if timing.settle <= timing.request:
        yield problem(
            Code.SETTLE_TOO_SHORT,
            document.locate_value(("timing", "settle" if "settle" in stated["timing"] else "request")),
            detail=f"`settle` is {timing.settle:g}s and `request` is {timing.request:g}s.",
            hint="Raise `timing.settle` above `timing.request`.",
        )


def _project(document: YamlDocument, kinds: Mapping[str, Kind]) -> Project:
    stated, default = document.value, Project()
    return Project(
        _environment(stated.get("environment", {}), default.environment),
        {
            name: RetentionClass(name, parse_days(each["retention"]), each.get("description", ""))
            for name, each in stated.get("retentionClasses", {}).items()
        },
        policies_of(document, kinds),
        _limits(stated.get("limits", {}), default.limits),
        _timing(stated.get("timing", {}), default.timing),
        *_ledger(stated.get("ledger", "")),
        stated.get("ledgerId", ""),
        Service(tuple(map(_receiver, stated.get("service", {}).get("forward", ())))),
    )


def _ledger(stated: Json) -> tuple[str, str]:
    """Its file, or the variable that holds its URL."""
    return ("", stated["fromEnv"]) if isinstance(stated, dict) else (stated, "")


def _receiver(stated: Mapping[str, Json]) -> Receiver:
    headers = {name: value["fromEnv"] for name, value in stated.get("headers", {}).items()}
    return Receiver(stated["name"], stated["url"], headers)


def _environment(stated: Mapping[str, Json], default: Environment) -> Environment:
    return Environment(
        stated.get("name", default.name),
        stated.get("region", default.region),
        stated.get("apiUrl", default.api_url),
        stated.get("loginUrl", default.login_url),
        stated.get("organisationId", default.organisation_id),
    )


def _limits(stated: Mapping[str, Json], default: Limits) -> Limits:
    deletions = stated.get("deletions", {})
    return Limits(
        DeletionLimit(
            int(deletions.get("count", default.deletions.count)),
            int(deletions.get("percent", default.deletions.percent)),
        ),
        int(stated.get("evidenceCalls", default.evidence_calls)),
        int(stated.get("warnAtPercent", default.warn_at_percent)),
        int(stated.get("requestsPerMinute", default.requests_per_minute)),
        int(stated.get("maxInFlight", default.in_flight)),
        int(stated.get("dataExportDays", default.data_export_days)),
        int(stated.get("archivesInFlight", default.archives_in_flight)),
    )


def _timing(stated: Mapping[str, Json], default: Timing) -> Timing:
    def seconds(name: str, otherwise: float) -> float:
        return parse_seconds(stated[name]) if name in stated else otherwise

    return Timing(
        seconds("connect", default.connect),
        seconds("request", default.request),
        seconds("settle", default.settle),
    )
