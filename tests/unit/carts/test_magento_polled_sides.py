"""A polled Magento shop that sells in other currencies: each store knows one whole side of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import StoreAccess
from carts.magento.client import MagentoClient
from commerce.identity import order_breaches, refund_breaches
from commerce.money import Money
from commerce.orders import Facts
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.webhooks import Delivering
from tests.unit.carts.test_pushed_and_polled import LOST, Shop

SALE = Sale(
    lines=(
        SoldLine(sku="TEE", quantity=3, unit_price=Decimal("10.99"), tax=Decimal("2.64")),
        SoldLine(
            sku="MUG", unit_price=Decimal("9.49"), discount=Decimal("0.95"), tax=Decimal("0.68")
        ),
    ),
    currency="EUR",
    shop_currency="USD",
    shop_rate=Decimal("0.92"),
    shipping=Decimal("4.90"),
    shipping_tax=Decimal("0.39"),
)


IN_TWO_PARTS = ({0: 1}, {0: 2, 1: 1})


def known(
    sale: Sale,
    *,
    is_presented: bool,
    delivering: Delivering = LOST,
    backs: Sequence[Mapping[int, int]] = IN_TWO_PARTS,
) -> Facts:
    """What a store that is only polled knows of a sale that was shipped, and partly came back.

    `backs` are the units of each refund, by the line's place.
    """
    shop = Shop("magento", delivering, polls=True)
    secret = shop.cart.secret()
    access = StoreAccess(
        "shop", shop.cart.account, "", secret["access_token"], is_presented=is_presented
    )
    shop.client = MagentoClient.connect(
        access, transport=CartTransport(shop.cart), sleep=shop.clock.advance
    )
    order = shop.cart.orders.place(sale)
    shop.pass_time(hours=1)
    shop.cart.orders.ship(order.id)
    for back in backs:
        units = {order.lines[place].id: number for place, number in back.items()}
        shop.cart.orders.refund(order.id, units)
        shop.pass_time(hours=1)
    (told,) = shop.reading().values()
    return told


@pytest.mark.parametrize(
    ("is_presented", "currency", "total", "seen"),
    [(False, "USD", "54.50", "EUR"), (True, "EUR", "50.12", "")],
)
def test_the_chosen_side_is_whole_and_adds_up(
    *, is_presented: bool, currency: str, total: str, seen: str
) -> None:
    facts = known(SALE, is_presented=is_presented)

    order = facts.order
    assert order is not None
    assert (order.currency, order.total) == (currency, Money.of(total, currency))
    assert order.presentment_currency == seen
    assert [payment.amount for payment in facts.payments] == [order.total]
    assert order_breaches(order) == []
    assert [refund_breaches(refund) for refund in facts.refunds] == [[], []]


@pytest.mark.parametrize("is_presented", [False, True])
def test_goods_that_all_come_back_give_back_what_they_were_sold_for(*, is_presented: bool) -> None:
    facts = known(SALE, is_presented=is_presented)

    order = facts.order
    assert order is not None
    goods = sum(
        (
            line.gross.amount - line.discount.amount + sum(tax.amount.amount for tax in line.taxes)
            for line in order.lines
        ),
        Decimal(0),
    )
    assert sum(refund.paid.amount for refund in facts.refunds) == goods


def test_a_shop_of_one_currency_is_known_alike_on_either_side() -> None:
    plain: dict[str, Any] = {"currency": "USD", "shop_currency": "", "shop_rate": Decimal(1)}
    sale = SALE.model_copy(update=plain)

    assert known(sale, is_presented=True) == known(sale, is_presented=False)


def test_what_is_heard_and_what_is_polled_is_the_same_side() -> None:
    heard = Delivering(url="https://us.example")

    assert known(SALE, is_presented=False, delivering=heard) == known(SALE, is_presented=False)
