"""What a store has sold and Sage does not know yet: it is not on offer any more.

Orders that something is to be done with stand in the agenda, those that wait for a person have a
review record. Of both, what has a sales order or an invoice in the books is counted by Sage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from commerce.orders import LineKind, OrderLine
from shared.bundles.register import OrderBundles
from shared.facts.record import (
    DUE_SHARDS,
    DueOrder,
    FactsRecord,
    FactsStatus,
    order_of,
    order_pk,
)
from shared.ledger.port import Ledger
from shared.ledger.records import State
from shared.policy.items import Bundles
from shared.ports import Clock
from shared.postings.articles import article_of_line
from shared.postings.in_parts import with_parts
from shared.postings.plan import PostingKind
from shared.releasing.resend import held_order
from shared.reviews.records import Reviews, ReviewStatus
from shared.tenants.models import Store, Tenant

MOST_A_SHARD = 1000
"""Orders of one shard of the agenda that are looked at; it is shared by all tenants."""

_AHEAD = timedelta(days=366)
_IN_SAGE = (f"/{PostingKind.SALES_ORDER.value}/", f"/{PostingKind.INVOICE.value}/")
_NO_GOODS = (LineKind.GIFT_CARD, LineKind.TIP)


class TooManyOnTheWayError(Exception):
    """More orders wait than can be looked at: what is on offer cannot be said now."""


class Agenda(Protocol):
    """The part of `shared.facts.store.DynamoDbFactsStore` that this needs."""

    def load(self, pk: str) -> FactsRecord | None:
        """The order's record."""
        ...

    def due(self, shard: int, *, now: datetime, limit: int = 100) -> Sequence[DueOrder]:
        """Orders of a shard whose time comes until `now`."""
        ...


@dataclass(frozen=True, slots=True)
class OrdersOnTheWay:
    """Adds up the goods of orders that are not in the books, and the parts of `bundles` of them."""

    facts: Agenda
    ledger: Ledger
    reviews: Reviews
    bundles: OrderBundles
    clock: Clock

    def __call__(self, tenant: Tenant, store: Store) -> Mapping[str, Decimal]:
        """What is sold and on its way, by article, in the cart's units.

        Raises:
            TooManyOnTheWayError: more wait than one look takes in.
            botocore.exceptions.ClientError: they could not be read.
        """
        sold: dict[str, Decimal] = defaultdict(Decimal)
        for pk in sorted(set(self._candidates(tenant, store))):
            for line in self._lines(pk, store):
                sold[article_of_line(line)] += line.quantity - line.quantity_cancelled
        return dict(sold)

    def _candidates(self, tenant: Tenant, store: Store) -> Iterator[str]:
        mine, until = order_pk(tenant.id, store.id, ""), self.clock() + _AHEAD
        for shard in range(DUE_SHARDS):
            due = self.facts.due(shard, now=until, limit=MOST_A_SHARD)
            if len(due) >= MOST_A_SHARD:
                message = f"{len(due)} orders of one shard wait"
                raise TooManyOnTheWayError(message)
            yield from (one.pk for one in due if one.pk.startswith(mine))
        for review in self.reviews.all(tenant.id):
            held = held_order(review.subject)
            if review.status is ReviewStatus.OPEN and held and held.store == store.id:
                yield order_pk(tenant.id, store.id, held.order_id)

    def _lines(self, pk: str, store: Store) -> Sequence[OrderLine]:
        """The lines of an order that is sold and not in the books."""
        record = self.facts.load(pk)
        order = record.known.order if record else None
        if record is None or order is None or order.cancelled_at is not None:
            return ()
        if record.status is FactsStatus.SKIPPED or record.status.is_taken_back:
            return ()
        chain = self.ledger.chain(pk)
        if any(
            one.state is State.DONE and any(kind in key for kind in _IN_SAGE)
            for key, one in chain.items()
        ):
            return ()
        if store.items.bundles is not Bundles.AS_TOLD:
            tenant, *_ = order_of(pk)
            order = with_parts(order, self.bundles(tenant, store.id, record.known))
        return [line for line in order.lines if line.kind not in _NO_GOODS]
