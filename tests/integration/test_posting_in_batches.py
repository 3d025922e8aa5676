"""A batch of orders as deployed, on the simulator: how many requests, and who shares a fate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from intacct.documents import Customer
from shared.bootstrap import books as real_books
from shared.bootstrap import posting
from shared.bootstrap.clock import now
from shared.bootstrap.ledger import applier, ledger
from shared.bootstrap.tenants import tenants
from shared.customers.keeping import CustomerKeeper, Kept
from shared.ledger.driving import Job, drive
from shared.ledger.records import State
from shared.tenants.models import Tenant
from tests.contract.conftest import Simulator, simulator
from tests.fakes import only_once
from tests.integration.order_posting_rig import PostingRig, rig, sold
from tests.integration.test_order_posting_with_sage import post, sage

__all__ = ["rig", "sage", "simulator"]

TEN = [str(number) for number in range(2001, 2011)]


@dataclass(frozen=True)
class Cost:
    """What Sage was asked: requests, and transactions as they are billed."""

    requests: int
    transactions: int

    @classmethod
    def of(cls, sage: Simulator) -> Cost:
        entries = sage.get("log")["requests"]
        return cls(len(entries), sum(entry["transactions"] for entry in entries))


def configured() -> Tenant:
    return tenants().tenant("acme")


def customers(*ids: str) -> list[Customer]:
    return [Customer(id=customer, name=f"Buyer {customer}") for customer in ids]


def keep(rig: PostingRig, order: str) -> None:
    """Store a paid and shipped order of a customer of its own."""
    record = rig.keep(sold(order, amount="130.65"))
    rig.facts.save(replace(record, customer=f"C-{order}"))


def known_customers(orders: list[str]) -> None:
    names = [f"C-{order}" for order in orders]
    made = real_books.books(configured(), "").create_many(
        customers(*names), control_ids=names, idempotency_keys=names
    )
    assert not any(isinstance(outcome, Exception) for outcome in made)


def marks(rig: PostingRig, orders: list[str]) -> list[str]:
    return [r.document_number for order in orders for r in rig.chain(order).values()]


@pytest.fixture
def warm(rig: PostingRig, sage: Simulator) -> Simulator:
    """A process that has posted before: token had, definitions known; the log is empty."""
    known_customers(["1000", *TEN])
    keep(rig, "1000")
    post("1000")
    sage.delete("log")
    return sage


def test_ten_orders_of_ten_customers_cost_less_than_a_third_of_what_each_costs_alone(
    rig: PostingRig, warm: Simulator
) -> None:
    for order in TEN:
        keep(rig, order)
    post(TEN[0])
    alone = Cost.of(warm)
    warm.delete("log")

    answer = post(*TEN[1:])

    together = Cost.of(warm)
    assert answer == {"batchItemFailures": []}
    assert together.requests <= 0.3 * alone.requests * len(TEN[1:])
    assert together.transactions <= 0.3 * alone.transactions * len(TEN[1:])
    assert together.requests / len(TEN[1:]) <= 0.8
    assert warm.balances() == {"1100": Decimal("1437.15"), "4000": Decimal("-1437.15")}
    assert only_once(marks(rig, TEN))
    assert all(rig.kept(order).due_at is None for order in TEN)


def test_over_xml_the_orders_of_a_batch_share_requests_as_well(
    rig: PostingRig, warm: Simulator
) -> None:
    spoken = dict.fromkeys(("sales_document", "advance", "payment"), "xml")
    intacct = configured().intacct.model_copy(update={"protocols": spoken})
    document = {"S": configured().model_copy(update={"intacct": intacct}).model_dump_json()}
    keys = {"pk": {"S": "TENANT#acme"}, "sk": {"S": "CONFIG"}}
    rig.client.put_item(TableName="tenants", Item={**keys, "document": document})
    tenants.cache_clear()
    posting.order_poster.cache_clear()
    for order in TEN[:5]:
        keep(rig, order)

    answer = post(*TEN[:5])

    assert answer == {"batchItemFailures": []}
    assert rig.reviews() == []
    assert warm.balances() == {"1100": Decimal("783.90"), "4000": Decimal("-783.90")}
    entries = warm.get("log")["requests"]
    assert {entry["protocol"] for entry in entries} == {"xml"}
    assert len(entries) <= 0.3 * 6 * 5
    assert only_once(marks(rig, TEN))


def test_a_row_that_sage_refuses_holds_its_order_and_the_rest_of_the_request_is_posted(
    rig: PostingRig, warm: Simulator
) -> None:
    for order in [*TEN[:3], "9999"]:
        keep(rig, order)

    answer = post(TEN[0], "9999", *TEN[1:3])

    assert answer == {"batchItemFailures": []}
    assert [review.subject for review in rig.reviews()] == ["order:shop:9999:posting"]
    (refused,) = rig.chain("9999").values()
    assert refused.state is State.REFUSED
    assert warm.balances()["1100"] == Decimal("522.60")


def test_a_lost_request_leaves_each_of_its_rows_in_doubt(rig: PostingRig, warm: Simulator) -> None:
    for order in TEN[:3]:
        keep(rig, order)
    warm.post("faults", {"mishap": "drop-after", "method": "POST", "times": 1})

    answer = post(*TEN[:3])

    assert answer == {"batchItemFailures": []}
    chains = [rig.chain(order) for order in TEN[:3]]
    assert [[r.state for r in chain.values()] for chain in chains] == [[State.SENT]] * 3
    assert all(rig.kept(order).due_at is not None for order in TEN[:3])
    assert rig.reviews() == []


def test_a_request_turned_away_parks_the_company_and_leaves_nothing_in_doubt(
    rig: PostingRig, warm: Simulator
) -> None:
    for order in TEN:
        keep(rig, order)
    warm.post("faults", {"mishap": "429", "method": "POST", "times": 0, "seconds": 7})

    answer = post(*TEN)

    assert answer == {"batchItemFailures": []}
    assert Cost.of(warm).requests == 1
    left = {r.state for order in TEN for r in rig.chain(order).values()}
    assert left == {State.READY}
    assert all(rig.kept(order).due_at is not None for order in TEN)


def test_ten_new_customers_are_one_request_and_known_ones_none(
    rig: PostingRig, warm: Simulator
) -> None:
    new = customers(*[f"N-{number}" for number in range(10)])

    made, again = _ensure(new), _ensure(new)

    keys = [kept.key for kept in made if isinstance(kept, Kept) and kept.is_new]
    assert len(set(keys)) == 10
    assert again == [Kept(key=key) for key in keys]
    assert Cost.of(warm) == Cost(requests=1, transactions=1)
    assert rig.reviews() == []


def _ensure(new: list[Customer]) -> list[Kept | Exception]:
    """Make sure of the customers as another process would."""
    keeper = CustomerKeeper(ledger(), applier)
    deadline = now() + timedelta(seconds=90)
    jobs = [
        Job(keeper.ensure(configured(), "shop", one, deadline), company="acme", queue=one.id)
        for one in new
    ]
    return drive(jobs, clock=now)
