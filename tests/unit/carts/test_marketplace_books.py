"""What orders of marketplaces leave in the books, from their simulators (J-5.3, J-5.6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from commerce.orders import Facts
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.registry import simulator
from local.intacct_simulator.clock import Clock
from shared.facts.checks import findings_of
from shared.facts.merge import merge
from shared.facts.receipts import ReceiptSource, bookable, decide
from shared.policy.mapping import Tender
from tests.accounting.journals import net, play
from tests.accounting.lives import OrderLife
from tests.accounting.shop import book, mapping
from tests.paging.clients import CONNECT

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CLEARING = "1102"
SALE = Sale(
    lines=(
        SoldLine(sku="TEE", quantity=2, unit_price=Decimal("25.00"), tax=Decimal("4.00")),
        SoldLine(sku="MUG", unit_price=Decimal("12.50"), tax=Decimal("1.00")),
    ),
    shipping=Decimal("8.00"),
    shipping_tax=Decimal("0.64"),
)


def balances(cart: str) -> dict[str, Decimal]:
    """The books after an order was sold, shipped, and one tee given back; each stage is posted."""
    clock = Clock()
    clock.set(START, freeze=True)
    shop = simulator(cart, clock=clock)
    client = CONNECT[cart](shop, 50)
    order = shop.orders.place(SALE)
    known = Facts(ref=_facts(client.order(shop.shown_id(order))).ref)
    source, stages = ReceiptSource.UNDECIDED, []
    deeds = (
        lambda: None,
        lambda: shop.orders.ship(order.id),
        lambda: shop.orders.refund(order.id, {order.lines[0].id: 1}),
    )
    for deed in deeds:
        deed()
        clock.advance(timedelta(hours=20).total_seconds())
        known = merge(known, _facts(client.order(shop.shown_id(order))))
        source = decide(known, source)
        assert findings_of(known, source) == ()
        stages.append(bookable(known, source))
    chart = mapping(tenders=(Tender(cart, CLEARING, financial_entity="CLR"),))
    found = net(play(OrderLife(book(chart=chart), tuple(stages))).lines())
    return {account: amount for account, amount in found.items() if amount}


def _facts(reading: object) -> Facts:
    facts = getattr(reading, "facts", None)
    assert isinstance(facts, Facts)
    return facts


def test_amazons_tax_passes_through_and_goes_back_with_the_goods() -> None:
    assert balances("amazon") == {
        CLEARING: Decimal("76.14") - Decimal("27.00"),
        "4000": Decimal("-62.50"),
        "4010": Decimal("-8.00"),
        "2105": Decimal("-3.64"),
        "4095": Decimal("25.00"),
    }


def test_ebays_tax_touches_nothing() -> None:
    assert balances("ebay") == {
        CLEARING: Decimal("70.50") - Decimal("25.00"),
        "4000": Decimal("-62.50"),
        "4010": Decimal("-8.00"),
        "4095": Decimal("25.00"),
    }


def test_walmarts_tax_passes_through_and_each_line_is_received_as_it_leaves() -> None:
    assert balances("walmart") == {
        CLEARING: Decimal("76.14") - Decimal("27.00"),
        "4000": Decimal("-62.50"),
        "4010": Decimal("-8.00"),
        "2105": Decimal("-3.64"),
        "4095": Decimal("25.00"),
    }
