"""What a gateway kept of a WooCommerce order, as its plug-in notes it in the order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import PayoutCart, PayoutReading
from carts.documents import Node
from carts.registry import adapter
from carts.woocommerce.readings import whole_order
from commerce.money import Money
from commerce.orders import Payment
from commerce.payouts import FeeKind, line_breaches
from tests.unit.carts.numbers import sample


def order(**meta: Any) -> Any:
    """The sample order, paid by Stripe, with entries of its metadata replaced or taken out."""
    document = sample("woocommerce", "order_updated_processing")
    for entry in list(document["meta_data"]):
        name = entry["key"].removeprefix("_stripe_")
        if name in meta and meta[name] is None:
            document["meta_data"].remove(entry)
        elif name in meta:
            entry["value"] = meta[name]
    return document


def read(document: Any) -> PayoutReading:
    cart = adapter("woocommerce")
    assert isinstance(cart, PayoutCart)
    return cart.read_payout("shop", document)


def test_the_noted_fee_and_net_add_up_to_the_order() -> None:
    payout = read(order()).payout

    assert payout is not None
    (line,) = payout.lines
    assert (line.amount, line.fee, line.net) == tuple(
        Money(Decimal(each), "GBP") for each in ("73.08", "1.42", "71.66")
    )
    assert (line.order_id, line.fee_kind) == ("7001", FeeKind.PROCESSING)
    assert list(line_breaches(payout.lines, "GBP")) == []
    assert payout.amount is None


def test_a_net_that_does_not_add_up_is_told_and_not_forced() -> None:
    payout = read(order(net="71.00")).payout

    assert payout is not None
    (breach,) = line_breaches(payout.lines, "GBP")
    assert breach.difference == Money(Decimal("-0.66"), "GBP")


def test_a_fee_without_its_net_is_taken_off_the_total() -> None:
    payout = read(order(net=None)).payout

    assert payout is not None
    assert payout.lines[0].net == Money(Decimal("71.66"), "GBP")


@pytest.mark.parametrize(
    ("meta", "place"),
    [
        ({"currency": "usd"}, "meta_data._stripe_currency"),
        ({"fee": "much"}, "meta_data._stripe_fee"),
    ],
)
def test_what_cannot_be_compared_or_read_is_refused_with_its_place(
    meta: dict[str, Any], place: str
) -> None:
    reading = read(order(**meta))

    assert reading.payout is None
    assert [problem.place for problem in reading.problems] == [place]


def test_an_order_without_a_noted_fee_tells_none() -> None:
    assert read(order(fee=None)) == PayoutReading(None)
    assert read(sample("woocommerce", "order_updated_cancelled_jpy")) == PayoutReading(None)


def receipt_of(document: Any) -> Payment:
    told = whole_order(Node(document, "", []), "shop").facts
    assert told is not None
    (payment,) = told.payments
    return payment


def test_the_receipt_of_an_order_carries_what_was_kept_of_it() -> None:
    assert receipt_of(order()).fee == Money.of("1.42", "GBP")


@pytest.mark.parametrize(
    "meta", [{"fee": None}, {"fee": "much"}, {"fee": "1.425"}, {"fee": "-1"}, {"currency": "usd"}]
)
def test_a_note_that_is_not_sure_holds_no_order_and_tells_no_fee(meta: dict[str, Any]) -> None:
    assert receipt_of(order(**meta)).fee is None
