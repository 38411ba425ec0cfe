"""How the service is: health, numbers, what it says of itself, and who works beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from .builders import Estate, Service, interaction, lines, requested, served, submission


def test_a_service_that_can_read_its_ledger_is_healthy(estate: Estate, service: Service) -> None:
    estate.request()
    assert service.json("/healthz") == {"healthy": True, "ledger": True, "workers": True}


def test_a_ledger_that_cannot_be_read_is_said_everywhere_and_found_again(estate: Estate, service: Service) -> None:
    estate.request()
    whole = estate.ledger.read_bytes()
    estate.ledger.write_bytes(b"not a ledger" * 1000)
    answer = service.get("/healthz")
    assert (answer.status_code, answer.json()["ledger"]) == (503, False)
    assert service.get("/catalog").json()["title"] == "The file is not a ledger"
    for path in ("/catalog", "/catalog/routes", "/catalog/e-1", "/catalog/e-1/records"):
        assert service.get(path).status_code == 503
    page = service.get("/")
    assert (page.status_code, "The file is not a ledger" in page.text) == (503, True)
    assert service.metric("reconciler_ledger_readable") == 0
    assert str(estate.root) not in page.text + service.get("/catalog").text + answer.text
    estate.ledger.write_bytes(whole)
    assert service.get("/healthz").status_code == service.get("/catalog/e-1").status_code == 200


def test_the_numbers_are_those_of_the_ledger_and_the_reports(estate: Estate, service: Service) -> None:
    entries = [submission("SUCCESS", 40), submission("SUCCESS", 400), submission("FAILED"), submission("RETRIED", 9)]
    estate.keep(requested("e-0", "zero", status="RUNNING"), entries=[*entries, submission("RESOLVED")])
    estate.normalised(estate.request("e-1"), lines(interaction(), interaction("i-2")))
    name = "reconciler_export"
    kind = 'kind="DataExport"'
    assert service.metric("reconciler_ledger_readable") == 1
    assert service.metric(f'{name}_requests{{{kind},stage="completed"}}') == 1
    assert service.metric(f'{name}_requests{{{kind},stage="under way"}}') == 1
    assert service.metric(f'{name}_requests{{{kind},stage="failed"}}') == 0
    assert service.metric(f'{name}_submissions_total{{{kind},result="SUCCESS"}}') == 2
    assert service.metric(f"{name}_submission_success_ratio") == 0.75
    assert service.metric(f"{name}_submission_seconds_count{{{kind}}}") == 3
    assert service.metric(f'{name}_submission_seconds_bucket{{{kind},le="0.05"}}') == 2
    assert service.metric(f"{name}_submission_seconds_sum{{{kind}}}") == 0.449
    assert service.metric(f"{name}_bytes{{{kind}}}") == service.json("/catalog/e-1")["bytes"]
    assert service.metric(f"{name}_records{{{kind}}}") == 2


def test_without_an_outcome_there_is_no_success_rate(service: Service) -> None:
    assert service.metric("reconciler_export_submission_success_ratio") is None


def test_our_own_requests_are_counted_by_template_and_never_by_path(service: Service) -> None:
    service.get("/catalog/s3cret?token=s3cret")
    service.get("/s3cret")
    counted = 'reconciler_http_requests_total{{method="GET",route="{}",status="404"}}'
    assert service.metric(counted.format("/catalog/{export_id}")) == 1
    assert service.metric(counted.format("(none)")) == 1
    assert "s3cret" not in service.get("/metrics").text
    assert service.seen[0].startswith("GET /catalog/{export_id} 404 ")
    assert not any("s3cret" in line for line in service.seen)


def test_prometheus_can_read_the_numbers(estate: Estate, service: Service) -> None:
    estate.keep(requested("e-1"), entries=[submission(latency_ms=5, address='Odd"\\\nKind/x')])
    answer = service.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert len(list(text_string_to_metric_families(answer.text))) > 5


def test_numbers_of_others_are_shown_too(estate: Estate) -> None:
    class Queue(Collector):
        def collect(self) -> Iterator[Metric]:
            yield GaugeMetricFamily("queue_length", "Waiting.", value=7)

    with served(estate.ports(), collectors=[Queue()]) as service:
        assert service.metric("queue_length") == 7


def test_a_worker_works_from_the_start_to_the_end(estate: Estate) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(stop: threading.Event) -> None:
        begun.set()
        stop.wait()
        ended.set()

    with served(estate.ports(), workers=[work]) as service:
        assert begun.wait(60)
        assert service.json("/healthz")["workers"] is True
        assert not ended.is_set()
    assert ended.is_set()


def test_a_worker_that_fails_is_told_and_unhealthy(estate: Estate) -> None:
    done = threading.Event()

    def fail(_: threading.Event) -> None:
        done.set()
        raise ValueError("s3cret")

    with served(estate.ports(), workers=[fail]) as service:
        assert done.wait(60)
        answer = next(each for each in iter(lambda: service.get("/healthz"), None) if each.status_code == 503)
        assert answer.json() == {"healthy": False, "ledger": True, "workers": False}
        assert service.told == ["Internal error: fail ended with ValueError. This is a bug; please report it."]


def test_an_error_that_nobody_foresaw_is_a_problem_without_its_text(estate: Estate) -> None:
    router = APIRouter()

    @router.get("/broken")
    def fail() -> None:
        raise ValueError("s3cret")

    with served(estate.ports(), routers=[router]) as service:
        answer = service.get("/broken")
        assert (answer.status_code, answer.json()["title"]) == (500, "The service has failed")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        [told] = service.told
        assert told.startswith("Internal error: ValueError at ")
        assert "s3cret" not in told + answer.text
        assert service.get("/healthz").status_code == 200
