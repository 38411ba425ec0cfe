"""What the organisation's policies object to in the manifests: the kinds' default ones, and the project file's own.

Every manifest is judged, changed or not: a policy says how things shall be, not how they may change.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import jsonschema_rs

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Severity
from reconciler.model.kind import Checkup, Kind
from reconciler.model.manifest import Manifest
from reconciler.model.policy import Objection, Policy
from reconciler.model.policy_schema import compiled
from reconciler.model.project import Project
from reconciler.model.shape import Keyed, Record, Set, Shape
from reconciler.model.values import Json, Path, canonical, dotted, fingerprint
from reconciler.planning.judgement import acknowledged


def policy_findings(
    manifests: Mapping[Address, Manifest],
    project: Project,
    kinds: Mapping[str, Kind],
    today: datetime.date,
) -> Iterator[Finding]:
    """Every objection to every manifest as a finding at its place, acknowledged where its manifest does so."""
    present = frozenset(address.kind for address in manifests)
    own = _OwnPolicies(project.policies.own)
    for address, manifest in sorted(manifests.items()):
        kind = kinds[address.kind]
        checkup = Checkup(manifest, project, manifests, present)
        for finding in (*_by_default(kind, checkup), *own.findings(kind, manifest)):
            yield acknowledged(finding, manifest.lifecycle.acknowledge, today)


def _by_default(kind: Kind, checkup: Checkup) -> Iterator[Finding]:
    for policy in kind.policies:
        severity = checkup.project.policies.severity(policy.code, policy.severity)
        if severity is not None:
            for objection in policy.objects(checkup):
                yield _finding(policy.code, severity, policy.message, checkup.manifest, objection)


def _finding(code: str, severity: Severity, message: str, manifest: Manifest, objection: Objection) -> Finding:
    return Finding(
        code,
        severity,
        message,
        manifest.address,
        objection.path,
        facet={"change": objection.change},
        detail=objection.detail,
        hint=objection.hint,
        where=manifest.locate(objection.path),
    )


class _OwnPolicies:
    """The project file's policies, each schema compiled once."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._rules = [(policy, compiled(policy.schema)) for policy in policies]

    def findings(self, kind: Kind, manifest: Manifest) -> Iterator[Finding]:
        for policy, gate in self._rules:
            if policy.scope.covers(manifest.address, manifest.labels) and not gate.is_valid(manifest.normal):
                for objection in _objections(kind, manifest, gate):
                    yield _finding(policy.code, policy.severity, policy.message, manifest, objection)


def _objections(kind: Kind, manifest: Manifest, gate: jsonschema_rs.Draft202012Validator) -> Iterator[Objection]:
    """One objection for each place and value, however many keywords object to it."""
    said: dict[tuple[Path, str], list[str]] = defaultdict(list)
    for error in gate.iter_errors(manifest.normal):
        for violation in _violations(error):
            path = _named(kind.shape, manifest.normal, violation.path)
            said[path or _WHOLE, violation.change].append(violation.text)
    for (path, change), texts in said.items():
        yield Objection(path, change, f"`{dotted(path)}`: {'; '.join(dict.fromkeys(texts))}.")


_WHOLE: Path = ("spec",)
"""The path of an objection to a spec as a whole."""


@dataclass(frozen=True, slots=True)
class _Violation:
    """Where in the instance, what stands there, and what is wrong with it."""

    path: tuple[str | int, ...]
    change: str
    text: str


def _violations(error: jsonschema_rs.ValidationError) -> Iterator[_Violation]:
    """What is missing or too much is a violation of its own: it has a path that can be named."""
    path, fields = tuple(error.instance_path), error.kind.as_dict()
    match error.kind.name:
        case "required":
            yield _Violation((*path, fields["property"]), "missing", "it is missing")
        case "additionalProperties" | "unevaluatedProperties":
            for name in fields["unexpected"]:
                yield _Violation((*path, name), "not allowed", "it is not allowed")
        case _:
            yield _Violation(path, _spelt(error.instance), _short(error.message))


_LONGEST = 200


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _spelt(value: Json) -> str:
    """A value as an acknowledgement repeats it: whole where it is short, else by its fingerprint."""
    text = value if isinstance(value, str) else canonical(value).decode()
    return text if 0 < len(text) <= 60 else fingerprint(value)[:23]


def _named(shape: Shape, value: Json, path: tuple[str | int, ...]) -> Path:
    """A path in the instance as acknowledgements write it: the elements of lists by their keys, or what they are."""
    if not path:
        return ()
    first, *rest = path
    match shape:
        case Record() if (member := shape.member(str(first))) is not None:
            inner: Shape | None = member.shape
        case Keyed():
            inner = shape.element
        case _:
            inner = None
    inside = _inside(value, first)
    return (_name(shape, inside, first), *(_named(inner, inside, tuple(rest)) if inner else map(str, rest)))


def _inside(value: Json, segment: str | int) -> Json:
    try:
        return value[segment]
    except (LookupError, TypeError):
        return None


def _name(shape: Shape, element: Json, segment: str | int) -> str:
    match shape:
        case Keyed() if isinstance(element, dict) and isinstance(segment, int):
            return str(element.get(shape.key, segment))
        case Set() if isinstance(segment, int):
            return str(element)
        case _:
            return str(segment)
