"""Orders marked as paid: only what is open to the cent, once, whatever becomes of the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from carts.adapter import AccessRefusedError
from carts.catalogue import WriteOutcome
from carts.magento.client import MagentoClient
from carts.payment_marks import PaymentMarker
from carts.shopify.client import ShopifyClient
from carts.woocommerce.client import WooCommerceClient
from commerce.money import Money
from tests.unit.carts.account_site import GRAPH, Json, Site, access, options

TOTAL = Money.of("500.00", "USD")
DONE, REFUSED, UNKNOWN = WriteOutcome.DONE, WriteOutcome.REFUSED, WriteOutcome.UNKNOWN


class Shop:
    """One cart with the open order 5 of 500.00 dollars; `marks` counts how often it was paid."""

    def __init__(self) -> None:
        self.marks = 0
        self.state = ""
        self.site = Site()

    def client(self) -> PaymentMarker:
        raise NotImplementedError


class Woo(Shop):
    def client(self) -> PaymentMarker:
        self.state = self.state or "on-hold"
        path = "/wp-json/wc/v3/orders/5"
        self.site.answers["GET", path] = self._order
        self.site.answers["PUT", path] = self._pay
        return WooCommerceClient.connect(
            access("ck:cs", "http://127.0.0.1:1"), **options(self.site)
        )

    def _order(self, _: Any) -> Json:
        paid = "2026-04-02T12:00:00" if self.marks else None
        told = {"status": self.state, "total": "500.00", "currency": "USD"}
        return {"id": 5, **told, "date_paid_gmt": paid}

    def _pay(self, body: Json) -> Json:
        assert body == ({"status": "processing"} if self.state == "on-hold" else {"set_paid": True})
        self.marks += 1
        return self._order(body)


class Magento(Shop):
    def client(self) -> PaymentMarker:
        base = "/rest/default/V1"
        self.site.answers["GET", f"{base}/orders/5"] = lambda _: {
            "entity_id": 5,
            "state": self.state or "new",
            "base_currency_code": "USD",
            "base_total_due": 0 if self.marks else 500,
        }
        self.site.answers["POST", f"{base}/order/5/invoice"] = self._pay
        return MagentoClient.connect(access("token", "http://127.0.0.1:1"), **options(self.site))

    def _pay(self, body: Json) -> httpx.Response:
        assert body == {"capture": True, "notify": False}
        self.marks += 1
        return httpx.Response(200, json="17")


class Shopify(Shop):
    def client(self) -> PaymentMarker:
        self.site.answers["POST", GRAPH] = self._answer
        return ShopifyClient.connect(access("token", "http://127.0.0.1:1"), **options(self.site))

    def _answer(self, body: Json) -> Json:
        if body["query"].startswith("mutation"):
            assert body["variables"] == {"input": {"id": "gid://shopify/Order/5"}}
            self.marks += 1
            return {"data": {"orderMarkAsPaid": {"userErrors": []}}}
        if body["variables"]["id"] != "gid://shopify/Order/5":
            return {"data": {"order": None}}
        amount = {"amount": "0.0" if self.marks else "500.0", "currencyCode": "USD"}
        sides = {"shopMoney": amount, "presentmentMoney": {**amount, "currencyCode": "EUR"}}
        can = self.state != "closed"
        return {"data": {"order": {"canMarkAsPaid": can, "totalOutstandingSet": sides}}}


CARTS = [Woo, Magento, Shopify]


@pytest.mark.parametrize("cart", CARTS)
def test_an_open_order_is_marked_as_paid_once(cart: Callable[[], Shop]) -> None:
    shop = cart()
    client = shop.client()

    assert [client.mark_paid("5", TOTAL).outcome for _ in range(2)] == [DONE, DONE]
    assert shop.marks == 1


@pytest.mark.parametrize("cart", CARTS)
def test_a_lost_answer_leads_to_one_payment(cart: Callable[[], Shop]) -> None:
    shop = cart()
    client = shop.client()
    shop.site.loses = lambda: shop.marks > 0

    lost = client.mark_paid("5", TOTAL)
    shop.site.loses = lambda: False
    again = client.mark_paid("5", TOTAL)

    assert (lost.outcome, again.outcome) == (UNKNOWN, DONE)
    assert shop.marks == 1


@pytest.mark.parametrize("cart", CARTS)
def test_where_another_amount_is_open_nothing_is_marked(cart: Callable[[], Shop]) -> None:
    shop = cart()

    assert shop.client().mark_paid("5", Money.of("499.99", "USD")).outcome is REFUSED
    assert shop.client().mark_paid("5", Money.of("500.00", "EUR")).outcome is REFUSED
    assert shop.marks == 0


@pytest.mark.parametrize("cart", CARTS)
def test_a_key_without_rights_is_no_refusal_of_the_mark(cart: Callable[[], Shop]) -> None:
    shop = cart()
    client = shop.client()
    shop.site.faults = [httpx.Response(403, json={})]

    with pytest.raises(AccessRefusedError):
        client.mark_paid("5", TOTAL)

    assert shop.marks == 0


@pytest.mark.parametrize("cart", CARTS)
def test_an_order_that_is_not_there_is_refused(cart: Callable[[], Shop]) -> None:
    shop = cart()

    assert shop.client().mark_paid("6", TOTAL).outcome is REFUSED


@pytest.mark.parametrize(
    ("cart", "state"), [(Woo, "cancelled"), (Magento, "closed"), (Shopify, "closed")]
)
def test_an_order_that_takes_no_payment_is_refused(cart: Callable[[], Shop], state: str) -> None:
    shop = cart()
    shop.state = state

    assert shop.client().mark_paid("5", TOTAL).outcome is REFUSED
    assert shop.marks == 0


def test_an_order_that_waits_for_its_payment_in_woocommerce_is_set_paid() -> None:
    shop = Woo()
    shop.state = "pending"

    assert shop.client().mark_paid("5", TOTAL).outcome is DONE


def test_what_shopify_complains_of_is_a_refusal() -> None:
    shop = Shopify()
    client = shop.client()
    answers = shop._answer

    def refusing(body: Json) -> Json:
        if body["query"].startswith("mutation"):
            return {"data": {"orderMarkAsPaid": {"userErrors": [{"message": "no"}]}}}
        return answers(body)

    shop.site.answers["POST", GRAPH] = refusing

    assert client.mark_paid("5", TOTAL).outcome is REFUSED
