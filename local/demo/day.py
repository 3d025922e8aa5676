"""The outlet's day: a summary-mode store becomes one journal, once, complete or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console

from local.demo import payloads, show
from local.demo.books import SimulatedBooks
from local.demo.checks import Checks
from local.demo.memory import Memory
from local.demo.shop import DemoShop
from local.demo.tenant import OUTLET, TENANT

_DAY = "2026-03-02"
_EVENT: dict[str, Any] = {"tenant": TENANT, "store": OUTLET, "date": _DAY}

# Row J-11.1 of the accounting reference: orders A and B and the return of one tee.
_EXPECTED = {
    ("1100", "debit"): "200.60",
    ("4090", "debit"): "6.25",
    ("4095", "debit"): "25.00",
    ("2100-NYS", "debit"): "0.90",
    ("2100-NYC", "debit"): "1.01",
    ("2100-MTA", "debit"): "0.09",
    ("1100", "credit"): "24.50",
    ("4090", "credit"): "2.50",
    ("4000", "credit"): "182.50",
    ("4010", "credit"): "8.00",
    ("2100-NYS", "credit"): "13.22",
    ("2100-NYC", "credit"): "2.89",
    ("2100-MTA", "credit"): "0.24",
}


def close_the_day(
    console: Console, memory: Memory, books: SimulatedBooks, outlet: DemoShop, checks: Checks
) -> None:
    """Two sales and a return of one day; exported twice; one journal is in the books."""
    for order in (payloads.OUTLET_A, payloads.OUTLET_B):
        for topic, body in (
            ("orders/paid", payloads.order_body(order)),
            ("fulfillments/create", payloads.fulfillment_body(order)),
        ):
            answer = outlet.deliver(body, topic=topic, event_id=f"{order.id}-{topic}")
            checks.true(f"{topic} of {order.name} is taken", answer.is_in_time)
    refund = payloads.refund_body(payloads.OUTLET_A, subtotal="22.50", tax="2.00")
    outlet.deliver(refund, topic="refunds/create", event_id="outlet-refund")
    for order in (payloads.OUTLET_A, payloads.OUTLET_B):
        memory.wait(
            f"the events of {order.name} are in the day book",
            lambda order=order: _is_recorded(memory, order),  # type: ignore[misc]
        )
    before = {document["key"] for document in books.documents("journal_entry")}
    memory.invoke("GlExportFunctionName", _EVENT)
    again = memory.invoke("GlExportFunctionName", _EVENT)
    journals = [d for d in books.documents("journal_entry") if d["key"] not in before]
    checks.equal(f"one journal for {_DAY}, though exported twice", len(journals), 1)
    if not journals:
        console.print(again)
        return
    _show(console, journals[0])
    is_row = _sums(journals[0]) == _EXPECTED
    lines = f"{len(journals[0]['ledger_lines'])} lines"
    checks.true("the journal is row J-11.1 of the accounting reference", is_row, lines)
    sold = sum(Decimal(order.total) for order in (payloads.OUTLET_A, payloads.OUTLET_B))
    booked = Decimal(_sums(journals[0])[("1100", "debit")])
    checks.equal(f"{_DAY}: cart total = books total", booked, sold)


def _is_recorded(memory: Memory, order: payloads.DemoOrder) -> bool:
    facts = memory.journey(OUTLET, order.id).facts
    return facts is not None and facts.due_at is None and bool(facts.known.fulfilments)


def _sums(journal: dict[str, Any]) -> dict[tuple[str, str], str]:
    sums: dict[tuple[str, str], Decimal] = {}
    for line in journal["ledger_lines"]:
        place = (line["account"], line["side"])
        sums[place] = sums.get(place, Decimal(0)) + Decimal(line["amount"])
    return {place: f"{amount:.2f}" for place, amount in sums.items()}


def _show(console: Console, journal: dict[str, Any]) -> None:
    rows: list[show.Row] = [
        (
            line["account"],
            line["amount"] if line["side"] == "debit" else "",
            line["amount"] if line["side"] == "credit" else "",
        )
        for line in journal["ledger_lines"]
    ]
    title = f"The outlet's journal of {_DAY} (GLBATCH {journal['key']}, {journal['reference']})"
    show.table(console, title, ("account", "debit $", "credit $"), rows)
