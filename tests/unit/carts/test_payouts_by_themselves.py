"""Payouts without the list of what they are made of are named, and nothing of them is believed."""

from __future__ import annotations

from typing import Any

import pytest

from carts.adapter import Code
from carts.shapes import Kind, Source, shapes
from ops.cart_numbers import numbers

SHOPIFYS = {"id": 61, "status": "paid", "date": "2026-04-02", "currency": "USD", "amount": "41.90"}
EBAYS = {
    "payoutId": "6556000080",
    "payoutStatus": "SUCCEEDED",
    "payoutDate": "2026-04-02T08:00:00.000Z",
    "amount": {"value": "41.90", "currency": "USD"},
    "transactionCount": 3,
}
GROUP = {
    "FinancialEventGroupId": "GRP1",
    "ProcessingStatus": "Closed",
    "OriginalTotal": {"CurrencyCode": "USD", "CurrencyAmount": 41.9},
}


@pytest.mark.parametrize(
    ("cart", "document", "places"),
    [
        ("shopify", {"payouts": [SHOPIFYS, SHOPIFYS]}, ["payouts[0]", "payouts[1]"]),
        ("shopify", {"payout": SHOPIFYS}, ["payout"]),
        ("shopify", {"payouts": []}, []),
        ("ebay", {"payouts": [EBAYS], "total": 1}, ["payouts[0]"]),
        ("ebay", EBAYS, ["document"]),
        (
            "amazon",
            {"payload": {"FinancialEventGroupList": [GROUP], "NextToken": "x"}},
            ["payload.FinancialEventGroupList[0]"],
        ),
    ],
)
def test_a_payout_by_itself_asks_for_its_transactions_by_name(
    cart: str, document: dict[str, Any], places: list[str]
) -> None:
    source = Source(document)
    shape = next(each for each in shapes(cart) if each.fits(source))

    told = [numbers(seen) for seen in shape.seen(source)]

    assert shape.kind is Kind.PAYOUT
    assert [each["balanced"] for each in told] == [False] * len(places)
    reasons = [(reason["code"], reason["place"]) for each in told for reason in each["reasons"]]
    assert reasons == [(Code.CONFIGURATION_MISSING.value, place) for place in places]
