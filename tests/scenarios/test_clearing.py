"""The list of a clearing account is its balance at Sage, whatever orders and payouts did.

`CLEARING_SEEDS=200` draws more histories.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from commerce.orders import Facts, Payment, Refund, Restock
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.documents import Side
from shared.payouts.clearing import Clearing
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord, merged
from shared.postings.plan import Posting
from tests.accounting.lives import OrderLife
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS, RULES
from tests.accounting.shop import (
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    mapping,
    order,
    ref,
    refund,
)
from tests.accounting.shop import line as sold_line
from tests.contract.conftest import simulator
from tests.scenarios.conftest import Sage, sage
from tests.unit.payouts.told import line, payout

__all__ = ["sage", "simulator"]

SEEDS = range(int(os.environ.get("CLEARING_SEEDS", "3")))
BOOK = book(chart=mapping(accounts=PAYOUT_ACCOUNTS, payout_rules=RULES))
CHARGE, REFUND = PayoutLineKind.CHARGE, PayoutLineKind.REFUND
DISPUTE, RESERVE = PayoutLineKind.DISPUTE, PayoutLineKind.RESERVE
STATUSES = [PayoutStatus.IN_TRANSIT, PayoutStatus.PAID, PayoutStatus.FAILED]


@dataclass
class History:
    """Orders and payouts that a seed drew."""

    orders: list[Facts] = field(default_factory=list)
    payouts: list[PayoutRecord] = field(default_factory=list)


def drawn(seed: int) -> History:
    """Some orders, each paid and some given back, and payouts of what is open of them."""
    random, history = Random(seed), History()  # noqa: S311  # histories, no secrets
    rows: list[PayoutLine] = []
    for number in range(random.randint(2, 5)):
        name, amount = f"order-{number}", f"{random.randint(100, 20000) / 100:.2f}"
        paid = _of(name, captured(f"p{number}", amount, day(1 + number)))
        parts: list[Payment | Refund] = [paid]
        rows.append(_row(f"c{number}", CHARGE, amount, name, 1 + number))
        if random.random() < 0.4:
            money = _of(name, given_back(amount, day(8 + number), name=f"r{number}"))
            gone = back("tee", 1, amount, restock=Restock.CANCEL)
            whole = refund(gone, at=day(8 + number), name=f"b{number}", transactions=(money,))
            parts.append(replace(whole, order_id=name))
            rows.append(_row(f"r{number}", REFUND, f"-{amount}", name, 8 + number))
        elif random.random() < 0.5:
            rows.append(_row(f"d{number}", DISPUTE, f"-{amount}", name, 9))
        placed = replace(
            order(sold_line("tee", amount)), ref=ref("order", name), number=f"#{number}"
        )
        history.orders.append(replace(facts(placed, *parts), ref=ref("order", name)))
    random.shuffle(rows)
    for number in range(random.randint(1, 3)):
        taken, rows = rows[: random.randint(1, 4)], rows[4:]
        if random.random() < 0.3:
            held = f"{random.choice([-1, 1]) * random.randint(1, 500) / 100:.2f}"
            taken.append(line(f"reserve{number}", RESERVE, held, at=day(10)))
        if taken:
            history.payouts.append(_paid_out(f"po-{number}", taken, random.choice(STATUSES)))
    return history


def _of(name: str, payment: Payment) -> Payment:
    return replace(payment, order_id=name)


def _row(line_id: str, kind: PayoutLineKind, amount: str, order_id: str, on: int) -> PayoutLine:
    fee = {CHARGE: "2.33", REFUND: "0.00"}.get(kind, "15.00")
    fee_kind = FeeKind.DISPUTE if kind is DISPUTE else FeeKind.PROCESSING
    return line(line_id, kind, amount, fee, at=day(on), order_id=order_id, fee_kind=fee_kind)


def _paid_out(name: str, rows: list[PayoutLine], status: PayoutStatus) -> PayoutRecord:
    net = sum((row.net.amount for row in rows), start=Decimal(0))
    sent: Payout = payout(tuple(rows), amount=f"{net}", payout_id=name, sent_at=day(12))
    record = merged("acme", None, sent, at=day(12))
    moved = replace(sent, status=status, arrived_at=day(14) if status is STATUSES[1] else None)
    return merged("acme", record, moved, at=day(15))


def _note(moved: dict[str, Decimal], postings: Iterable[Posting]) -> None:
    """What postings moved on the account, by their days."""
    for posting in postings:
        for each in posting.effect:
            if each.account == "1100":
                signed = each.amount.amount if each.side is Side.DEBIT else -each.amount.amount
                moved[f"{posting.true_on}"] = moved.get(f"{posting.true_on}", Decimal(0)) + signed


def listed(history: History, clearing: Clearing) -> Decimal:
    for known in history.orders:
        clearing.add_order(known)
    for record in history.payouts:
        clearing.add_payout(record)
    open_ = clearing.unsettled(day(20).date())
    return sum((each.amount.amount for each in open_), start=Decimal(0))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_list_adds_up_to_the_balance_at_sage_on_every_cut_off(seed: int, sage: Sage) -> None:
    history = drawn(seed)
    books = sage.simulator.company.books
    for account in sorted({*PAYOUT_ACCOUNTS.values()}):
        if books.by_id("account", account) is None:
            books.create("account", {"id": account, "name": f"Account {account}"})
    moved: dict[str, Decimal] = {}
    for known in history.orders:
        played = sage.live(OrderLife(BOOK, (known,)))
        _note(moved, played.postings.values())
    for record in history.payouts:
        planned = plan_payout(record, BOOK)
        for entry in planned.entries:
            sage.post(entry.posting)
        _note(moved, [entry.posting for entry in planned.entries])

    assert listed(history, Clearing(BOOK)) == sage.simulator.balances().get("1100", Decimal(0))
    for number in range(16):
        cut_off = (day(1) + timedelta(days=number)).date()
        by_then = sum((v for on, v in moved.items() if on <= f"{cut_off}"), start=Decimal(0))
        assert listed(history, Clearing(BOOK, until=cut_off)) == by_then
