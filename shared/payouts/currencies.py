"""A payout's entries in several currencies: each line in its own, the whole in the entity's (§8).

Pure. An entry is first planned in the currency of the payout. Here what buyers paid becomes what it
was booked at, each other line gets its worth, and what the rates differ by is a realised gain or
loss: only within the tolerance, and only where the money itself is exact (R-8.4, R-8.6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from commerce.money import Money, allocate, total
from commerce.payouts import Payout, PayoutLine
from intacct.documents import JournalEntry, JournalLine, Side
from shared.payouts.chart import PayoutChart
from shared.payouts.records import PayoutRecord
from shared.payouts.settling import pays_invoices
from shared.payouts.worths import Valuation, Worth, is_buyers, is_foreign
from shared.policy.choices import PostingMode
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.effects import ledger_lines, signed
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Posting

_BALANCES = (
    Role.BANK,
    Role.INTERENTITY_RECEIVABLE,
    Role.PAYOUTS_IN_TRANSIT,
    Role.SETTLEMENT_CARRIED_FORWARD,
    Role.PAYOUT_CLEARING,
    Role.RESERVES_HELD,
    Role.DISPUTES_RECEIVABLE,
)
"""Roles whose amounts come back in later entries, and must be worth the same then."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Turns one payout's entries into the currencies that they belong in."""

    payout: Payout
    chart: PayoutChart
    valuation: Valuation

    @property
    def base(self) -> str:
        """The entity's currency."""
        return self.chart.book.base_currency

    def findings(self, lines: Sequence[PayoutLine]) -> Iterator[Finding]:
        """Rows that do not settle their receipt exactly in its own currency (R-8.6)."""
        worths = self._worths(lines)
        for line in lines:
            worth = worths.get(line.id)
            if worth is None:
                continue
            told = line.source_amount
            if told is None or told.currency != worth.taken.currency:
                told = line.amount
            is_same = told.currency == worth.taken.currency
            is_exact = told is line.amount and worth.is_converted
            if is_same and not is_exact and told != worth.taken:
                yield Finding(
                    Reason.AMOUNT_MISMATCH,
                    f"payout {self.payout.ref.id} lines[{line.id}]",
                    f"it settles {told}, and {worth.taken} was booked with its order",
                    "compare both; only a difference of rates is booked as one",
                    told - worth.taken,
                )

    def exchanged(
        self, posting: Posting, rows: Sequence[PayoutLine]
    ) -> tuple[Posting, Finding | None]:
        """The posting in its currencies; its effect is told in the entity's.

        Args:
            posting: an entry in the currency of the payout.
            rows: the rows of the payout that are in it.
        """
        entry = posting.document
        assert isinstance(entry, JournalEntry), "payouts are journals"  # noqa: S101
        settled = list(self._worths(rows).values())
        lines = [*self._others(entry.lines, rows), *self._settled(entry.lines, settled)]
        difference = total((_signed(line) for line in lines), self.base)
        finding = self._beyond(difference, lines, posting)
        if difference and finding is None:
            lines.append(self._realised(difference, entry.lines[0]))
        told = tuple(replace(line, memo=entry.lines[0].memo) for line in _ordered(lines))
        effect = ledger_lines(signed(_in_base(line) for line in told))
        effect = tuple(replace(line, memo=entry.lines[0].memo) for line in effect)
        return replace(posting, document=replace(entry, lines=told), effect=effect), finding

    def _worths(self, rows: Sequence[PayoutLine]) -> dict[str, Worth]:
        ids = {row.id for row in rows if is_buyers(row)}
        return {each.line_id: each for each in self.valuation.worths if each.line_id in ids}

    def _worth(self, amount: Money) -> Money:
        """An amount of the payout's currency at its one rate."""
        rate = self.valuation.rate
        if amount.currency == self.base:
            return amount
        assert rate is not None, "what is foreign has a rate"  # noqa: S101
        return Money(amount.amount * rate.rate, self.base).rounded()

    def _settled(
        self, lines: Sequence[JournalLine], worths: Sequence[Worth]
    ) -> Iterator[JournalLine]:
        """What leaves the clearing account, one line for each transaction currency."""
        like = lines[0]
        clearing = self.chart.of(Role.PAYOUT_CLEARING)
        for currency in sorted({worth.taken.currency for worth in worths}):
            those = [worth for worth in worths if worth.taken.currency == currency]
            taken = total((worth.taken for worth in those), currency)
            base = total((worth.base for worth in those), self.base)
            if taken and base and taken.is_negative is base.is_negative:
                yield self._line(clearing, taken, base, like)
            else:
                # Charges and refunds that cancel out in one currency need not in the other.
                yield from self._apart(clearing, those, like)

    def _apart(
        self, account: str, worths: Sequence[Worth], like: JournalLine
    ) -> Iterator[JournalLine]:
        for is_back in (False, True):
            those = [worth for worth in worths if worth.taken.is_negative is is_back]
            if those:
                taken = total((worth.taken for worth in those), those[0].taken.currency)
                base = total((worth.base for worth in those), self.base)
                yield self._line(account, taken, base, like)

    def _others(
        self, lines: Sequence[JournalLine], rows: Sequence[PayoutLine]
    ) -> list[JournalLine]:
        """Every line but what buyers paid, in the payout's currency (R-8.8).

        The whole is converted once: what its parts come to otherwise is spread over the expenses.
        """
        clearing = self.chart.of(Role.PAYOUT_CLEARING)
        valued = self._worths(rows)
        buyers = total((row.amount for row in rows if row.id in valued), self.payout.currency)
        left: list[JournalLine] = []
        for line in lines:
            if line.account == clearing and buyers:
                amount = _amount(line) - buyers
                buyers = Money.zero(self.payout.currency)
                line = _sided(line, amount)  # noqa: PLW2901  # what others moved on it
            if line.amount:
                left.append(line)
        if buyers:
            left.append(_sided(replace(lines[0], account=clearing), -buyers))
        return self._converted(left)

    def _converted(self, lines: Sequence[JournalLine]) -> list[JournalLine]:
        whole = total((_amount(line) for line in lines), self.payout.currency)
        kept = {self.chart.book.mapping.accounts.get(role, "") for role in _BALANCES}
        firm = [line for line in lines if line.account in kept]
        free = [line for line in lines if line.account not in kept]
        worths = [self._worth(line.amount) for line in free]
        fixed = total((self._worth(line.amount) * _sign(line) for line in firm), self.base)
        for side in Side:
            own = [n for n, line in enumerate(free) if line.side is side]
            if own:
                rest = total(
                    (worths[n] * _sign(free[n]) for n in range(len(free)) if n not in own),
                    self.base,
                )
                missing = (self._worth(whole) - fixed - rest) * _sign(free[own[0]])
                if not missing.is_negative:
                    parts = allocate(missing, [free[n].amount.amount for n in own])
                    worths = [
                        parts[own.index(n)] if n in own else worth for n, worth in enumerate(worths)
                    ]
                break
        made = [self._firm(line) for line in firm]
        made += [
            self._line_of(line, worth) for line, worth in zip(free, worths, strict=True) if worth
        ]
        return made

    def _firm(self, line: JournalLine) -> JournalLine:
        """A balance at the payout's rate; what reached the bank is told in the bank's currency."""
        arrived, mapping = self.payout.bank_amount, self.chart.book.mapping
        worth = self._worth(line.amount)
        is_bank = line.account == mapping.accounts.get(Role.BANK, "")
        if arrived is None or not is_bank or line.amount != abs(self.payout.net):
            return self._line_of(line, worth)
        return self._line_of(replace(line, amount=abs(arrived)), worth)

    def _line_of(self, line: JournalLine, worth: Money) -> JournalLine:
        own = None if line.amount.currency == self.base else worth
        return replace(line, worth=own)

    def _line(self, account: str, amount: Money, base: Money, like: JournalLine) -> JournalLine:
        side = Side.DEBIT if amount.is_negative else Side.CREDIT
        line = JournalLine(account, side, abs(amount), like.dimensions)
        return self._line_of(line, abs(base))

    def _realised(self, difference: Money, like: JournalLine) -> JournalLine:
        """The line that a difference of rates is: a loss is a debit."""
        side = Side.DEBIT if not difference.is_negative else Side.CREDIT
        account = self.chart.of(Role.REALISED_FX)
        return JournalLine(account, side, abs(difference), like.dimensions)

    def _beyond(
        self, difference: Money, lines: Sequence[JournalLine], posting: Posting
    ) -> Finding | None:
        """What stops an entry whose rates differ by more than the tolerance; R-8.6."""
        moved = total((_in_base(line).amount for line in lines if _sign(line) > 0), self.base)
        allowed = tolerance(moved, self.chart)
        if abs(difference) <= allowed:
            return None
        rate = self.valuation.rate
        by = f" at {rate.rate} of {rate.on} ({rate.source})" if rate else ""
        return Finding(
            Reason.AMOUNT_MISMATCH,
            f"payout {self.payout.ref.id} {posting.key.rpartition(':')[2]}",
            f"its rates differ by {difference}, and at most {allowed} may be booked: {moved} were"
            f" booked with its orders, {moved - difference} were paid out{by}",
            "compare the rates of Sage and of the payout; the tolerance is fx_tolerance_percent",
            difference,
        )


def currency_findings(record: PayoutRecord, book: StoreBook) -> Iterator[Finding]:
    """What payouts in several currencies cannot be, said before anything is booked."""
    payout, history = record.payout, record.history
    if history.valuation is not None and (history.editions or any(x.amount for x in history.fees)):
        message = "it was valued in several currencies, and its rows are not booked as they were"
        hint = "what its source changed, and fees booked with orders, are for a person to correct"
        yield Finding(Reason.OUT_OF_SCOPE, f"payout {payout.ref.id}", message, hint)
    if not is_foreign(payout, book):
        return
    place = f"payout {payout.ref.id} currency"
    told = f"a payout in {payout.currency} into books in {book.base_currency}"
    policy = book.policy
    if book.mapping.bank_entity not in {"", book.entity}:
        message = f"{told} reaches the bank of another entity"
        yield Finding(Reason.OUT_OF_SCOPE, place, message)
    if pays_invoices(book):
        message = f"{told} would settle the invoices of a thrifty channel"
        yield Finding(Reason.OUT_OF_SCOPE, place, message)
    if PostingMode.SUMMARY_PAYOUT in policy.modes():
        message = f"{told} would bring its sales into the books (summary_payout)"
        yield Finding(Reason.OUT_OF_SCOPE, place, message)


def tolerance(moved: Money, chart: PayoutChart) -> Money:
    """How much of an entry of that worth may be a difference of rates (R-8.6)."""
    policy = chart.book.policy
    share = moved * (Decimal(policy.fx_tolerance_percent) / 100)
    return max(share.rounded(), Money.of(policy.fx_tolerance_min, moved.currency).rounded())


def _sign(line: JournalLine) -> int:
    return 1 if line.side is Side.CREDIT else -1


def _amount(line: JournalLine) -> Money:
    return line.amount * _sign(line)


def _sided(line: JournalLine, amount: Money) -> JournalLine:
    side = Side.DEBIT if amount.is_negative else Side.CREDIT
    return replace(line, side=side, amount=abs(amount))


def _in_base(line: JournalLine) -> JournalLine:
    return line if line.worth is None else replace(line, amount=line.worth, worth=None)


def _signed(line: JournalLine) -> Money:
    return _amount(_in_base(line))


def _ordered(lines: Sequence[JournalLine]) -> list[JournalLine]:
    return sorted(lines, key=lambda x: (x.side is Side.CREDIT, x.account, x.amount.currency))
