"""Magento's two sides are each whole: the shop's base currency or the buyer's, and never mixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.documents import Node
from carts.magento.readings import Followers, credit_memo_reading, whole_order
from commerce.codec import canonical
from commerce.identity import order_breaches, refund_breaches
from commerce.money import Money
from commerce.orders import Facts, GiftCardUse, Order
from tests.unit.carts.magento_readings import memo, parsed, plain_order

TIMES = 7
"""How much of the buyer's currency one unit of the shop's is, in documents that are made here."""

CARDS = {"gift_cards_amount": 4, "customer_balance_amount": 3, "reward_currency_amount": 2}
WRAPS = {"gw_price": 2, "gw_tax_amount": 1, "gw_items_price": 6, "gw_card_price": 5}
ODD_NAMES = {
    "shipping_discount_tax_compensation_amount": "base_shipping_discount_tax_compensation_amnt",
    "weee_tax_applied_row_amount": "base_weee_tax_applied_row_amnt",
    **{name: name.replace("gw_", "gw_base_", 1) for name in ("gw_price", "gw_tax_amount")},
    "gw_items_price": "gw_items_base_price",
    "gw_card_price": "gw_card_base_price",
}
Change = Callable[[dict[str, Any]], None]


def two_sided(document: Any) -> Any:
    """A document of one currency with the buyer's side made of it, at 7 EUR for a pound."""
    if isinstance(document, list):
        return [two_sided(each) for each in document]
    if not isinstance(document, dict):
        return document
    made = {name: two_sided(value) for name, value in document.items()}
    for name, value in document.items():
        if isinstance(value, int | float) and _is_amount(name):
            base = ODD_NAMES.get(name, f"base_{name}")
            made.pop(f"base_{name}", None)
            made |= {base: value, name: value * TIMES}
    if "base_currency_code" in made:
        made |= {"order_currency_code": "EUR", "base_to_order_rate": TIMES}
    return made


def _is_amount(name: str) -> bool:
    endings = ("_amount", "amount", "price", "_total", "subtotal", "total_due", "total_paid")
    is_other = name.startswith(("base_", "gw_base_")) or "incl" in name or "original" in name
    more = ("adjustment_positive", "adjustment_negative", "total_refunded", "amount_authorized")
    return not is_other and (name.endswith(endings) or name in more)


def whole(change: Change | None = None) -> dict[str, Any]:
    """An order of one currency with tenders, wraps and fees of Adobe Commerce, and a balance."""
    order = plain_order()
    order["extension_attributes"].update(CARDS, **WRAPS)
    order["items"][0]["weee_tax_applied_row_amount"] = 1
    order["payment"]["amount_authorized"] = 114
    order["grand_total"] = order["base_grand_total"] = 114 + sum(WRAPS.values()) + 1 - 9
    order["tax_amount"] = order["base_tax_amount"] = 19 + WRAPS["gw_tax_amount"]
    order["total_refunded"] = order["base_total_refunded"] = 56
    if change:
        change(order)
    return order


def invoice() -> dict[str, Any]:
    return {
        "entity_id": 31,
        "state": 2,
        "order_currency_code": "GBP",
        "base_currency_code": "GBP",
        "grand_total": 114,
        "created_at": "2026-04-02 08:16:00",
    }


def read(order: Any, invoices: Any = (), memos: Any = (), *, is_presented: bool = False) -> Reading:
    followers = Followers(parsed(list(invoices)), [], parsed(list(memos)))
    node = Node(parsed(order), "", [])
    return whole_order(node, "shop", followers, is_presented=is_presented)


def facts_of(reading: Reading) -> Facts:
    assert reading.facts is not None, reading.problems
    return reading.facts


def order_of(reading: Reading) -> Order:
    order = facts_of(reading).order
    assert order is not None
    return order


def times_seven(value: Any) -> Any:
    """The same facts with each amount as seven times as many euros."""
    if isinstance(value, Money):
        return Money(value.amount * TIMES, "EUR")
    if isinstance(value, tuple):
        return tuple(times_seven(each) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(value, **{f.name: times_seven(getattr(value, f.name)) for f in fields(value)})


def bare(facts: Facts, currency: str) -> Facts:
    """Without what tells of the other side, and without the digest of it all."""
    assert facts.order is not None
    order = replace(
        facts.order,
        version=replace(facts.order.version, digest=""),
        currency=currency,
        presentment_currency="",
        presentment_total=None,
        exchange_rate=None,
    )
    refunds = tuple(replace(refund, currency=currency) for refund in facts.refunds)
    return replace(facts, order=order, refunds=refunds)


def test_each_amount_of_an_order_and_of_all_that_follows_it_is_of_one_side() -> None:
    documents = two_sided([whole(), invoice(), memo()])
    order, bill, given = documents

    shops = facts_of(read(order, [bill], [given]))
    buyers = facts_of(read(order, [bill], [given], is_presented=True))

    assert shops.order is not None
    assert (shops.order.currency, shops.order.total) == ("GBP", Money.of("120.00", "GBP"))
    assert len(shops.payments) == len(shops.refunds) == 1
    assert bare(buyers, "EUR") == times_seven(bare(shops, "EUR"))
    assert order_breaches(shops.order) == refund_breaches(shops.refunds[0]) == []


def test_the_official_sample_in_two_currencies_is_read_on_both_sides() -> None:
    sample = plain_order(0)

    shops, buyers = (order_of(read(sample, is_presented=side)) for side in (False, True))

    assert (shops.total, buyers.total) == (Money.of("30", "GBP"), Money.of("37.50", "EUR"))
    assert (shops.presentment_currency, shops.presentment_total) == ("EUR", buyers.total)
    assert (shops.exchange_rate, shops.rate_currency) == (Decimal(1), "GBP")
    assert (buyers.exchange_rate, buyers.rate_currency) == (Decimal("1.25"), "GBP")
    assert order_breaches(shops) == order_breaches(buyers) == []


def without_base(document: Any) -> Any:
    """A document that tells nothing but its currency of the other side."""
    if isinstance(document, list):
        return [without_base(each) for each in document]
    if not isinstance(document, dict):
        return document
    kept = {n: v for n, v in document.items() if "base_" not in n or n == "base_currency_code"}
    return {name: without_base(value) for name, value in kept.items()}


@pytest.mark.parametrize("is_presented", [False, True])
def test_an_order_of_one_currency_is_the_same_on_either_side(*, is_presented: bool) -> None:
    documents = ([whole()], [invoice()], [memo()])
    order, bill, given = (without_base(each)[0] for each in documents)
    order["base_to_order_rate"] = 1

    usual = facts_of(read(whole(), [invoice()], [memo()], is_presented=is_presented))
    poor = facts_of(read(order, [bill], [given], is_presented=is_presented))

    assert canonical(usual) == canonical(poor)
    assert order_of(Reading(usual)).presentment_currency == ""


MISSING = [
    ("base_grand_total", lambda told: told),
    ("base_subtotal", lambda told: told),
    ("base_total_paid", lambda told: told),
    ("base_shipping_amount", lambda told: told),
    ("items[0].base_price", lambda told: told["items"][0]),
    ("items[0].base_tax_amount", lambda told: told["items"][0]),
    ("items[0].base_weee_tax_applied_row_amnt", lambda told: told["items"][0]),
    ("extension_attributes.base_gift_cards_amount", lambda told: told["extension_attributes"]),
    ("extension_attributes.gw_base_price", lambda told: told["extension_attributes"]),
]


@pytest.mark.parametrize(("place", "holder"), MISSING)
def test_an_amount_that_the_shops_side_lacks_is_missed_by_its_name(
    place: str, holder: Callable[[Any], dict[str, Any]]
) -> None:
    order = two_sided(whole())
    del holder(order)[place.rpartition(".")[2]]

    reading = read(order)

    assert reading.facts is None
    assert (Code.PAYLOAD_INVALID, place) in {(each.code, each.place) for each in reading.problems}
    assert read(order, is_presented=True).facts is not None


def test_an_amount_that_the_buyers_side_lacks_is_missed_by_its_name() -> None:
    order = two_sided(whole())
    del order["shipping_amount"]

    reading = read(order, is_presented=True)

    assert reading.facts is None
    assert "shipping_amount" in {each.place for each in reading.problems}
    assert read(order).facts is not None


@pytest.mark.parametrize("member", ["base_grand_total", "base_currency_code"])
@pytest.mark.parametrize("kind", ["invoices", "creditmemos"])
def test_what_follows_an_order_tells_the_shops_side_too(kind: str, member: str) -> None:
    documents = {"invoices": two_sided(invoice()), "creditmemos": two_sided(memo())}
    del documents[kind][member]

    reading = read(two_sided(whole()), [documents["invoices"]], [documents["creditmemos"]])

    assert reading.facts is None
    assert f"{kind}[0].{member}" in {each.place for each in reading.problems}


def test_nothing_needs_no_other_side() -> None:
    order = two_sided(whole())
    order["shipping_discount_amount"] = 0
    order.pop("base_shipping_discount_amount")

    assert read(order).facts is not None


def test_names_of_samples_and_of_magentos_columns_are_both_read() -> None:
    order = two_sided(whole())
    short = "base_weee_tax_applied_row_amnt"
    row = order["items"][0]
    row["base_weee_tax_applied_row_amount"] = row.pop(short)

    assert order_of(read(order)).total == Money.of("120", "GBP")


def test_tenders_are_taken_in_the_shops_currency() -> None:
    used = order_of(read(two_sided(whole()))).gift_cards_applied

    assert used == (
        GiftCardUse("gift-cards", Money.of("4", "GBP")),
        GiftCardUse("store-credit", Money.of("3", "GBP")),
        GiftCardUse("reward-points", Money.of("2", "GBP")),
    )


def test_an_order_that_does_not_tell_its_base_currency_has_no_side_of_the_shop() -> None:
    order = two_sided(whole())
    order["base_currency_code"] = None

    shops, buyers = read(order), read(order, is_presented=True)

    assert {each.place for each in shops.problems} == {"base_currency_code"}
    assert order_of(buyers).currency == "EUR"


def test_a_credit_memo_by_itself_is_of_one_side() -> None:
    told = two_sided(memo())

    shops, buyers = (
        facts_of(credit_memo_reading(Node(parsed(told), "", []), "shop", is_presented=side))
        for side in (False, True)
    )

    assert shops.refunds[0].credit == Money.of("56", "GBP")
    assert buyers.refunds[0].credit == Money.of("392", "EUR")


def test_a_currency_that_is_none_holds_the_order_on_either_side() -> None:
    order = two_sided(whole())
    order["order_currency_code"] = "euros"

    for is_presented in (False, True):
        problems = read(order, is_presented=is_presented).problems
        assert "order_currency_code" in {each.place for each in problems}
