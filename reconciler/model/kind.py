"""What a kind is: a frozen value of facts about one type of object. The engine reads facts and never asks for names.

When the engine needs to know something new, a fact with a harmless default is added here.

The published API's objects in these facts (published-api.md §10), so that they fit without a special case:

| object                | natural key           | create    | update | lock         | deletion          | paging      |
|-----------------------|-----------------------|-----------|--------|--------------|-------------------|-------------|
| retention policy      | name                  | POST      | PUT    | COMPARE      | DELETE            | PAGE_NUMBER |
| workitem schema       | title                 | POST      | PUT    | BODY_VERSION | DELETE, tombstone | UNPAGED     |
| contact schema        | title                 | POST      | PUT    | BODY_VERSION | DELETE_OR_DISABLE | UNPAGED     |
| organization schema   | title                 | POST      | PUT    | BODY_VERSION | DISABLE           | UNPAGED     |
| external event schema | title (while enabled) | POST bare | PUT    | BODY_VERSION | DELETE_OR_DISABLE | UNPAGED     |
| conversation schema   | title (while enabled) | POST bare | PUT    | BODY_VERSION | DISABLE           | UNPAGED     |
| user schema           | title                 | POST      | PUT    | BODY_VERSION | DELETE_OR_DISABLE | UNPAGED     |
| business rules schema | title                 | POST      | PUT    | BODY_VERSION | DELETE_OR_DISABLE | UNPAGED     |
| masking rule          | name, definition, ... | POST      | PATCH  | COMPARE      | DELETE            | UNPAGED     |
| data retention        | none: one object      | PUT       | PUT    | COMPARE      | IMPOSSIBLE        | SINGLETON   |
| flow                  | type, name            | job       | job    | CHECKOUT     | DELETE (then 410) | PAGE_NUMBER |
| automation trigger    | name                  | POST      | PUT    | BODY_VERSION | DELETE            | CURSOR      |
| GDPR request, jobs    | none                  | a request: submitted once and followed, not converged               |

"bare" = the create body is the schema itself, without the envelope that GET and PUT use (`envelope`); "tombstone" = GET
after a delete may answer 200 with `deleted: true`, which is gone; "while enabled" is `unique_while`. A checkout, a
cursor and a singleton have no code yet: it comes with the first kind that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.address import Address
from reconciler.model.archive import Archiving
from reconciler.model.evidence import NO_EVIDENCE, Evidence, Question, Verdict
from reconciler.model.finding import Explanation, Finding, FindingClass, Severity
from reconciler.model.manifest import Expansion, Manifest
from reconciler.model.policy import Objection
from reconciler.model.project import Project
from reconciler.model.register import KeptField, KeptFields, Processing
from reconciler.model.request import Asking
from reconciler.model.shape import Record
from reconciler.model.source import Problem
from reconciler.model.values import Json, Normal, Path


class Origin(StrEnum):
    """Where a kind's API is described."""

    PUBLISHED = "published API"
    DESIGN_DOCUMENTS = "design documents"


class Lock(StrEnum):
    """How an object is locked, always with the version seen when planning."""

    IF_MATCH = "if_match"
    """The version in an If-Match header."""
    BODY_VERSION = "body_version"
    """The version as the integer `version` in the body of a PUT. A DELETE has no body and carries none."""
    COMPARE = "compare"
    """No lock in the API: read, compare, write, read back. Narrows the race and cannot close it."""
    CHECKOUT = "checkout"
    """A user's or client's exclusive lock around the edit."""

    @property
    def guards_deletion(self) -> bool:
        """Whether a DELETE can be made to fail if the object has changed; if not, it is read right before."""
        return self is Lock.IF_MATCH


class Deletion(StrEnum):
    """What deleting an object means on the platform."""

    DELETE = "delete"
    DELETE_OR_DISABLE = "delete or disable"
    """It is deleted, or disabled where the organisation turns out not to allow that."""
    DISABLE = "disable"
    """There is no DELETE: the object is disabled, and stays."""
    IMPOSSIBLE = "impossible"
    """There is no DELETE, and nothing to disable: it can only be forgotten."""


class Paging(StrEnum):
    """How the collection is listed."""

    PAGE_NUMBER = "pageNumber"
    CURSOR = "cursor"
    UNPAGED = "unpaged"
    SINGLETON = "singleton"


@dataclass(frozen=True, slots=True)
class Scopes:
    """What a credential needs; `also` is what adding needs besides. `roles` are named in the message of a 403."""

    read: str
    write: str
    roles: tuple[str, ...] = ()
    also: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(name for name in (self.read, self.write, self.also) if name))


class Verb(StrEnum):
    """What a call does, as far as permissions tell calls apart."""

    VIEW = "view"
    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"


Body: TypeAlias = Mapping[str, Json]
"""What stands on the wire, as JSON values."""


def _as_it_is(body: Body) -> Body:
    return body


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around an object on the wire, where the names in its shape do not say it all.

    `opened` makes of an answer what the shape reads; `to_create` and `to_replace` make of what the shape writes the two
    bodies that are sent. None of them raises: an answer that is not as it should be is opened to something that the
    shape refuses. Whatever an answer holds beyond the shape comes back when it is replaced.
    """

    opened: Callable[[Body], Body] = _as_it_is
    to_create: Callable[[Body], Body] = _as_it_is
    to_replace: Callable[[Body], Body] = _as_it_is


Terms: TypeAlias = Mapping[str, Json]
"""What an organisation says about a kind, by `Term.name`. One that it does not say is missing."""


@dataclass(frozen=True, slots=True)
class Term:
    """Something that the organisation itself says about a kind: a resource below the collection.

    It is read once a plan, where an object of the kind is written. `read` takes out of the answer what is needed, and
    raises ValueError where the answer makes no sense.
    """

    name: str
    path: str
    read: Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """How many elements one list of one object may hold or, `across` all objects of the organisation, together.

    `path` is the list; across all objects the empty path counts the objects themselves. `code` is its finding's; `cls`
    is POLICY where the number is only documented, and the organisation may have another.
    """

    path: Path
    maximum: int
    code: str
    noun: str
    cls: FindingClass = FindingClass.PLATFORM
    across: bool = False


@dataclass(frozen=True, slots=True)
class Checkup:
    """One manifest with its surroundings, for a kind's own checks and policies.

    `others` finds manifests by address; `present` are the kinds of which there are any.
    """

    manifest: Manifest
    project: Project
    others: Mapping[Address, Manifest]
    present: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DefaultPolicy:
    """A policy that a kind brings along: in force until the project file says otherwise.

    `message` is short and constant; `objects` says what is against it in one manifest among the others.
    """

    code: str
    severity: Severity
    message: str
    objects: Callable[[Checkup], Iterable[Objection]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a kind's policies are adjusted with: the section `policies.NAME` of the project file.

    `schema` is the section's JSON Schema, with its defaults. `expressions` are members that hold regular expressions;
    of each pair in `ranges` the first is no greater than the second.
    """

    name: str
    schema: Mapping[str, Json]
    expressions: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()

    def default(self, member: str) -> Json:
        """What holds where the project file does not say."""
        return self.schema["properties"][member]["default"]

    def value(self, project: Project, member: str) -> Json:
        """What holds in a project."""
        return project.policies.settings.get(self.name, {}).get(member, self.default(member))


@dataclass(frozen=True, slots=True)
class Transition:
    """One object before and after a change, for a kind's judgement. `before` None = created, `after` None = ended.

    `recorded` is what the ledger says that we declared last; None where the object was not ours.
    """

    address: Address
    before: Normal | None
    after: Normal | None
    project: Project
    evidence: Evidence = NO_EVIDENCE
    terms: Terms = field(default_factory=dict)
    recorded: Normal | None = None

    def unfinished(self, name: str) -> bool:
        """Whether we made the object and a member that a creation cannot set was never set yet: nobody relied on it."""
        return self.recorded is not None and name not in self.recorded


def _no_problems(_: Checkup) -> Iterable[Problem]:
    return ()


def _no_findings(_: Transition) -> Iterable[Finding]:
    return ()


def _no_questions(_before: Normal, _after: Normal) -> tuple[Question, ...]:
    return ()


def _no_verdict(_question: Question, _value: Json) -> Verdict:
    return Verdict.FAILS


def _no_limits(_: Terms) -> tuple[SizeLimit, ...]:
    return ()


def _no_expansions(_name: str, _normal: Normal) -> tuple[Expansion, ...]:
    return ()


def _unexplained(_before: Normal, _after: Normal) -> Mapping[Path, str]:
    return {}


def _no_processing(_: Normal) -> Processing | None:
    return None


def _no_fields(_: Normal) -> Iterable[KeptField]:
    return ()


def _plainly(spec: Normal) -> Normal:
    return spec


def _stated(spec: Mapping[str, Json], _project: Project) -> Mapping[str, Json]:
    return spec


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """The facts about one kind.

    `path` is the collection's path; `page_size` its largest page; `identity` the wire member that holds an object's id;
    `natural_key` the members that tell two live objects apart; the organisation holds them unique, but only among
    objects that have the members `unique_while`; `server_owned` are wire members that only the server writes;
    `envelope` is what stands around the object on the wire; `tombstone` names a wire member whose true value says that
    the object is deleted, though it is still shown; `disabled` are the members that take an object out of use;
    `at_birth` are the members that a creation cannot set, with the values that a new object has whatever is sent;
    `records` is the path of an object's records below it, or empty; `schema` is the JSON Schema of `spec`.

    `asking` makes a kind one of requests, which are submitted once and then followed, and never converge; `archiving`
    makes it one of standing orders, whose work is done at every apply. `permissions`
    are what a client's roles must contain (published API §1.3); a kind without any goes by scopes alone. `refusals` say
    what to do about the codes by which the organisation refuses a request. `terms` are what the organisation itself
    says about the kind, and `limits` the sizes that follow from them; without any terms, those that are documented.

    `expand` gives the further manifests that one of this name and normal form stands for; where a manifest was made so,
    its kind's local member `owner` holds the address of the one that it stands and falls with. `folder` is where its
    manifests are written; empty = its name in the plural.

    `resolve` turns project-dependent spellings of a valid spec into plain ones, and `express` plain ones into what a
    person would write; `origins` says of two declarations,
    recorded and desired, which paths differ because the project file does, and how; `check` finds what a JSON Schema
    cannot; `policies` are the organisation's rules for its manifests, as far as they come with the kind, and `settings`
    what the project file adjusts them with; `judge` finds what is unsafe about a change; `questions` says what records
    should be asked before judging, and `classify` answers for one value. All are pure.

    `processing` reads out of a normal form why personal data is kept, and `kept_fields` which fields are kept for what:
    together they are the record of processing in an audit bundle.
    """

    name: str
    title: str
    origin: Origin
    path: str
    shape: Record
    schema: Mapping[str, Json]
    scopes: Scopes
    example: str
    permissions: Mapping[Verb, str] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    identity: str = "id"
    natural_key: tuple[str, ...] = ("name",)
    unique_while: Normal = field(default_factory=dict)
    paging: Paging = Paging.PAGE_NUMBER
    page_size: int = 100
    lock: Lock = Lock.IF_MATCH
    deletion: Deletion = Deletion.DELETE
    disabled: Normal = field(default_factory=dict)
    server_owned: frozenset[str] = frozenset()
    envelope: Envelope = Envelope()
    tombstone: str = ""
    at_birth: Normal = field(default_factory=dict)
    asking: Asking | None = None
    owner: str = ""
    folder: str = ""
    archiving: Archiving | None = None
    records: str = ""
    terms: tuple[Term, ...] = ()
    limits: Callable[[Terms], tuple[SizeLimit, ...]] = _no_limits
    resolve: Callable[[Mapping[str, Json], Project], Mapping[str, Json]] = _stated
    express: Callable[[Normal], Normal] = _plainly
    expand: Callable[[str, Normal], tuple[Expansion, ...]] = _no_expansions
    origins: Callable[[Normal, Normal], Mapping[Path, str]] = _unexplained
    check: Callable[[Checkup], Iterable[Problem]] = _no_problems
    policies: tuple[DefaultPolicy, ...] = ()
    settings: Settings | None = None
    judge: Callable[[Transition], Iterable[Finding]] = _no_findings
    questions: Callable[[Normal, Normal], tuple[Question, ...]] = _no_questions
    classify: Callable[[Question, Json], Verdict] = _no_verdict
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    processing: Callable[[Normal], Processing | None] = _no_processing
    kept_fields: KeptFields = _no_fields

    @property
    def manifests_folder(self) -> str:
        """Where manifests of the kind are written."""
        return self.folder or f"{self.name.lower()}s"

    @property
    def converges(self) -> bool:
        """Whether its manifests describe objects; the others ask for something, or are standing orders."""
        return self.asking is None and self.archiving is None
