"""EBay's transactions mean what they say: signs in words, fees beside the net, proved payouts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, PayoutCart, PayoutReading
from carts.ebay.payouts import payout_reading
from carts.registry import adapter
from commerce.payouts import FeeKind, Payout, PayoutLineKind, PayoutStatus, payout_breaches
from tests.unit.carts.numbers import expected, sample


def usd(value: str) -> dict[str, str]:
    return {"value": value, "currency": "USD"}


def transactions() -> list[dict[str, Any]]:
    """The sample's sale, refund and advertising fee."""
    found: list[dict[str, Any]] = sample("ebay", "finances_transactions")["transactions"]
    return found


def booked(kind: str, value: str, entry: str = "DEBIT", **members: Any) -> dict[str, Any]:
    return {
        "transactionId": f"t-{kind}",
        "transactionType": kind,
        "amount": usd(value),
        "bookingEntry": entry,
        "transactionDate": "2026-04-12T12:00:00.000Z",
        "transactionStatus": "PAYOUT",
        **members,
    }


def told(*listed: dict[str, Any], paid: str = "26.70", **members: Any) -> PayoutReading:
    about = {
        "payoutId": "7700000001",
        "payoutStatus": "SUCCEEDED",
        "payoutDate": "2026-04-14T08:00:00.000Z",
        "amount": usd(paid),
        "transactionCount": len(listed),
        "bankReference": "EBAY77",
        **members,
    }
    return payout_reading(about, listed, "shop")


def whole(*listed: dict[str, Any], paid: str = "26.70", **members: Any) -> Payout:
    reading = told(*listed, paid=paid, **members)
    assert reading.problems == ()
    assert reading.payout is not None
    return reading.payout


def test_the_sample_is_worth_what_it_is_said_to_be() -> None:
    cart, wanted = adapter("ebay"), expected("ebay", "finances_transactions")
    assert isinstance(cart, PayoutCart)

    payout = cart.read_payout("shop", sample("ebay", "finances_transactions")).payout

    assert payout is not None
    assert payout.net.plain() == wanted["payout_net"]
    assert payout.ref.id == "7700000001"
    assert [breach.place for breach in payout_breaches(payout)] == ["amount"]


def test_a_payout_adds_up_and_tells_gross_fees_and_their_kinds() -> None:
    payout = whole(*transactions())

    fees = {line.type_name: line for line in payout.lines if line.kind is PayoutLineKind.FEE}
    assert payout_breaches(payout) == []
    assert (payout.status, payout.bank_reference) == (PayoutStatus.PAID, "EBAY77")
    assert payout.sum_of(PayoutLineKind.CHARGE).plain() == "49.90"
    assert payout.sum_of(PayoutLineKind.REFUND).plain() == "-12.50"
    assert fees["AD_FEE"].fee_kind is FeeKind.ADVERTISING
    assert fees["FINAL_VALUE_FEE_FIXED_PER_ORDER"].amount.plain() == "-0.40"
    assert all(line.is_recognized for line in payout.lines)
    assert {line.refund_id for line in payout.lines} == {"", "6100000001"}


def test_one_id_of_two_types_is_two_lines() -> None:
    first, second = booked("SALE", "5.00", "CREDIT"), booked("DISPUTE", "5.00")

    payout = whole(first, {**second, "transactionId": first["transactionId"]}, paid="0.00")

    assert payout_breaches(payout) == []
    assert len({line.id for line in payout.lines}) == 2


@pytest.mark.parametrize(
    ("kind", "entry", "line", "fee"),
    [
        ("DISPUTE", "DEBIT", PayoutLineKind.DISPUTE, None),
        ("DISPUTE", "CREDIT", PayoutLineKind.DISPUTE, None),
        ("SHIPPING_LABEL", "DEBIT", PayoutLineKind.FEE, FeeKind.SHIPPING_LABEL),
        ("TRANSFER", "DEBIT", PayoutLineKind.TRANSFER, None),
        ("CREDIT", "CREDIT", PayoutLineKind.ADJUSTMENT, None),
    ],
)
def test_each_type_has_its_meaning(
    kind: str, entry: str, line: PayoutLineKind, fee: FeeKind | None
) -> None:
    sign = "" if entry == "CREDIT" else "-"

    (found,) = whole(booked(kind, "7.00", entry), paid=f"{sign}7.00").lines

    assert (found.kind, found.fee_kind, found.is_recognized) == (line, fee, True)
    assert found.net.plain() == f"{sign}7.00"


def test_a_type_without_meaning_is_a_line_that_says_so_and_still_counts() -> None:
    payout = whole(
        booked("LOTTERY", "1.00", "CREDIT"),
        booked("NON_SALE_CHARGE", "3.00", feeType="NEW_FEE"),
        paid="-2.00",
    )

    assert payout_breaches(payout) == []
    assert [line.is_recognized for line in payout.lines] == [False, False]


def test_what_was_converted_keeps_its_origin() -> None:
    converted = {
        **usd("10.80"),
        "convertedFromValue": "10.00",
        "convertedFromCurrency": "EUR",
        "exchangeRate": "1.08",
    }

    (line,) = whole(booked("REFUND", "10.80", amount=converted), paid="-10.80").lines

    assert str(line.source_amount) == "-10.00 EUR"
    assert str(line.exchange_rate) == "1.08"


def test_a_transaction_that_failed_moved_nothing() -> None:
    failed = booked("SALE", "5.00", "CREDIT", transactionStatus="FAILED")

    assert whole(failed, paid="0.00").lines == ()


@pytest.mark.parametrize(
    ("status", "expected_status"),
    [
        ("INITIATED", PayoutStatus.IN_TRANSIT),
        ("RETRYABLE_FAILED", PayoutStatus.FAILED),
        ("REVERSED", PayoutStatus.CANCELLED),
    ],
)
def test_only_what_succeeded_is_in_the_bank(status: str, expected_status: PayoutStatus) -> None:
    payout = whole(*transactions(), payoutStatus=status)

    assert (payout.status, payout.arrived_at) == (expected_status, None)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"bookingEntry": "ODD"}, Code.PAYLOAD_INVALID),
        ({"amount": usd("-1.00")}, Code.PAYLOAD_INVALID),
        ({"amount": {"value": "1.00", "currency": "EUR"}}, Code.PAYLOAD_INVALID),
        ({"amount": None}, Code.PAYLOAD_INVALID),
        ({"totalFeeAmount": usd("7.44")}, Code.UNBALANCED),
        ({"transactionDate": "2026"}, Code.PAYLOAD_INVALID),
        ({"transactionId": ""}, Code.PAYLOAD_INVALID),
    ],
)
def test_a_transaction_that_cannot_be_believed_holds_the_payout(
    members: dict[str, Any], code: Code
) -> None:
    sale, *others = transactions()

    reading = told({**sale, **members}, *others)

    assert reading.payout is None
    assert code in {problem.code for problem in reading.problems}


def test_a_missing_transaction_holds_the_payout() -> None:
    reading = told(*transactions()[:2], transactionCount=3)

    assert reading.payout is None
    assert [problem.place for problem in reading.problems] == ["payout.transactionCount"]


def test_an_unknown_state_holds_the_payout() -> None:
    assert told(*transactions(), payoutStatus="ODD").payout is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(index=st.integers(0, 200), value=_JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(index: int, value: Any) -> None:
    document = sample("ebay", "finances_transactions")
    places: list[tuple[Any, Any]] = []
    _walk(document, places)
    holder, key = places[index % len(places)]
    holder[key] = value
    cart = adapter("ebay")
    assert isinstance(cart, PayoutCart)

    reading = cart.read_payout("shop", document)

    assert reading.payout is None or not reading.problems
    if reading.payout is not None:
        payout_breaches(reading.payout)


def _walk(value: Any, places: list[tuple[Any, Any]]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in pairs:
        places.append((value, key))
        if isinstance(member, dict | list):
            _walk(member, places)
