"""A payout of a busy fortnight is read whole, however many transactions it has."""

from __future__ import annotations

from typing import Any

from carts.adapter import PayoutCart, PayoutReading
from carts.amazon import payouts as amazon
from carts.documents import MOST_MEMBERS
from carts.ebay import payouts as ebay
from carts.registry import adapter
from carts.shopify import payouts as shopify
from commerce.payouts import Payout, payout_breaches

_COUNT = MOST_MEMBERS + 1


def payout_of(reading: PayoutReading) -> Payout:
    assert reading.problems == ()
    assert reading.payout is not None
    return reading.payout


def is_whole(reading: PayoutReading) -> bool:
    payout = payout_of(reading)
    return len(payout.lines) == _COUNT and not payout_breaches(payout)


def loose(cart: str, moved: list[dict[str, Any]]) -> int:
    """How many of the transactions are read where nobody states the payout."""
    known = adapter(cart)
    assert isinstance(known, PayoutCart)
    return len(payout_of(known.read_payout("shop", {"transactions": moved})).lines)


def shopifys(number: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "type": "charge",
        "payout_id": 9,
        "payout_status": "paid",
        "currency": "USD",
        "amount": "10.00",
        "fee": "0.50",
        "net": "9.50",
        "source_order_id": number,
        "processed_at": "2026-04-01T10:00:00-04:00",
    }


def ebays(number: int) -> dict[str, Any]:
    return {
        "transactionId": str(number),
        "orderId": f"1-{number}",
        "payoutId": "5",
        "transactionType": "SALE",
        "bookingEntry": "CREDIT",
        "amount": {"value": "9.00", "currency": "USD"},
        "transactionDate": "2026-04-01T10:00:00.000Z",
        "transactionStatus": "PAYOUT",
    }


def amazons(number: int) -> dict[str, Any]:
    amount = {"currencyAmount": 9, "currencyCode": "USD"}
    return {
        "transactionId": f"T{number}",
        "transactionType": "Shipment",
        "transactionStatus": "RELEASED",
        "postedDate": "2026-04-01T10:00:00Z",
        "totalAmount": amount,
        "breakdowns": [{"breakdownType": "Sales", "breakdownAmount": amount}],
    }


def test_shopifys_payout_of_more_than_a_thousand_transactions_is_read() -> None:
    paid = {"id": 9, "status": "paid", "date": "2026-04-02", "currency": "USD", "amount": "9509.50"}
    moved = [shopifys(each) for each in range(_COUNT)]

    assert is_whole(shopify.payout_reading(paid, moved, "shop"))
    assert loose("shopify", moved) == _COUNT


def test_ebays_payout_of_more_than_a_thousand_transactions_is_read() -> None:
    paid = {
        "payoutId": "5",
        "payoutStatus": "SUCCEEDED",
        "payoutDate": "2026-04-02T10:00:00.000Z",
        "amount": {"value": "9009.00", "currency": "USD"},
        "transactionCount": _COUNT,
    }
    moved = [ebays(each) for each in range(_COUNT)]

    assert is_whole(ebay.payout_reading(paid, moved, "shop"))
    assert loose("ebay", moved) == _COUNT


def test_amazons_settlement_of_more_than_a_thousand_transactions_is_read() -> None:
    group = {
        "FinancialEventGroupId": "G",
        "ProcessingStatus": "Closed",
        "FundTransferStatus": "Succeeded",
        "OriginalTotal": {"CurrencyCode": "USD", "CurrencyAmount": 9009},
        "FinancialEventGroupStart": "2026-03-20T10:00:00Z",
        "FinancialEventGroupEnd": "2026-04-02T10:00:00Z",
        "FundTransferDate": "2026-04-02T10:00:00Z",
    }
    moved = [amazons(each) for each in range(_COUNT)]

    assert is_whole(amazon.settlement(group, moved, "shop"))
    assert loose("amazon", moved) == _COUNT
