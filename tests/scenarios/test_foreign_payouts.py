"""Payouts of sales in another currency: rates, differences and what the bank received."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.orders import Refund
from commerce.payouts import PayoutLine
from shared.explain.payouts import explain_payout
from shared.payouts.records import PayoutRecord, merged
from shared.policy.choices import ClearingDifferences
from shared.policy.mapping import RateRow
from shared.postings.findings import Reason
from tests.accounting.shop import back, day, given_back, refund
from tests.contract.conftest import simulator
from tests.scenarios.foreign_rig import (
    CHARGE,
    CONVERTED,
    REFUND,
    THROUGH_TRANSIT,
    Fx,
    books,
    fx,
    money,
    paid_out,
    row,
    sold,
)
from tests.unit.payouts.told import ARRIVED_AT

__all__ = ["fx", "simulator"]


def taken_back(amount: str, on: int) -> Refund:
    moved = replace(given_back(amount, day(on)), amount=money(amount))
    part = back("coat", 1, amount)
    part = replace(part, subtotal=money(amount), tax=money("0"))
    return replace(refund(part, at=day(on), transactions=(moved,)), currency="EUR")


def read(*lines: PayoutLine) -> PayoutRecord:
    """A payout as it is kept."""
    return merged("acme", None, paid_out(*lines), at=ARRIVED_AT)


COMPARED = {"clearing_differences": ClearingDifferences.FX}


@pytest.mark.parametrize("protocol", ["rest", "xml"])
def test_s11_a_sale_in_euros_is_paid_out_in_dollars(fx: Fx, protocol: str) -> None:
    """S11: J-8.1 and J-8.2 by Sage, J-8.3 by us; nothing is left in euros or in dollars."""
    where = books(policy=COMPARED)
    fx.sell(sold("100.00"), where)

    fx.pay(paid_out(*CONVERTED), where, protocol)

    assert fx.balances == {
        "7100": Decimal("0.50"),
        "1010": Decimal("103.18"),
        "6100": Decimal("3.20"),
        "6105": Decimal("1.62"),
        "4000": Decimal("-108.50"),
    }
    assert fx.held_in("1100") == {}
    looked, proof = fx.proved(fx.paid, where)
    assert (looked.troubles, proof.differences) == ({}, ())
    (entry,) = explain_payout(fx.paid, {}, [where])
    assert all(each.adds_up for each in entry.lines)


@pytest.mark.parametrize(
    ("protocol", "gross", "realised"), [("rest", "107.60", "0.90"), ("xml", "108.40", "0.10")]
)
def test_what_the_processors_rate_differs_by_is_a_realised_difference(
    fx: Fx, protocol: str, gross: str, realised: str
) -> None:
    where = books(policy=COMPARED)
    fx.sell(sold("100.00"), where)

    fx.pay(paid_out(row("1", CHARGE, gross, "USD", transaction="capture-1")), where, protocol)

    assert fx.balances["7100"] == Decimal(realised)
    assert "1100" not in fx.balances
    assert fx.held_in("1100") == {}


def test_a_difference_beyond_the_tolerance_stops_the_payout_with_its_numbers(fx: Fx) -> None:
    where = books(policy=COMPARED)
    fx.sell(sold("100.00"), where)

    planned = fx.pay(paid_out(row("1", CHARGE, "107.40", "USD")), where)

    (finding,) = planned.findings
    assert planned.entries == ()
    assert (finding.reason, finding.difference) == (Reason.AMOUNT_MISMATCH, money("0.60", "USD"))
    assert "108.00 USD were booked" in finding.message
    assert "at most 0.54 USD" in finding.message


def test_a_payout_in_euros_leaves_nothing_on_the_clearing_account_of_books_in_dollars(
    fx: Fx,
) -> None:
    """Captured at 1.0800, paid out at 1.0832 of the table: 0.32 gained on 100.00 EUR."""
    where = books(fx_rates=(RateRow("EUR", "2026-03-01", "1.0832"),))
    fx.sell(sold("100.00"), where)

    fx.pay(paid_out(row("1", CHARGE, "100.00", "EUR", "3.00")), where)

    assert fx.balances == {
        "7100": Decimal("0.50") - Decimal("0.32"),
        "1010": Decimal("105.07"),
        "6100": Decimal("3.25"),
        "4000": Decimal("-108.50"),
    }
    assert (fx.held_in("1100"), fx.held_in("1010")) == ({}, {"EUR": Decimal("97.00")})
    looked, proof = fx.proved(fx.paid, where)
    assert (looked.troubles, proof.differences) == ({}, ())
    assert [settled.amount for settled in proof.settled] == [Decimal("100.00")]


def test_money_on_its_way_is_worth_the_same_when_it_arrives(fx: Fx) -> None:
    where = books(THROUGH_TRANSIT, fx_rates=(RateRow("EUR", "2026-03-01", "1.08337"),))
    fx.sell(sold("100.00"), where)

    fx.pay(paid_out(row("1", CHARGE, "100.00", "EUR", "3.33")), where)

    assert not {"1100", "1120"} & set(fx.balances)
    assert (fx.held_in("1100"), fx.held_in("1120")) == ({}, {})


def test_what_the_bank_received_is_the_rate_of_a_payout(fx: Fx) -> None:
    """Three currencies: sold in yen, settled in euros, 104.72 dollars on the bank's line."""
    where = books()
    fx.sell(sold("15700", "JPY"), where)

    fx.pay(
        paid_out(
            row("1", CHARGE, "97.20", "EUR", "0.24", transaction="capture-1"),
            bank=money("104.93", "USD"),
        ),
        where,
    )

    assert fx.balances["1010"] == Decimal("104.93")
    assert fx.held_in("1010") == {"USD": Decimal("104.93")}
    assert fx.held_in("1100") == {}
    assert "1100" not in fx.balances
    assert sum(fx.balances.values()) == 0


def test_a_bank_in_another_currency_shows_the_amount_of_its_own_line(fx: Fx) -> None:
    where = books()
    sold_here = replace(paid_out(row("1", CHARGE, "108.00", "USD")), bank_amount=money("99.10"))

    fx.pay(sold_here, where)

    assert fx.balances == {"1010": Decimal("108.00"), "1100": Decimal("-108.00")}
    assert fx.held_in("1010") == {"EUR": Decimal("99.10")}


def test_three_decimals_are_kept(fx: Fx) -> None:
    where = books(fx_rates=(RateRow("KWD", "2026-03-01", "3.2501"),))
    fx.sell(sold("10.125", "KWD"), where)

    fx.pay(paid_out(row("1", CHARGE, "10.125", "KWD", "0.333")), where)

    assert fx.held_in("1010") == {"KWD": Decimal("9.792")}
    assert fx.held_in("1100") == {}
    assert "1100" not in fx.balances


def test_a_refund_takes_off_what_it_was_booked_at(fx: Fx) -> None:
    """J-8.5: refunded at 1.0900, while the sale was captured at 1.0800."""
    policy = {"fx_tolerance_percent": "1"}
    where = books(fx_rates=(RateRow("EUR", "2026-03-01", "1.0800"),), policy=policy)
    fx.sell(sold("100.00", "EUR", taken_back("50.00", 10)), where)
    charge, again = row("1", CHARGE, "100.00", "EUR"), row("2", REFUND, "-50.00", "EUR")

    fx.pay(paid_out(charge, again), where)

    assert fx.balances["1010"] == Decimal("54.00")
    assert fx.balances["7100"] == Decimal("0.50") + Decimal("0.25") - Decimal("0.50")
    assert "1100" not in fx.balances
    assert fx.held_in("1100") == {}


def test_what_cannot_be_valued_is_said_with_what_would_help(fx: Fx) -> None:
    where, rates = books(), (RateRow("EUR", "2026-03-01", "1.0832"),)
    fx.sell(sold("100.00"), where)
    charge = row("1", CHARGE, "100.00", "EUR")
    strangers = {
        replace(charge, order_id="order-2"): "its order is not known",
        replace(charge, order_id=""): "its order is not known",
        row("1", REFUND, "-100.00", "EUR"): "fits no transaction",
    }

    (no_rate,) = fx.value(read(charge), where).findings
    found = {each: fx.value(read(each), books(fx_rates=rates)).findings for each in strangers}
    fx.lose_the_receipt()
    (changed,) = fx.value(read(charge), books(fx_rates=rates)).findings

    assert (no_rate.reason, no_rate.place) == (Reason.MAPPING_MISSING, "mapping.fx_rates[EUR]")
    for each, why in strangers.items():
        (finding,) = found[each]
        assert finding.reason is Reason.PAYMENT_UNDECIDED
        assert why in finding.message
    assert (changed.reason, changed.difference) == (Reason.READBACK_DIFFERS, money("-100.00"))


def test_money_that_differs_in_its_own_currency_is_no_difference_of_rates(fx: Fx) -> None:
    where = books(fx_rates=(RateRow("EUR", "2026-03-01", "1.0832"),))
    fx.sell(sold("100.00"), where)

    planned = fx.pay(paid_out(row("1", CHARGE, "99.99", "EUR")), where)

    (finding,) = planned.findings
    assert (finding.reason, finding.difference) == (Reason.AMOUNT_MISMATCH, money("-0.01"))
