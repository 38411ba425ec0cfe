"""The totals of the audit on /metrics (contract §7)."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from reconciler.errors import LedgerError
from reconciler.model.performance import Summary, summarised
from reconciler.model.ports import AuditEntry
from reconciler.service.audit_numbers import AuditNumbers


def registry(*entries: AuditEntry) -> CollectorRegistry:
    held = CollectorRegistry()
    held.register(AuditNumbers(lambda: summarised(entries)))
    return held


def entry(result: str = "SUCCESS", latency: int = 100) -> AuditEntry:
    return AuditEntry("2026-11-01T12:00:00.000Z", "UPDATE", "Purpose/a", "", result, "", latency)


def test_the_seeds_totals_are_told_by_action() -> None:
    held = registry(entry(), entry(latency=300), entry("FAILED", 0), entry("RECORDED", 0))
    action = {"action": "UPDATE"}
    assert held.get_sample_value("reconciler_updates_total", action) == 3
    assert held.get_sample_value("reconciler_updates_successful_total", action) == 2
    assert held.get_sample_value("reconciler_update_success_ratio") == pytest.approx(2 / 3)
    assert held.get_sample_value("reconciler_update_seconds_count", action) == 2
    assert held.get_sample_value("reconciler_update_seconds_sum", action) == pytest.approx(0.4)
    assert held.get_sample_value("reconciler_update_seconds_quantile", {**action, "quantile": "0.5"}) == 0.1
    assert held.get_sample_value("reconciler_audit_entries_total", {"result": "RECORDED"}) == 1


def test_of_an_empty_audit_no_rate_is_told() -> None:
    assert registry().get_sample_value("reconciler_update_success_ratio") is None


def test_a_ledger_that_cannot_be_read_has_no_numbers() -> None:
    def fails() -> Summary:
        raise LedgerError("The ledger cannot be opened")

    assert list(AuditNumbers(fails).collect()) == []
