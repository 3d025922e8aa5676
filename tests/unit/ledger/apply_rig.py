"""A plan of three postings, the applier in memory, and books that lose and refuse on request."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from commerce.money import Money
from intacct.documents import (
    Advance,
    Application,
    CreditKind,
    KeyOf,
    MoneyPlace,
    Payment,
    SalesDocument,
    SalesLine,
)
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome
from shared.ledger.records import Record
from shared.postings.plan import Posting, PostingKind
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, counting_ids

PK = "ORD#acme#shop#1001"
DAY = date(2026, 3, 2)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def advance(reference: str = "1001-ADV", amount: str = "100.00") -> Advance:
    return Advance(
        reference=reference,
        customer="C-1",
        received_on=DAY,
        amount=usd(amount),
        place=MoneyPlace(undeposited_account="1100"),
        account="2050",
    )


def sales_document(reference: str, definition: str = "Sales Invoice") -> SalesDocument:
    line = SalesLine("TEE", Decimal(1), "Each", usd("100.00"))
    return SalesDocument(definition, reference, "C-1", DAY, "USD", (line,))


ADVANCE = Posting("advance", PostingKind.ADVANCE, advance())
INVOICE = Posting("invoice", PostingKind.INVOICE, sales_document("1001-INV"))
APPLY = Posting(
    "apply",
    PostingKind.ADVANCE_APPLICATION,
    Payment(
        reference="1001-APP",
        customer="C-1",
        received_on=DAY,
        amount=usd("0"),
        place=MoneyPlace(undeposited_account="1100"),
        applications=(
            Application(
                invoice=KeyOf("invoice"),
                amount=usd("100.00"),
                credit_kind=CreditKind.ADVANCE,
                credit=KeyOf("advance"),
            ),
        ),
    ),
    needs=("advance", "invoice"),
)


class Rig:
    def __init__(self, *, hard_unique: tuple[str, ...] = (), is_unique: bool = False) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        self.books = FakeBooks(is_unique=is_unique)
        self.pauses: list[float] = []
        self.applier = Applier(
            self.ledger,
            self.books,
            clock=self.clock,
            ids=counting_ids(),
            hard_unique=hard_unique,
            pause=self._pause,
        )

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.pass_time(seconds)

    def apply(self, *postings: Posting, seconds: float = 75, reopen_by: str = "") -> Outcome:
        records = self.ledger.chain(PK)
        return self.applier.apply(
            PK,
            postings,
            results_of(records),
            self.clock() + timedelta(seconds=seconds),
            records=records,
            reopen_by=reopen_by,
        )

    def record(self, key: str = "advance") -> Record:
        return self.ledger.chain(PK)[key]

    def until(self, outcome: Outcome) -> None:
        assert outcome.due_at is not None
        self.clock.now = outcome.due_at
