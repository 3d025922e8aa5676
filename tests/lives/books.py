"""Carries plans out in memory, as the ledger and Sage would, and adds the accounts up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from commerce.money import total
from commerce.orders import Facts
from intacct.documents import DocumentResult, JournalLine, SalesDocument, Side
from shared.ledger.content import effect_digest
from shared.policy.choices import PostingMode
from shared.policy.mapping import ItemRule
from shared.postings.book import StoreBook
from shared.postings.findings import Finding
from shared.postings.plan import DayEntry, Plan, Posted, Posting
from shared.postings.planner import plan
from tests.accounting.journals import net
from tests.accounting.shop import book, mapping
from tests.lives.carts import Life

TAXES = ("2100-NYS", "2100-NYC", "2100-MTA", "2105")
BUYER = ("1200", "2050", "2060")

Balances = dict[str, Decimal]
Sums = dict[tuple[object, ...], Decimal]
"""Something, an account and its dimensions, to a balance."""


class HeldError(AssertionError):
    """An order of which everything is known is held for a person; the message is the findings."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(tuple(findings))
        self.reasons = {finding.reason for finding in findings}
        self.places = {finding.place for finding in findings}


@dataclass(slots=True)
class Books:
    """One order's books: what is posted, in its order."""

    book: StoreBook
    posted: Posted = field(default_factory=dict)
    done: list[Posting] = field(default_factory=list)
    last: Plan = field(default_factory=Plan)

    def learn(self, known: Facts, *, cut_after: int | None = None, is_all: bool = True) -> None:
        """Plan what is known and post it; with `cut_after`, break off after so many postings.

        Unless it `is_all` that will ever be known, the order may be held for a while.

        Raises:
            HeldError: it is held, and nothing more will be known.
        """
        self.last = plan(known, self.posted, self.book)
        if is_all and self.last.findings:
            raise HeldError(self.last.findings)
        for posting in self.last.postings[:cut_after]:
            assert all(need in self.posted for need in posting.needs), posting.key
            self.posted[posting.key] = _result(posting, len(self.posted) + 1)
            self.done.append(posting)

    @property
    def by_dimension(self) -> Sums:
        """The balance of each account and dimension set, debits positive; no zeros."""
        return summed((), (line for posting in self.done for line in posting.effect))

    @property
    def balances(self) -> Balances:
        """The balance of each account, debits positive; those that are zero are left out."""
        return without_zeros(net(line for posting in self.done for line in posting.effect))


def summed(of: tuple[object, ...], lines: Iterable[JournalLine]) -> Sums:
    """What the lines come to, by account and dimensions, each name begun with `of`; no zeros."""
    sums: Sums = {}
    for line in lines:
        name = (*of, line.account, line.dimensions)
        sign = 1 if line.side is Side.DEBIT else -1
        sums[name] = sums.get(name, Decimal(0)) + sign * line.amount.amount
    return {name: amount for name, amount in sums.items() if amount}


def without_zeros(sums: Balances) -> Balances:
    """The accounts on which something is left."""
    return {account: amount for account, amount in sums.items() if amount}


def books_of(life: Life) -> StoreBook:
    """The test shop's books under the policy of a life: two departments, and goods of neither."""
    rules = (
        ItemRule("LINE0", "TEE", department="APP"),
        ItemRule("LINE1", "MUG", department="HOME"),
    )
    shop = book(chart=mapping(item_rules=rules), **life.policy)
    return replace(shop, base_currency=life.order.currency)


def at_once(life: Life) -> Books:
    """Everything is heard before anything is posted."""
    books = Books(books_of(life))
    books.learn(life.facts())
    return books


def bit_by_bit(life: Life, random: Random) -> Books:
    """Heard in any order, often more than once, and posted with breaks anywhere."""
    books = Books(books_of(life))
    heard = random.sample(life.events, len(life.events))
    edited_at = Random(f"edited {life.seed}").randint(0, len(heard))  # noqa: S311  # a drawn test
    for count in range(len(heard) + 1):
        told = (*heard[:count], *random.choices(heard[:count] or [], k=count // 2))
        known = life.known(told, is_newest=count >= edited_at)
        cut_after = random.choice([None, None, 0, 1, 2])
        is_all = count == len(heard)
        books.learn(known, cut_after=cut_after, is_all=is_all)
        if random.random() < 0.3:
            books.learn(known, is_all=is_all)
    books.learn(life.known(heard))
    return books


def by_days(life: Life) -> tuple[DayEntry, ...]:
    """The same life on a summary channel."""
    usual = books_of(life)
    daily = replace(usual, policy=replace(usual.policy, posting_mode=PostingMode.SUMMARY_DAILY))
    planned = plan(life.facts(), {}, daily)
    assert not planned.findings, planned.findings
    return planned.day_entries


def _result(posting: Posting, number: int) -> DocumentResult:
    """What Sage answers: sales documents come back with the total that Sage computed."""
    known = None
    if isinstance(posting.document, SalesDocument):
        amounts = (one.unit_price * one.quantity for one in posting.document.lines)
        known = total(amounts, posting.document.currency)
    return DocumentResult(key=str(number), total=known, effect=effect_digest(posting.effect))


def of_kind(postings: Iterable[Posting], definition: str) -> list[SalesDocument]:
    """The sales documents of that definition."""
    documents = (posting.document for posting in postings)
    return [
        document
        for document in documents
        if isinstance(document, SalesDocument) and document.definition == definition
    ]


def received(lines: Iterable[JournalLine]) -> Decimal:
    """What the lines take off the receivable."""
    signs = ((1 if x.side is Side.CREDIT else -1, x) for x in lines if x.account == "1200")
    return sum((sign * line.amount.amount for sign, line in signs), Decimal(0))
