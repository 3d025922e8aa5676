"""The orders whose cost is told: in detail for a new and a known customer, and in summary mode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from local.demo import payloads
from local.demo.books import SimulatedBooks
from local.demo.payloads import DemoOrder
from local.demo.tenant import OUTLET, SHOP, TENANT
from tests.benchmarks import events
from tests.benchmarks.pipeline import EXPORT, Pipeline
from tests.benchmarks.usage import Usage

_RECEIVABLE = "1200"
_REVENUE = "4000"
_WARMING = 2
_BATCH = 10


class BooksError(RuntimeError):
    """What was measured was not done: the books of the simulator do not show it."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Some orders of one kind, and all that they have used."""

    name: str
    orders: int
    usage: Usage


def play(pipeline: Pipeline, books: SimulatedBooks, *, orders: int) -> list[Scenario]:
    """Send `orders` paid and shipped orders of each kind through the pipeline, and count.

    Raises:
        BooksError: an order did not come into the books.
        InvocationError: a function failed.
    """
    numbers = count(1)
    known = 1
    for store in (SHOP, OUTLET):
        _live(pipeline, store, (_order(numbers, known) for _ in range(_WARMING)))
    _close_day(pipeline)
    scenarios = []
    for name, store, customers in (
        ("detail, new customer", SHOP, count(100)),
        ("detail, known customer", SHOP, iter([known] * orders)),
        ("summary", OUTLET, iter([known] * orders)),
    ):
        batch = [_order(numbers, next(customers)) for _ in range(orders)]
        revenue = books.balance(_REVENUE)
        pipeline.begin_count()
        _live(pipeline, store, iter(batch))
        scenarios.append(Scenario(name, orders, pipeline.counted()))
        if store == SHOP:
            _check(books, revenue, orders)
    scenarios.insert(1, _in_batches(pipeline, books, numbers, orders))
    revenue = books.balance(_REVENUE)
    pipeline.begin_count()
    _close_day(pipeline)
    scenarios.append(Scenario("summary, closing the day", orders, pipeline.counted()))
    _check(books, revenue, orders)
    return scenarios


def _in_batches(
    pipeline: Pipeline, books: SimulatedBooks, numbers: Iterator[int], orders: int
) -> Scenario:
    """As many orders of new customers, handed on in batches of ten."""
    batch = [_order(numbers, customer) for customer in range(10_000, 10_000 + orders)]
    revenue = books.balance(_REVENUE)
    pipeline.begin_count()
    for start in range(0, orders, _BATCH):
        some = batch[start : start + _BATCH]
        paid = {f"{order.id}-paid": events.paid(order) for order in some}
        pipeline.deliver_together(SHOP, "orders/paid", paid)
        shipped = {f"{order.id}-shipped": payloads.fulfillment_body(order) for order in some}
        pipeline.deliver_together(SHOP, "fulfillments/create", shipped)
    scenario = Scenario("detail, new customer, in a batch of ten", orders, pipeline.counted())
    _check(books, revenue, orders)
    return scenario


def _order(numbers: Iterator[int], customer: int) -> DemoOrder:
    return events.numbered_order(next(numbers), customer=customer)


def _live(pipeline: Pipeline, store: str, orders: Iterator[DemoOrder]) -> None:
    """Each order is paid, and then shipped in full."""
    for order in orders:
        pipeline.deliver(store, "orders/paid", events.paid(order), event_id=f"{order.id}-paid")
        shipped = payloads.fulfillment_body(order)
        pipeline.deliver(store, "fulfillments/create", shipped, event_id=f"{order.id}-shipped")


def _close_day(pipeline: Pipeline) -> None:
    day = {"tenant": TENANT, "store": OUTLET, "date": events.LEDGER_DAY}
    pipeline.invoke(EXPORT, day)


def _check(books: SimulatedBooks, revenue_before: Decimal, orders: int) -> None:
    """Each order's goods are revenue once, and nobody owes anything."""
    goods = sum(line.quantity * Decimal(line.price) for line in payloads.ORDER_A.lines)
    booked = revenue_before - books.balance(_REVENUE)
    if booked != orders * goods:
        message = f"{orders} orders of {goods} came into the books as {booked}"
        raise BooksError(message)
    owed = books.balance(_RECEIVABLE)
    if owed:
        message = f"customers owe {owed} though all of them have paid"
        raise BooksError(message)
