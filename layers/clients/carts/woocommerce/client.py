"""One WooCommerce site's REST API: which orders changed, and one order with its refunds."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Self

import httpx

from carts.accounts import AccountCalls
from carts.adapter import CartApiError, ChangedOrder, Reading, StoreAccess
from carts.catalogue import CatalogueCalls
from carts.documents import Node, to_identifier
from carts.json_api import TIMEOUT, Answer, JsonApi, NotFoundError, checked_base_url
from carts.order_notes import NoteCalls
from carts.payment_marks import PaymentCalls
from carts.woocommerce.accounts import WooCommerceAccounts
from carts.woocommerce.catalogue import WooCommerceCatalogue
from carts.woocommerce.listings import MOST_PAGES, Listing, another_shape, too_many_pages
from carts.woocommerce.models import currency_of
from carts.woocommerce.order_notes import WooCommerceNotes
from carts.woocommerce.orders import stated_refunds
from carts.woocommerce.payment_marks import WooCommercePaymentMarks
from carts.woocommerce.readings import whole_order
from commerce.identity import order_breaches
from commerce.money import MoneyError

PAGE_SIZE = 100
"""The most that the API gives in one page."""

_API = "/wp-json/wc/v3"
_MOST_LOOKS = 3
_FULL_PRECISION = "6"


class WooCommerceClient(CatalogueCalls, AccountCalls, NoteCalls, PaymentCalls):
    """Reads one site's orders; see `CartClient` for the promises."""

    def __init__(
        self,
        http: httpx.Client,
        store: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
        page_size: int = PAGE_SIZE,
    ) -> None:
        """`http` carries base address and keys; `nonce` gives what defeats a caching plug-in."""
        self._api = JsonApi(http, sleep=sleep)
        self._store = store
        self._nonce = nonce
        self._page_size = page_size
        self._catalogue = WooCommerceCatalogue(self._api, self._ask, store, page_size=page_size)
        self._accounts = WooCommerceAccounts(self._api, self._ask)
        self._notes = WooCommerceNotes(self._api, self._ask)
        self._marker = WooCommercePaymentMarks(self._api, self._ask)

    @classmethod
    def connect(
        cls,
        access: StoreAccess,
        *,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> Self:
        """A client with a connection pool of its own; `options` as the constructor takes them.

        The access token is `consumer_key:consumer_secret`, sent as HTTP Basic. The site may live
        under a directory, which is then part of the base address.

        Raises:
            CartApiError: the address is not https (or loopback), or the token has another form.
        """
        base_url = checked_base_url(access.base_url or f"https://{access.domain}")
        key, _, secret = access.access_token.partition(":")
        if not key or not secret:
            message = "the store's access_token is not consumer_key:consumer_secret"
            raise CartApiError(message, is_lasting=True)
        http = httpx.Client(
            base_url=base_url + _API,
            auth=httpx.BasicAuth(key, secret),
            headers={"Cache-Control": "no-cache"},
            timeout=TIMEOUT,
            follow_redirects=False,
            transport=transport,
        )
        return cls(http, access.store, **options)

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        """Pages of orders modified in `[since, until)`, complete whatever changes meanwhile.

        Sites that cannot sort by the time of the change are read in the order of their ids, and
        again from the start when an order left the window between two pages.

        Raises:
            CartApiError: a page could not be read.
        """
        for rows in self._orders().changed(since, until):
            yield [ChangedOrder(row.id, row.updated_at) for row in rows]

    def _orders(self) -> Listing:
        fields = "id,date_modified_gmt"
        return Listing(self._ask, "/orders", page_size=self._page_size, fields=fields)

    def order(self, order_id: str) -> Reading:
        """The order as it is now, with its refunds.

        An order whose two-decimal amounts do not add up is read once more with all decimals: sites
        round some amounts each for itself, and others in sum only (§6.3).

        Raises:
            CartApiError: the API could not be used, or knows no such order.
        """
        try:
            reading = self._order(order_id, {})
            if not _is_balanced(reading):
                precise = self._order(order_id, {"dp": _FULL_PRECISION})
                return precise if _is_balanced(precise) else reading
        except MoneyError as exc:
            message = "the order's amounts are beyond belief"
            raise CartApiError(message, is_lasting=True) from exc
        return reading

    def _order(self, order_id: str, decimals: dict[str, str]) -> Reading:
        """The order and its refunds, read again when the two do not belong together."""
        for _ in range(_MOST_LOOKS):
            document = self._one(f"/orders/{order_id}", decimals)
            if to_identifier(document.get("id")) != order_id:
                message = "the site answered with another order"
                raise CartApiError(message, is_lasting=True)
            node = Node(document, "", [])
            listed = set(stated_refunds(node, currency_of(node)))
            refunds = self._refunds(order_id, decimals) if listed else []
            if {to_identifier(each.get("id")) for each in refunds} == listed:
                return whole_order(Node(document, "", []), self._store, refunds)
        message = "the order's refunds kept changing while they were read"
        raise CartApiError(message)

    def _refunds(self, order_id: str, decimals: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            params = {"per_page": str(PAGE_SIZE), "page": str(page), **decimals}
            document = self._ask(f"/orders/{order_id}/refunds", params).document
            if not isinstance(document, list) or not all(isinstance(e, dict) for e in document):
                raise another_shape()
            found += document
            if len(document) < PAGE_SIZE:
                return found
        raise too_many_pages()

    def _one(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        try:
            document = self._ask(path, params).document
        except NotFoundError as exc:
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True) from exc
        if not isinstance(document, dict):
            raise another_shape()
        return document

    def _ask(self, path: str, params: dict[str, str]) -> Answer:
        """An answer past the caches: caching plug-ins tell requests apart by their parameters."""
        return self._api.get(path, {**params, "_": self._nonce()})


def _is_balanced(reading: Reading) -> bool:
    """Whether there is nothing that more decimals could mend."""
    order = reading.facts.order if reading.facts else None
    return order is None or not order_breaches(order)
