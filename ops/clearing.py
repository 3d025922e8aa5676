"""What stands on a store's clearing account, from the facts of its orders and its payouts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from commerce.money import Money
from ops.desk import Desk
from ops.errors import OpsError
from ops.order_books import days_of
from ops.payout_plans import store_book_of
from ops.payout_sales import is_brought_by_payouts, sales_of
from ops.stored_orders import stored_orders
from shared.facts.record import FactsRecord, FactsStatus
from shared.ledger.records import State
from shared.payouts.clearing import Clearing, Unsettled
from shared.payouts.order_fees import booked_fees
from shared.payouts.store import PayoutKey
from shared.policy.choices import PostingMode
from shared.postings.book import StoreBook
from shared.postings.day_fees import entered_fees
from shared.tenants.models import Tenant
from shared.undo.in_books import named


def clearing_of(desk: Desk, tenant: Tenant, store: str, *, until: date | None = None) -> Clearing:
    """The store's clearing account, with every order that may be posted and every booked payout.

    With `until`, as it stood at the end of that ledger date.

    Reads the whole orders table, a page at a time: there is no list of a store's orders.

    Raises:
        OpsError: the store is not configured, or its mapping names no clearing account.
    """
    clearing = Clearing(store_book_of(desk, tenant.id, store), until)
    if not clearing.account:
        message = "the store's mapping has no account for the role payout_clearing"
        raise OpsError(message)
    for known in stored_orders(desk, tenant.id, store):
        if known.status is not FactsStatus.READY:
            continue
        if is_brought_by_payouts(known, clearing.book):
            for entry in sales_of(desk, known).brought:
                clearing.add_sale(entry)
        else:
            clearing.add_order(known.facts, _fees(desk, known, clearing.book))
    for head in desk.payouts.heads(tenant.id, store):
        if head.frozen:
            _add_payout(clearing, desk, PayoutKey(tenant.id, store, head.payout.ref.id))
    return clearing


def _add_payout(clearing: Clearing, desk: Desk, key: PayoutKey) -> None:
    """Add what is in the books of a payout: all of it, or what is not held or still to come."""
    record = desk.payouts.load(key)
    if record is None:
        return
    if PostingMode.SUMMARY_PAYOUT in clearing.book.policy.modes():
        if record.is_booked:
            clearing.add_payout(record)
        return
    done = [
        name for name, one in desk.ledger.chain(key.ledger_pk).items() if one.state is State.DONE
    ]
    clearing.add_payout(record, {name.purpose for name in map(named, done) if name is not None})


def _fees(desk: Desk, known: FactsRecord, book: StoreBook) -> dict[str, Money]:
    """The fees that the order booked itself; asked only where orders may do so."""
    if not book.policy.may_book_fees_with_orders:
        return {}
    mine = book.for_revision(known.revision).for_fees(known.fees)
    if known.fees:
        return entered_fees(mine, days_of(desk).entered(known.pk))
    return booked_fees(desk.ledger.chain(known.pk), mine)


def open_by_currency(found: Iterable[Unsettled], base_currency: str) -> list[Money]:
    """What is open together in each currency: the entity's first, whatever there is of it."""
    sums = {base_currency: Money.zero(base_currency)}
    for each in found:
        known = sums.get(each.amount.currency, Money.zero(each.amount.currency))
        sums[each.amount.currency] = known + each.amount
    return list(sums.values())
