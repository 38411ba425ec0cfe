"""Archives in a plan: what is retained, what is not and why, and whether the head is archived."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from reconciler.kinds import KINDS
from reconciler.model.address import Address
from reconciler.model.archive import Archive, Order, Standing
from reconciler.model.plan import Plan
from reconciler.render import plan_json, plan_text

from .builders import plan

RULE = Address("RetentionRule", "history")
ORDER = Order(RULE, (), (), 365, 50, "https://archive.example.com/a")


def archive(name: str = "Sales", standing: Standing = Standing.DUE, **more: Any) -> Archive:
    return Archive(RULE, f"id-{name}", name, standing, **{"key": "k", "head": 40, "retained": 12} | more)


def text(shown: Plan, width: int = 200) -> str:
    return plan_text(shown, KINDS, styled=False, width=width)


def planned(*archives: Archive) -> Plan:
    return plan(orders=(ORDER,), archives=archives)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (archive(), "+ Sales  archive 12 versions up to 40"),
        (archive(retained=1), "+ Sales  archive 1 version up to 40"),
        (archive(aged=2), "outside retention: 2 older than 365 days"),
        (archive(aged=2, surplus=1), "outside retention: 2 older than 365 days and 1 beyond the newest 50"),
        (archive(remark="3 are missing"), "up to 40; 3 are missing"),
        (archive(standing=Standing.ARCHIVED), "= Sales  head 40 is archived already"),
        (archive(standing=Standing.ARCHIVED, backup=True), "+ Sales  head 40 is archived already, the backup missing"),
        (archive(standing=Standing.ARCHIVED, backup=True, notice=True), "the backup and the notification missing"),
        (archive(standing=Standing.NOTHING, aged=4), "= Sales  nothing is sent: no version within retention"),
        (archive(standing=Standing.TROUBLE, trouble="it is gone"), "= Sales  nothing is sent: it is gone"),
    ],
)
def test_each_history_says_how_it_stands(made: Archive, said: str) -> None:
    assert said in text(planned(made))


def test_what_needs_nothing_is_only_counted_where_there_is_much_of_it() -> None:
    settled = [archive(f"S{number}", Standing.ARCHIVED) for number in range(11)]
    shown = text(planned(*settled, archive("Idle", Standing.NOTHING), archive("Sales")))
    assert "= 11 more archived already, 1 with no version within retention" in shown
    assert "+ Sales" in shown
    assert "S7" not in shown


def test_a_name_that_a_terminal_would_obey_is_shown_as_text() -> None:
    assert "\x1b" not in text(planned(archive("\x1b[31mSales", Standing.TROUBLE, trouble="\x1b[2J")))


def test_a_program_gets_every_history() -> None:
    document = orjson.loads(plan_json(planned(archive(), *(archive(f"S{n}", Standing.ARCHIVED) for n in range(20)))))
    assert len(document["archives"]) == 21
    assert (document["archives"][0]["object"], document["archives"][0]["standing"]) == ("Sales", "due")
    assert document["summary"]["archive"] == 1
