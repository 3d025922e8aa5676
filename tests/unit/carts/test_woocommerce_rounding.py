"""Orders whose amounts a site rounds apart are booked at its own total, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carts.woocommerce.client import WooCommerceClient
from commerce.identity import order_breaches, order_sums, refund_breaches
from commerce.money import Money, total
from commerce.orders import Facts, Order, OrderLine, RefundLine
from shared.facts.checks import findings_of
from shared.facts.receipts import ReceiptSource
from tests.unit.carts.woocommerce_arithmetic import Cart
from tests.unit.carts.woocommerce_readings import gbp, read

_RATES = [Decimal(each) for each in ("0", "0.05", "0.0825", "0.19", "0.20", "0.21", "0.255")]


def carts_of(at_subtotal: st.SearchStrategy[bool], fewest: int = 1) -> st.SearchStrategy[Cart]:
    line = st.tuples(st.integers(1, 99_99), st.sampled_from([1, 1, 2, 3]))
    return st.builds(
        Cart,
        st.lists(line, min_size=fewest, max_size=6),
        st.sampled_from(_RATES),
        st.sampled_from([0, 0, 10, 15, 33, 100]),
        st.booleans(),
        at_subtotal,
        st.sampled_from([0, 490, 499]),
    )


carts = carts_of(st.booleans())
rounded_in_sum = carts_of(st.sampled_from([True]), fewest=3)


def fetched(
    cart: Cart, refunds: Sequence[tuple[int, Sequence[int]]] = (), changes: Any = None
) -> Facts:
    """What the client makes of the order with its refunds."""

    def answer(request: httpx.Request) -> httpx.Response:
        decimals = int(request.url.params.get("dp", "2"))
        back = [cart.given_back(decimals, *each) for each in reversed(refunds)]
        if request.url.path.endswith("/refunds"):
            return httpx.Response(200, json=back)
        listed = [{"id": each["id"], "total": f"-{each['amount']}"} for each in back]
        return httpx.Response(200, json=cart.told(decimals) | {"refunds": listed} | (changes or {}))

    http = httpx.Client(base_url="https://shop.example", transport=httpx.MockTransport(answer))
    client = WooCommerceClient(http, "shop", sleep=lambda _: None, nonce=lambda: "n")
    reading = client.order("7001")
    assert reading.problems == ()
    assert reading.facts is not None
    return reading.facts


def order_of(facts: Facts | None) -> Order:
    assert facts is not None
    assert facts.order is not None
    return facts.order


def is_rounded_apart(told: Any) -> bool:
    """Whether the order does not add up at two decimals."""
    return bool(order_breaches(order_of(read(told).facts)))


def sold(line: OrderLine) -> tuple[Money, Money]:
    return line.net, total((tax.amount for tax in line.taxes), "GBP")


def net_of(backs: Sequence[RefundLine]) -> Money:
    return total((back.subtotal for back in backs), "GBP")


def tax_of(backs: Sequence[RefundLine]) -> Money:
    return total((back.tax for back in backs), "GBP")


def cents(minor: Decimal) -> Money:
    return gbp(str(minor / 100))


def test_a_coupon_off_a_price_with_tax_is_booked_as_it_was_delivered() -> None:
    cart = Cart([(999, 1)], Decimal("0.20"), coupon=10, shipping=0)
    told = cart.told(2)
    assert (told["line_items"][0]["subtotal"], told["discount_total"]) == ("8.33", "0.83")

    reading = read(told)

    order = order_of(reading.facts)
    assert order_breaches(order) == []
    assert not reading.needs_fetch
    assert (order.total, order.lines[0].discount) == (gbp("8.99"), gbp("0.84"))


@pytest.mark.parametrize("amount", ["5.99", "6.01"])
def test_a_discount_that_no_rounding_explains_is_held(amount: str) -> None:
    cart = Cart([(7200, 1)], Decimal("0.20"), coupon=10)
    told = cart.told(2) | {"discount_total": amount}

    assert [each.place for each in order_breaches(order_of(read(told).facts))] == ["discounts"]


def test_tax_rounded_at_the_subtotal_is_shared_over_the_lines() -> None:
    cart = Cart([(999, 1), (999, 1)], Decimal("0.0825"), holds_tax=False, rounds_at_subtotal=True)

    order = order_of(fetched(cart))

    assert order_breaches(order) == []
    assert [tax.amount for line in order.lines for tax in line.taxes] == [gbp("0.82"), gbp("0.82")]
    assert order.shipping_lines[0].taxes[0].amount == gbp("0.41")
    assert order.total == gbp("26.93")


@given(carts)
def test_no_order_that_a_site_reckons_is_held(cart: Cart) -> None:
    order = order_of(fetched(cart))

    assert order_breaches(order) == []
    assert order.total == cents(cart.total)
    assert order_sums(order).tax == order.stated_tax
    assert all(line.net == line.net.rounded() for line in order.lines)


@given(carts)
def test_a_whole_refund_credits_each_line_as_it_was_sold(cart: Cart) -> None:
    facts = fetched(cart, [(8001, ())])

    order, (refund,) = order_of(facts), facts.refunds
    assert refund.credit == order.total
    assert refund_breaches(refund) == []
    assert {back.line_id: (back.subtotal, back.tax) for back in refund.lines} == {
        line.id: sold(line) for line in order.lines
    }
    assert refund.adjustments == ()


def unit_by_unit(cart: Cart) -> list[tuple[int, list[int]]]:
    most = max(quantity for _, quantity in cart.prices)
    shares = [[int(nth < quantity) for _, quantity in cart.prices] for nth in range(most)]
    return [(8001 + nth, share) for nth, share in enumerate(shares)]


@given(rounded_in_sum)
def test_refunds_unit_by_unit_credit_each_line_as_it_was_sold(cart: Cart) -> None:
    assume(is_rounded_apart(cart.told(2)))

    facts = fetched(cart, unit_by_unit(cart))

    for line in order_of(facts).lines:
        backs = [b for refund in facts.refunds for b in refund.lines if b.line_id == line.id]
        assert (net_of(backs), tax_of(backs)) == sold(line)
        assert not any(back.subtotal.is_negative or back.tax.is_negative for back in backs)
    assert all(refund_breaches(refund) == [] for refund in facts.refunds)


@given(carts)
def test_refunds_unit_by_unit_credit_no_line_beyond_what_was_sold(cart: Cart) -> None:
    facts = fetched(cart, unit_by_unit(cart))

    for line in order_of(facts).lines:
        backs = [b for refund in facts.refunds for b in refund.lines if b.line_id == line.id]
        net, tax = sold(line)
        assert net_of(backs) <= net
        assert tax_of(backs) <= tax
    assert all(refund_breaches(refund) == [] for refund in facts.refunds)


def test_more_given_back_of_a_line_than_rounding_explains_is_left_to_be_held() -> None:
    cart = Cart([(1000, 2)], Decimal(0), shipping=0)

    facts = fetched(cart, [(8001, [1]), (8002, [1]), (8003, [1])])

    assert [refund.lines[0].subtotal for refund in facts.refunds] == [gbp("10.00")] * 3


@given(rounded_in_sum, st.sampled_from(["total", "total_tax"]), st.sampled_from([-1, 1]))
def test_an_amount_that_is_wrong_by_a_cent_is_found(cart: Cart, name: str, cent: int) -> None:
    exact = {
        "total": sum(
            (i.total + i.total_tax for i in cart.items), cart.shipping + cart.shipping_tax
        ),
        "total_tax": cart.tax,
    }[name]
    assume(abs(exact % 1 - Decimal("0.5")) > Decimal("0.01"))  # either neighbour of a half will do
    wrong = {name: str((exact.quantize(Decimal(1), ROUND_HALF_UP) + cent) / 100)}
    assume(is_rounded_apart(cart.told(2) | wrong))

    assert findings_of(fetched(cart, changes=wrong), ReceiptSource.ORDER)
