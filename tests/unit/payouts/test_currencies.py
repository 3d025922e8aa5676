"""Random rates and splits: exact in each transaction currency, balanced in the entity's (§8)."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commerce.money import Money, minor_units
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.checks import refuse_the_impossible
from intacct.documents import JournalEntry, JournalLine, Side
from shared.payouts.chart import PayoutChart
from shared.payouts.currencies import tolerance
from shared.payouts.history import History
from shared.payouts.planner import PayoutPlan, plan_payout
from shared.payouts.records import merged
from shared.payouts.worths import PayoutRate, Valuation, Worth
from shared.policy.mapping import Role
from shared.postings.findings import Reason
from tests.accounting.payout_lives import DIRECT, PAYOUT_ACCOUNTS
from tests.accounting.shop import book, mapping
from tests.unit.payouts.told import ARRIVED_AT, CHARGED_AT, payout

CURRENCIES = ("USD", "EUR", "JPY", "KWD")
KINDS = (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)


@dataclass(frozen=True, slots=True)
class Case:
    """A payout, what its rows are worth, and the books that it goes to."""

    payout: Payout
    valuation: Valuation
    has_transit: bool


def _units(count: int, currency: str) -> Money:
    return Money(Decimal(count).scaleb(-minor_units(currency)), currency)


def _at(amount: Money, rate: Decimal, currency: str) -> Money:
    return Money(amount.amount * rate, currency).rounded()


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Payouts in one currency of orders in others, whose rates differ by up to 0.3 percent."""
    paid_in, base = draw(st.sampled_from(CURRENCIES)), "USD"
    rate = Decimal(1)
    if paid_in != base:
        rate = Decimal(draw(st.integers(100, 40_000))).scaleb(-4)
    lines, worths = [], []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(KINDS))
        sign = -1 if kind is PayoutLineKind.REFUND else 1
        amount = _units(draw(st.integers(1_000, 5_000_000)), paid_in)
        fee = _units(draw(st.integers(0, 900)), paid_in)
        order_in = draw(st.sampled_from(CURRENCIES))
        booked = _at(amount, rate * (1 + Decimal(draw(st.integers(-30, 30))).scaleb(-4)), base)
        taken = amount
        if order_in == base:
            taken = booked
        elif order_in != paid_in:
            taken = _at(booked, Decimal(draw(st.integers(100, 9_000))).scaleb(-3), order_in)
        assume(bool(taken) and bool(booked))
        if order_in == base == paid_in:
            booked = taken = amount
        lines.append(_line(str(number), kind, amount * sign, fee))
        worths.append(Worth(str(number), taken * sign, booked * sign, "2026-03-02", "sage:1"))
    if draw(st.booleans()):
        lines.append(_line("fee", PayoutLineKind.FEE, _units(-draw(st.integers(1, 99)), paid_in)))
    told = replace(payout(tuple(lines), amount=None), currency=paid_in)
    told = replace(told, amount=told.net, status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)
    known = PayoutRate(rate, "2026-03-05", "table") if paid_in != base else None
    return Case(told, Valuation(tuple(worths), known), draw(st.booleans()))


def _line(
    line_id: str, kind: PayoutLineKind, amount: Money, fee: Money | None = None
) -> PayoutLine:
    kept = fee or Money.zero(amount.currency)
    return PayoutLine(
        line_id, kind, amount, kept, amount - kept, CHARGED_AT, fee_kind=FeeKind.PROCESSING
    )


def _planned(case: Case, **policy: str) -> PayoutPlan:
    accounts = PAYOUT_ACCOUNTS if case.has_transit else DIRECT
    chart = mapping(accounts={**accounts, Role.REALISED_FX: "7100"}, location="")
    record = merged("acme", None, case.payout, at=ARRIVED_AT)
    record = replace(record, history=History(valuation=case.valuation))
    return plan_payout(record, book(chart=chart, **policy))


def _sums(lines: tuple[JournalLine, ...], account: str = "") -> dict[str, Decimal]:
    """Debits less credits by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if account in ("", line.account):
            sums[line.amount.currency] += _signed(line)
    return {currency: amount for currency, amount in sums.items() if amount}


def _signed(line: JournalLine) -> Decimal:
    return line.amount.amount if line.side is Side.DEBIT else -line.amount.amount


EXAMPLES = settings(max_examples=int(os.environ.get("FX_EXAMPLES", "25")), deadline=None)
WIDE = {"fx_tolerance_percent": "5", "fx_tolerance_min": "1000"}


@EXAMPLES
@given(case=cases())
def test_money_is_exact_in_its_own_currency_and_balanced_in_the_entitys(case: Case) -> None:
    made = _planned(case, **WIDE)

    assert not made.findings
    documents = [entry.posting.document for entry in made.entries]
    cleared: dict[str, Decimal] = defaultdict(Decimal)
    for entry, document in zip(made.entries, documents, strict=True):
        assert isinstance(document, JournalEntry)
        refuse_the_impossible(document)
        assert _sums(entry.posting.effect) == {}
        for currency, amount in _sums(document.lines, "1100").items():
            cleared[currency] -= amount
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    for worth in case.valuation.worths:
        wanted[worth.taken.currency] += worth.taken.amount
    assert {c: a for c, a in cleared.items() if a} == {c: a for c, a in wanted.items() if a}


@EXAMPLES
@given(case=cases())
def test_the_bank_has_the_deposit_and_nothing_stays_on_its_way(case: Case) -> None:
    made = _planned(case, **WIDE)

    lines = tuple(
        line
        for entry in made.entries
        if isinstance(entry.posting.document, JournalEntry)
        for line in entry.posting.document.lines
    )
    effects = tuple(line for entry in made.entries for line in entry.posting.effect)
    net = case.payout.net
    assert _sums(lines, "1010") == ({net.currency: net.amount} if net else {})
    assert _sums(lines, "1120") == {}
    assert _sums(effects, "1120") == {}


@EXAMPLES
@given(case=cases())
def test_what_the_clearing_account_held_is_what_leaves_it(case: Case) -> None:
    made = _planned(case, **WIDE)

    effects = tuple(line for entry in made.entries for line in entry.posting.effect)
    booked = sum((worth.base.amount for worth in case.valuation.worths), Decimal(0))
    assert _sums(effects, "1100").get("USD", Decimal(0)) == -booked


@EXAMPLES
@given(case=cases())
def test_a_difference_of_rates_is_booked_only_within_the_tolerance(case: Case) -> None:
    made = _planned(case)

    chart = PayoutChart(book())
    if made.findings:
        assert {finding.reason for finding in made.findings} == {Reason.AMOUNT_MISMATCH}
        assert made.entries == ()
        return
    for entry in made.entries:
        moved = sum(
            (x.amount.amount for x in entry.posting.effect if x.side is Side.CREDIT), Decimal(0)
        )
        differs = abs(_sums(entry.posting.effect, "7100").get("USD", Decimal(0)))
        assert differs <= tolerance(Money(moved, "USD"), chart).amount


@pytest.mark.parametrize(
    ("moved", "allowed"),
    [("5.00", "0.05"), ("10.00", "0.05"), ("108.00", "0.54"), ("20000.00", "100.00")],
)
def test_the_tolerance_is_half_a_percent_and_at_least_five_cents(moved: str, allowed: str) -> None:
    amount = Money.of(moved, "USD")

    assert tolerance(amount, PayoutChart(book())) == Money.of(allowed, "USD")
