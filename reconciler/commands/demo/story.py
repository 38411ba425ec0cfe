"""What the demo tells, act by act."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Final

from reconciler.commands.demo.exporting import exported
from reconciler.commands.demo.proving import archived_and_proven
from reconciler.commands.demo.stage import Stage, elsewhere
from reconciler.sandbox import Control, Sandbox

HERE: Final = Path(__file__).parent
RECORDS: Final[list[dict[str, object]]] = [
    {"customerId": "c-1", "status": "active", "loyalty_points": "120", "legacy_score": 7},
    {"customerId": "c-2", "status": "active", "loyalty_points": "80", "legacy_score": 3},
    {"customerId": "c-3", "status": "new", "loyalty_points": "n/a", "legacy_score": 5},
    {"customerId": "c-4", "status": "closed", "loyalty_points": "15"},
]
UNSAFE: Final = ("{name: loyalty_points, type: string}", "{name: loyalty_points, type: number}")
REMOVED: Final = ("    - {name: legacy_score, type: number}\n", "")
CONTRACT: Final = "    - {name: contract,"
RISK_BAND: Final = "    - {name: risk_band, type: string, options: [low, high], purpose: Customer_Support}\n"
ADDED: Final = (CONTRACT, RISK_BAND + CONTRACT)
LONGER: Final = ("retention: 90d", "retention: 120d")


def tell(stage: Stage) -> None:
    """The whole story. Starts a sandbox and stops it."""
    with (
        Sandbox.start(load=HERE / "organisation.yaml", seed="demo") as sandbox,
        elsewhere({**sandbox.environment(), "RECONCILER_ACTOR": "a.smith"}) as folder,
    ):
        manifests = folder / "manifests"
        _last_week(stage, sandbox.control, manifests)
        _blocked(stage, manifests)
        _acknowledged(stage, manifests)
        _merged(stage, sandbox.control)
        _empty(stage, sandbox.control)
        exported(stage, sandbox.control, manifests)
        archived_and_proven(stage, sandbox.control, manifests)


def _last_week(stage: Stage, control: Control, manifests: Path) -> None:
    shutil.copytree(HERE / "estate", manifests)
    stage.quietly("apply", "--auto-approve", "--log-level", "quiet")
    control.put_records("customer_profile", RECORDS)
    stage.say(
        "An organisation, lived in: last week we applied two purposes and two schemas from YAML. Customers have\n"
        "records by now, and others have objects of their own: none of our business."
    )
    stage.run("state", "list")


def _blocked(stage: Stage, manifests: Path) -> None:
    stage.say(
        "Today an engineer edits the manifests: loyalty_points becomes a number, legacy_score goes, risk_band comes,\n"
        "a retention gets longer. What would that do?"
    )
    _edit(manifests / "customer_profile.yaml", UNSAFE, REMOVED, ADDED)
    _edit(manifests / "purposes.yaml", LONGER)
    stage.run("plan")


def _acknowledged(stage: Stage, manifests: Path) -> None:
    expires = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)
    stage.say(
        "One record says 'n/a', so the platform would refuse the new type: no acknowledgement lifts that. The\n"
        "engineer takes it back, and accepts the loss of legacy_score in the manifest, where reviewers see it."
    )
    profile = manifests / "customer_profile.yaml"
    _edit(profile, (UNSAFE[1], UNSAFE[0]))
    with profile.open("a") as manifest:
        manifest.write(
            "lifecycle:\n  acknowledge:\n"
            "    - {code: FS101, path: fields.legacy_score, removes: [legacy_score],\n"
            f'       reason: "replaced by risk_band (GOV-212)", by: a.smith, expires: {expires}}}\n'
        )
    stage.run("plan", "--out", "plan.json")


def _merged(stage: Stage, control: Control) -> None:
    stage.say(
        "Between plan and apply, a colleague edits the same schema in the admin interface: a new option, and a new\n"
        "field of their own. Then the reviewed plan is applied."
    )
    fields = control.find("flex_schemas", "customer_profile")["fields"]
    status = next(field for field in fields if field["name"] == "status")
    status["options"].append("paused")
    control.edit("flex_schemas", "customer_profile", {"fields": [*fields, {"name": "vip_note", "type": "string"}]})
    stage.run("apply", "plan.json")


def _empty(stage: Stage, control: Control) -> None:
    stage.say("Nobody's work was lost. A second plan has nothing to do, and the colleague's field is still there:")
    stage.run("plan")
    fields = control.find("flex_schemas", "customer_profile")["fields"]
    names = [f"{field['name']} {field.get('options', '')}".strip() for field in fields]
    stage.say("customer_profile now has: " + ", ".join(names))


def _edit(path: Path, *replacements: tuple[str, str]) -> None:
    text = path.read_text()
    for before, after in replacements:
        text = text.replace(before, after)
    path.write_text(text)
