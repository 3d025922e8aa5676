"""Drawn lives on a summary channel whose order is edited: each day stays as it was (R-11.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from commerce.orders import Facts, LineKind, Order, Version
from shared.facts.merge import merge
from shared.gl.days import EntryConflictError
from shared.policy.choices import PostingMode
from shared.posting.entering import enter
from shared.postings.plan import DayEntry, Plan
from shared.postings.planner import plan
from tests.accounting.shop import captured, facts, usd
from tests.fake_day_book import MemoryDayBook
from tests.lives.books import Books, Sums, books_of, summed
from tests.lives.carts import Life, moment

_ORDER = "ORD#acme#shop#order-1"
_BUYER = ("1200", "2050")
_ENDS = timedelta(days=1)


def an_edit_belongs_to_its_own_day(life: Life) -> bool:
    """Hear the life and an edit of it in a drawn way; False where a person must look at it.

    Raises:
        AssertionError: an entry that was in its day changed, or the days do not come to what single
            documents, or the newest order itself, come to.
    """
    random = Random(f"edited {life.seed}")  # noqa: S311  # a drawn test
    newest, edited_at = _edited(life, random)
    days, frozen = MemoryDayBook(), dict[str, DayEntry]()
    usual = books_of(life)
    daily = replace(usual, policy=replace(usual.policy, posting_mode=PostingMode.SUMMARY_DAILY))
    single = Books(usual)
    known, planned = Facts(ref=life.facts().ref), Plan()
    for told in _heard(life, newest, edited_at, random):
        grown = merge(known, told)
        if grown != known:
            known, planned = grown, plan(grown, {}, daily)
        if planned.findings:
            return False
        try:
            enter(days, _ORDER, daily, planned)
        except EntryConflictError:
            return False
        entries = {entry.event: entry for entry in _entries(days)}
        assert frozen.items() <= entries.items(), "what was in its day changed"
        frozen = entries
        single.learn(known, is_all=False)
    assert not enter(days, _ORDER, daily, planned), "it was entered twice"
    _have_the_same(planned.day_entries, frozen.values())
    if not (planned.waiting or single.last.findings or single.last.waiting):
        ours = summed((), (line for entry in frozen.values() for line in entry.lines))
        _agree_with_documents(ours, single, life)
    return any(entry.edits for entry in frozen.values())


def _agree_with_documents(ours: Sums, single: Books, life: Life) -> None:
    """A settled order has the same balances in detail, but for a cent of each refund and edit.

    Where prices include taxes, list and discount are compared as one: each edition divides the tax
    of a line over both, and an edit of the price alone, of goods that were cancelled before it was
    heard of, divides it anew for what it adds.
    """
    if any(single.balances.get(account) for account in _BUYER):
        return
    theirs = single.by_dimension
    if life.order.tax_included:
        ours, theirs = _without_discounts(ours), _without_discounts(theirs)
    most = Decimal("0.01") * (len(life.refunds) + 1)
    for name in {*ours, *theirs}:
        apart = ours.get(name, Decimal(0)) - theirs.get(name, Decimal(0))
        assert name[0] in _BUYER or abs(apart) <= most, f"{name}: {apart}"


def _without_discounts(sums: Sums) -> Sums:
    """The sums with each discount taken off the sales of its dimensions."""
    joined: Sums = {}
    for (account, *more), amount in sums.items():
        name = ("4000" if account == "4090" else account, *more)
        joined[name] = joined.get(name, Decimal(0)) + amount
    return joined


def _edited(life: Life, random: Random) -> tuple[Order, datetime]:
    """The order with another price of a line, from a moment within or after its life on."""
    change = usd(random.choice(("-0.03", "-1.00", "0.01", "2.50")))
    place = next(
        (at for at, each in enumerate(life.order.lines) if each.kind is LineKind.PRODUCT), 0
    )
    line = life.order.lines[place]
    if line.net.amount + change.amount <= 0:
        change = -change if change.is_negative else change
    price = replace(line, gross=line.gross + change, unit_price=line.unit_price)
    lines = (*life.order.lines[:place], price, *life.order.lines[place + 1 :])
    last = max([life.order.placed_at, *map(moment, life.events)])
    at = life.order.placed_at + (last - life.order.placed_at) * random.random() + _ENDS
    version = Version(at, "edited")
    return replace(life.order, lines=lines, total=life.order.total + change, version=version), at


def _heard(life: Life, newest: Order, at: datetime, random: Random) -> Iterator[Facts]:
    """Each event with the order of its time, told by time, some of it late or twice."""
    more = newest.total - life.order.total
    events = list(life.events)
    if more.amount > 0:
        events.append(captured("dearer", more.plain(), at))
    told = [(moment(event), facts(life.order, event)) for event in events]
    told.append((at, facts(newest)))
    told.sort(key=lambda one: one[0] + timedelta(hours=random.choice((0, 0, 30, 90))))
    yield facts(life.order)
    for _, known in told:
        yield known
        if random.random() < 0.3:
            yield known


def _entries(days: MemoryDayBook) -> list[DayEntry]:
    return [kept.entry for of in days.entries_of.values() for kept in of.values()]


def _have_the_same(wanted: Iterable[DayEntry], entered: Iterable[DayEntry]) -> None:
    """Each event and its edits come to what the newest order gives that event."""
    sums: dict[str, list[DayEntry]] = {}
    for entry in entered:
        sums.setdefault(entry.edits or entry.event, []).append(entry)
    for entry in wanted:
        lines = (line for part in sums[entry.event] for line in part.lines)
        assert summed((), lines) == summed((), entry.lines), entry.event
