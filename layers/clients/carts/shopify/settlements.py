"""Asking Shopify Payments for payouts: REST lists, paged by the link that the answer carries.

The reference documents these lists in REST (§4.7); a page's link holds the filter and may not be
given together with it (§4.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from carts.adapter import CartApiError, PayoutReading
from carts.json_api import JsonApi, NotFoundError
from carts.shopify.payouts import payout_reading
from commerce.money import MoneyError

LONGEST_TRANSFER = timedelta(days=14)
"""A payout states its date and no time of change: those of so long ago may have arrived since."""

_PAGE_SIZE = "250"
_MOST_PAGES = 400
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class Settlements:
    """Reads one store's payouts."""

    def __init__(self, api: JsonApi, store: str, path: str) -> None:
        """`path` is where the version's resources begin."""
        self._api = api
        self._store = store
        self._path = f"{path}/shopify_payments"

    def payouts(self, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        """Payouts issued in the window, or lately enough before it to have changed in it.

        Raises:
            CartApiError: a list could not be read; the store may have no Shopify Payments.
        """
        window = {
            "date_min": _date(since - LONGEST_TRANSFER),
            "date_max": _date(until),
            "limit": _PAGE_SIZE,
        }
        for payout in self._listed("/payouts.json", "payouts", window):
            payout_id = payout.get("id") if isinstance(payout, dict) else None
            asked = {"payout_id": str(payout_id), "limit": _PAGE_SIZE}
            moved = list(self._listed("/balance/transactions.json", "transactions", asked))
            try:
                yield payout_reading(payout, moved, self._store)
            except MoneyError as exc:
                message = "the payout's amounts are beyond belief"
                raise CartApiError(message, is_lasting=True) from exc

    def _listed(self, path: str, name: str, params: dict[str, str]) -> Iterator[Any]:
        for _ in range(_MOST_PAGES):
            try:
                answer = self._api.get(self._path + path, params)
            except NotFoundError as exc:
                message = "the store has no Shopify Payments, or its scope is missing"
                raise CartApiError(message, is_lasting=True) from exc
            entries = answer.document.get(name) if isinstance(answer.document, dict) else None
            if not isinstance(entries, list):
                message = "the cart's answer has another shape than documented"
                raise CartApiError(message, is_lasting=True)
            yield from entries
            page_info = _next_page(answer.headers.get("Link", ""))
            if not page_info:
                return
            params = {"page_info": page_info, "limit": _PAGE_SIZE}
        message = f"more than {_MOST_PAGES} pages in one list"
        raise CartApiError(message, is_lasting=True)


def _next_page(link: str) -> str:
    """The cursor in a `Link` header; only that is taken from it, never the address."""
    found = _NEXT.search(link)
    return parse_qs(urlsplit(found.group(1)).query).get("page_info", [""])[0] if found else ""


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).date().isoformat()
