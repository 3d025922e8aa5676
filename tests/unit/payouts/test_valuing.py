"""Rows of a payout are led to receipts; in the entity's own currency Sage is not asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commerce.orders import Facts
from commerce.payouts import Payout, PayoutLineKind, PayoutStatus
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, order_pk
from shared.payouts.history import History
from shared.payouts.planner import PayoutPlan, plan_payout
from shared.payouts.records import merged
from shared.payouts.valuing import Valued, Valuer
from shared.policy.choices import ClearingDifferences, CustomerMode, PostingDepth
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.findings import Reason
from tests.accounting.payout_lives import DIRECT
from tests.accounting.shop import book, captured, day, facts, given_back, mapping, refund
from tests.accounting.shop import line as sold_line
from tests.accounting.shop import order as order_with
from tests.fakes import MemoryFacts, MemoryLedger
from tests.unit.payouts.test_booking import tenant
from tests.unit.payouts.told import ARRIVED_AT, CHARGED_AT, payout, usd
from tests.unit.payouts.told import line as told_line

CHART = mapping(accounts={**DIRECT, Role.REALISED_FX: "7100"})
COMPARED = book(chart=CHART, clearing_differences=ClearingDifferences.FX)
PK = order_pk("acme", "shop", "order-1")


def nobody(*_: Any) -> Any:
    """Reads of Sage that must not be needed."""
    message = "Sage was asked"
    raise AssertionError(message)


def shown_in(currency: str, *parts: Any) -> Facts:
    """An order of 108.00 dollars that its buyer saw in that currency."""
    placed = order_with(sold_line("coat", "108.00"))
    return facts(replace(placed, presentment_currency=currency), *parts)


def paid_out(*amounts: str, order_id: str = "order-1") -> Payout:
    """A payout of charges, and of refunds below zero, of one order."""
    kinds = {True: PayoutLineKind.REFUND, False: PayoutLineKind.CHARGE}
    lines = tuple(
        replace(
            told_line(str(number), kinds[amount.startswith("-")], amount),
            order_id=order_id,
            occurred_at=CHARGED_AT,
        )
        for number, amount in enumerate(amounts)
    )
    told = payout(lines, amount=None, status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)
    return replace(told, amount=told.net)


def valued(known: Facts, told: Payout) -> Valued:
    store = MemoryFacts()
    store.records[PK] = FactsRecord(PK, known, receipts=ReceiptSource.TRANSACTIONS)
    return Valuer(store, MemoryLedger(), nobody).value(tenant(), told, COMPARED, date(2026, 3, 7))


def planned(told: Payout, worth: Valued, where: StoreBook = COMPARED) -> PayoutPlan:
    record = merged("acme", None, told, at=ARRIVED_AT)
    return plan_payout(replace(record, history=History(valuation=worth.valuation)), where)


def test_a_charge_that_a_processor_converted_otherwise_is_a_realised_difference() -> None:
    told = paid_out("107.90")
    worth = valued(shown_in("EUR", captured("a", "108.00", day(2))), told)

    (entry,) = planned(told, worth).entries

    effect = {line.account: (line.side.value, line.amount) for line in entry.posting.effect}
    assert effect == {
        "1010": ("debit", usd("107.90")),
        "7100": ("debit", usd("0.10")),
        "1100": ("credit", usd("108.00")),
    }


@pytest.mark.parametrize("shown", ["", "USD"])
def test_money_that_nobody_converted_must_be_exact(shown: str) -> None:
    told = paid_out("107.90")
    worth = valued(shown_in(shown, captured("a", "108.00", day(2))), told)

    (finding,) = planned(told, worth).findings

    assert (finding.reason, finding.difference) == (Reason.AMOUNT_MISMATCH, usd("-0.10"))


def test_each_row_takes_another_movement_of_its_order() -> None:
    back = refund(at=day(3), transactions=(given_back("8.00", day(3)),))
    paid = (captured("a", "54.00", day(2)), captured("b", "54.00", day(4)))
    told = paid_out("54.00", "-8.00")

    unsure = valued(shown_in("EUR", *paid, back), told)
    one = valued(shown_in("EUR", paid[0], back), told)

    assert [finding.reason for finding in unsure.findings] == [Reason.PAYMENT_UNDECIDED]
    assert [(each.line_id, each.taken) for each in one.valuation.worths] == [
        ("0", usd("54.00")),
        ("1", usd("-8.00")),
    ]


def test_without_the_policy_nothing_is_compared() -> None:
    record = merged("acme", None, paid_out("107.90"), at=ARRIVED_AT)
    thrifty = {"posting_depth": PostingDepth.THRIFTY, "customer_mode": CustomerMode.CHANNEL}
    paying = book(chart=CHART, clearing_differences=ClearingDifferences.FX, **thrifty)

    assert not plan_payout(record, book(chart=CHART)).is_unvalued
    assert not plan_payout(record, paying).is_unvalued
    assert plan_payout(record, COMPARED).is_unvalued
    assert not plan_payout(replace(record, frozen="booked before"), COMPARED).is_unvalued
