"""Rebuilds a past day of a tenant from the archive: journals and documents; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ops.desk import Desk
from ops.errors import OpsError
from ops.explaining import ArchivedDocuments, DeskBooks, explainer
from ops.lookups import days_on
from ops.order_books import days_of
from ops.stored_orders import stored_orders
from shared.explain.documents import NoBookError
from shared.facts.record import FactsRecord, order_of
from shared.payouts.planner import plan_payout
from shared.payouts.store import PayoutKey
from shared.policy.choices import PostingMode
from shared.postings.book import StoreBook
from shared.replaying.days import DayReplay, DayReplayer, ReplayParts
from shared.replaying.documents import DocumentDay
from shared.replaying.payouts import OwnMoney, payouts_on
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A day of a tenant, rebuilt: journals of summary channels, documents of the others."""

    journals: tuple[DayReplay, ...]
    documents: tuple[DocumentDay, ...]

    @property
    def is_same(self) -> bool:
        """Whether all of it came out as it was posted."""
        is_each = all(journal.is_same for journal in self.journals)
        return is_each and all(documents.is_same for documents in self.documents)


def rebuilt(desk: Desk, tenant: Tenant, on: date, *, store: str, mapping: int) -> Rebuilt:
    """What the archive gives of that day; `mapping` is another version of the document, 0 for none.

    Raises:
        OpsError: there is no such store, or no such version.
    """
    stores = [one for one in tenant.stores if store in ("", one.id)]
    if not stores:
        message = f"tenant {tenant.id} has no store {store}"
        raise OpsError(message)
    books = DeskBooks(desk)
    other = _other(books, mapping)
    names = {one.id for one in stores}
    try:
        journals = [
            replay
            for key in days_on(desk, tenant.id, on, with_payouts=True)
            if key.store in names and key.on == on
            for replay in _replayer(desk, books, mapping).replay(key, other=other)
        ]
        documents = [
            _documents(desk, tenant, one.id, on, other)
            for one in stores
            if PostingMode.DETAIL in one.policy.modes()
        ]
        for one in stores:
            paid = DocumentDay(one.id, on, "of payouts")
            _payouts(desk, books, tenant, paid, mapping)
            documents += [paid] if paid.same or paid.different else []
    except NoBookError as exc:
        raise OpsError(str(exc)) from exc
    return Rebuilt(tuple(journals), tuple(documents))


def _other(books: DeskBooks, number: int) -> Callable[[FactsRecord], StoreBook] | None:
    if not number:
        return None

    def book_of(record: FactsRecord) -> StoreBook:
        tenant, store, _ = order_of(record.pk)
        return books.of_version(tenant, store, number)

    return book_of


def _replayer(desk: Desk, books: DeskBooks, mapping: int) -> DayReplayer:
    def under(tenant: str, store: str) -> StoreBook:
        return books.of_version(tenant, store, mapping)

    return DayReplayer(
        ReplayParts(
            facts=desk.facts,
            days=days_of(desk),
            ledger=desk.ledger,
            archive=ArchivedDocuments(desk),
            book_of=lambda record: books.of_order(record, {}),
            own_of=OwnMoney(desk.payouts, books.of_store, under if mapping else None).found,
        )
    )


def _payouts(desk: Desk, books: DeskBooks, tenant: Tenant, day: DocumentDay, mapping: int) -> None:
    """Take in the entries of payouts of that day, apart from those in journals with sales."""
    explains = explainer(desk)
    under = books.of_version(tenant.id, day.store, mapping) if mapping else None
    for record in payouts_on(desk.payouts, tenant.id, day.store):
        key = PayoutKey(tenant.id, day.store, record.payout.ref.id)
        day.add_payout(explains.payout(key), plan_payout(record, under) if under else None)


def _documents(
    desk: Desk,
    tenant: Tenant,
    store: str,
    on: date,
    other: Callable[[FactsRecord], StoreBook] | None,
) -> DocumentDay:
    explains = explainer(desk)
    day = DocumentDay(store, on)
    for record in stored_orders(desk, tenant.id, store):
        entries = explains.documents(record)
        if entries:
            day.add(record, desk.ledger.chain(record.pk), entries, other)
    return day
