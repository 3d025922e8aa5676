"""Carries what a cart counts to its warehouse in Sage: differences as adjustments, each once.

A count is frozen before it leaves and goes through the ledger, so that a lost answer is looked up
by our mark. What Sage refuses is cut in halves until the item is found that it does not take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from commerce.catalogue import InventoryLevel
from shared.gl.dates import ledger_date
from shared.inventory import findings
from shared.inventory.articles import Articles, keeps_stock
from shared.inventory.cases import Case, Travel, article_of_level
from shared.inventory.counts import Count, CountBook, Counts, Difference
from shared.inventory.outward import MARGIN
from shared.inventory.reading import Stock, Warehouses
from shared.inventory.tally import Tally, changes, tally
from shared.ledger.apply import Applier
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ledger.records import State
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.tenants.models import Tenant

MOST_LINES = 200
"""Items of one adjustment; the references state no limit of Sage's."""

SETTLES = timedelta(minutes=5)
"""How long after a count Sage's levels are not believed: its queries may lag (R-15.5)."""

LEFT_ALONE = timedelta(hours=6)
"""How long an item that Sage refuses is not tried again."""

_OF_ALL = frozenset({Reason.PERIOD_CLOSED.value, Reason.PERMISSION.value})
"""Refusals that say nothing of single items."""


@dataclass(slots=True)
class Inward:
    """What was done of a cart's stock in Sage; `waiting` are warehouses whose count is not done."""

    compared: int = 0
    counted: int = 0
    documents: int = 0
    waiting: int = 0
    unsent: int = 0
    findings: list[Finding] = field(default_factory=list)
    travels: list[Travel] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class InwardParts:
    """What counting needs; `applier_of` gives what posts to the books of a tenant and entity."""

    counts: Counts
    warehouses: Warehouses
    articles: Articles
    ledger: Ledger
    applier_of: Callable[[Tenant, str], Applier]
    clock: Clock


class InwardStock:
    """Carries carts' counts to Sage, of any store."""

    def __init__(self, parts: InwardParts) -> None:
        """`parts` are shared by all stores."""
        self._parts = parts

    def carry(
        self,
        case: Case,
        rows: Sequence[InventoryLevel],
        places: Mapping[str, tuple[str, ...]],
        *,
        release_by: str = "",
    ) -> Inward:
        """Adjust what Sage has otherwise than the cart says.

        Args:
            case: the run.
            rows: all that the cart shows: sums of a part would be wrong.
            places: the locations of each warehouse that the cart owns.
            release_by: the person who lets a count in doubt be tried again.

        Raises:
            IntacctError: Sage could not be asked.
            CountMovedError: somebody else counts at the same warehouse.
            botocore.exceptions.ClientError: something could not be read or kept.
        """
        done = Inward()
        for warehouse, locations in places.items():
            book = self._parts.counts.load(case.tenant.id, case.store.id, warehouse)
            if book.opened is not None and case.is_dry:
                done.waiting += 1
            elif book.opened is not None:
                # What it counted is believed before anything new is: levels lag behind.
                self._finish(case, book, done, release_by)
                done.waiting += 1
            elif book.ended_at and self._parts.clock() - book.ended_at < SETTLES:
                done.waiting += 1
            else:
                self._count(case, book, [row for row in rows if row.location in locations], done)
        return done

    def _count(
        self, case: Case, book: CountBook, rows: Sequence[InventoryLevel], done: Inward
    ) -> None:
        stock = self._parts.warehouses.stock(case.tenant, case.store, [book.warehouse])
        told = self._told(case, book, rows, stock, done)
        found = changes(case, told, stock.held)
        done.compared += len(told.wanted)
        done.findings += found.findings
        book = book.standing(self._parts.clock())
        for one in book.refused:
            done.findings.append(findings.not_counted(case.store.id, one.item, one.why))
            found.by_item.pop(one.item, None)
        policy, wanted = case.store.stock, found.by_item.items()
        for item, change in wanted:
            held = told.wanted[item] - change
            done.travels.append(Travel(item, book.warehouse, held, told.wanted[item]))
        if case.is_dry:
            return
        less = [Difference(item, -change) for item, change in wanted if change < 0]
        more = [Difference(item, change) for item, change in wanted if change > 0]
        following: CountBook | None = book
        for definition, lines in ((policy.decrease, less), (policy.increase, more)):
            if following is not None:
                following = self._send(case, following, definition, lines, done)

    def _told(
        self,
        case: Case,
        book: CountBook,
        rows: Sequence[InventoryLevel],
        stock: Stock,
        done: Inward,
    ) -> Tally:
        """What the cart has of items that Sage counts."""
        named = self._parts.articles.named(case.tenant, case.store, map(article_of_level, rows))
        done.findings += named.wrong.values()
        told = tally(case, rows, named)
        absent = [item for item, quantity in told.wanted.items() if item not in stock.held]
        there = self._parts.articles.known(
            case.tenant, [item for item in absent if told.wanted[item]]
        )
        gone = [item for item in absent if told.wanted[item] and item not in there]
        unknown = [*named.unknown, *(told.articles[item] for item in gone)]
        if unknown:
            done.findings.append(findings.without_items(case.store.id, unknown))
        unkept = [
            findings.not_kept(case.store.id, told.articles[item.id], item.id, item.type)
            for item in there.values()
            if not keeps_stock(item)
        ]
        others = stock.held.keys() - told.wanted.keys() - told.left_out
        others = {item for item in others if stock.held[item].on_hand}
        if others and not named.unknown:
            why = findings.not_in_cart(case.store.id, book.warehouse, sorted(others))
            done.findings.append(why)
        dropped = {item.id for item in there.values() if not keeps_stock(item)}
        return told.without({*gone, *dropped}, *unkept)

    def _send(
        self,
        case: Case,
        book: CountBook,
        definition: str,
        lines: Sequence[Difference],
        done: Inward,
    ) -> CountBook | None:
        """Send the lines in documents; the book as it stands, None where nothing more may go."""
        left, size = list(lines), MOST_LINES
        while left:
            if self._parts.clock() + MARGIN >= case.deadline:
                done.unsent += len(left)
                return None
            part = tuple(left[:size])
            opened = self._parts.counts.save(book.begun(self._new(case, book, definition, part)))
            outcome = self._posted(case, opened)
            if outcome.kind is OutcomeKind.COMPLETE:
                book, left = self._ended(case, opened, done), left[size:]
                size = min(size * 2, MOST_LINES)
                continue
            if not self._is_refused(case, opened) or outcome.reason in _OF_ALL:
                done.unsent += len(left)
                self._stopped(case, opened, outcome, done)
                return None
            book = self._parts.counts.save(opened.ended(self._parts.clock()))
            if len(part) > 1:
                size = len(part) // 2
                continue
            why = outcome.findings[0].hint if outcome.findings else outcome.reason
            done.findings.append(findings.not_counted(case.store.id, part[0].item, why))
            until = self._parts.clock() + LEFT_ALONE
            book, left = book.without(part[0].item, why, until), left[1:]
        return book

    def _finish(self, case: Case, book: CountBook, done: Inward, release_by: str) -> None:
        """Bring a count that is open from an earlier run into the books, or say why not."""
        outcome = self._posted(case, book, release_by=release_by)
        if outcome.kind is OutcomeKind.COMPLETE:
            self._ended(case, book, done)
        elif self._is_refused(case, book):
            self._parts.counts.save(book.ended(self._parts.clock()))
        else:
            self._stopped(case, book, outcome, done)

    def _stopped(self, case: Case, book: CountBook, outcome: Outcome, done: Inward) -> None:
        """What a person must see of a count that is not in the books; others go on by themselves.

        A refusal is definite: it is forgotten here, and counted anew from newer levels.
        """
        if self._is_refused(case, book):
            self._parts.counts.save(book.ended(self._parts.clock()))
            done.findings += outcome.findings
        elif outcome.kind is OutcomeKind.HELD:
            done.findings += [
                findings.in_doubt(case.store.id, book.warehouse, why) for why in outcome.findings
            ]
        elif outcome.kind is OutcomeKind.STOPPED:
            done.findings += outcome.findings

    def _posted(self, case: Case, book: CountBook, *, release_by: str = "") -> Outcome:
        applier = self._parts.applier_of(case.tenant, case.store.entity)
        posting = book.posting(case.store.entity)
        records = self._parts.ledger.chain(book.ledger_pk)
        return applier.apply(
            book.ledger_pk, [posting], {}, case.deadline, records=records, reopen_by=release_by
        )

    def _is_refused(self, case: Case, book: CountBook) -> bool:
        record = self._parts.ledger.chain(book.ledger_pk).get(book.posting(case.store.entity).key)
        return record is not None and record.state is State.REFUSED

    def _ended(self, case: Case, book: CountBook, done: Inward) -> CountBook:
        assert book.opened is not None, "it was just posted"  # noqa: S101
        done.documents += 1
        done.counted += len(book.opened.lines)
        self._parts.warehouses.forget(case.tenant, case.store, book.warehouse)
        return self._parts.counts.save(book.ended(self._parts.clock()))

    def _new(
        self, case: Case, book: CountBook, definition: str, lines: tuple[Difference, ...]
    ) -> Count:
        """The next count, dated today by the entity's calendar (R-10.1)."""
        entity, mapping = case.tenant.entity(case.store.entity), case.store.mapping
        assert entity is not None, "a store's entity is checked with its document"  # noqa: S101
        day = ledger_date(self._parts.clock(), entity.zone, entity.day_ends_at)
        return Count(
            number=book.number + 1,
            definition=definition,
            dated_on=day.isoformat(),
            unit=mapping.definitions.unit,
            memo=case.store.stock.reason,
            lines=lines,
            location=mapping.location or entity.location,
            department=mapping.department or entity.department,
            class_id=mapping.class_id or entity.class_id,
        )
