"""Random order lives at a Sage that taxes invoices by itself: nothing is settled beyond its due.

`ROUNDING_LIVES=2000` lives so many; `make test` a few.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from random import Random

import pytest

from commerce.money import Money, total
from commerce.orders import Facts
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    ArInvoice,
    CustomerRefund,
    DocumentResult,
    KeyOf,
    Payment,
    Reference,
    SalesDocument,
)
from shared.ledger.content import effect_digest
from shared.ledger.evidence import expected_of, is_taxed_otherwise
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posted, Posting, PostingKind
from shared.postings.planner import plan
from shared.postings.rounding_limit import is_rounding, most_rounding
from tests.accounting.shop import facts
from tests.lives.books import books_of
from tests.lives.carts import Life, draw

LIVES = int(os.environ.get("ROUNDING_LIVES", "10"))


def _key(reference: Reference) -> str:
    assert isinstance(reference, KeyOf), reference
    return reference.posting_key


@dataclass
class TaxingSage:
    """Books that give invoices totals of their own, and let nothing be settled beyond them."""

    book: StoreBook
    random: Random
    posted: Posted = field(default_factory=dict)
    done: list[Posting] = field(default_factory=list)
    due: dict[str, Money] = field(default_factory=dict)
    credit: dict[str, Money] = field(default_factory=dict)
    taxed: dict[str, Money] = field(default_factory=dict)

    def learn(self, known: Facts) -> Plan:
        """Plan and post until nothing is missing; after an invoice of another total, anew."""
        for _ in range(60):
            planned = plan(known, self.posted, self.book)
            if planned.findings or not planned.postings:
                return planned
            for posting in planned.postings:
                self._post(posting)
                if is_taxed_otherwise(posting, self.posted[posting.key]):
                    break
        message = "it never ends"
        raise AssertionError(message)

    def _post(self, posting: Posting) -> None:
        assert all(need in self.posted for need in posting.needs), posting.key
        document, stated = posting.document, None
        if isinstance(document, SalesDocument):
            (stated,) = expected_of(document).totals
            if posting.kind is PostingKind.INVOICE:
                units = self.random.randint(-2, 2) if stated.amount > 1 else 0
                most = most_rounding(abs(units), stated.currency)
                difference = most * (1 if units > 0 else -1)
                if units and most <= most_rounding(len(document.lines), stated.currency):
                    stated += difference
                    self.taxed[posting.key] = difference
                self.due[posting.key] = stated
        elif isinstance(document, ArInvoice):
            self.due[posting.key] = total(
                (x.amount for x in document.lines), document.lines[0].amount.currency
            )
        elif isinstance(document, Adjustment) and document.kind is AdjustmentKind.CREDIT:
            (self.credit[posting.key],) = expected_of(document).totals
        elif isinstance(document, Payment):
            self._settle(document)
        elif isinstance(document, CustomerRefund):
            for part in document.details:
                self._use(_key(part.credit), part.amount)
        number = str(len(self.posted) + 1)
        self.posted[posting.key] = DocumentResult(
            number, total=stated, effect=effect_digest(posting.effect)
        )
        self.done.append(posting)

    def _settle(self, payment: Payment) -> None:
        for one in payment.applications:
            invoice = _key(one.invoice)
            self.due[invoice] -= one.amount
            assert not self.due[invoice].is_negative, f"more than is due on {invoice}"
            if one.credit:
                self._use(_key(one.credit), one.amount)

    def _use(self, key: str, amount: Money) -> None:
        if key in self.credit:
            self.credit[key] -= amount
            assert not self.credit[key].is_negative, f"more than there is of {key}"


def _lived(seed: int) -> tuple[Life, TaxingSage, Plan]:
    life, random = draw(seed), Random(f"taxed {seed}")  # noqa: S311  # a drawn test
    sage = TaxingSage(books_of(life), random)
    heard = random.sample(life.events, len(life.events))
    for count in range(len(heard) + 1):
        sage.learn(facts(life.order, *heard[:count]))
    return life, sage, sage.learn(life.facts())


@pytest.mark.parametrize("seed", range(LIVES))
def test_whatever_sage_makes_of_the_invoices_the_order_is_settled_with_its_rounding(
    seed: int,
) -> None:
    _, sage, last = _lived(seed)

    assert last.findings == ()
    rounding = {one.key: one for one in sage.done if is_rounding(one.key)}
    rounded = {key.rpartition(":")[2]: one for key, one in rounding.items()}
    taxed = {key.rpartition(":")[2]: by for key, by in sage.taxed.items()}
    assert rounded.keys() == taxed.keys()
    for name, posting in rounded.items():
        (line,) = (each for each in posting.effect if each.account == "7900")
        assert line.amount == abs(taxed[name])
    open_ = [amount for amount in sage.due.values() if amount]
    if not last.waiting and not open_:
        memos = {key for key in rounding if "/CREDIT/" in key}
        assert all(not sage.credit[key] for key in memos)
