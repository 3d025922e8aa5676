"""Revenue that is recognised when parcels arrive, and what is heard of after that."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.orders import Fulfilment, Refund, Restock
from shared.policy.choices import Moment
from tests.accounting.journals import net, play
from tests.accounting.lives import OrderLife, grown_stages
from tests.accounting.shop import back, book, day, facts, line, order, parcel, refund
from tests.accounting.shop import shipping as sent

PLACED = order(
    line("mug", "10.00", 2, discount="20.00"), shipping_lines=sent("6.00", discount="6.00")
)
LEFT = parcel("parcel-1", day(2), mug=1)
ARRIVED = replace(LEFT, delivered_at=day(4))
CANCELLED = refund(back("mug", 1, "0.00", restock=Restock.CANCEL), at=day(1), name="cancel")


@pytest.mark.parametrize(
    "told",
    [(LEFT, ARRIVED, CANCELLED), (ARRIVED, CANCELLED), (CANCELLED, ARRIVED)],
    ids=["cancelled last", "arrived before it left", "cancelled first"],
)
def test_a_free_parcel_that_arrived_had_left_when_the_rest_is_heard_to_be_cancelled(
    told: tuple[Fulfilment | Refund, ...],
) -> None:
    """Its leaving billed nothing. With nothing left to come, all of the shipping is shown."""
    stages = grown_stages([facts(PLACED), *(facts(PLACED, event) for event in told)])
    books = book(invoice_on=Moment.SHIP, recognise_on=Moment.DELIVER)
    balances = net(play(OrderLife(books, stages)).lines())
    shown = {name: amount for name, amount in balances.items() if amount}
    assert shown == {"4000": Decimal(-10), "4090": Decimal(16), "4010": Decimal(-6)}


SHARED = order(
    line("tee", "15.00", 3), line("coat", "100.00", 2), shipping_lines=sent("0.19", discount="0.00")
)
FIRST = parcel("parcel-1", day(2), tee=1, coat=2)
SECOND = parcel("parcel-2", day(5), tee=1)
FEWER = refund(back("tee", 1, "15.00", restock=Restock.CANCEL), at=day(3), name="cancel")


def test_an_arrival_earns_no_more_of_shipping_than_its_parcel_billed() -> None:
    """A cancellation before it raises the parcel's share of shipping; its bill stays as it was."""
    arrived, followed = replace(FIRST, delivered_at=day(4)), replace(SECOND, delivered_at=day(6))
    told = (FIRST, FEWER, arrived, SECOND, followed)
    stages = grown_stages([facts(SHARED), *(facts(SHARED, event) for event in told)])
    life = OrderLife(book(invoice_on=Moment.SHIP, recognise_on=Moment.DELIVER), stages)

    shown = [net(play(replace(life, stages=stages[:count])).lines()) for count in (4, 6)]

    assert [(each["2300"], each["4010"]) for each in shown] == [
        (Decimal(0), Decimal("-0.17")),
        (Decimal(0), Decimal("-0.19")),
    ]
