"""Walmart's reconciliation rows in the commerce model: they add up to what is paid, or are held."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import PayoutCart, PayoutReading
from carts.registry import adapter
from commerce.payouts import (
    FeeKind,
    PayoutLineKind,
    decode_payout,
    encode_payout,
    payout_breaches,
)
from tests.unit.carts.numbers import edited, expected, sample


def read(document: Any) -> PayoutReading:
    cart = adapter("walmart")
    assert isinstance(cart, PayoutCart)
    return cart.read_payout("shop", document)


def of_row(**members: str) -> Any:
    """The sample with its last row replaced."""
    row = sample("walmart", "recon_rows")["reportData"][-1] | members
    return edited("walmart", "recon_rows", {"reportData.8": row})


def test_the_sample_adds_up_to_its_payable() -> None:
    payout = read(sample("walmart", "recon_rows")).payout

    assert payout is not None
    assert payout_breaches(payout) == []
    assert payout.net.plain() == expected("walmart", "recon_rows")["payout_net"]
    assert payout.amount == payout.net
    assert decode_payout(encode_payout(payout)) == payout


def test_rows_say_what_was_sold_given_back_and_kept() -> None:
    payout = read(sample("walmart", "recon_rows")).payout

    assert payout is not None
    sums = {kind: payout.sum_of(kind).plain() for kind in PayoutLineKind}
    assert sums[PayoutLineKind.CHARGE] == "68.47"
    assert sums[PayoutLineKind.REFUND] == "-12.50"
    assert sums[PayoutLineKind.FEE] == "-8.40"
    assert sums[PayoutLineKind.ADJUSTMENT] == "7.85"
    assert {line.fee_kind for line in payout.lines if line.fee_kind} == {FeeKind.REFERRAL}
    assert all(line.is_recognized for line in payout.lines)


def test_equal_rows_are_rows_of_their_own() -> None:
    document = sample("walmart", "recon_rows")
    document["reportData"].append(dict(document["reportData"][3]))

    payout = read(document).payout

    assert payout is not None
    assert len({line.id for line in payout.lines}) == len(payout.lines) == 9
    assert [str(breach.difference) for breach in payout_breaches(payout)] == ["-24.99 USD"]


@pytest.mark.parametrize("payable", ["55.41", "55.43"])
def test_a_cent_that_no_row_explains_is_a_breach(payable: str) -> None:
    payout = read(edited("walmart", "recon_rows", {"reportData.0.Total Payable": payable})).payout

    assert payout is not None
    (breach,) = payout_breaches(payout)
    assert breach.place == "amount"


@pytest.mark.parametrize(
    ("members", "kind", "fee", "known"),
    [
        ({"Amount Type": "Product tax withheld"}, PayoutLineKind.FACILITATOR_TAX, None, True),
        (
            {"Transaction Type": "Service Fee", "Transaction Description": "WFS StorageFee"},
            PayoutLineKind.FEE,
            FeeKind.STORAGE,
            True,
        ),
        (
            {"Transaction Type": "Fee", "Transaction Description": "WFS Fulfillment fee"},
            PayoutLineKind.FEE,
            FeeKind.FULFILMENT,
            True,
        ),
        (
            {"Transaction Type": "Sale", "Amount Type": "Moon"},
            PayoutLineKind.ADJUSTMENT,
            None,
            False,
        ),
    ],
)
def test_a_row_is_what_its_words_say_and_unknown_words_are_marked(
    members: dict[str, str], kind: PayoutLineKind, fee: FeeKind | None, *, known: bool
) -> None:
    payout = read(of_row(**members)).payout

    assert payout is not None
    line = payout.lines[-1]
    assert (line.kind, line.fee_kind, line.is_recognized) == (kind, fee, known)


@pytest.mark.parametrize("empty", ["", None])
def test_a_row_without_an_amount_is_of_no_money_and_the_rest_must_still_add_up(empty: Any) -> None:
    known = read(sample("walmart", "recon_rows")).payout
    document = sample("walmart", "recon_rows")
    document["reportData"].insert(4, document["reportData"][3] | {"Amount": empty})
    more = read(document).payout
    lost = read(edited("walmart", "recon_rows", {"reportData.4.Amount": empty})).payout

    assert known is not None
    assert more == known
    assert lost is not None
    assert [breach.place for breach in payout_breaches(lost)] == ["amount"]


@pytest.mark.parametrize("told", ["1,024.99", "-1,234,567.8", "1,000"])
def test_thousands_parted_by_commas_are_the_same_row(told: str) -> None:
    parted, plain = read(of_row(Amount=told)), read(of_row(Amount=told.replace(",", "")))

    assert parted.payout is not None
    assert parted == plain


def test_a_payable_of_thousands_is_read() -> None:
    told = edited("walmart", "recon_rows", {"reportData.0.Total Payable": "1,055.42"})

    payout = read(told).payout

    assert payout is not None
    assert str(payout.amount) == "1055.42 USD"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"reportData.4.Amount": "1,5"}, "reportData[4].Amount"),
        ({"reportData.4.Amount": "10,24.99"}, "reportData[4].Amount"),
        ({"reportData.0.Currency": "MXN"}, "reportData[0].Currency"),
        ({"reportData.0.Period End Date": "2026-04-14"}, "reportData[0].Period End Date"),
        ({"reportData.0.Total Payable": ""}, "reportData[0].Total Payable"),
        ({"reportData.0.Transaction Type": "Sale"}, "reportData"),
        ({"reportData.3.Transaction Type": "PaymentSummary"}, "reportData"),
        ({"reportData.4.Amount": "12.505"}, "reportData[4].Amount"),
        ({"reportData.4.Transaction Posted Timestamp": "yesterday"}, None),
        ({"reportData": "rows"}, "reportData"),
    ],
)
def test_what_cannot_be_believed_is_told_with_its_place(
    changes: dict[str, Any], place: str | None
) -> None:
    reading = read(edited("walmart", "recon_rows", changes))

    assert reading.payout is None
    places = {problem.place for problem in reading.problems}
    assert (place or "reportData[4].Transaction Posted Timestamp") in places


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.integers(0, 8), st.sampled_from(["Amount", "Currency", "Transaction Type"]), _JSON)
def test_whatever_stands_in_a_row_it_is_read_or_refused(at: int, name: str, value: Any) -> None:
    document = sample("walmart", "recon_rows")
    document["reportData"][at][name] = json.loads(json.dumps(value))

    reading = read(document)

    assert (reading.payout is None) is bool(reading.problems)
