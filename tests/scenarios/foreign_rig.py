"""Sales in euros, payouts of a processor that converts them, and books in dollars."""

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
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.records import Record, State
from shared.payouts.planner import PayoutPlan, plan_payout, settled_on
from shared.payouts.records import PayoutRecord, merged
from shared.payouts.valuing import Valued, Valuer
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.reconciliation.ledgers import LedgerLooked, look_at_lines
from shared.reconciliation.looks import Asked
from shared.reconciliation.payouts import payout_row
from shared.reconciliation.rows import Row
from tests.accounting.lives import OrderLife
from tests.accounting.payout_lives import DIRECT, PAYOUT_ACCOUNTS
from tests.accounting.shop import book, captured, day, facts, line, mapping, order, parcel
from tests.contract.conftest import RestRig, Simulator
from tests.contract.xml_rig import XmlRig
from tests.fakes import MemoryFacts, MemoryLedger
from tests.scenarios.conftest import Sage
from tests.unit.payouts.test_booking import tenant
from tests.unit.payouts.told import ARRIVED_AT
from tests.unit.payouts.told import payout as told

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
