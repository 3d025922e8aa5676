"""What orders say of the money that a payout brings, from their facts and their postings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from commerce.orders import Facts
from shared.facts.record import FactsRecord, FactsStatus, FactsStore, order_pk
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome
from shared.ledger.port import Ledger
from shared.ledger.records import Record
from shared.payouts.settling import OrderMoney
from shared.posting.doubts import begun
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posted
from shared.tenants.models import Tenant

Planner = Callable[[Facts, Posted, StoreBook, Collection[str]], Plan]
"""`shared.postings.planner.plan`: facts, what is in the books, the book, what was begun."""


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that is in the books as far as its facts go."""

    record: FactsRecord
    book: StoreBook
    chain: Mapping[str, Record]
    money: OrderMoney
    posted: Posted = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderMoneyReader:
    """Reads orders; `books` chooses under which version of the configuration each is posted."""

    facts: FactsStore
    ledger: Ledger
    books: OrderBooks
    plan: Planner

    def read(self, tenant: Tenant, store: str, order_id: str) -> KnownOrder | None:
        """What the order says; None where it is not known, held, or waits to be posted."""
        pk = order_pk(tenant.id, store, order_id)
        record = self.facts.load(pk)
        if record is None or record.status is not FactsStatus.READY:
            return None
        chain = self.ledger.chain(pk)
        book = self.books.choose(tenant, record, chain).book
        if book is None:
            return None
        posted = results_of(chain)
        planned = self.plan(record.facts, posted, book, begun(chain))
        settled = {key for offer in planned.paid_out for key, _ in offer.settles}
        if planned.findings or not settled <= set(posted):
            return None
        return KnownOrder(record, book, chain, _money(record.facts, planned), posted)

    def post_individually(
        self, order: KnownOrder, receipts: frozenset[str], applier: Applier, deadline: datetime
    ) -> Outcome:
        """Post receipts that settle no invoice yet as their order's own."""
        book = replace(order.book, individual_receipts=receipts)
        planned = self.plan(order.record.facts, order.posted, book, begun(order.chain))
        pk = order.record.pk
        return applier.apply(pk, planned.postings, order.posted, deadline, records=order.chain)


def _money(facts: Facts, planned: Plan) -> OrderMoney:
    """Receipts and refunds of the order that its payouts book, and the others."""
    by_payout = {offer.id for offer in planned.paid_out}
    refunds = (payment for refund in facts.refunds for payment in refund.transactions)
    moved = {payment.ref.id: payment.amount.rounded() for payment in (*facts.payments, *refunds)}
    own = tuple((name, amount) for name, amount in moved.items() if name not in by_payout)
    return OrderMoney(planned.paid_out, own)
