"""Notes on orders: put there once, whatever becomes of the answer, and seen by staff alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from carts.adapter import AccessRefusedError
from carts.bigcommerce.client import BigCommerceClient
from carts.catalogue import WriteOutcome
from carts.magento.client import MagentoClient
from carts.order_notes import NoteClient
from carts.shopify.client import ShopifyClient
from carts.woocommerce.client import WooCommerceClient
from tests.unit.carts.account_site import GRAPH, Json, Site, access, options

NOTE = "Sage Intacct: Sales Invoice-1001"


class Shop:
    """One cart with one order, 5; what lands on it are its `notes`."""

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self.site = Site()

    def client(self) -> NoteClient:
        raise NotImplementedError


class Woo(Shop):
    def client(self) -> NoteClient:
        path = "/wp-json/wc/v3/orders/5/notes"
        self.site.answers["GET", path] = lambda _: [{"note": note} for note in self.notes]
        self.site.answers["POST", path] = self._add
        return WooCommerceClient.connect(
            access("ck:cs", "http://127.0.0.1:1"), **options(self.site)
        )

    def _add(self, body: Json) -> Json:
        assert body["customer_note"] is False
        self.notes.append(body["note"])
        return {"id": 1}


class Magento(Shop):
    def client(self) -> NoteClient:
        path = "/rest/default/V1/orders/5"
        self.site.answers["GET", path] = lambda _: {
            "entity_id": 5,
            "status": "processing",
            "status_histories": [{"comment": None}, *({"comment": one} for one in self.notes)],
        }
        self.site.answers["POST", f"{path}/comments"] = self._add
        return MagentoClient.connect(access("token", "http://127.0.0.1:1"), **options(self.site))

    def _add(self, body: Json) -> httpx.Response:
        told = body["statusHistory"]
        assert (told["is_customer_notified"], told["is_visible_on_front"]) == (0, 0)
        assert told["status"] == "processing"
        self.notes.append(told["comment"])
        return httpx.Response(200, json=True)


class Big(Shop):
    def client(self) -> NoteClient:
        path = "/stores/abc123/v2/orders/5"
        self.site.answers["GET", path] = lambda _: {
            "id": 5,
            "staff_notes": "\n".join(self.notes),
        }
        self.site.answers["PUT", path] = self._set
        of = access("token", "http://127.0.0.1:1", "abc123")
        return BigCommerceClient.connect(of, **options(self.site))

    def _set(self, body: Json) -> Json:
        assert set(body) == {"staff_notes"}
        self.notes[:] = body["staff_notes"].split("\n")
        return {"id": 5}


class Shopify(Shop):
    def client(self) -> NoteClient:
        self.site.answers["POST", GRAPH] = self._answer
        return ShopifyClient.connect(access("token", "http://127.0.0.1:1"), **options(self.site))

    def _answer(self, body: Json) -> Json:
        digest = f"d{len(self.notes)}"
        if body["query"].startswith("query"):
            if body["variables"]["id"] != "gid://shopify/Order/5":
                return {"data": {"order": None}}
            held = {"value": json.dumps(self.notes), "compareDigest": digest}
            return {"data": {"order": {"metafield": held if self.notes else None}}}
        (field,) = body["variables"]["metafields"]
        wrong: list[Json] = []
        if field["compareDigest"] != (digest if self.notes else None):
            wrong = [{"code": "STALE_OBJECT", "field": ["metafields", "0"]}]
        else:
            self.notes[:] = json.loads(field["value"])
        return {"data": {"metafieldsSet": {"userErrors": wrong}}}


CARTS = [Woo, Magento, Big, Shopify]


@pytest.mark.parametrize("cart", CARTS)
def test_a_note_is_added_to_what_is_there_and_once(cart: Callable[[list[str]], Shop]) -> None:
    shop = cart(["by hand"])
    client = shop.client()

    outcomes = [client.note_order("5", NOTE).outcome for _ in range(2)]

    assert outcomes == [WriteOutcome.DONE, WriteOutcome.DONE]
    assert shop.notes == ["by hand", NOTE]


@pytest.mark.parametrize("cart", CARTS)
def test_an_answer_that_is_lost_after_the_note_landed_leads_to_one_note(
    cart: Callable[[list[str]], Shop],
) -> None:
    shop = cart(["by hand"])
    client = shop.client()
    shop.site.loses = lambda: shop.notes[-1] == NOTE

    lost = client.note_order("5", NOTE)
    shop.site.loses = lambda: False
    again = client.note_order("5", NOTE)

    assert (lost.outcome, again.outcome) == (WriteOutcome.UNKNOWN, WriteOutcome.DONE)
    assert shop.notes == ["by hand", NOTE]


@pytest.mark.parametrize("cart", CARTS)
def test_a_note_on_an_order_that_is_not_there_is_refused(cart: Callable[[list[str]], Shop]) -> None:
    shop = cart([])

    assert shop.client().note_order("6", NOTE).outcome is WriteOutcome.REFUSED


@pytest.mark.parametrize("cart", CARTS)
@pytest.mark.parametrize("status", [401, 403])
def test_a_key_without_rights_is_no_refusal_of_the_note(
    cart: Callable[[list[str]], Shop], status: int
) -> None:
    shop = cart([])
    client = shop.client()
    shop.site.faults = [httpx.Response(status, json={})] * 3

    with pytest.raises(AccessRefusedError):
        client.note_order("5", NOTE)

    assert shop.notes == []


def test_a_scope_that_shopify_misses_is_no_refusal_of_the_note() -> None:
    shop = Shopify([])
    client = shop.client()
    denied = {"errors": [{"extensions": {"code": "ACCESS_DENIED"}}]}
    shop.site.faults = [httpx.Response(200, json=denied)]

    with pytest.raises(AccessRefusedError, match="ACCESS_DENIED"):
        client.note_order("5", NOTE)


def test_a_metafield_that_others_filled_is_not_overwritten() -> None:
    shop = Shopify(["by hand"])
    client = shop.client()
    shop.site.answers["POST", GRAPH] = {
        "data": {"order": {"metafield": {"value": '{"a": 1}', "compareDigest": "x"}}}
    }

    refused = client.note_order("5", NOTE)

    assert refused.outcome is WriteOutcome.REFUSED
    assert "something else" in refused.message


def test_whoever_writes_at_the_same_moment_is_not_overwritten() -> None:
    shop = Shopify(["by hand"])
    client = shop.client()
    taken = shop._answer

    def meanwhile(body: Json) -> Json:
        if body["query"].startswith("mutation"):
            shop.notes.append("by others")
        return taken(body)

    shop.site.answers["POST", GRAPH] = meanwhile

    assert client.note_order("5", NOTE).outcome is WriteOutcome.CONFLICT
    assert shop.notes == ["by hand", "by others"]


def test_lists_of_another_shape_are_lasting_errors() -> None:
    shop = Woo([])
    client = shop.client()
    shop.site.answers["GET", "/wp-json/wc/v3/orders/5/notes"] = {"notes": []}

    refused = client.note_order("5", NOTE)

    assert refused.outcome is WriteOutcome.REFUSED
