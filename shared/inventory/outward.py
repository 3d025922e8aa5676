"""Carries what the warehouses hold to a cart: only differences travel, and only plausible ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from carts.catalogue import NewLevel, WriteOutcome
from commerce.catalogue import InventoryLevel
from shared.inventory import findings
from shared.inventory.articles import Articles, Named, keeps_stock
from shared.inventory.cases import Case, Travel, article_of_level, rule_of
from shared.inventory.feeds import Feeds
from shared.inventory.levels import Held, Level, bundles_in, doubt, is_mass, level_of
from shared.inventory.places import sharing
from shared.inventory.reading import Stock, Warehouses
from shared.policy.stock import SoldIn
from shared.ports import Clock
from shared.postings.findings import Finding
from shared.tenants.models import Store, Tenant

MOST_LEVELS = 500
"""Levels given to the client at a time; it cuts them to its cart's bulk calls."""

MARGIN = timedelta(seconds=20)

OnTheWay = Callable[[Tenant, Store], Mapping[str, Decimal]]
"""What was sold at a store and is not in the books yet, by article, in the cart's units."""

_NOTHING = Held(Decimal(0))
_Rows = Sequence[InventoryLevel]


@dataclass(slots=True)
class Outward:
    """What was done of Sage's stock at one cart; `conflicts` are read again by the next run.

    `waiting` are feeds that the cart still works on: nothing is written before it is done.
    """

    compared: int = 0
    written: int = 0
    conflicts: int = 0
    unknown: int = 0
    unsent: int = 0
    waiting: int = 0
    findings: list[Finding] = field(default_factory=list)
    travels: list[Travel] = field(default_factory=list)


class OutwardStock:
    """Carries Sage's levels to carts, of any store."""

    def __init__(
        self,
        warehouses: Warehouses,
        articles: Articles,
        on_the_way: OnTheWay,
        feeds: Feeds,
        *,
        clock: Clock,
    ) -> None:
        """`on_the_way` is asked only where Sage counts what is sold."""
        self._warehouses = warehouses
        self._articles = articles
        self._on_the_way = on_the_way
        self._feeds = feeds
        self._clock = clock

    def carry(
        self,
        case: Case,
        rows: Sequence[InventoryLevel],
        places: Mapping[str, tuple[str, ...]],
    ) -> Outward:
        """Write what the cart shows otherwise than Sage says.

        Args:
            case: the run.
            rows: what the cart shows now, of all its things.
            places: the warehouses of each location that Sage owns.

        Raises:
            IntacctError: Sage could not be asked.
            CartApiError: the cart could not be told.
            botocore.exceptions.ClientError: links or orders could not be read.
        """
        done = Outward()
        told = [row for row in rows if row.location in places]
        named = self._named(case, told, done)
        sold = self._sold(case)
        levels: list[tuple[str, NewLevel]] = []
        for location, warehouses in places.items():
            stock = self._warehouses.stock(case.tenant, case.store, warehouses)
            here = [row for row in told if row.location == location]
            levels += self._differences(case, here, _Known(stock, named, sold), done)
        done.travels = [
            Travel(article, level.location, level.expected, level.available)
            for article, level in levels
        ]
        if not case.is_dry:
            self._tell(case, levels, done)
        return done

    def _tell(self, case: Case, levels: Sequence[tuple[str, NewLevel]], done: Outward) -> None:
        """Write the levels, unless the cart still works on a feed of ours."""
        known = self._feeds.load(case.tenant, case.store)
        book = known.heard(case.client, self._clock())
        done.waiting = len(book.opened)
        for one in book.refused:
            done.findings.append(findings.not_taken(case.store.id, one.item, one.why))
        refused = {one.item for one in book.refused}
        if not book.opened:
            left = [
                (article, level)
                for article, level in levels
                if not refused & {article, level.stock_id}
            ]
            for feed in self._write(case, left, done):
                book = book.with_feed(feed, self._clock())
        if book != known:
            self._feeds.save(case.tenant, case.store, book)

    def _named(self, case: Case, rows: Sequence[InventoryLevel], done: Outward) -> Named:
        named = self._articles.named(case.tenant, case.store, map(article_of_level, rows))
        done.findings += named.wrong.values()
        if named.unknown:
            done.findings.append(findings.without_items(case.store.id, named.unknown))
        return named

    def _sold(self, case: Case) -> Mapping[str, Decimal]:
        """What is sold of items and not known to Sage, in its units: by all stores that sell them.

        Another store's order takes from the same shelf.
        """
        if case.client.counts_on_hand or case.store.stock.sold_in is not SoldIn.SAGE:
            return {}
        sold: dict[str, Decimal] = defaultdict(Decimal)
        for store in (case.store, *sharing(case.tenant, case.store)):
            told = self._on_the_way(case.tenant, store)
            items = self._articles.named(case.tenant, store, told).items if told else {}
            for article, item in items.items():
                sold[item] += told[article] * rule_of(store, article).contains
        return sold

    def _differences(
        self, case: Case, rows: Sequence[InventoryLevel], known: _Known, done: Outward
    ) -> list[tuple[str, NewLevel]]:
        """What is to be written at one location."""
        why = _unsayable(case, rows, known.stock)
        if why is not None:
            done.findings.append(why)
            return []
        sayable = self._sayable(case, rows, known, done)
        counted = _counted(rows)
        levels: dict[str, tuple[InventoryLevel, Level]] = {}
        for row in rows:
            article = article_of_level(row)
            if article in sayable and counted[article] > 1:
                done.findings.append(findings.doubled(case.store.id, article))
                sayable.discard(article)
            elif article in sayable:
                levels[article] = row, _level(case, row, rows, known)
        done.compared += len(levels)
        hidden = _hidden(case, levels, known.stock)
        if hidden:
            done.findings.append(findings.hidden(case.store.id, len(hidden)))
        judged = (
            (article, self._judged(case, row, level, done))
            for article, (row, level) in levels.items()
            if article not in hidden
        )
        return [(article, new) for article, new in judged if new is not None]

    def _sayable(
        self, case: Case, rows: Sequence[InventoryLevel], known: _Known, done: Outward
    ) -> set[str]:
        """The articles whose level can be said: Sage counts them, even where it has none.

        An item without a row has never had stock, is not kept in stock, or is not there: that is
        asked only of those that the cart shows otherwise.
        """
        articles = {article_of_level(row): row for row in rows if known.items_of(row)}
        absent = [
            (article, item)
            for article, row in articles.items()
            for item in known.items_of(row)
            if item not in known.stock.held and row.available != 0
        ]
        if not absent:
            return set(articles)
        there = self._articles.known(case.tenant, [item for _, item in absent])
        gone = sorted({article for article, item in absent if item not in there})
        if gone:
            done.findings.append(findings.without_items(case.store.id, gone))
        unkept = {
            article: there[item]
            for article, item in absent
            if item in there and not keeps_stock(there[item])
        }
        for article, item in unkept.items():
            why = findings.not_kept(case.store.id, article, item.id, item.type)
            done.findings.append(why)
        return set(articles) - set(gone) - set(unkept)

    def _judged(
        self, case: Case, row: InventoryLevel, level: Level, done: Outward
    ) -> NewLevel | None:
        """The level as it is to be written; None where it is shown already or not believed."""
        store, article = case.store, article_of_level(row)
        if level.short > 0:
            is_zero = not store.stock.allows_oversell
            done.findings.append(
                findings.oversold(store.id, article, level.short, is_shown_as_zero=is_zero)
            )
        if row.available == level.quantity:
            return None
        finding = doubt(store.id, article, store.stock, row.available, level.quantity)
        if finding is not None and not case.accepts(article):
            done.findings.append(finding)
            return None
        return NewLevel(
            row.sku,
            row.location,
            level.quantity,
            stock_id=row.stock_id,
            expected=row.available,
        )

    def _write(
        self, case: Case, levels: Sequence[tuple[str, NewLevel]], done: Outward
    ) -> list[str]:
        """Write as much as there is time for; the feeds that the cart works on now."""
        feeds: list[str] = []
        for start in range(0, len(levels), MOST_LEVELS):
            if self._clock() + MARGIN >= case.deadline:
                done.unsent = len(levels) - start
                break
            part = levels[start : start + MOST_LEVELS]
            answers = case.client.set_stock([level for _, level in part])
            feeds += [answer.feed for answer in answers if answer.feed]
            for (article, _), answer in zip(part, answers, strict=True):
                match answer.outcome:
                    case WriteOutcome.DONE | WriteOutcome.ACCEPTED:
                        done.written += 1
                    case WriteOutcome.CONFLICT:
                        done.conflicts += 1
                    case WriteOutcome.UNKNOWN:
                        done.unknown += 1
                    case WriteOutcome.REFUSED:
                        why = findings.not_taken(case.store.id, article, answer.message)
                        done.findings.append(why)
        return feeds


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known before levels are compared: stock, items, and what is sold on the way."""

    stock: Stock
    named: Named
    sold: Mapping[str, Decimal]

    def items_of(self, row: InventoryLevel) -> Collection[str]:
        """The item of a row's article, or those of its parts; none where nothing is known of it."""
        article = article_of_level(row)
        if article in self.named.parts:
            return self.named.parts[article].keys()
        return (self.named.items[article],) if article in self.named.items else ()


def _unsayable(case: Case, rows: Iterable[InventoryLevel], stock: Stock) -> Finding | None:
    """Why no level of a location can be said at all: nobody tells what is sold."""
    if case.client.counts_on_hand:
        return None
    if case.store.stock.sold_in is SoldIn.SAGE:
        silent = stock.silent
        return findings.unallocated(case.store.id, ", ".join(silent)) if silent else None
    is_silent = any(row.committed is None for row in rows)
    is_asked = case.store.stock.sold_in is SoldIn.CART
    return findings.uncommitted(case.store.id) if is_asked and is_silent else None


def _level(case: Case, row: InventoryLevel, rows: _Rows, known: _Known) -> Level:
    article = article_of_level(row)
    if article in known.named.parts:
        whole = bundles_in(known.named.parts[article], _free(case, rows, known))
        policy = replace(case.store.stock, sold_in=SoldIn.NOBODY)
        rule = replace(case.rule(article), contains=Decimal(1))
        return level_of(Held(whole), policy, rule)
    return level_of(
        known.stock.held.get(known.named.items[article], _NOTHING),
        case.store.stock,
        case.rule(article),
        committed=row.committed or Decimal(0),
        on_the_way=known.sold.get(known.named.items[article], Decimal(0)),
        counts_on_hand=case.client.counts_on_hand,
    )


def _free(case: Case, rows: _Rows, known: _Known) -> Callable[[str], Decimal]:
    """What is free of an item at a location, in its units, for bundles that hold it.

    A cart that counts what is sold by itself says it of the bundle and of its parts.
    """
    committed: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows if case.store.stock.sold_in is SoldIn.CART else ():
        article, units = article_of_level(row), row.committed or Decimal(0)
        if article in known.named.items:
            committed[known.named.items[article]] += units * case.rule(article).contains
        for item, each in known.named.parts.get(article, {}).items():
            committed[item] += units * each

    def free(item: str) -> Decimal:
        held = known.stock.held.get(item, _NOTHING)
        if case.client.counts_on_hand or case.store.stock.sold_in is SoldIn.NOBODY:
            return held.on_hand
        if case.store.stock.sold_in is SoldIn.CART:
            return held.on_hand - committed[item]
        return held.on_hand - (held.taken or Decimal(0)) - known.sold.get(item, Decimal(0))

    return free


def _hidden(
    case: Case, levels: Mapping[str, tuple[InventoryLevel, Level]], stock: Stock
) -> frozenset[str]:
    """What would be sold out at once, where so much of it is likelier a narrower view of the books.

    Nobody's confirmed articles are among it.
    """
    shown = {name for name, (row, _) in levels.items() if (row.available or 0) > 0}
    emptied = frozenset(name for name in shown if levels[name][1].quantity <= 0)
    if is_mass(emptied, shown) or (emptied and not stock.held):
        return frozenset(name for name in emptied if not case.accepts(name))
    return frozenset()


def _counted(rows: Iterable[InventoryLevel]) -> dict[str, int]:
    things: dict[str, set[str]] = {}
    for number, row in enumerate(rows):
        things.setdefault(article_of_level(row), set()).add(row.stock_id or str(number))
    return {article: len(ids) for article, ids in things.items()}
