"""Finds out what a payout is worth in the entity's currency, before anything of it is booked.

Each row of a buyer's money is led to the receipt or refund of its order. What that was worth is
what Sage booked on the clearing account, read from its ledger: no rate of ours can be off by a
cent, and one read answers for a whole payout (R-8.2, R-8.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Protocol

from commerce.kinds import PaymentKind
from commerce.money import Money
from commerce.orders import Facts, Payment
from commerce.payouts import Payout, PayoutLine
from intacct.rates import rate_of
from intacct.reading import LedgerLine
from shared.facts.record import FactsStore, order_pk
from shared.ledger.port import Ledger
from shared.ledger.records import Record, State
from shared.payouts.moved_money import is_on, money_of
from shared.payouts.worths import PayoutRate, Valuation, Worth, is_buyers, settles_receipts
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.plan import PostingKind
from shared.postings.rates import table_rate
from shared.tenants.models import Tenant

_RECEIVABLES, _LEDGER = "4", "2"


Chain = Callable[[], Mapping[str, Record]]
"""The postings of an order; read only where its receipts are in another currency."""


class ReadsLedger(Protocol):
    """What is needed of `intacct.read_router.IntacctReads`."""

    def ledger_lines(self, start_on: date, end_on: date, account: str = "") -> Iterable[LedgerLine]:
        """The posted lines of a range of days on one account."""
        ...


@dataclass(frozen=True, slots=True)
class Valued:
    """What a payout is worth, or every reason why that cannot be said."""

    valuation: Valuation
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Valuer:
    """Values payouts; `reads_of` reads the books of a tenant's entity."""

    facts: FactsStore
    ledger: Ledger
    reads_of: Callable[[Tenant, str], ReadsLedger]

    def value(self, tenant: Tenant, payout: Payout, book: StoreBook, on: date) -> Valued:
        """What the payout's rows and currency are worth in the entity's.

        Args:
            tenant: whose payout it is.
            payout: with its lines.
            book: the books of its store.
            on: the ledger date of the payout.

        Raises:
            IntacctError: Sage's ledger could not be read; reading again is safe.
        """
        findings: list[Finding] = []
        rate = payout_rate(payout, book, on)
        if isinstance(rate, Finding):
            findings.append(rate)
        if not settles_receipts(payout, book):
            return _valued((), rate, findings)
        matching = _Matching(payout, book)
        for order_id, rows in _by_order(payout).items():
            pk = order_pk(tenant.id, book.store, order_id)
            known = self.facts.load(pk) if order_id else None
            if known is None:
                matching.unmatched(order_id, "its order is not known")
            else:
                matching.match(known.facts, rows, partial(self.ledger.chain, pk))
        if matching.asked and not matching.findings and not findings:
            matching.read(self.reads_of(tenant, book.entity))
        return _valued(matching.worths, rate, [*findings, *matching.findings])


def payout_rate(payout: Payout, book: StoreBook, on: date) -> PayoutRate | Finding | None:
    """What the payout's currency is worth: the bank's own word, or the table's (R-8.3).

    None where it is the entity's own. Neither protocol of Sage tells a daily rate.
    """
    base, bank, net = book.base_currency, payout.bank_amount, payout.net
    if payout.currency == base:
        return None
    if bank is not None and bank.currency == base and net and bank:
        return PayoutRate(rate_of(abs(net), abs(bank)), on.isoformat(), "bank")
    found = table_rate(book.mapping.fx_rates, payout.currency, on)
    if found is not None:
        return PayoutRate(found, on.isoformat(), "table")
    return Finding(
        Reason.MAPPING_MISSING,
        f"mapping.fx_rates[{payout.currency}]",
        f"payout {payout.ref.id} is in {payout.currency}, and its bank tells no {base}",
        f"add what {payout.currency} was worth on {on.isoformat()} to the store's mapping",
    )


_Origin = tuple[str, str]
"""The module that posted a ledger line, by its number, and the Sage key of the document behind."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A row and the money movement that it settles; `taken` is signed as the row is."""

    line: PayoutLine
    payment: Payment
    taken: Money
    is_converted: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """A movement in another currency, and the documents and days that its worth is read by."""

    taken: _Taken
    origins: tuple[_Origin, ...]
    days: tuple[date, ...]


@dataclass(slots=True)
class _Matching:
    """Leads the rows of a payout to receipts, and receipts to what Sage booked of them."""

    payout: Payout
    book: StoreBook
    findings: list[Finding] = field(default_factory=list)
    worths: list[Worth] = field(default_factory=list)
    asked: list[_Asked] = field(default_factory=list)

    @property
    def account(self) -> str:
        return self.book.mapping.accounts.get(Role.PAYOUT_CLEARING, "")

    def match(self, facts: Facts, rows: Sequence[PayoutLine], chain: Chain) -> None:
        """Lead each row to its receipt or refund: by its id, its amount, or as the only one."""
        left = [money for money in money_of(facts) if is_on(self.account, money, self.book)]
        shown = facts.order.presentment_currency if facts.order else ""
        for row in rows:
            payment = _fitting(row, left)
            if payment is None:
                self.unmatched(facts.ref.id, f"row {row.id} fits no transaction")
                continue
            left.remove(payment)
            amount = payment.amount.rounded()
            taken = -amount if payment.kind is PaymentKind.REFUND else amount
            is_converted = bool({row.amount.currency, shown} - {"", taken.currency})
            self._book(_Taken(row, payment, taken, is_converted), chain)

    def _book(self, each: _Taken, chain: Chain) -> None:
        """Note what it is worth, or by which documents Sage's ledger tells; base needs none."""
        on = self.book.ledger_on(each.payment.processed_at)
        if each.taken.currency == self.book.base_currency:
            self._keep(each, each.taken, on, "own")
            return
        names = {f"receipt:{each.payment.ref.id}", f"refund:{each.payment.ref.id}"}
        origins, days = [], []
        for key, record in chain().items():
            is_its = key.partition(":")[2] in names
            if is_its and record.state is State.DONE and record.result is not None:
                module = _LEDGER if f"/{PostingKind.JOURNAL_ENTRY.value}/" in key else _RECEIVABLES
                origins.append((module, record.result.key))
                days.append(record.dated_on or on)
        if origins:
            self.asked.append(_Asked(each, tuple(origins), tuple(days)))
        else:
            why = f"row {each.line.id} settles money that has no document of its own"
            self.unmatched(each.line.order_id, why)

    def read(self, reads: ReadsLedger) -> None:
        """Read the clearing account once for all of them, and keep what each put there."""
        days = [day for one in self.asked for day in one.days]
        booked: dict[_Origin, list[LedgerLine]] = {
            origin: [] for one in self.asked for origin in one.origins
        }
        for line in reads.ledger_lines(min(days), max(days), self.account):
            booked.get((line.module[:1], line.record), []).append(line)
        for one in self.asked:
            taken = one.taken.taken
            lines = _of(one, booked)
            held = sum((line.transaction_amount for line in lines), Decimal(0))
            if held == taken.amount:
                worth = sum((line.amount for line in lines), Decimal(0))
                told = Money.of(worth, self.book.base_currency)
                self._keep(one.taken, told, min(one.days), f"sage:{one.origins[0][1]}")
            else:
                found = self._not_in_sage(one.taken, Money.of(held, taken.currency))
                self.findings.append(found)

    def unmatched(self, order_id: str, why: str) -> None:
        """Find that the money of rows cannot be led to what was booked."""
        finding = Finding(
            Reason.PAYMENT_UNDECIDED,
            f"payout {self.payout.ref.id} order {order_id or 'unknown'}",
            f"what its money is worth in {self.book.base_currency} cannot be said: {why}",
            "release the order, or compare its transactions with the payout; tried again hourly",
        )
        self.findings.append(finding)

    def _keep(self, each: _Taken, worth: Money, on: date, source: str) -> None:
        told = Worth(each.line.id, each.taken, worth, on.isoformat(), source, each.is_converted)
        self.worths.append(told)

    def _not_in_sage(self, each: _Taken, held: Money) -> Finding:
        return Finding(
            Reason.READBACK_DIFFERS,
            f"payout {self.payout.ref.id} lines[{each.line.id}]",
            f"the clearing account {self.account} has {held} of what it settles, its order says"
            f" {each.taken}",
            "look at the receipt in Sage; it is read again with the next run",
            held - each.taken,
        )


def _of(one: _Asked, booked: Mapping[_Origin, list[LedgerLine]]) -> list[LedgerLine]:
    """The lines of a movement, taken from those of its documents' keys.

    Kinds of documents may count their keys by themselves, so that two share one: the line of the
    same amount and day is its own, else all that move the account in its direction are.
    """
    taken = one.taken.taken
    lines = [
        line
        for origin in one.origins
        for line in booked[origin]
        if line.currency == taken.currency
        and (line.transaction_amount < 0) is taken.is_negative
        and line.posted_on in one.days
    ]
    exact = [line for line in lines if line.transaction_amount == taken.amount]
    for line in exact[:1]:
        booked[line.module[:1], line.record].remove(line)
    return exact[:1] or lines


def _fitting(row: PayoutLine, left: Sequence[Payment]) -> Payment | None:
    """The movement of the row: the one it names, the one of its amount, or the only one left."""
    is_back = row.amount.is_negative
    offers = [x for x in left if (x.kind is PaymentKind.REFUND) is is_back]
    named = [x for x in offers if row.transaction_id and x.ref.id == row.transaction_id]
    told = {abs(row.amount), abs(row.source_amount) if row.source_amount else abs(row.amount)}
    equal = [x for x in offers if x.amount.rounded() in told]
    for those in (named, equal, offers):
        if len(those) == 1:
            return those[0]
    return None


def _by_order(payout: Payout) -> dict[str, list[PayoutLine]]:
    rows: dict[str, list[PayoutLine]] = {}
    for line in payout.lines:
        if is_buyers(line):
            rows.setdefault(line.order_id, []).append(line)
    return rows


def _valued(
    worths: Sequence[Worth], rate: PayoutRate | Finding | None, findings: Sequence[Finding]
) -> Valued:
    known = rate if isinstance(rate, PayoutRate) else None
    return Valued(Valuation(tuple(worths), known), tuple(findings))
