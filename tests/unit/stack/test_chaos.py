from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import httpx
import pytest

from local.chaos import workers
from local.chaos.intended import Opening
from local.chaos.shop import FlowingShop, is_refunded, orders, refund_total
from local.demo.shop import Answer
from local.stack import LocalStack, Part, StackError
from local.stack.processes import ProcessId

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_only_the_children_of_one_process_are_found_and_killed() -> None:
    ours = subprocess.Popen(SLEEP)  # noqa: S603  # our own interpreter
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({SLEEP!r})\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())

        found = workers.workers_of(ProcessId.of(parent.pid))
        killed = workers.kill(found)

        assert [one.pid for one in found] == [child]
        assert killed == 1
        while found[0].runs():
            pass
        assert ProcessId.of(parent.pid).runs()
        assert ours.poll() is None
        assert workers.kill(found) == 0
    finally:
        for process in (ours, parent):
            process.kill()
            process.wait()
        if parent.stdout is not None:
            parent.stdout.close()


def test_a_process_that_has_ended_has_no_workers() -> None:
    assert workers.workers_of(ProcessId(os.getpid(), "another one")) == []


class _Shop:
    """A shop whose deliveries fail as told."""

    def __init__(self, *answers: int | None) -> None:
        self._answers = list(answers)
        self.sent: list[str] = []

    def deliver(self, _body: Any, *, topic: str, event_id: str) -> Answer:
        self.sent.append(event_id)
        status = self._answers.pop(0) if self._answers else 200
        if status is None:
            message = "cut"
            raise httpx.ConnectError(message)
        return Answer(status, topic, 0.0)


def test_a_delivery_is_sent_again_until_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.chaos.shop.time.sleep", lambda _: None)
    shop: Any = _Shop(503, None)
    flow = FlowingShop(shop, orders(2), every_seconds=0.0)

    flow.start()
    flow._thread.join(timeout=10)

    first = f"{orders(1)[0].id}-orders/paid"
    assert shop.sent[:3] == [first] * 3
    assert (flow.tries, flow.taken, flow.lost, flow.is_selling) == (7, 5, [], False)


def test_orders_are_distinct_and_some_buyers_come_back() -> None:
    sold = orders(40)

    assert len({order.id for order in sold}) == 40
    assert len({order.customer_id for order in sold}) < 40
    assert [number for number in range(7) if is_refunded(number)] == [0, 3, 6]


class _Books:
    """Books that say what a test puts there."""

    def __init__(self) -> None:
        self.balances: dict[str, Decimal] = {}
        self.found: list[dict[str, Any]] = [{"object": "invoice", "number": "1", "reference": ""}]

    def balance(self, account: str) -> Decimal:
        return self.balances.get(account, Decimal(0))

    def documents(self) -> list[dict[str, Any]]:
        return self.found

    def totals(self) -> tuple[Decimal, Decimal]:
        return Decimal(10), Decimal(10)


def _done(count: int) -> dict[str, int]:
    kinds = ("sales orders", "sales invoices", "credit memos", "customer refunds")
    return dict.fromkeys(kinds, count)


def test_one_order_and_its_return_balance_and_are_compared_row_by_row() -> None:
    known = _Books()
    books: Any = known
    opening = Opening(books)
    known.balances = {
        "1100": Decimal("69.95") - refund_total(),
        "2100-NYS": Decimal("-1.67"),
        "2100-NYC": Decimal("-1.88"),
        "2100-MTA": Decimal("-0.15"),
        "4000": Decimal("-62.50"),
        "4010": Decimal("-8.00"),
        "4090": Decimal("3.75"),
        "4095": Decimal("25.00"),
    }

    assert sum(known.balances.values()) == 0
    assert all(row.is_equal for row in opening.rows(sold=1, returned=1, kinds=_done(1)))


def test_a_doubled_document_and_a_missing_cent_are_seen() -> None:
    known = _Books()
    books: Any = known
    opening = Opening(books)
    known.found += [{"object": "invoice", "number": "7", "reference": ""}] * 2
    known.balances = {"1100": Decimal("0.01")}

    rows = opening.rows(sold=0, returned=0, kinds=_done(0))

    assert {row.what for row in rows if not row.is_equal} == {
        "clearing 1100",
        "documents twice in the books",
    }


def test_a_part_comes_back_only_where_state_is_kept() -> None:
    stack = LocalStack("never-started")

    with pytest.raises(StackError, match="keeps its state"):
        stack.bring_back(Part.SAGE)
    with pytest.raises(StackError, match="does not run"):
        stack.process(Part.AWS)
