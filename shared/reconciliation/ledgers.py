"""The leg of the general ledger: the posted lines behind each document against its effect.

Lines name the document by its key and by the module that posted it (XML reference §13.6). Keys are
unique within a module's own table; where documents of ours share one, they are compared together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Protocol

from intacct.reading import LedgerLine
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument, Effect
from shared.reconciliation.ledger_desk import LedgerDesk
from shared.reconciliation.looks import Asked, difference

_Sums = dict[str, Decimal]


class ReadsLines(Protocol):
    """What is read of an entity's ledger (`intacct.read_router.IntacctReads`)."""

    def ledger_lines(self, start_on: date, end_on: date) -> Iterator[LedgerLine]:
        """Posted lines of a range of days."""
        ...


@dataclass(slots=True)
class _Booked:
    """What the ledger holds for one origin, by account: in the line's currency and in base."""

    amounts: _Sums = field(default_factory=lambda: defaultdict(Decimal))
    base: _Sums = field(default_factory=lambda: defaultdict(Decimal))


@dataclass(slots=True)
class LedgerLooked:
    """What the lines said: troubles by posting key, and effects that only Sage can tell.

    `lines` counts what was read. `effects` are those of documents whose mapping nobody knows any
    more and of invoices that Sage taxed otherwise, `base_effects` those in base currency of
    documents in another one.
    """

    troubles: dict[str, list[Difference]] = field(default_factory=lambda: defaultdict(list))
    effects: dict[str, Effect] = field(default_factory=dict)
    base_effects: dict[str, Effect] = field(default_factory=dict)
    lines: int = 0


def look_at_lines(
    asked: Sequence[Asked],
    others: Sequence[Asked],
    dates: Mapping[str, date],
    reads: ReadsLines,
    *,
    base_currency: str,
) -> LedgerLooked:
    """Read the ledger lines of every day that the documents are dated, and compare.

    Args:
        asked: documents that are to be compared, found in Sage under our references.
        others: documents of the same entity that may share a key with one of those; whether one in
            doubt is in Sage is not known, so that its lines may be there or not.
        dates: the date that each document has in Sage.
        reads: reads of the entity.
        base_currency: the entity's.

    Raises:
        IntacctError: Sage could not be read; reading again is safe.
    """
    doubtful = [one.document for one in others if not one.document.is_posted]
    with LedgerDesk() as desk:
        for one in asked:
            on = dates.get(one.document.key)
            if on is not None:
                desk.add(on, one, is_judged=True)
        for one in others:
            if one.document.is_posted:
                desk.add(one.document.on, one, is_judged=False)
        return compare_days(desk, doubtful, reads, base_currency)


def compare_days(
    desk: LedgerDesk, doubtful: Sequence[BookedDocument], reads: ReadsLines, base_currency: str
) -> LedgerLooked:
    """Read the ledger lines of every day of a desk that has documents to be judged, and compare.

    Args:
        desk: the documents, each on the day that it has in Sage.
        doubtful: documents of which is not known whether Sage has them.
        reads: reads of the entity.
        base_currency: the entity's.

    Raises:
        IntacctError: Sage could not be read; reading again is safe.
    """
    looked, doubts = LedgerLooked(), _doubts(doubtful)
    for on in desk.days():
        looked.lines += desk.take_lines(reads.ledger_lines(on, on))
        _Day(desk, on, doubts, base_currency).compare(looked)
    return looked


@dataclass(slots=True)
class _Day:
    """The documents of one day beside its lines."""

    desk: LedgerDesk
    on: date
    doubts: Sequence[_Sums]
    base: str

    def compare(self, looked: LedgerLooked) -> None:
        by_invoice = self._is_by_invoice()
        for group in self._grouped(is_sale=True, by_invoice=by_invoice):
            self._judge(group, looked)
        for group in self._grouped(is_sale=False):
            self._judge(group, looked)

    def _is_by_invoice(self) -> bool:
        """A sales document's lines may be those of its invoice (§11.4): where fewer are wrong."""
        wrong = self._wrong(by_invoice=False)
        return wrong > 0 and self._wrong(by_invoice=True) < wrong

    def _wrong(self, *, by_invoice: bool) -> int:
        return sum(
            bool(one.differences) for one in self._grouped(is_sale=True, by_invoice=by_invoice)
        )

    def _grouped(self, *, is_sale: bool, by_invoice: bool = False) -> Iterator[_Group]:
        """Documents by origin; what is told in base currency is compared in it."""
        for members, lines in self.desk.groups(self.on, is_sale=is_sale, by_invoice=by_invoice):
            booked = _Booked()
            for account, amount, base in lines:
                booked.amounts[account] += amount
                booked.base[account] += base
            documents = [one for one, _ in members]
            if all(one.document.currency == self.base for one in documents):
                booked = _Booked(booked.base, booked.base)
            yield _Group(documents, booked, is_judged=any(judged for _, judged in members))

    def _judge(self, group: _Group, looked: LedgerLooked) -> None:
        if not group.is_judged:
            return
        unknown = [one for one in group.members if one.document.effect is None]
        if unknown:
            if len(group.members) == 1:
                looked.effects[unknown[0].document.key] = _effect(group.booked.amounts)
            return
        if group.differences in self.doubts:
            return
        differences = group.differences
        if group.is_taxed_by_sage:
            looked.effects[group.members[0].document.key] = _effect(group.booked.amounts)
            differences = {}
        for account, amount in differences.items():
            one = group.blamed(account)
            looked.troubles[one.document.key].append(
                difference(
                    one,
                    Cause.LEDGER_DIFFERS,
                    f"Sage's ledger has another amount on account {account}",
                    amount=amount,
                    account=account,
                    edit=(f"account {account}", *_sent_and_found(one, account, amount)),
                )
            )
        if len(group.members) == 1 and group.members[0].document.currency != self.base:
            looked.base_effects[group.members[0].document.key] = _effect(group.booked.base)


@dataclass(slots=True)
class _Group:
    """Documents of one origin, as a rule one, and what the ledger holds of them."""

    members: list[Asked]
    booked: _Booked
    is_judged: bool

    @property
    def differences(self) -> _Sums:
        """What the ledger has more than the effects, by account; debits positive."""
        if any(one.document.effect is None for one in self.members):
            return {}
        sums: _Sums = defaultdict(Decimal, self.booked.amounts)
        for one in self.members:
            for account, amount in one.document.effect or ():
                sums[account] -= amount
        return {account: amount for account, amount in sorted(sums.items()) if amount}

    @property
    def is_taxed_by_sage(self) -> bool:
        """Whether the ledger has more by nothing but what Sage's tax engine added (R-9.5).

        The receivable has it in full, the accounts of the taxes on the other side.
        """
        taxed = self.members[0].document.taxed if len(self.members) == 1 else Decimal(0)
        amounts = sorted(self.differences.values(), reverse=taxed > 0)
        if not taxed or not amounts or sum(amounts, start=Decimal(0)):
            return False
        return amounts[0] == taxed and all(amount * taxed < 0 for amount in amounts[1:])

    def blamed(self, account: str) -> Asked:
        """The document whose line it is, as far as that can be told."""
        for one in self.members:
            if account in dict(one.document.effect or ()):
                return one
        return self.members[0]


def _sent_and_found(one: Asked, account: str, amount: Decimal) -> tuple[str, str]:
    """What the document was to move on the account, and what the ledger has; debits positive."""
    sent = dict(one.document.effect or ()).get(account, Decimal(0))
    return str(sent), str(sent + amount)


def _doubts(documents: Sequence[BookedDocument]) -> list[_Sums]:
    """What documents in doubt move, one alone or two together, should they be in Sage."""
    found = []
    for count in (1, 2):
        for some in combinations(documents, count):
            sums: _Sums = defaultdict(Decimal)
            for one in some:
                for account, amount in one.effect or ():
                    sums[account] += amount
            found.append({account: amount for account, amount in sums.items() if amount})
    return found


def _effect(sums: _Sums) -> Effect:
    return tuple((account, amount) for account, amount in sorted(sums.items()) if amount)
