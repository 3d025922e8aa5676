"""The leg of the general ledger: the posted lines behind each document against its effect.

Lines name the document by its key and by the module that posted it (XML reference §13.6). Keys are
unique within a module's own table; where documents of ours share one, they are compared together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Protocol

from intacct.reading import LedgerLine, Marked
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument, Effect
from shared.reconciliation.looks import Asked, difference

_MODULES: Mapping[Marked, str] = {
    Marked.SALES_DOCUMENT: "8",
    Marked.AR_INVOICE: "4",
    Marked.ADJUSTMENT: "4",
    Marked.ADVANCE: "4",
    Marked.PAYMENT: "4",
    Marked.CUSTOMER_REFUND: "4",
    Marked.JOURNAL_ENTRY: "2",
}
_Origin = tuple[str, str]
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
    more, `base_effects` those in base currency of documents in another one.
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
    looked = LedgerLooked()
    days: dict[date, list[Asked]] = defaultdict(list)
    for one in asked:
        on = dates.get(one.document.key)
        if on is not None:
            days[on].append(one)
    doubtful = [one.document for one in others if not one.document.is_posted]
    for on, wanted in sorted(days.items()):
        keys = {one.document.key for one in wanted}
        beside = [
            one
            for one in others
            if one.document.is_posted and one.document.on == on and one.document.key not in keys
        ]
        _Day([*wanted, *beside], keys, _doubts(doubtful)).compare(
            reads.ledger_lines(on, on), looked, base_currency
        )
    return looked


@dataclass(slots=True)
class _Day:
    """The documents of one day, and which of them are to be judged."""

    documents: Sequence[Asked]
    judged: set[str]
    doubts: Sequence[_Sums]

    def compare(self, lines: Iterable[LedgerLine], looked: LedgerLooked, base: str) -> None:
        booked: dict[_Origin, _Booked] = defaultdict(_Booked)
        for line in lines:
            looked.lines += 1
            sums = booked[line.module[:1], line.record or line.batch]
            sums.amounts[line.account] += line.transaction_amount
            sums.base[line.account] += line.amount
        for group in self._groups(booked, base):
            if any(one.document.key in self.judged for one in group.members):
                self._judge(group, looked, base)

    def _groups(self, booked: Mapping[_Origin, _Booked], base: str) -> Iterator[_Group]:
        """Documents by origin; a sales document's lines may be those of its invoice (§11.4)."""
        is_sale = {True: [], False: []}  # type: dict[bool, list[Asked]]
        for one in self.documents:
            is_sale[one.document.marked is Marked.SALES_DOCUMENT].append(one)
        by_own = list(_grouped(is_sale[True], booked, base, by_invoice=False))
        by_invoice = list(_grouped(is_sale[True], booked, base, by_invoice=True))
        wrong = [sum(bool(g.differences) for g in groups) for groups in (by_own, by_invoice)]
        yield from by_own if wrong[0] <= wrong[1] else by_invoice
        yield from _grouped(is_sale[False], booked, base, by_invoice=False)

    def _judge(self, group: _Group, looked: LedgerLooked, base: str) -> None:
        unknown = [one for one in group.members if one.document.effect is None]
        if unknown:
            if len(group.members) == 1:
                looked.effects[unknown[0].document.key] = _effect(group.booked.amounts)
            return
        if group.differences in self.doubts:
            return
        for account, amount in group.differences.items():
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
        if len(group.members) == 1 and group.members[0].document.currency != base:
            looked.base_effects[group.members[0].document.key] = _effect(group.booked.base)


@dataclass(slots=True)
class _Group:
    """Documents of one origin, as a rule one, and what the ledger holds of them."""

    members: list[Asked] = field(default_factory=list)
    booked: _Booked = field(default_factory=_Booked)

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

    def blamed(self, account: str) -> Asked:
        """The document whose line it is, as far as that can be told."""
        for one in self.members:
            if account in dict(one.document.effect or ()):
                return one
        return self.members[0]


def _grouped(
    documents: Sequence[Asked], booked: Mapping[_Origin, _Booked], base: str, *, by_invoice: bool
) -> Iterator[_Group]:
    """Documents by origin; what is told in base currency is compared in it, whatever its lines."""
    groups: dict[_Origin, _Group] = {}
    for one in documents:
        document = one.document
        key = (document.invoice_key or document.sage_key) if by_invoice else document.sage_key
        origin = (_MODULES[document.marked], key)
        group = groups.setdefault(origin, _Group(booked=booked.get(origin, _Booked())))
        group.members.append(one)
    for group in groups.values():
        if all(one.document.currency == base for one in group.members):
            group.booked = _Booked(group.booked.base, group.booked.base)
        yield group


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
