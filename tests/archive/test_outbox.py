"""Sending an archive until it is there, known to be there, or given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from reconciler.archive import Backups, Poster, UserOutbox
from reconciler.errors import ArchiveOutOfReach, ArchiveRefused, ArchiveUnconfirmed, Interrupted
from reconciler.model.address import Address
from reconciler.model.archive import Order
from reconciler.model.ports import Deposit
from reconciler.model.secret import Secret
from reconciler.sandbox import Sandbox

from sandbox.strategic import KEY, payload

from .test_reach import Time


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=1, load={"settings": {"archive_credential": "open sesame"}}) as running:
        yield running


def order(sandbox: Sandbox, **more: Any) -> Order:
    stated: dict[str, Any] = {"endpoint": sandbox.control.addresses()["archives"], "credential": "RECONCILER_SECRET_A"}
    return Order(Address("RetentionRule", "x"), (), (), 365, 10, **stated | more)


def outbox(time: Time, tmp_path: Path, **more: Any) -> UserOutbox:
    secrets = {"RECONCILER_SECRET_A": Secret("open sesame")}
    given: dict[str, Any] = {"clock": time, "random": Random(1), "pause": time.sleep, "timeout": 30.0} | more
    return UserOutbox(Poster(time, connect=30.0), Backups(tmp_path), secrets, **given)


def sent(sandbox: Sandbox, time: Time, tmp_path: Path, **more: Any) -> Deposit:
    made = outbox(time, tmp_path, **more)
    try:
        return made.deposit(order(sandbox), KEY, orjson.dumps(payload()))
    finally:
        made.close()


def test_an_archive_that_is_there_already_is_as_good(sandbox: Sandbox, tmp_path: Path) -> None:
    first = sent(sandbox, Time(), tmp_path)
    assert first == Deposit(sandbox.control.archives()[0]["archiveId"])
    assert sent(sandbox, Time(), tmp_path) == Deposit(is_known=True, is_ours=False)


def test_waits_double_and_what_the_endpoint_asks_for_counts(sandbox: Sandbox, tmp_path: Path) -> None:
    time = Time()
    sandbox.control.fault("POST /archives", "status", status=503, times=3)
    assert sent(sandbox, time, tmp_path).archive_id
    assert [pause // base for pause, base in zip(time.paused, (1, 2, 4), strict=True)] == [1, 1, 1]
    sandbox.control.put_archives([])
    sandbox.control.fault("POST /archives", "status", status=429, retry_after=9)
    time.paused.clear()
    assert sent(sandbox, time, tmp_path).archive_id
    assert time.paused == pytest.approx([9])


def test_an_endpoint_that_asks_for_an_hour_is_given_up(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.control.fault("POST /archives", "status", status=429, retry_after=3600)
    with pytest.raises(ArchiveRefused):
        sent(sandbox, Time(), tmp_path)


def test_a_refusal_after_a_lost_answer_leaves_it_unconfirmed(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.control.fault("POST /archives", "cut", when="after")
    sandbox.control.fault("POST /archives", "status", status=400, skip=1)
    with pytest.raises(ArchiveUnconfirmed):
        sent(sandbox, Time(), tmp_path)


def test_an_endpoint_that_is_not_there_had_no_archive(sandbox: Sandbox, tmp_path: Path) -> None:
    made = outbox(Time(), tmp_path)
    nowhere = order(sandbox, endpoint="http://127.0.0.1:9/archives")
    for _ in range(5):
        with pytest.raises(ArchiveRefused, match="could not be sent"):
            made.deposit(nowhere, KEY, b"{}")
    with pytest.raises(ArchiveOutOfReach):
        made.deposit(nowhere, KEY, b"{}")


def test_somebody_who_asks_to_stop_is_heard_while_it_waits(sandbox: Sandbox, tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise Interrupted("Interrupted")

    sandbox.control.fault("POST /archives", "status", status=503)
    with pytest.raises(Interrupted):
        sent(sandbox, Time(), tmp_path, pause=stop)
    assert len(sandbox.control.user_requests()) == 1
