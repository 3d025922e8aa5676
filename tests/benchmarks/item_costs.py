"""What items cost: calls of the cart and of Sage for so many items, and a first load of many more.

Cart and company answer from memory; the first load's products are made as they are read and what
is written is forgotten, so that what the process holds is the run's own. `python -m` this prints
the rows of `docs/benchmarks.md`.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from carts.catalogue import ProductReading
from commerce.catalogue import Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref
from intacct.documents import DocumentResult
from intacct.item_search import ItemSearch, KnownItem
from intacct.masters import Item
from local.cart_simulators.catalogue import Offer
from shared.items.links import ItemLink
from shared.items.runs import ItemReport
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemPolicy, ItemScope, UnknownSku
from shared.polling.reports import PollOutcome
from tests.convergence.item_rig import START, ItemRig

PAGE = 250
"""As many products as the client asks for a page; Shopify's costs bound it from above."""

_FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
_POLICY = ItemPolicy(unknown_sku=UnknownSku.CREATE, scope=ItemScope.ALL, writes_back=True)
_LONG = 10**6


@dataclass(frozen=True, slots=True)
class ItemCost:
    """One run: what it did to how many items, and what it asked of the cart and of Sage."""

    what: str
    items: int
    cart_calls: int
    sage_reads: int
    sage_writes: int
    seconds: float

    def line(self) -> str:
        """As a row of `docs/benchmarks.md`."""
        figures = (self.items, self.cart_calls, self.sage_reads, self.sage_writes)
        return f"| {self.what} | {' | '.join(f'{one:,}' for one in figures)} | {self.seconds:.1f} |"


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """A first load: processor time, and the process's most resident memory after it."""

    items: int
    seconds: float
    peak_mb: float

    def line(self) -> str:
        """As a row of `docs/benchmarks.md`."""
        return f"| {self.items:,} | {self.seconds:.1f} | {self.peak_mb:.0f} |"


class _Costs:
    """A shop of so many products, and what each run of it costs."""

    def __init__(self, items: int, owner: Side, *, is_known: bool) -> None:
        ownership = Ownership(item=Rule(owner, _FULL, _FULL), price=Rule(owner, _FULL, _FULL))
        self.rig, self.items = ItemRig("shopify", ownership, _POLICY, page_size=PAGE), items
        for number in range(items):
            sku = f"SKU-{number:06}"
            self.rig.cart.catalogue.add(Offer(sku=sku, title=f"Article {number}"))
            if is_known:
                price = Money(Decimal(10), "USD")
                self.rig.company.edit(sku, name=f"Article {number}", base_price=price)
        self.rig.clock.advance(3600)

    def run(self, what: str, *, looks: bool = False) -> ItemCost:
        """The next run, with a look at all linked items or just after one."""
        self.rig.clock.advance(6 * 3600 + 1 if looks else 900)
        cart, company = len(self.rig.cart.calls), self.rig.company
        reads, writes, began = company.reads, company.writes, time.process_time()
        report = self.rig.run(seconds=_LONG)
        assert report.outcome is PollOutcome.COMPLETE, report
        seconds = time.process_time() - began
        calls = len(self.rig.cart.calls) - cart
        return ItemCost(
            what, self.items, calls, company.reads - reads, company.writes - writes, seconds
        )

    def retitle(self) -> None:
        """Every title changes in the cart."""
        for product in self.rig.cart.catalogue:
            (article,) = product.articles
            product.title = f"{product.title}, new"
            article.offer = article.offer.model_copy(update={"title": product.title})
            product.updated_at = self.rig.clock.stamp()


def item_costs(items: int) -> Iterator[ItemCost]:
    """What linking, creating, changing, looking and writing back cost of so many items."""
    yield _Costs(items, Side.CART, is_known=True).run("link by SKU")
    created = _Costs(items, Side.CART, is_known=False)
    yield created.run("create")
    created.retitle()
    yield created.run("update: each title changed in the cart")
    yield created.run("look: nothing changed", looks=True)
    for item in list(created.rig.company.kept):
        created.rig.company.edit(item, name="A person's")
    yield created.run("look: each name changed in Sage, put right", looks=True)
    written = _Costs(items, Side.SAGE, is_known=True)
    written.run("link by SKU")
    for item in list(written.rig.company.kept):
        written.rig.company.edit(item, base_price=Money(Decimal(11), "USD"))
    yield written.run("look: each price changed in Sage, carried to the cart", looks=True)


class _Products:
    """A cart that tells so many products, each made as it is read."""

    def __init__(self, items: int) -> None:
        self.items = items

    def changed_products(
        self, *, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        assert since is None or since < until
        for start in range(0, self.items, PAGE):
            numbers = range(start, min(start + PAGE, self.items))
            yield [ProductReading(str(one), (_product(one),)) for one in numbers]

    def product(self, product_id: str) -> ProductReading:
        return ProductReading(product_id, (_product(int(product_id)),))


class _Forgetful:
    """Links and items of which nothing is kept but how many were written."""

    def __init__(self) -> None:
        self.links = self.creations = 0

    def load_many(self, *_: object) -> Mapping[str, ItemLink]:
        return {}

    def all(self, *_: object) -> Iterable[ItemLink]:
        return ()

    def put_new(self, link: ItemLink) -> ItemLink:
        self.links += 1
        return replace(link, version=1)

    def save(self, link: ItemLink) -> ItemLink:
        return replace(link, version=link.version + 1)

    def items(self, _: ItemSearch) -> list[KnownItem]:
        return []

    def create_items(
        self, made: Sequence[Item], *, control_ids: Sequence[str], idempotency_keys: Sequence[str]
    ) -> list[DocumentResult]:
        assert control_ids == idempotency_keys
        self.creations += len(made)
        return [DocumentResult(key=f"key-{item.id}") for item in made]


def first_load(items: int) -> FirstLoad:
    """Load a store's whole catalogue for the first time, each product an item to be made."""
    ownership = Ownership(item=Rule(Side.CART, _FULL, _FULL), price=Rule(Side.CART, _FULL, _FULL))
    forgetful: Any = _Forgetful()
    rig = ItemRig("shopify", ownership, _POLICY, links=forgetful, company=forgetful)
    rig.client = _Products(items)
    began = time.process_time()
    report: ItemReport = rig.run(seconds=_LONG)
    seconds = time.process_time() - began
    assert report.outcome is PollOutcome.COMPLETE, report
    assert forgetful.links == forgetful.creations == items, forgetful
    return FirstLoad(items, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _product(number: int) -> Product:
    return Product(
        ref=Ref("shopify", "shop", "product", str(number)),
        sku=f"SKU-{number:06}",
        title=f"Article {number}",
        kind=ProductKind.SIMPLE,
        status=ProductStatus.ACTIVE,
        updated_at=START,
        product_id=str(number),
        price=Money(Decimal(10), "USD"),
    )


def main(arguments: list[str]) -> None:
    """Print the first loads, the smaller before the larger, and a row for each kind of run."""
    items = int(arguments[0]) if arguments else 10_000
    for factor in (1, 5, 10):
        sys.stdout.write(first_load(factor * items).line() + "\n")
        sys.stdout.flush()
    for cost in item_costs(items):
        sys.stdout.write(cost.line() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
