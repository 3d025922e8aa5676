"""What does not add up is said, with its place and its difference, and never repaired."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.identity import order_breaches, order_sums, refund_breaches
from commerce.money import Money
from commerce.orders import (
    AdjustmentKind,
    Charge,
    ChargeKind,
    FulfillmentStatus,
    GiftCardUse,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
    ShippingLine,
    TaxCollector,
    TaxLine,
    Version,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def tax(amount: str, collector: TaxCollector = TaxCollector.SELLER) -> TaxLine:
    return TaxLine("T", usd(amount), collected_by=collector)


def line(
    line_id: str, gross: str, discount: str, *taxes: TaxLine, kind: LineKind = LineKind.PRODUCT
) -> OrderLine:
    return OrderLine(
        id=line_id,
        sku="S",
        title="S",
        quantity=Decimal(1),
        unit_price=usd(gross),
        gross=usd(gross),
        discount=usd(discount),
        taxes=taxes,
        kind=kind,
    )


def order_a() -> Order:
    """Order A of accounting reference §1: 69.95."""
    lines = (
        line("1", "50.00", "5.00", tax("1.80"), tax("2.03"), tax("0.17")),
        line("2", "12.50", "1.25", tax("0.45"), tax("0.50"), tax("0.04")),
    )
    shipping = ShippingLine(
        "9", "Standard", usd("8.00"), usd("0"), (tax("0.32"), tax("0.36"), tax("0.03"))
    )
    return Order(
        ref=Ref("shopify", "shop", "order", "1"),
        number="#1",
        version=Version(NOW, ""),
        placed_at=NOW,
        status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
        currency="USD",
        total=usd("69.95"),
        lines=lines,
        shipping_lines=(shipping,),
        stated_tax=usd("5.70"),
        stated_discount=usd("6.25"),
    )


def test_order_a_adds_up() -> None:
    order = order_a()

    assert order_breaches(order) == []
    assert order_sums(order).tax == usd("5.70")


def test_tax_inside_prices_is_not_added() -> None:
    order = replace(order_a(), tax_included=True, total=usd("64.25"))

    assert order_breaches(order) == []


def test_charges_gift_cards_and_marketplace_tax_take_part() -> None:
    order = order_a()
    order = replace(
        order,
        lines=(*order.lines, line("3", "10.00", "0", tax("1.00", TaxCollector.MARKETPLACE))),
        charges=(
            Charge(ChargeKind.TIP, usd("3.00")),
            Charge(ChargeKind.DUTY, usd("2.00"), (tax("0.20"),)),
            Charge(ChargeKind.ROUNDING, usd("-0.15")),
        ),
        gift_cards_applied=(GiftCardUse("g", usd("20.00")),),
        total=usd("66.00"),
        stated_tax=usd("6.90"),
    )

    assert order_breaches(order) == []
    assert order_sums(order).marketplace_tax == usd("1.00")


def test_components_carry_no_money() -> None:
    order = order_a()
    component = line("4", "99.00", "0", tax("9.00"), kind=LineKind.COMPONENT)

    assert order_breaches(replace(order, lines=(*order.lines, component))) == []


def test_taxes_of_the_order_count_where_no_part_has_any() -> None:
    order = order_a()
    bare = replace(
        order,
        lines=tuple(replace(each, taxes=()) for each in order.lines),
        shipping_lines=tuple(replace(each, taxes=()) for each in order.shipping_lines),
        taxes=(tax("5.70"),),
    )

    assert order_breaches(bare) == []


@pytest.mark.parametrize(
    ("change", "place", "difference"),
    [
        ({"total": usd("69.96")}, "total", "0.01"),
        ({"stated_tax": usd("5.69")}, "taxes", "-0.01"),
        ({"stated_discount": usd("6.00")}, "discounts", "-0.25"),
    ],
)
def test_a_breach_tells_place_and_difference(
    change: dict[str, Money], place: str, difference: str
) -> None:
    order = replace(order_a(), **change)  # type: ignore[arg-type]  # one Money member each

    (breach,) = order_breaches(order)

    assert (breach.place, breach.difference) == (place, usd(difference))


def test_a_wrong_sign_cannot_hide_behind_a_right_total() -> None:
    lines = (line("1", "50.00", "-5.00"), line("2", "10.00", "15.00"))
    order = replace(
        order_a(),
        lines=lines,
        shipping_lines=(),
        total=usd("50.00"),
        stated_tax=None,
        stated_discount=None,
    )

    places = {breach.place for breach in order_breaches(order)}

    assert places == {"lines[1].discount", "lines[2]"}


def test_an_amount_of_another_currency_is_named_and_never_added() -> None:
    order = order_a()
    euro = replace(order.lines[0], gross=Money.of("50.00", "EUR"))

    (breach,) = order_breaches(replace(order, lines=(euro, order.lines[1])))

    assert breach.place == "lines[1]"
    assert "EUR" in breach.message
    assert breach.difference is None


@given(st.integers(-10_000, 10_000).filter(bool), st.sampled_from(["total", "line", "shipping"]))
def test_a_difference_of_any_size_is_found_to_the_cent(cents: int, place: str) -> None:
    order, difference = order_a(), Money(Decimal(cents) / 100, "USD")
    if place == "total":
        changed = replace(order, total=order.total + difference)
    elif place == "line":
        first = replace(order.lines[0], gross=order.lines[0].gross + difference)
        changed = replace(order, lines=(first, order.lines[1]))
    else:
        shipped = replace(order.shipping_lines[0], amount=usd("8.00") + difference)
        changed = replace(order, shipping_lines=(shipped,))

    found = {breach.place: breach.difference for breach in order_breaches(changed)}

    assert found["total"] == (difference if place == "total" else -difference)


def refund(*transactions: Payment) -> Refund:
    return Refund(
        ref=Ref("shopify", "shop", "refund", "8"),
        order_id="1",
        created_at=NOW,
        currency="USD",
        lines=(RefundLine("1", Decimal(1), usd("22.50"), usd("2.00")),),
        shipping=usd("8.00"),
        shipping_tax=usd("0.71"),
        adjustments=(RefundAdjustment(AdjustmentKind.RESTOCKING_FEE, usd("-3.00"), usd("0")),),
        transactions=transactions,
    )


def back(amount: Money, state: PaymentState = PaymentState.SUCCESS) -> Payment:
    return Payment(
        ref=Ref("shopify", "shop", "payment", "9"),
        order_id="1",
        kind=PaymentKind.REFUND,
        state=state,
        gateway="g",
        amount=amount,
        processed_at=NOW,
    )


@pytest.mark.parametrize(
    ("transactions", "difference"),
    [
        ((), None),
        ((back(usd("30.21")),), None),
        ((back(usd("30.21"), PaymentState.PENDING),), None),
        ((back(usd("30.21"), PaymentState.FAILURE),), None),
        ((back(usd("30.22")),), "0.01"),
        ((back(usd("20.00")), back(usd("10.00"))), "-0.21"),
    ],
)
def test_a_refund_explains_the_money_that_moved(
    transactions: tuple[Payment, ...], difference: str | None
) -> None:
    breaches = refund_breaches(refund(*transactions))

    assert [b.difference for b in breaches] == ([usd(difference)] if difference else [])


def test_a_refund_paid_in_another_currency_is_named() -> None:
    (breach,) = refund_breaches(refund(back(Money.of("30.21", "EUR"))))

    assert breach.place == "refunds[8].transactions[9]"
