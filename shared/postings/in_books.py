"""Whether a telling of an order's life leads to the books as they are.

What was posted stays as it was posted. So a life is believed when the invoices, credit memos and
recognitions in the books are those that it comes to: by the ledger lines that each was sent with,
or, where the ledger does not say those, by the totals that Sage gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from commerce.money import Money
from shared.ledger.content import effect_digest
from shared.policy.choices import Moment
from shared.postings.costs import Costs
from shared.postings.effects import Amount, ledger_lines
from shared.postings.entries import Entries
from shared.postings.order_keys import Keys
from shared.postings.parts import EDIT, REST, Life, Sale
from shared.postings.plan import Posted, PostingKind
from shared.postings.stock_entities import sides_of

_PARTS = (
    (PostingKind.INVOICE, "invoice:"),
    (PostingKind.CREDIT_MEMO, "credit:"),
    (PostingKind.JOURNAL_ENTRY, "recognise:"),
)
_COST = "cogs:"


@dataclass(frozen=True, slots=True)
class InBooks:
    """What is known of one order's documents: Sage's results, keys in use, accounts and costs."""

    posted: Posted
    keys: Keys
    entries: Entries
    costs: Costs
    has_editions: bool = False

    @property
    def parts(self) -> dict[str, str]:
        """The keys of what was billed, credited and recognised, each with its digest if known.

        What was begun and has no result yet is not among them: what became of it is not known.
        """
        return {key: self._digest(key) for key in self.posted if self._is_part(key)}

    @property
    def are_told(self) -> bool:
        """Whether the ledger says of every part which lines it was sent with."""
        return all(self.parts.values())

    @property
    def edits(self) -> set[str]:
        """The editions whose edit was booked, by whatever document."""
        traces = (*_PARTS, (PostingKind.JOURNAL_ENTRY, _COST))
        return {
            name for kind, prefix in traces for name in self.keys.purposes(kind, f"{prefix}{EDIT}")
        }

    def confirm(self, life: Life) -> bool:
        """Whether every part in the books has the very lines that this life gives it."""
        parts = self.parts
        if not all(parts.values()):
            return False
        told = dict(self._told(life, parts))
        return told == parts

    def confirm_costs(self, life: Life) -> bool:
        """Whether what the goods cost is in the books as this life has it, as far as they tell.

        Asked of edited orders whose goods cost when they are billed on capture: goods that an edit
        adds for nothing leave no other trace there.
        """
        if not self.has_editions or self.keys.book.policy.recognise_on is not Moment.CAPTURE:
            return True
        costs = ((sale, self._cost_digest(sale.id)) for sale in life.recognised)
        return all(known == self._cost_of(sale) for sale, known in costs if known)

    def _cost_of(self, sale: Sale) -> str:
        costs = self.costs
        sides = sides_of(costs.book, costs.chart, costs.booked(sale.quantities))
        return effect_digest(ledger_lines(sides.seller))

    def _cost_digest(self, sale_id: str) -> str:
        return self._digest(self.keys.of(PostingKind.JOURNAL_ENTRY, f"{_COST}{sale_id}"))

    def agree(self, life: Life, unbooked: str = "") -> bool:
        """Whether this life leads to the books as far as totals tell.

        Its first invoices are exactly those in the books, each with the total that Sage gave it,
        and so are the documents of its edits. Those of the edit `unbooked` need not be there yet.
        """
        if self.invoices_that_differ(life):
            return False
        edit = f"{EDIT}{unbooked}"
        billed = [sale.id for sale in life.billed if self.entries.is_invoiced(sale)]
        in_books = set(self.keys.purposes(PostingKind.INVOICE, "invoice:"))
        wanted = [name for name in billed if name != edit or name in in_books]
        missing = set(wanted) - in_books
        if any(name.startswith(EDIT) for name in missing) or (
            missing and missing & self._recognised
        ):
            return False
        return set(wanted[: len(in_books)]) == in_books and self._have_edits_of(life, edit)

    def unexplained(self, life: Life) -> list[str]:
        """Purposes of what is in the books and no event accounts for any more.

        Invoices without their shipment or capture, and credit memos of edits that are undone.
        """
        billed = {sale.id for sale in life.billed}
        corrected = {item.edition for item in life.corrections}
        invoices = set(self.keys.purposes(PostingKind.INVOICE, "invoice:")) - billed
        edited = f"credit:{EDIT}"
        memos = set(self.keys.purposes(PostingKind.CREDIT_MEMO, edited)) - corrected
        return sorted([*(f"invoice:{x}" for x in invoices), *(f"{edited}{x}" for x in memos)])

    def invoices_that_differ(self, life: Life) -> list[tuple[str, Money]]:
        """Posted invoices whose total is not what the facts give: Sage's total less ours.

        Those apart that were sent as this life tells them: there the difference is Sage's.
        """
        return [
            (sale.id, difference)
            for sale, difference in self._apart(life)
            if not self._was_sent_as(sale)
        ]

    def taxed_by_sage(self, life: Life) -> list[tuple[Sale, Money]]:
        """Posted invoices that were sent with this life's lines, and to which Sage gave a total.

        Its own one: by its tax engine (R-5.8). Each with Sage's total less ours.
        """
        return [
            (sale, difference) for sale, difference in self._apart(life) if self._was_sent_as(sale)
        ]

    def _apart(self, life: Life) -> Iterator[tuple[Sale, Money]]:
        for sale in life.billed:
            result = self.posted.get(self.keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"))
            if result and result.total:
                difference = result.total - sale.total(result.total.currency)
                if difference:
                    yield sale, difference

    def _was_sent_as(self, sale: Sale) -> bool:
        """Whether the invoice in the books has the very lines of this part."""
        digest = self._digest(self.keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"))
        return bool(digest) and digest == effect_digest(ledger_lines(self.entries.invoice(sale)))

    def _is_part(self, key: str) -> bool:
        return any(key.startswith(self.keys.of(kind, prefix)) for kind, prefix in _PARTS)

    def _digest(self, key: str) -> str:
        result = self.posted.get(key)
        return result.effect if result else ""

    def _told(self, life: Life, wanted: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Each wanted part that the life tells of, with the digest of its lines there."""
        for key, amounts in self._amounts(life):
            if key in wanted:
                yield key, effect_digest(ledger_lines(amounts()))

    def _amounts(self, life: Life) -> Iterator[tuple[str, Callable[[], list[Amount]]]]:
        of, entries = self.keys.of, self.entries
        for sale in life.billed:
            yield of(PostingKind.INVOICE, f"invoice:{sale.id}"), partial(entries.invoice, sale)
        for item in life.credits:
            key = of(PostingKind.CREDIT_MEMO, f"credit:{item.refund.ref.id}")
            yield key, partial(entries.credit_memo, item)
        for change in life.corrections:
            key = of(PostingKind.CREDIT_MEMO, f"credit:{change.purpose}")
            yield key, partial(entries.correction, change)
        for sale in life.recognised if life.is_deferred else ():
            key = of(PostingKind.JOURNAL_ENTRY, f"recognise:{sale.id}")
            yield key, partial(entries.recognition, sale)

    @property
    def _recognised(self) -> set[str]:
        """The parcels that are recognised in the books: what they billed was posted before."""
        names = self.keys.purposes(PostingKind.JOURNAL_ENTRY, "recognise:")
        return {name for name in names if not name.startswith((EDIT, REST))}

    def _have_edits_of(self, life: Life, unbooked: str) -> bool:
        """Whether the credit memos and recognitions of the life's edits are there, and no other.

        What an edit recognises is posted before it is billed or credited: so an edit that is in the
        books without it came before the goods left.
        """
        corrected = {item.purpose for item in life.corrections}
        memos = self._edited(PostingKind.CREDIT_MEMO, "credit")
        if memos - corrected or corrected - memos - {unbooked}:
            return False
        recognised = {sale.id for sale in life.recognised if sale.id.startswith(EDIT)}
        journals = self._edited(PostingKind.JOURNAL_ENTRY, "recognise")
        is_begun = unbooked in memos | journals | self._edited(PostingKind.INVOICE, "invoice")
        missing = recognised - journals - (set() if is_begun else {unbooked})
        return not life.is_deferred or not (journals - recognised or missing)

    def _edited(self, kind: PostingKind, what: str) -> set[str]:
        """The ids of the edits of which documents of that kind were begun or are done."""
        return {f"{EDIT}{name}" for name in self.keys.purposes(kind, f"{what}:{EDIT}")}
