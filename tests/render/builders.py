"""Frozen values to render, with what does not matter filled in."""

from __future__ import annotations

import datetime
from typing import Any

from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence, Question, Tally
from reconciler.model.finding import Finding, FindingClass, Severity
from reconciler.model.manifest import Acknowledgement
from reconciler.model.merged import Overlap
from reconciler.model.observed import Organisation
from reconciler.model.plan import Action, Budget, Cause, Change, FieldChange, Headroom, Plan, Precondition
from reconciler.model.project import Project
from reconciler.model.report import Outcome, Report, StepResult
from reconciler.model.source import Problem, Source
from reconciler.model.values import ABSENT
from reconciler.render import plan_text

PROFILE = Address("FlexSchema", "customer_profile")
CONTRACT = Address("FlexSchema", "contract")
ANALYTICS = Address("Purpose", "Customer_Support_Analytics")
MARKETING = Address("Purpose", "Marketing_Campaigns")
ACME = Organisation("5f3c9a2e-8d41-4b7a-9c06-1e2f3a4b5c6d", "Acme Contact Centre")

AGE = Question(("fields", "age", "type"), "age", "string -> number")
EVIDENCE = Evidence(
    "organisation",
    1200,
    1200,
    True,
    tallies=(
        (Question(("fields", "age", "type"), "age", "string -> number"), Tally(1190, 2, 0, 8, ("9f1c2ab34d5e",))),
    ),
)


def plan(*changes: Change, **members: Any) -> Plan:
    defaults: dict[str, Any] = {
        "organisation": ACME,
        "environment": "production",
        "as_of": "2026-10-03T08:15:00Z",
        "tool": "reconciler 0.1.0",
        "ledger_id": "ledger",
        "project": Project(),
        "changes": changes,
        "budget": Budget(4, len(changes), round(len(changes) / 5, 1)),
    }
    return Plan(**{**defaults, **members})


def change(address: Address = PROFILE, action: Action = Action.UPDATE, **members: Any) -> Change:
    defaults: dict[str, Any] = {
        "step": str(address),
        "reason": "the manifest changed",
        "live_id": "" if action in (Action.CREATE, Action.RECREATE) else "9e8a7d3c",
        "precondition": None if action in (Action.CREATE, Action.RECREATE) else Precondition(7, "sha256:00"),
    }
    return Change(address=address, action=action, **{**defaults, **members})


def field(
    path: str, before: Any = ABSENT, after: Any = ABSENT, cause: Cause = Cause.UPDATE, **members: Any
) -> FieldChange:
    return FieldChange(tuple(path.split(".")), cause, before, after, **members)


def finding(code: str = "FS101", severity: Severity = Severity.BLOCK, **members: Any) -> Finding:
    defaults: dict[str, Any] = {
        "summary": "Field removed",
        "address": PROFILE,
        "path": ("fields", "legacy_score"),
        "facet": {"removes": ["legacy_score"]},
        "detail": "Field 'legacy_score' goes, and with it every value that records hold in it.",
        "where": source(),
    }
    return Finding(code, severity, **{**defaults, **members})


def source(line: int = 14, column: int = 5, text: str = "    fields:") -> Source:
    return Source("manifests/schemas/customer_profile.yaml", line, column, text)


def acknowledgement(**members: Any) -> Acknowledgement:
    defaults: dict[str, Any] = {
        "code": "FS101",
        "path": "fields.legacy_score",
        "reason": "replaced by risk_band (GOV-212)",
        "by": "a.smith",
        "expires": datetime.date(2026, 12, 31),
        "removes": ("legacy_score",),
    }
    return Acknowledgement(**{**defaults, **members})


def shown(made: Plan, *, width: int = 100) -> str:
    return plan_text(made, KINDS, styled=False, width=width)


def blocked_plan() -> Plan:
    """A removal, a type change that the platform refuses, a deletion nobody authorised, and an unrelated update."""
    profile = change(
        fields=(
            field("fields.legacy_score", {"name": "legacy_score", "type": "number", "required": False}),
            field("fields.loyalty.type", "boolean", "date"),
            field("fields.risk_band", after={"name": "risk_band", "type": "string", "options": ["low", "high"]}),
            field("fields.vip.required", before=True, after=False, cause=Cause.DRIFT, base=False),
            field('fields.status.options."pending"', after="pending"),
        ),
        foreign=(("fields", "x_campaign"), ("fields", "x_region"), ("fields", "x_score")),
        destructive=True,
        evidence=EVIDENCE,
    )
    findings = (
        finding(where=source(9, 3, "  fields:")),
        finding(
            "FS102",
            summary="Type changed",
            path=("fields", "loyalty", "type"),
            facet={"change": "boolean -> date"},
            cls=FindingClass.PLATFORM,
            detail="The platform does not convert boolean -> date: it requires a manual data migration. "
            "Evidence: 1200 of 1200 records read, complete: 0 convert, 0 with loss, 1200 fail, 0 empty.",
            where=source(17, 31, "    - {name: loyalty, type: date}"),
        ),
        finding(
            "RC301",
            summary="Deletion not authorised",
            address=MARKETING,
            path=(),
            facet={},
            detail="No manifest describes it any more, and nothing says that it is to be deleted.",
            hint="removed: [{address: Purpose/Marketing_Campaigns, delete: true}]",
            where=None,
        ),
        finding(
            "RC303",
            summary="Too many deletions",
            address=None,
            path=(),
            facet={},
            detail="3 of 12 objects of Purpose would be deleted; at most 1 at once.",
            where=None,
        ),
        finding(
            "RC501",
            Severity.INFO,
            summary="Unused acknowledgement",
            address=CONTRACT,
            path=(),
            facet={},
            detail="FS101 at fields.old, expires 2026-12-31.",
            where=source(30, 9, "      - {code: FS101, path: fields.old, removes: [old]}"),
        ),
    )
    return plan(
        profile,
        change(ANALYTICS, fields=(field("description", "Calls.", "Calls and chats kept for quality assurance."),)),
        change(
            MARKETING,
            Action.DELETE,
            before={"name": "Marketing_Campaigns", "description": "Campaigns", "retention": "90d", "active": True},
            reason="no manifest describes it any more",
            destructive=True,
        ),
        findings=findings,
        headroom=(Headroom(PROFILE, "fields", 87, 91, 100),),
        unchanged=40,
        foreign_objects={"FlexSchema": 9, "Purpose": 3},
    )


def story_plan() -> Plan:
    """One of everything that can be applied."""
    contract = change(
        CONTRACT,
        Action.CREATE,
        reason="in the manifests, not in the organisation",
        after={
            "name": "contract",
            "description": "Contracts of customers",
            "fields": [
                {"name": "contractId", "type": "string", "required": True},
                {"name": "starts", "type": "date", "required": False},
            ],
        },
        deferred=(("fields", "owner"),),
        protect=True,
    )
    owner = {
        "name": "owner",
        "type": "relationship",
        "relationship": {"schema": "customer_profile", "field": "customerId"},
    }
    completion = change(
        CONTRACT,
        step="FlexSchema/contract+references",
        reason="references that were not known when it was created",
        fields=(field("fields.owner", after=owner),),
        depends_on=("FlexSchema/contract", "FlexSchema/customer_profile"),
    )
    profile = change(
        reason="the manifest and the organisation both changed, changed behind our back",
        fields=(
            field("description", "Customer data", "Customer attributes shown to agents"),
            field("fields.legacy_score", {"name": "legacy_score", "type": "number", "required": False}),
            field(
                "fields.linked_contract",
                after={
                    "name": "linked_contract",
                    "type": "relationship",
                    "required": False,
                    "relationship": {"schema": "contract", "field": "contractId"},
                },
            ),
            field("fields.email.personalData", ABSENT, True, Cause.RECORD),
            field("fields.vip.required", True, False, Cause.DRIFT, base=False),
        ),
        kept=(field("fields.tier.type", "string", "number", Cause.DRIFT, base="number"),),
        foreign=(("fields", "x_campaign"),),
        depends_on=("FlexSchema/contract",),
        destructive=True,
        evidence=EVIDENCE,
    )
    analytics = change(
        ANALYTICS,
        reason="the manifest and the organisation both changed, changed behind our back",
        fields=(
            field("retention", "120d", "90d", Cause.OVERRIDE, base="180d"),
            field("legalBasis", "consent", "contract"),
            field(
                "description",
                "Somebody's words",
                "Support interaction data",
                Cause.DRIFT,
                base="Support interaction data",
            ),
        ),
    )
    drifted = change(
        Address("Purpose", "Quality_Assurance"),
        reason="changed behind our back",
        fields=(field("active", False, True, Cause.DRIFT, base=True),),
    )
    adopted = change(
        Address("Purpose", "Fraud_Prevention"),
        Action.ADOPT,
        reason="already in the organisation",
        fields=(
            field("retention", "400d", "365d"),
            field("name", "Fraud_Prevention", "Fraud_Prevention", Cause.RECORD),
        ),
        adopted=True,
    )
    again = change(
        Address("Purpose", "Billing"),
        Action.RECREATE,
        reason="the recorded object has vanished",
        after={
            "name": "Billing",
            "description": "Invoices",
            "retention": "365d",
            "legalBasis": "contract",
            "active": True,
        },
    )
    gone = change(
        Address("FlexSchema", "old_orders"),
        Action.DELETE,
        reason="removed: says to delete it",
        before={"name": "old_orders", "fields": [{"name": f"f{n}", "type": "string"} for n in range(24)]},
        depends_on=("FlexSchema/customer_profile",),
        destructive=True,
    )
    forgotten = change(MARKETING, Action.FORGET, reason="removed: says to forget it")
    recorded = change(
        Address("Purpose", "Reporting"),
        Action.RECORD,
        reason="the ledger learns what is so already",
        fields=(field("retention", "30d", "30d", Cause.RECORD, base="60d"),),
    )
    findings = (
        finding(acknowledged=acknowledgement()),
        finding(
            "PU103",
            Severity.WARN,
            summary="Legal basis changed",
            address=ANALYTICS,
            path=("legalBasis",),
            facet={"change": "consent -> contract"},
            detail="Data subjects were told of the former basis; they may have to be told of the new one (Art. 13).",
            where=source(7, 15, "  legalBasis: contract"),
        ),
    )
    return plan(
        contract, profile, completion, analytics, drifted, adopted, again, gone, forgotten, recorded,
        findings=findings,
        headroom=(Headroom(PROFILE, "fields", 20, 20, 100), Headroom(CONTRACT, "fields", 0, 3, 100)),
        unchanged=1204,
        foreign_objects={"FlexSchema": 2},
        excluded=("Purpose/Sales",),
        budget=Budget(17, 9, 1.8),
    )  # fmt: skip


def result(address: Address = PROFILE, outcome: Outcome = Outcome.DONE, **members: Any) -> StepResult:
    defaults: dict[str, Any] = {"step": str(address), "action": Action.UPDATE, "live_id": "9e8a7d3c", "latency_ms": 120}
    return StepResult(address=address, outcome=outcome, **{**defaults, **members})


def report() -> Report:
    """One of every outcome."""
    overlaps = (Overlap(("fields", "tier", "type"), "string", "number", "date"), Overlap(("description",), theirs="x"))
    results = (
        result(
            PROFILE,
            Outcome.CONFLICT,
            summary="Somebody changed the same paths",
            hint="Put theirs into the manifest, or plan again to override it knowingly:\nreconciler plan",
            overlaps=overlaps,
        ),
        result(
            CONTRACT,
            Outcome.SKIPPED,
            step="FlexSchema/contract+references",
            because="FlexSchema/customer_profile",
        ),
        result(CONTRACT, action=Action.CREATE),
        result(ANALYTICS, Outcome.MERGED, theirs=(("fields", "vip"), ("description",))),
        result(
            MARKETING,
            Outcome.FAILED,
            summary="The platform refuses the request",
            detail="retentionPeriod must be one of 30d, 60d.",
            where="PUT /api/v2/privacy/purposes/9e8a7d3c (correlation id 123)",
            hint="Correct it.",
        ),
        result(Address("Purpose", "Billing"), Outcome.IN_DOUBT, summary="The outcome is not known"),
        result(Address("Purpose", "Sales"), Outcome.ALREADY),
    )
    return Report("sha256:ab", results, written=2)


def problem(text: str = "    - {name: linked, type: date}", column: int = 22) -> Problem:
    return Problem(
        "FS004",
        "Relationship to a field that does not exist",
        "FlexSchema/contract declares no field 'contractID'.",
        "Did you mean `contractId`?",
        source(17, column, text),
    )
