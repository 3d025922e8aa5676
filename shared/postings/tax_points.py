"""Tax that is payable when the money comes, before there is an invoice (R-2.8).

The receipt is an advance of the whole amount; a journal beside it takes the tax out of the advances
and onto the agencies' accounts (J-2.1, split). What the advance then pays, or gives back, carries
its tax with it: the journal is taken back in that measure, and the invoice's own tax stands alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from commerce.money import Money, total
from intacct.documents import CreditKind, JournalEntry
from shared.ledger.content import effect_digest
from shared.policy.mapping import Role
from shared.postings.effects import Amount, debit, ledger_lines
from shared.postings.pieces import Piece, PieceKind
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.receipts import APPLY, applied
from shared.postings.sales import Dated, posting
from shared.postings.sequences import MONEY_BACK
from shared.postings.settlement import Receipt, Settlement
from shared.postings.shares import share_of

JOURNAL = PostingKind.JOURNAL_ENTRY
TAX = "tax:"
"""What the purposes of these journals begin with."""


@dataclass(frozen=True, slots=True)
class _Use:
    """A part of an advance that paid an invoice or went back; `needs` must be done before."""

    name: str
    at: datetime
    amount: Money
    needs: tuple[str, ...]


class TaxPointWriter:
    """Writes the journals of tax at capture of one order."""

    def __init__(self, prepared: Prepared, settled: Settlement, moved: Collection[str]) -> None:
        """`settled` says which receipts are advances, and what became of each.

        `moved` are the keys of the documents that use them. A use is booked before its journal: a
        use that is not booked yet may come to be another one, once more is known.
        """
        self._p = prepared
        self._settled = settled
        self._moved = moved
        self._taxes = [
            piece
            for piece in prepared.pieces.pieces
            if piece.kind is PieceKind.TAX and piece.amount and not piece.is_omitted
        ]

    def journals(self) -> list[Dated]:
        """For each advance its tax, and for each use of it the same tax taken back."""
        written: list[Dated] = []
        for receipt in self._settled.advances:
            taxes = self._taxes_of(receipt)
            if taxes:
                needs = [receipt.advance_key]
                written.append(self._journal(receipt.id, receipt.at, taxes, needs))
                written += self._taken_back(receipt, taxes)
        return written

    def _taxes_of(self, receipt: Receipt) -> list[tuple[Piece, Money]]:
        """The share of each tax that the receipt has in the order."""
        whole = self._p.receivable
        if not whole:
            return []
        share = min(Fraction(1), Fraction(receipt.amount.amount) / Fraction(whole.amount))
        shares = [(piece, share_of(piece.amount, share)) for piece in self._taxes]
        return [(piece, amount) for piece, amount in shares if amount]

    def _taken_back(self, receipt: Receipt, taxes: list[tuple[Piece, Money]]) -> list[Dated]:
        """The taxes that each use of the advance takes back, as the books have those of theirs.

        A use whose share is no cent has no journal (R-0.5). So the books do not show it, and what
        was booked after it must not be taken for booked before.
        """
        in_turn = sorted(self._uses(receipt), key=lambda use: (use.at, use.name))
        booked_first = sorted(in_turn, key=lambda use: not self._is_booked(receipt, use))
        tellings = [self._telling(receipt, taxes, uses) for uses in (booked_first, in_turn)]
        booked = {self._key(receipt, use) for use in in_turn if self._is_booked(receipt, use)}
        return next((x for x in tellings if self._is_as_booked(x, booked)), tellings[0])

    def _telling(
        self, receipt: Receipt, taxes: list[tuple[Piece, Money]], uses: list[_Use]
    ) -> list[Dated]:
        """Each use of the advance with its share; the one that uses the advance up, the rest."""
        left = dict(taxes)
        unused = receipt.amount
        written = []
        for use in uses:
            unused -= use.amount
            share = Fraction(use.amount.amount) / Fraction(receipt.amount.amount)
            back: list[tuple[Piece, Money]] = []
            for piece, tax in taxes:
                amount = share_of(tax, share) if unused else left[piece]
                left[piece] -= amount
                back.append((piece, -amount))
            if any(amount for _, amount in back):
                needs = [*use.needs, self._p.keys.of(JOURNAL, f"{TAX}{receipt.id}")]
                written.append(self._journal(f"{receipt.id}:{use.name}", use.at, back, needs))
        return written

    def _is_as_booked(self, written: list[Dated], booked: set[str]) -> bool:
        """Whether all that is `booked` is there, with these lines as far as the ledger tells."""
        effects = {one.posting.key: effect_digest(one.posting.effect) for one in written}
        results = {key: self._p.posted[key].effect for key in booked if key in self._p.posted}
        return booked <= effects.keys() and all(
            digest in ("", effects[key]) for key, digest in results.items()
        )

    def _uses(self, receipt: Receipt) -> list[_Use]:
        """What the advance paid and gave back."""
        uses = [
            _Use(
                f"{item.bill.id}:{item.credit.amount.plain()}",
                item.at,
                item.credit.amount,
                (item.bill.key, *self._booked_by((APPLY,), applied(item))),
            )
            for item in self._settled.applications
            if item.credit_id == receipt.id
        ]
        uncovered = {outflow.id for outflow, _ in self._settled.uncovered}
        uses += [
            _Use(
                f"refund:{outflow.id}",
                outflow.at,
                draw.amount,
                (
                    receipt.advance_key,
                    *self._booked_by(MONEY_BACK, f"refund:{outflow.id}"),
                    *self._booked_by((PostingKind.DEBIT_MEMO,), f"pending:{outflow.id}"),
                ),
            )
            for outflow, draws in self._settled.outflows
            for draw in draws
            if draw.kind is CreditKind.ADVANCE
            and draw.key == receipt.advance_key
            and outflow.id not in uncovered
        ]
        return uses

    def _booked_by(self, kinds: Iterable[PostingKind], purpose: str) -> list[str]:
        """The keys of the documents of that purpose, of those that are written."""
        keys = (self._p.keys.of(kind, purpose) for kind in kinds)
        return [key for key in keys if key in self._moved]

    def _is_booked(self, receipt: Receipt, use: _Use) -> bool:
        return self._key(receipt, use) in self._p.keys.known

    def _key(self, receipt: Receipt, use: _Use) -> str:
        return self._p.keys.of(JOURNAL, f"{TAX}{receipt.id}:{use.name}")

    def _journal(
        self, name: str, at: datetime, taxes: Iterable[tuple[Piece, Money]], needs: list[str]
    ) -> Dated:
        """Advances against the agencies' accounts; negative amounts take it back."""
        chart = self._p.chart
        told = [(piece, amount) for piece, amount in taxes if amount]
        whole = total((amount for _, amount in told), self._p.order.currency)
        advances = chart.account(Role.CUSTOMER_ADVANCES)
        effect = [
            debit(advances, whole, chart.balance_dimensions),
            *(Amount(piece.account, amount, piece.dimensions) for piece, amount in told),
        ]
        purpose = f"{TAX}{name}"
        document = JournalEntry(
            reference=self._p.keys.reference(JOURNAL, purpose),
            journal=self._p.book.mapping.definitions.journal,
            posted_on=self._p.book.ledger_on(at),
            description=f"Tax at capture, order {self._p.order.number}",
            lines=ledger_lines(effect),
        )
        return posting(self._p, JOURNAL, purpose, document, at=at, needs=needs, effect=effect)
