"""The orders that wait for an article's item: grouped by their one cause, and let go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from commerce.catalogue import Product, ProductKind, ProductStatus
from commerce.orders import OrderLine, Ref
from shared.bundles.register import OrderBundles
from shared.facts.record import FactsStore, order_pk
from shared.postings.articles import article_of_line, item_place
from shared.postings.in_parts import with_parts
from shared.releasing.resend import CannotResendError, HeldOrder, Resender, held_order
from shared.reviews.records import Review, ReviewStatus, Stage


@dataclass(slots=True)
class Waiting:
    """One article that orders wait for: a line of each that sells it, the oldest order first."""

    article: str
    orders: list[HeldOrder] = field(default_factory=list)
    line: OrderLine | None = None

    @property
    def product_id(self) -> str:
        """The cart's id of the product, as an order tells it; empty where none does."""
        return self.line.product_id if self.line else ""

    def as_sold(self, cart: str, store: str, at: datetime) -> Product | None:
        """What the order says of the article, for a cart that tells no products."""
        if self.line is None:
            return None
        return Product(
            ref=Ref(cart, store, "product", self.line.variant_id or self.line.product_id),
            sku=self.line.sku.strip(),
            title=self.line.title,
            kind=ProductKind.SIMPLE,
            status=ProductStatus.ACTIVE,
            updated_at=at,
            product_id=self.line.product_id,
            is_taxable=self.line.taxable,
        )


@dataclass(frozen=True, slots=True)
class WaitingOrders:
    """Finds what waits for items, parts of `bundles` among it, and lets it go."""

    facts: FactsStore
    resender: Resender
    bundles: OrderBundles

    def of_store(
        self,
        tenant: str,
        store: str,
        reviews: Iterable[Review],
        place_of: Callable[[str, str], str] = item_place,
    ) -> Mapping[str, Waiting]:
        """Every article of the store that one of the tenant's open review records waits for.

        Args:
            tenant: whose store it is.
            store: the store.
            reviews: the tenant's.
            place_of: what findings name that wait for something of an article of a store.

        Raises:
            botocore.exceptions.ClientError: facts could not be read.
        """
        found: dict[str, Waiting] = {}
        places: dict[str, list[HeldOrder]] = defaultdict(list)
        for review in sorted(reviews, key=lambda one: one.first_seen_at):
            held = held_order(review.subject)
            if held is None or held.store != store or held.stage is not Stage.POSTING:
                continue
            for place in _places(review, place_of(store, "")):
                places[place].append(held)
        for place, orders in places.items():
            line = self._line(tenant, orders[0], place, place_of)
            if line is not None:
                article = article_of_line(line)
                found[article] = Waiting(article, orders, line)
        return found

    def _line(
        self, tenant: str, held: HeldOrder, place: str, place_of: Callable[[str, str], str]
    ) -> OrderLine | None:
        """The line that the finding is about."""
        record = self.facts.load(order_pk(tenant, held.store, held.order_id))
        order = record.known.order if record else None
        if record is None or order is None:
            return None
        lines = with_parts(order, self.bundles(tenant, held.store, record.known)).lines
        return next(
            (line for line in lines if place_of(held.store, article_of_line(line)) == place), None
        )

    def let_go(self, tenant: str, waiting: Waiting, *, once: str) -> int:
        """Have every order that waits for the article looked at again; how many went.

        Raises:
            NotKeptError: one could not be queued.
            botocore.exceptions.ClientError: one could not be read or queued.
        """
        gone = 0
        for held in waiting.orders:
            try:
                self.resender.send(tenant, held, once=once)
            except CannotResendError:
                continue  # it was cancelled or undone meanwhile
            gone += 1
        return gone


def _places(review: Review, begin: str) -> list[str]:
    if review.status is not ReviewStatus.OPEN:
        return []
    found = [finding.place for finding in review.findings if finding.place.startswith(begin)]
    return list(dict.fromkeys(found))
