"""Payouts with their sales, whatever breaks off: the balances of detail, each event once.

Orders are heard in any order and late, payouts are tried at any time, the process dies at any call
of a store, and Sage's answers are lost. More is drawn with `HYPOTHESIS_PROFILE=searching`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.orders import Facts, Order
from commerce.payouts import FeeKind, Payout, PayoutLineKind, PayoutStatus
from intacct.documents import JournalEntry, JournalLine, Side
from intacct.errors import OutcomeUnknownError
from shared.payouts.booking import BookingState
from shared.payouts.planner import plan_payout
from shared.payouts.records import merged
from shared.policy.choices import PostingMode
from shared.postings.planner import plan
from tests.accounting.shop import (
    STATE,
    captured,
    facts,
    given_back,
    line,
    order,
    parcel,
    ref,
    refund,
    shipping,
    tax,
    usd,
)
from tests.fakes import FakeBooks
from tests.scenarios.summary_rig import SummaryRig
from tests.unit.payouts.told import line as row
from tests.unit.payouts.told import payout

CHARGE, REFUND = PayoutLineKind.CHARGE, PayoutLineKind.REFUND
_SENT = {1: datetime(2026, 4, 4, 15, tzinfo=UTC), 2: datetime(2026, 4, 20, 15, tzinfo=UTC)}
_HOUR = 3600


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Fuse:
    """Counts calls of stores; at those numbers the process dies, before or after the call."""

    at: dict[int, bool] = field(default_factory=dict)
    calls: int = 0

    def call(self, method: Any, args: Any, named: Any) -> Any:
        self.calls += 1
        is_after = self.at.pop(self.calls, None)
        if is_after is False:
            raise Killed
        answer = method(*args, **named)
        if is_after:
            raise Killed
        return answer


class Frail:
    """A store that may take its process with it."""

    def __init__(self, store: Any, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found
        return lambda *args, **named: self._fuse.call(found, args, named)


@dataclass(frozen=True)
class Sale:
    """One order: goods with tax and shipping, sent on a day of late March or early April."""

    name: str
    cents: int
    day: int
    refunded_in: int

    @property
    def at(self) -> datetime:
        month, on = (3, self.day) if self.day <= 31 else (4, self.day - 31)
        return datetime(2026, month, on, 15, tzinfo=UTC)

    @property
    def goods(self) -> str:
        return f"{Decimal(self.cents) / 100:.2f}"

    @property
    def total(self) -> str:
        return f"{Decimal(self.cents) / 100 + Decimal('5.33'):.2f}"

    def placed(self) -> Order:
        goods = line("tee", self.goods, taxes=(tax(STATE, "0.33"),))
        return order(goods, shipping_lines=shipping("5.00"), at=self.at)

    def known(self, *, is_refunded: bool) -> Facts:
        paid = captured(f"pay-{self.name}", self.total, self.at)
        sent = parcel(f"parcel-{self.name}", self.at, tee=1)
        placed = replace(self.placed(), ref=ref("order", self.name), number=f"#{self.name}")
        parts: list[Any] = [paid, sent]
        if is_refunded:
            money = given_back("5.00", self.at, name=f"money-{self.name}")
            parts.append(
                refund(
                    at=self.at,
                    name=f"refund-{self.name}",
                    shipping=usd("5.00"),
                    transactions=(money,),
                )
            )
        return replace(facts(placed, *parts), ref=ref("order", self.name))


def payouts_of(sales: Iterable[Sale], *, is_settlement: bool) -> list[Payout]:
    """All charges in the first payout; each refund in the one that it names."""
    made = []
    for number, sent_at in _SENT.items():
        lines = []
        for sale in sales:
            if number == 1:
                lines.append(
                    row(
                        f"c-{sale.name}",
                        CHARGE,
                        sale.total,
                        "0.31",
                        at=sale.at,
                        order_id=sale.name,
                        fee_kind=FeeKind.PROCESSING,
                    )
                )
            if sale.refunded_in == number:
                told = row(f"r-{sale.name}", REFUND, "-5.00", at=sale.at, order_id=sale.name)
                lines.append(told)
        worth = sum((one.net.amount for one in lines), Decimal(0))
        made.append(
            payout(
                tuple(lines),
                amount=f"{worth:.2f}",
                status=PayoutStatus.PAID,
                payout_id=f"po-{number}",
                sent_at=sent_at,
                arrived_at=sent_at,
                period_from=datetime(2026, 3, 20, tzinfo=UTC) if is_settlement else None,
            )
        )
    return made


def balances(lines: Iterable[JournalLine]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in lines:
        amount = one.amount.amount if one.side is Side.DEBIT else -one.amount.amount
        sums[one.account] = sums.get(one.account, Decimal(0)) + amount
    return {account: amount for account, amount in sums.items() if amount}


class World:
    """The rig over books in memory, with a process that dies."""

    def __init__(self, fuse: Fuse) -> None:
        self.books = FakeBooks()
        self.refunded: set[str] = set()
        teller: Any = SimpleNamespace(books=self.books, reads=None, company=None)
        self.rig = SummaryRig(teller, _SENT[1])
        self.rig.days, self.rig.payout_days = (
            Frail(self.rig.days, fuse),  # type: ignore[assignment]
            Frail(self.rig.payout_days, fuse),  # type: ignore[assignment]
        )

    def hear(self, sale: Sale, *, is_refunded: bool) -> None:
        """Facts never go backwards; whoever dies over them hears them again."""
        if is_refunded and sale.refunded_in:
            self.refunded.add(sale.name)
        while True:
            try:
                self.rig.learn(sale.name, sale.known(is_refunded=sale.name in self.refunded))
            except Killed:
                continue
            return

    def attempt(self, told: Payout) -> BookingState | None:
        self.rig.clock.pass_time(_HOUR)
        try:
            return self.rig.pay_out(told).state
        except Killed:
            return None

    def journals(self) -> list[JournalEntry]:
        documents = (document for document, _ in self.books.documents)
        return [document for document in documents if isinstance(document, JournalEntry)]


def in_detail(sales: Iterable[Sale], payouts: Iterable[Payout], world: World) -> dict[str, Decimal]:
    """What the same sales and payouts come to on a channel in detail."""
    policy = replace(world.rig.book.policy, posting_mode=PostingMode.DETAIL)
    book = replace(world.rig.book, policy=policy)
    lines: list[JournalLine] = []
    for sale in sales:
        planned = plan(sale.known(is_refunded=bool(sale.refunded_in)), {}, book)
        assert not planned.findings, planned.findings
        lines += [each for posting in planned.postings for each in posting.effect]
    for told in payouts:
        record = merged("acme", None, told, at=told.initiated_at)
        lines += [e for entry in plan_payout(record, book).entries for e in entry.posting.effect]
    return balances(lines)


SALES = st.lists(
    st.tuples(st.integers(100, 9999), st.integers(27, 33), st.integers(0, 2)),
    min_size=1,
    max_size=3,
).map(lambda drawn: [Sale(f"S{n}", *each) for n, each in enumerate(drawn)])
STEPS = st.lists(
    st.sampled_from(["sale 0", "sale 1", "sale 2", "refund 0", "refund 1", "payout 0", "payout 1"]),
    max_size=10,
)
KILLS = st.dictionaries(st.integers(1, 60), st.booleans(), max_size=3)


@settings(max_examples=10, deadline=None)
@given(
    sales=SALES,
    steps=STEPS,
    kills=KILLS,
    lost=st.lists(st.sampled_from([None, "before", "after"]), max_size=3),
    is_settlement=st.booleans(),
)
def test_detail_and_payout_summaries_end_in_equal_balances(
    *,
    sales: list[Sale],
    steps: list[str],
    kills: dict[int, bool],
    lost: list[Any],
    is_settlement: bool,
) -> None:
    world = World(Fuse(dict(kills)))
    world.books.faults = [when and (when, OutcomeUnknownError("lost")) for when in lost]
    told = payouts_of(sales, is_settlement=is_settlement)

    for step in steps:
        what, number = step.split()
        place = int(number) % len(sales)
        if what == "payout":
            world.attempt(told[int(number)])
            continue
        world.hear(sales[place], is_refunded=what == "refund")
    for sale in sales:
        world.hear(sale, is_refunded=True)
    for each in told:
        states = [world.attempt(each) for _ in range(8)]
        assert states[-1] is BookingState.BOOKED, (states, world.rig.reviews.records)

    journals = world.journals()
    lines = [each for journal in journals for each in journal.lines]
    assert balances(lines) == in_detail(sales, told, world)
    assert len({journal.reference for journal in journals}) == len(journals)
    for each in told:
        banked = [
            one for one in lines if one.account == "1010" and one.memo == f"payout {each.ref.id}"
        ]
        assert [one.amount for one in banked] == ([abs(each.net)] if each.net else [])
    assert "1100" not in balances(lines)
