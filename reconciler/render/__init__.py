"""Showing: the frozen values as text for people and as documents for programs. Pure; decides nothing.

A text has no final line end. `styled` adds colour and nothing else; nothing in a text is a control character, whatever
the manifests and the organisation say.
"""

from reconciler.render.approvals import differences_text
from reconciler.render.audit import audit_json, audit_text, head_json, verified_json, verified_text
from reconciler.render.audit_stats import stats_json, stats_text
from reconciler.render.cases import Case, Verdict, cases_of_error, cases_of_files, cases_of_plan, cases_of_report
from reconciler.render.comparison import comparison_json, comparison_text
from reconciler.render.diagnosis import diagnosis_json, diagnosis_text
from reconciler.render.drift import cases_of_drift, drift_json, drift_text, remarks_of_drift
from reconciler.render.events import event_line
from reconciler.render.explain import codes_text, explanation_text
from reconciler.render.exports import request_text, requests_json, requests_text
from reconciler.render.human import plan_text
from reconciler.render.json_output import error_json, plan_json, problems_json, report_json
from reconciler.render.kinds import kinds_markdown, kinds_text
from reconciler.render.legible import legible
from reconciler.render.log import event_members, log_line
from reconciler.render.markdown import NO_OCCASION, Occasion, plan_markdown, told_markdown
from reconciler.render.markup import code
from reconciler.render.policies import policies_json, policies_text
from reconciler.render.problems import error_text, problem_text, problems_text, problems_total
from reconciler.render.remarks import (
    Level,
    Remark,
    remarks_of_error,
    remarks_of_plan,
    remarks_of_problems,
    remarks_of_report,
)
from reconciler.render.report import report_text
from reconciler.render.review_page import plan_html, plans_html, told_html
from reconciler.render.sarif import sarif_json
from reconciler.render.state import recorded_text, state_text
from reconciler.render.summary import summarise
from reconciler.render.trail import trail_text
from reconciler.render.transfers import transfer_text
from reconciler.render.workflow import annotated, inert, step_outputs

__all__ = [
    "NO_OCCASION",
    "Case",
    "Level",
    "Occasion",
    "Remark",
    "Verdict",
    "annotated",
    "audit_json",
    "audit_text",
    "cases_of_drift",
    "cases_of_error",
    "cases_of_files",
    "cases_of_plan",
    "cases_of_report",
    "code",
    "codes_text",
    "comparison_json",
    "comparison_text",
    "diagnosis_json",
    "diagnosis_text",
    "differences_text",
    "drift_json",
    "drift_text",
    "error_json",
    "error_text",
    "event_line",
    "event_members",
    "explanation_text",
    "head_json",
    "inert",
    "kinds_markdown",
    "kinds_text",
    "legible",
    "log_line",
    "plan_html",
    "plan_json",
    "plan_markdown",
    "plan_text",
    "plans_html",
    "policies_json",
    "policies_text",
    "problem_text",
    "problems_json",
    "problems_text",
    "problems_total",
    "recorded_text",
    "remarks_of_drift",
    "remarks_of_error",
    "remarks_of_plan",
    "remarks_of_problems",
    "remarks_of_report",
    "report_json",
    "report_text",
    "request_text",
    "requests_json",
    "requests_text",
    "sarif_json",
    "state_text",
    "stats_json",
    "stats_text",
    "step_outputs",
    "summarise",
    "told_html",
    "told_markdown",
    "trail_text",
    "transfer_text",
    "verified_json",
    "verified_text",
]
