"""Orders and payouts of a channel in `summary_payout`, as the reference tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import Fulfilment, Payment
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.capabilities import Protocol
from shared.payouts.store import PayoutKey
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.payout_lives import AMAZON, PAYOUT_ACCOUNTS
from tests.accounting.shop import (
    STATE,
    back,
    captured,
    day,
    given_back,
    line,
    order,
    parcel,
    refund,
    shipping,
    tax,
)
from tests.contract.actions.teller import Teller
from tests.scenarios.channel import COUNTED
from tests.scenarios.summary_rig import SummaryRig
from tests.unit.payouts.told import ARRIVED_AT, payout
from tests.unit.payouts.told import line as row

CHARGE, REFUND, FEE = PayoutLineKind.CHARGE, PayoutLineKind.REFUND, PayoutLineKind.FEE
RESERVE = PayoutLineKind.RESERVE
SEVENTH = date(2026, 3, 7)
PAYOUT = PayoutKey("acme", "shop", "po-1001")
ON_AMAZON: dict[str, Any] = {"accounts": {**AMAZON, **COUNTED}}
J_6_8 = (
    "Dr 1010 549.00; Dr 4090 20.00; Dr 6110 154.50; Dr 6120 210.00; Dr 4095 90.00; Dr 6130 75.00; "
    "Dr 6125 12.30; Dr 1150 150.00; Cr 4000 1000.00; Cr 4010 50.00; Cr 6110 10.80; Cr 1150 200.00"
)
J_6_10 = "Dr 1160 300.00; Dr 6110 100.00; Cr 4000 400.00"
J_6_11 = "Dr 1010 549.00; Dr 6110 101.00; Cr 4000 350.00; Cr 1160 300.00"
J_6_12 = "Dr 6110 30.00; Dr 1150 50.00; Cr 4000 80.00"
TWO_ORDERS = (
    "Dr 1010 159.34; Dr 6100 6.11; Dr 4090 6.25; Dr 4095 25.00; Dr 2100-NYS 0.90; "
    "Dr 2100-NYC 1.01; Dr 2100-MTA 0.09; Cr 4090 2.50; Cr 4000 172.72; Cr 4010 8.00; "
    "Cr 2100-NYS 12.35; Cr 2100-NYC 2.89; Cr 2100-MTA 0.24"
)
BOTH = pytest.mark.parametrize("rig", list(Protocol), indirect=True)


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[SummaryRig]:
    with Teller(getattr(request, "param", Protocol.XML)) as teller:
        books = teller.company.books
        for account in sorted({*PAYOUT_ACCOUNTS.values(), *AMAZON.values(), "1101"}):
            if books.by_id("account", account) is None:
                books.create("account", {"id": account, "name": f"Account {account}"})
        yield SummaryRig(teller, ARRIVED_AT)


def paid(*lines: PayoutLine, payout_id: str = "po-1001", **more: Any) -> Payout:
    """A payout that arrived, of exactly these rows."""
    worth = sum((one.net.amount for one in lines), Decimal(0))
    told: dict[str, Any] = {
        "amount": f"{worth:.2f}",
        "status": PayoutStatus.PAID,
        "arrived_at": ARRIVED_AT,
        "payout_id": payout_id,
    }
    return payout(lines, **{**told, **more})


def on_amazon(name: str, amount: str, at: datetime) -> Payment:
    return captured(name, amount, at, "amazon")


def sofa(rig: SummaryRig, order_id: str, amount: str, at: datetime) -> None:
    """An order of one sofa, paid at Amazon and sent at that instant."""
    placed = replace(order(line("sofa", amount)), placed_at=at)
    rig.order(order_id, placed, on_amazon(f"pay-{order_id}", amount, at), sent(order_id, at))


def sent(order_id: str, at: datetime) -> Fulfilment:
    return parcel(f"parcel-{order_id}", at, sofa=1)


def two_orders(rig: SummaryRig) -> tuple[PayoutLine, ...]:
    """Order A with one tee back, and an order of 120.00; the rows of J-6.1."""
    rig.order("A", order_a_placed(), PAID, SHIPPED, one_tee_back())
    placed = order(line("sofa", "110.22", taxes=(tax(STATE, "9.78"),)), at=day(2))
    rig.order("B", placed, captured("capture-2", "120.00", day(2)), parcel("b", day(3), sofa=1))
    return (
        row("1", CHARGE, "69.95", "2.33", order_id="A", fee_kind=FeeKind.PROCESSING),
        row("2", CHARGE, "120.00", "3.78", order_id="B", fee_kind=FeeKind.PROCESSING),
        row("3", REFUND, "-24.50", order_id="A"),
    )


def settlement(rig: SummaryRig) -> Payout:
    """The settlement of J-6.8 in the rows of Amazon's report, with the orders that it pays."""
    rig.configure(**ON_AMAZON)
    placed = order(
        line("sofa", "600.00", discount="20.00"), shipping_lines=shipping("50.00"), at=day(1)
    )
    rig.order("A", placed, on_amazon("pay-A", "630.00", day(2)), sent("A", day(2)))
    other = order(line("sofa", "100.00", 4), at=day(2))
    money = (given_back("90.00", day(4), gateway="amazon"),)
    returned = refund(back("sofa", 1, "90.00"), at=day(4), transactions=money)
    rig.order(
        "B",
        other,
        on_amazon("pay-B", "400.00", day(3)),
        parcel("parcel-B", day(3), sofa=4),
        returned,
    )
    return paid(
        row("sales-A", CHARGE, "600.00", order_id="A"),
        row("shipping-A", CHARGE, "50.00", order_id="A"),
        row("promotion-A", CHARGE, "-20.00", order_id="A"),
        row("sales-B", CHARGE, "400.00", order_id="B"),
        row("referral", FEE, "-154.50", fee_kind=FeeKind.REFERRAL),
        row("fba", FEE, "-210.00", fee_kind=FeeKind.FULFILMENT),
        row("refund-B", REFUND, "-90.00", order_id="B"),
        row("credit", FEE, "10.80", fee_kind=FeeKind.REFERRAL, order_id="B"),
        row("ads", FEE, "-75.00", fee_kind=FeeKind.ADVERTISING),
        row("storage", FEE, "-12.30", fee_kind=FeeKind.STORAGE),
        row("previous", RESERVE, "200.00"),
        row("new", RESERVE, "-150.00"),
        period_from=datetime(2026, 3, 1, 8, tzinfo=UTC),
    )


def over_month_end(rig: SummaryRig) -> Payout:
    march, april = datetime(2026, 3, 28, 15, tzinfo=UTC), datetime(2026, 4, 3, 15, tzinfo=UTC)
    ended = datetime(2026, 4, 8, 15, tzinfo=UTC)
    rig.clock.now = ended
    sofa(rig, "M", "400.00", march)
    sofa(rig, "N", "350.00", april)
    return paid(
        row("1", CHARGE, "400.00", at=march, order_id="M"),
        row("2", FEE, "-100.00", at=march, fee_kind=FeeKind.REFERRAL),
        row("3", CHARGE, "350.00", at=april, order_id="N"),
        row("4", FEE, "-101.00", at=april, fee_kind=FeeKind.REFERRAL),
        sent_at=ended,
        arrived_at=ended,
        period_from=datetime(2026, 3, 25, 15, tzinfo=UTC),
    )
