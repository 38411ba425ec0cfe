"""The demo's act for auditors: a history that is archived once, and a ledger that shows whether anybody touched it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reconciler.commands.demo.stage import Stage
from reconciler.sandbox import Control

RULE: Final = Path(__file__).parent / "rule.yaml"


def archived_and_proven(stage: Stage, control: Control, manifests: Path) -> None:
    """Archive a routing strategy's history by a rule; then read the audit, and find that it holds."""
    control.add_strategies([{"name": "Sales queue", "version": 7}])
    places = control.addresses()
    text = RULE.read_text().replace("ARCHIVES", places["archives"]).replace("NOTIFICATIONS", places["notifications"])
    (manifests / "rule.yaml").write_text(text)
    stage.say("A rule archives what routing strategies once were: once for each new version, wherever it is run.")
    stage.run("apply", "--auto-approve", "--log-level", "quiet")
    stage.say("And whatever happened today is an entry in a chain that shows every tampering:")
    stage.run("audit", "log", "--last", "4")
    stage.run("audit", "verify")
