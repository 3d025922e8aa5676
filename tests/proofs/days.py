"""One seeded history of a few days at a company, and what its proofs must say of it.

Orders come, are paid, shipped and returned, in any order and late; requests get lost, answers too,
and workers die between two documents. Each morning the day is proved: whatever is open must be an
order that is not posted whole. Once everything is posted the proof must be true; then a cent is
planted somewhere in Sage or in the cart, and the proof must name it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.orders import Facts
from intacct.documents import Document, DocumentResult
from intacct.errors import NotSentError, OutcomeUnknownError
from shared.ledger.records import SETTLE
from shared.posting.reports import PostingState
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.statement import Statement, Verdict
from tests.accounting.lives import LIVES
from tests.unit.reconciliation import plants
from tests.unit.reconciliation.world import World, order_facts

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)
_LATER = datetime(2026, 4, 1, 12, tzinfo=UTC)
DAYS = 3
_LIVES = (
    "order_a",
    "order_a_captured_after_shipment",
    "deposit",
    "order_a_overpaid",
    "order_a_cancelled_before_invoice",
    "order_a_goodwill",
    "order_a_shipping_refunded",
    "order_a_split_tender",
    "free_order",
)
_BY_THE_DAY = ("order_a", "order_a_captured_after_shipment", "order_a_one_tee_restocked")
_NOT_POSTED = frozenset({Cause.NOT_POSTED, Cause.IN_DOUBT, Cause.REFUSED, Cause.MONEY_DIFFERS})
_MOST_ROUNDS = 8


class BrokenProofError(AssertionError):
    """A proof said what is not so; the message has the seed and what was said."""


@dataclass(slots=True)
class _Flaky:
    """Books whose requests and answers get lost now and then."""

    books: Any
    dice: random.Random
    share: float = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.books, name)

    def create(self, document: Document, **keys: str) -> DocumentResult:
        """Post, unless the request is lost; the answer may be lost all the same."""
        if self.dice.random() < self.share:
            message = "nothing left"
            raise NotSentError(message)
        result: DocumentResult = self.books.create(document, **keys)
        if self.dice.random() < self.share:
            message = "no answer came"
            raise OutcomeUnknownError(message)
        return result

    def create_many(self, documents: Sequence[Document], **keys: Any) -> Any:
        """One after the other: batches have tests of their own."""
        raise NotImplementedError


@dataclass(slots=True)
class History:
    """One seed."""

    seed: int
    world: World = field(default_factory=World)
    planted: str = ""
    told: dict[str, Facts] = field(default_factory=dict)
    dice: random.Random = field(init=False)
    flaky: _Flaky = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  # a replayable history, no secret
        self.flaky = _Flaky(self.world.books, self.dice, share=0.15)
        self.world.books = self.flaky  # type: ignore[assignment]  # the same books, less reliable

    def live(self) -> None:
        """Live the days, prove each, and insist on what the proofs must say.

        Raises:
            BrokenProofError: a proof is wrong.
        """
        waiting = self._orders()
        for number in range(DAYS):
            on = FIRST + timedelta(days=number)
            while waiting and self.dice.random() < 0.85:
                self._tell(waiting.pop())
            self._work(rounds=1)
            self.world.next_morning()
            if self.dice.random() < 0.7:
                self._export()
            self._insist_on_open(self.world.prove(on))
        while waiting:
            self._tell(waiting.pop())
        self.flaky.share = 0.0
        self.world.company.clock.set(_LATER, freeze=True)
        self._work(rounds=_MOST_ROUNDS)
        self._export(rounds=_MOST_ROUNDS)
        self.world.company.clock.advance(60)
        self._insist_on_true(self.world.prove(LAST))
        self._plant(LAST)

    def _orders(self) -> list[tuple[str, Facts]]:
        """What the cart tells of each order, stage by stage; stages of one order keep no order."""
        told = []
        for number in range(self.dice.randint(2, 5)):
            is_outlet = self.dice.random() < 0.3
            life = LIVES[self.dice.choice(_BY_THE_DAY if is_outlet else _LIVES)]()
            name = f"{self.seed % 1000:03}{number}{'x' * is_outlet}"
            told += [(name, order_facts(name, stage)) for stage in life.stages]
        self.dice.shuffle(told)
        return told

    def _tell(self, told: tuple[str, Facts]) -> None:
        """Take in what the cart tells; what is older than what is known changes nothing."""
        name, facts = told
        known = self.told.get(name)
        if known is None or _size(facts) > _size(known):
            self.told[name] = facts
            self.world.know(facts, store=_store(name))

    def _work(self, *, rounds: int) -> None:
        """Post what is known, as often as it takes or as the rounds last."""
        for _ in range(rounds):
            reports = [self.world.post(name, store=_store(name)) for name in self.told]
            if all(report.state in (PostingState.POSTED, PostingState.IDLE) for report in reports):
                return
            self.world.company.clock.advance((SETTLE + timedelta(minutes=3)).total_seconds())

    def _export(self, *, rounds: int = 1) -> None:
        """Close the outlet's days as far as they are over; what is parked goes on the next time."""
        for _ in range(rounds):
            for on in sorted({key.on for key in self.world.days.entries_of}):
                self.world.export(on)
            self.world.company.clock.advance((SETTLE + timedelta(minutes=3)).total_seconds())

    def _insist_on_open(self, statement: Statement) -> None:
        for one in statement.differences:
            if one.cause not in _NOT_POSTED:
                self._fail(f"a false alarm while orders travel: {one}")

    def _insist_on_true(self, statement: Statement) -> None:
        if statement.verdict is not Verdict.EQUAL:
            self._fail(f"not true when all is posted: {statement.differences}")

    def _plant(self, on: date) -> None:
        """Plant one cent, and insist that the proof names it and nothing else."""
        kind = self.dice.choice(tuple(_PLANTS))
        found_by = _PLANTS[kind](self, on)
        self.planted = kind
        if found_by is None:
            return
        day, is_it = found_by
        statement = self.world.prove(day, again=True)
        if not statement.differences:
            self._fail(f"a planted cent was not found: {kind}")
        wrong = [one for one in statement.differences if not is_it(one)]
        if wrong:
            self._fail(f"a planted cent ({kind}) was named otherwise: {wrong}")

    def _fail(self, message: str) -> None:
        text = f"seed {self.seed}: {message}"
        raise BrokenProofError(text)


_Found = tuple[date, Callable[[Difference], bool]]


def _bent_line(history: History, _on: date) -> _Found | None:
    lines = plants.table(history.world, "gl_detail")
    if not lines:
        return None
    place = history.dice.randrange(len(lines))
    account = plants.bend_line(history.world, place, _cent(history))
    is_it = lambda one: (one.cause, one.account) == (Cause.LEDGER_DIFFERS, account)  # noqa: E731
    return lines[place]["entry_date"], is_it


def _bent_total(history: History, _on: date) -> _Found | None:
    for table in history.dice.sample(("ar_advance", "ar_payment", "ar_adjustment"), 3):
        rows = [row for row in plants.table(history.world, table) if row["total"]]
        if rows and rows[0] is plants.table(history.world, table)[0]:
            plants.bend_total(history.world, table, _cent(history))
            dated = rows[0].get("receipt_date") or rows[0].get("adjustment_date")
            return dated, lambda one: one.cause is Cause.EDITED_IN_SAGE
    return None


def _by_hand(history: History, on: date) -> _Found | None:
    account = history.dice.choice(("1100", "2050", "2100-NYS"))
    plants.enter_by_hand(history.world, account, on=on)
    return on, lambda one: (one.cause, one.account) == (Cause.BY_OTHERS, account)


def _gone(history: History, _on: date) -> _Found | None:
    if not plants.table(history.world, "ar_advance"):
        return None
    row = plants.lose(history.world, "ar_advance")
    return row["receipt_date"], lambda one: one.cause is Cause.MISSING_IN_SAGE


def _twice(history: History, _on: date) -> _Found | None:
    if not plants.table(history.world, "ar_advance"):
        return None
    row = plants.double(history.world, "ar_advance")
    return row["receipt_date"], lambda one: one.cause is Cause.DUPLICATED_IN_SAGE


def _cart_changed(history: History, on: date) -> _Found | None:
    for name, facts in sorted(history.told.items()):
        if facts.payments:
            first, *others = facts.payments
            amount = replace(first.amount, amount=first.amount.amount + _cent(history))
            changed = replace(facts, payments=(replace(first, amount=amount), *others))
            if _store(name) == "outlet":
                continue
            history.world.know(changed)
            return on, lambda one: one.subject == f"order {name}"  # noqa: B023  # returned at once
    return None


_PLANTS: dict[str, Callable[[History, date], _Found | None]] = {
    "a line of the ledger": _bent_line,
    "a document's total": _bent_total,
    "an entry by hand": _by_hand,
    "a document deleted": _gone,
    "a document twice": _twice,
    "a payment in the cart": _cart_changed,
}


def _cent(history: History) -> Decimal:
    return history.dice.choice((Decimal("0.01"), Decimal("-0.01")))


def _store(name: str) -> str:
    return "outlet" if name.endswith("x") else "shop"


def _size(facts: Facts) -> int:
    return len(facts.payments) + len(facts.fulfilments) + len(facts.refunds)
