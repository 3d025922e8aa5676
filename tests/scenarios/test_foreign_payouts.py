"""Payouts of orders in other currencies, through both protocols, in the company's own books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import Facts, Payment, Refund
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.documents import DocumentResult
from intacct.xml.book_reads import XmlBookReads
from shared.explain.payouts import explain_payout
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.records import Record, State
from shared.payouts.planner import PayoutPlan, plan_payout, settled_on
from shared.payouts.records import PayoutRecord, merged
from shared.payouts.valuing import Valued, Valuer
from shared.policy.choices import ClearingDifferences
from shared.policy.mapping import RateRow, Role
from shared.postings.book import StoreBook
from shared.postings.findings import Reason
from shared.reconciliation.ledgers import LedgerLooked, look_at_lines
from shared.reconciliation.looks import Asked
from shared.reconciliation.payouts import payout_row
from shared.reconciliation.rows import Row
from tests.accounting.lives import OrderLife
from tests.accounting.payout_lives import DIRECT, PAYOUT_ACCOUNTS
from tests.accounting.shop import (
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    mapping,
    order,
    parcel,
    refund,
)
from tests.contract.conftest import RestRig, Simulator, simulator
from tests.contract.xml_rig import XmlRig
from tests.fakes import MemoryFacts, MemoryLedger
from tests.scenarios.conftest import Sage
from tests.unit.payouts.test_booking import tenant
from tests.unit.payouts.told import ARRIVED_AT
from tests.unit.payouts.told import payout as told

__all__ = ["simulator"]

FX: dict[Role, str] = {**DIRECT, Role.REALISED_FX: "7100"}
THROUGH_TRANSIT: dict[Role, str] = {**PAYOUT_ACCOUNTS, Role.REALISED_FX: "7100"}
RATES = [
    ("EUR", 1, "1.0850"),
    ("EUR", 5, "1.0800"),
    ("EUR", 9, "1.0900"),
    ("JPY", 1, "0.0067"),
    ("KWD", 1, "3.2500"),
]
SENT = parcel("parcel-1", day(3), coat=1)
PK = order_pk("acme", "shop", "order-1")


class Fx:
    """A company in dollars that sells in other currencies, and the valuer of its payouts."""

    def __init__(self, company: Simulator, rest: RestRig) -> None:
        books = company.company.books
        for account in sorted({*THROUGH_TRANSIT.values(), "1102"}):
            if books.by_id("account", account) is None:
                books.create("account", {"id": account, "name": f"Account {account}"})
        for code in ("EUR", "JPY", "KWD"):
            if books.by_id("txn_currency", code) is None:
                books.put_plain("txn_currency", {"id": code, "status": "active"})
        for currency, on, rate in RATES:
            row = {"from_currency": currency, "to_currency": "USD", "rate": Decimal(rate)}
            on_ = {"effective_date": date(2026, 3, on), "rate_type": "Intacct Daily Rate"}
            books.put_plain("exchange_rate", {**row, **on_})
        self.sage = Sage(company, rest)
        self.sage.add_customer("C-ADA")
        self._reads = XmlBookReads(XmlRig(company.company).gateway, entity="100")
        self._facts, self._ledger = MemoryFacts(), MemoryLedger()
        self._posted: dict[str, DocumentResult] = {}
        self.paid: PayoutRecord

    def sell(self, known: Facts, books: StoreBook) -> None:
        """Play an order into the books, and remember it as the product would."""
        played = self.sage.live(OrderLife(books, (known,)))
        self._facts.records[PK] = FactsRecord(
            PK, known, status=FactsStatus.READY, receipts=ReceiptSource.TRANSACTIONS
        )
        for key, result in played.posted.items():
            self._ledger.records[PK, key] = Record(
                PK, key, State.DONE, 1, "", "", "", result=result
            )

    def value(self, record: PayoutRecord, books: StoreBook) -> Valued:
        """What the payout is worth."""
        valuer = Valuer(self._facts, self._ledger, lambda _tenant, _entity: self._reads)
        return valuer.value(tenant(), record.payout, books, settled_on(record, books))

    def pay(self, payout: Payout, books: StoreBook, protocol: str = "rest") -> PayoutPlan:
        """Value, plan and post a payout."""
        record = merged("acme", None, payout, at=ARRIVED_AT)
        planned = plan_payout(record, books)
        if planned.is_unvalued:
            valued = self.value(record, books)
            assert not valued.findings, valued.findings
            history = replace(record.history, valuation=valued.valuation)
            self.paid = replace(record, history=history)
            planned = plan_payout(self.paid, books)
        self.sage.speak({"journal_entry": protocol})
        for entry in planned.entries:
            self._posted[entry.posting.key] = self.sage.post(entry.posting)
        return planned

    def proved(self, record: PayoutRecord, books: StoreBook) -> tuple[LedgerLooked, Row]:
        """What the daily proof says of the entries of a payout that was posted."""
        chain = {
            posting.key: Record(
                "PAY",
                posting.key,
                State.DONE,
                1,
                "",
                "",
                content_hash(posting.document),
                result=self._posted[posting.key],
                effect=effect_digest(posting.effect),
                dated_on=posting.true_on,
            )
            for posting in (entry.posting for entry in plan_payout(record, books).entries)
        }
        row = payout_row(record, chain, books, None)
        asked = [Asked("shop", "payout", document) for document in row.documents]
        dates = {document.key: document.on for document in row.documents}
        looked = look_at_lines(asked, [], dates, self._reads, base_currency="USD")
        return looked, row

    def lose_the_receipt(self) -> None:
        """As if the order's receipt had another document in Sage."""
        for place, record in self._ledger.records.items():
            if "receipt:" in record.key and record.result is not None:
                moved = replace(record.result, key="999999")
                self._ledger.records[place] = replace(record, result=moved)

    @property
    def balances(self) -> dict[str, Decimal]:
        """What each account holds in dollars."""
        return self.sage.simulator.balances()

    def held_in(self, account: str) -> dict[str, Decimal]:
        """What an account holds in each transaction currency."""
        sums: dict[str, Decimal] = {}
        for one in self._reads.ledger_lines(date(2026, 3, 1), date(2026, 3, 31), account):
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.transaction_amount
        return {currency: amount for currency, amount in sums.items() if amount}


@pytest.fixture
def fx(simulator: Simulator) -> Iterator[Fx]:
    """A euro is worth 1.0850 until the 4th, then 1.0800, from the 9th on 1.0900."""
    with closing(RestRig(simulator)) as rest:
        yield Fx(simulator, rest)


def money(amount: str, currency: str = "EUR") -> Money:
    return Money.of(amount, currency)


def books(accounts: dict[Role, str] | None = None, **chart: Any) -> StoreBook:
    policy = chart.pop("policy", {})
    return book(chart=mapping(accounts=accounts or FX, **chart), **policy)


def sold(amount: str, currency: str = "EUR", *more: Payment | Refund, on: int = 6) -> Facts:
    placed = order(line("coat", amount))
    only = replace(
        placed.lines[0],
        unit_price=money(amount, currency),
        gross=money(amount, currency),
        discount=money("0", currency),
    )
    placed = replace(placed, currency=currency, total=money(amount, currency), lines=(only,))
    paid = replace(captured("capture-1", amount, day(on)), amount=money(amount, currency))
    return facts(placed, SENT, paid, *more)


def taken_back(amount: str, on: int) -> Refund:
    moved = replace(given_back(amount, day(on)), amount=money(amount))
    part = back("coat", 1, amount)
    part = replace(part, subtotal=money(amount), tax=money("0"))
    return replace(refund(part, at=day(on), transactions=(moved,)), currency="EUR")


def row(
    name: str,
    kind: PayoutLineKind,
    amount: str,
    currency: str,
    fee: str = "0",
    *,
    transaction: str = "",
    order_id: str = "order-1",
) -> PayoutLine:
    worth, kept = money(amount, currency), money(fee, currency)
    return PayoutLine(
        name,
        kind,
        worth,
        kept,
        worth - kept,
        day(6),
        order_id=order_id,
        transaction_id=transaction,
        fee_kind=FeeKind.PROCESSING if kept else None,
    )


def read(*lines: PayoutLine) -> PayoutRecord:
    """A payout as it is kept."""
    return merged("acme", None, paid_out(*lines), at=ARRIVED_AT)


def paid_out(*lines: PayoutLine, bank: Money | None = None) -> Payout:
    currency, paid = lines[0].amount.currency, PayoutStatus.PAID
    made = told(lines, amount=None, status=paid, arrived_at=day(7), sent_at=day(6))
    made = replace(made, currency=currency, bank_amount=bank)
    return replace(made, amount=made.net)


CHARGE, REFUND = PayoutLineKind.CHARGE, PayoutLineKind.REFUND
CONVERTED = (
    row("1", CHARGE, "108.00", "USD", "3.20", transaction="capture-1"),
    row("2", PayoutLineKind.CONVERSION, "-1.62", "USD", order_id=""),
)
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
