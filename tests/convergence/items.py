"""One drawn history of items: edits on both sides, products that come, go and are renamed, faults.

Whatever happens, a run never changes what its owner says. Once nobody edits any more, each field
has its owner's value on both sides, as far as the policy carries it, and nothing is written again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from commerce.catalogue import Product, ProductKind
from commerce.money import Money
from intacct.errors import NotSentError
from intacct.masters import Item
from local.cart_simulators.catalogue import Article, Offer, ShopProduct
from shared.items.documents import item_of
from shared.items.fields import BACK, is_contested, is_followed
from shared.items.findings import item_subject
from shared.items.links import Condition, ItemLink
from shared.items.watching import EVERY
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemPolicy, ItemScope, UnknownSku
from shared.polling.reports import PollOutcome
from shared.postings.articles import article_of
from tests.convergence.item_rig import LOCATIONS, ItemRig, lost, owned_by
from tests.convergence.stock import DivergedError
from tests.paging.clients import CONNECT

FIELDS = ("name", "is_active", "is_taxable", "upc", "standard_cost")
"""The fields of an item beside its price that both sides can show."""

_FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
_STEPS = (8, 24)
_MINUTES = (1, 6, 20, 130, 370)
_LOOKS = 3
"""As many looks, and the run behind each, as both sides have to come to their owners' values.

Two are enough for all but four of the first ten thousand seeds (2154, 3856, 6742, 9955)."""


class ItemHistory:
    """A history that its seed decides."""

    def __init__(self, seed: int) -> None:
        """Draw the cart, the owners and the policy."""
        self.dice = random.Random(seed)  # noqa: S311  # a repeatable dice, no secret
        self.cart = self.dice.choice(sorted(LOCATIONS))
        self.ownership = self._table()
        policy = ItemPolicy(
            unknown_sku=self.dice.choice((UnknownSku.CREATE, UnknownSku.CREATE, UnknownSku.HOLD)),
            scope=ItemScope.ALL,
            writes_back=self.dice.choice((True, True, False)),
        )
        self.rig = ItemRig(self.cart, self.ownership, policy, page_size=self.dice.choice((2, 5)))
        self.owned = {side: owned_by(side, self.ownership) - {"id"} for side in Side}
        self.number = 0
        for _ in range(self.dice.randint(1, 3)):
            if self.dice.random() < 0.5:
                self._makes_an_item()
            self._offers()

    def _table(self) -> Ownership:
        """All the cart's, all Sage's, or each field one's or the other's."""
        master = self.dice.choice(tuple(Side))
        price = self.dice.choice(tuple(Side))
        split: dict[str, Side] = {}
        if self.dice.random() < 0.5:  # half of them
            split = {name: self.dice.choice(tuple(Side)) for name in FIELDS}
            split["sales_description"] = split["name"]  # both are the title in the cart
        else:
            price = master
        return Ownership(
            item=Rule(master, _FULL, _FULL, fields=split), price=Rule(price, _FULL, _FULL)
        )

    def live(self) -> None:
        """Live it to its end.

        Raises:
            DivergedError: a side shows what its owner does not say, or something never rests.
        """
        events: Sequence[Callable[[], object]] = (
            *[self._edits_the_cart] * 4,
            *[self._edits_sage] * 4,
            *[self._run] * 3,
            self._offers,
            self._renames,
            self._takes_back,
            self._makes_an_item,
            self._runs_in_trouble,
        )
        for _ in range(self.dice.randint(*_STEPS)):
            self.dice.choice(events)()
            self._between()
            self.rig.clock.advance(60 * self.dice.choice(_MINUTES))
        self._rests()

    def _between(self) -> None:
        """What happens after each event."""

    def _rests(self) -> None:
        self.rig.company.faults.clear()
        self.rig.trouble = ""
        for _ in range(_LOOKS):
            self._looks()
        self._compare()
        before = (self.rig.company.writes, self.rig.written)
        self._looks()
        if (self.rig.company.writes, self.rig.written) != before:
            message = "something still travels although nobody edits"
            raise DivergedError(message)
        self._compare()

    def _looks(self) -> None:
        """A run that looks at all linked items, and the next one a quarter of an hour later."""
        for seconds in (EVERY.total_seconds(), 900):
            self.rig.clock.advance(seconds)
            report = self._run()
            if report.outcome is not PollOutcome.COMPLETE:
                message = f"a run without trouble ended as {report.outcome}: {report.detail}"
                raise DivergedError(message)

    # What people do, on either side, whether it is theirs or not

    def _offers(self) -> None:
        """A product comes, simple or of two variants."""
        self.number += 1
        base = Offer(
            sku=f"SKU-{self.number}",
            title=self._word(),
            price=self._amount(),
            cost=self._amount(),
            barcode=self._barcode(),
            levels={LOCATIONS[self.cart]: Decimal(3)},
        )
        if self.dice.random() < 0.7 or self.cart == "magento":  # most of them
            self.rig.cart.catalogue.add(base)
            return
        sizes = {"S": {}, "L": {"sku": f"SKU-{self.number}-L", "barcode": self._barcode()}}
        offers = [base.model_copy(update={"variant": size, **more}) for size, more in sizes.items()]
        self.rig.cart.catalogue.add(*offers)

    def _edits_the_cart(self) -> None:
        if (found := self._any()) is None:
            return
        product, article = found
        news = self._news("title", "price", "cost", "barcode", "is_taxable", "is_active")
        if product.has_variants:
            news.pop("title", None)
        if news:
            self.rig.cart.catalogue.change(article.id, news)

    def _renames(self) -> None:
        if (found := self._any()) is not None:
            self.number += 1
            self.rig.cart.catalogue.change(found[1].id, {"sku": f"SKU-{self.number}"})

    def _takes_back(self) -> None:
        """A product goes; sometimes another one comes with its SKU."""
        found = self._any()
        if found is None or self.dice.random() < 0.5:  # half of them
            return
        product, article = found
        self.rig.cart.catalogue.delete(product.id)
        if self.dice.random() < 0.5 and not product.has_variants:  # half of them
            self.rig.cart.catalogue.add(article.offer)

    def _edits_sage(self) -> None:
        if not self.rig.company.kept:
            return
        item = self.dice.choice(sorted(self.rig.company.kept))
        names = ("name", "base_price", "standard_cost", "upc", "is_taxable", "is_active")
        self.rig.company.edit(item, **self._news(*names))

    def _makes_an_item(self) -> None:
        """People make the item of a product that comes, or may come."""
        item = f"SKU-{self.number + 1}"
        if item not in self.rig.company.kept:
            self.rig.company.edit(item, **self._news("name", "upc", "base_price"))

    def _news(self, *names: str) -> dict[str, Any]:
        """New values of some of the fields."""
        makers: Mapping[str, Callable[[], Any]] = {
            "title": self._word,
            "name": self._word,
            "price": self._amount,
            "cost": self._amount,
            "base_price": lambda: Money(self._amount(), "USD"),
            "standard_cost": lambda: Money(self._amount(), "USD"),
            "barcode": self._barcode,
            "upc": self._barcode,
        }
        chosen = self.dice.sample(names, self.dice.choice((1, 2, 3)))
        return {name: makers.get(name, self._coin)() for name in chosen}

    def _word(self) -> str:
        return f"Article {self.dice.randrange(1000)}"

    def _amount(self) -> Decimal:
        return Decimal(self.dice.randrange(1, 10_000)) / 100

    def _barcode(self) -> str:
        return f"{self.dice.randrange(10**11, 10**12)}"

    def _coin(self) -> bool:
        return self.dice.random() < 0.6  # rather on than off

    def _any(self) -> tuple[ShopProduct, Article] | None:
        pairs = [(one, each) for one in self.rig.cart.catalogue for each in one.articles]
        return self.dice.choice(pairs) if pairs else None

    # Runs

    def _run(self) -> Any:
        before = self._owned()
        report = self.rig.run()
        after = self._owned()
        if any(after[key] != value for key, value in before.items()):
            message = "a run wrote on the owner's side"
            raise DivergedError(message)
        return report

    def _runs_in_trouble(self) -> None:
        """A run whose requests are lost on their way there or back, on either side."""
        kind = self.dice.choice(("done", "not done", "down", "cart lost", "cart down"))
        if kind.startswith("cart"):
            self.rig.trouble = kind.removeprefix("cart ")
        else:
            fault = (
                (NotSentError("down"), False) if kind == "down" else lost(is_done=kind == "done")
            )
            self.rig.company.faults = [None] * self.dice.randrange(3) + [fault]
        self._run()
        self.rig.company.faults, self.rig.trouble = [], ""

    def _owned(self) -> dict[tuple[object, str], object]:
        """What the owners say."""
        told: dict[tuple[object, str], object] = {}
        for item in self.rig.company.kept.values():
            for name in self.owned[Side.SAGE]:
                told[item.id, name] = getattr(item, name)
        carts = self.owned[Side.CART]
        names = [name for name, (_, field) in BACK.items() if field in carts]
        for product in self.rig.cart.catalogue:
            for article in product.articles:
                for name in names:
                    told[article.id, name] = getattr(article.offer, name)
        return told

    # What must be true

    def _products(self) -> Iterator[Product]:
        """What the cart tells of all its products, in one page."""
        reader: Any = CONNECT[self.cart](self.rig.cart, 100)
        until = self.rig.clock.now() + timedelta(minutes=1)
        for page in reader.changed_products(since=None, until=until):
            for reading in page:
                yield from reading.products

    def _compare(self) -> None:
        links = {link.article: link for link in self.rig.links.all("acme", "shop")}
        sellers = Counter(link.item for link in links.values() if link.ref_id)
        products = list(self._products())
        doubled = Counter(article_of(one.sku, one.ref.id) for one in products)
        for product in products:
            article = article_of(product.sku, product.ref.id)
            if doubled[article] > 1:
                continue
            link = links.get(article)
            is_told = self.rig.reviews.is_open("acme", item_subject("shop", article))
            if link is None or any(is_contested(link, side) for side in Side):
                if not is_told:
                    self._fail(product, "neither linked nor told")
                continue
            self._compare_one(product, link, is_alone=sellers[link.item] == 1)

    def _compare_one(self, product: Product, link: ItemLink, *, is_alone: bool) -> None:
        item = self.rig.company.kept[link.item]
        if is_alone and is_followed(link, self.ownership):
            self._compare_to_cart(product, item, link)
        if link.sells is not item.is_active:
            self._fail(product, f"its item is active: {item.is_active}, and it is {link.condition}")
        if link.condition is Condition.GOOD and self.rig.store.items.writes_back:
            self._compare_to_sage(product, item)

    def _compare_to_cart(self, product: Product, item: Item, link: ItemLink) -> None:
        """What the cart owns is in Sage."""
        wanted = item_of(product, self.rig.store.items, link.item, base_currency="USD")
        for name in (*FIELDS, "base_price"):
            value = getattr(wanted, name)
            if name not in self.owned[Side.CART] or value in (None, ""):
                continue
            if getattr(item, name) != value:
                self._fail(product, f"{name} in Sage is {getattr(item, name)}, not {value}")

    def _compare_to_sage(self, product: Product, item: Item) -> None:
        """What Sage owns is in the cart."""
        for name, (_, field) in BACK.items():
            value = getattr(item, field)
            if field not in self.owned[Side.SAGE] or value in (None, ""):
                continue
            if name == "title" and product.kind is ProductKind.VARIANT:
                continue
            if getattr(product, name) not in (value, None, ""):
                self._fail(product, f"{name} in the cart is {getattr(product, name)}, not {value}")

    def _fail(self, product: Product, why: str) -> None:
        message = f"{self.cart} {product.sku}: {why}"
        raise DivergedError(message)


class HeardHistory(ItemHistory):
    """A history in which changes of items are read in Sage, and looked at by the next run."""

    def __init__(self, seed: int) -> None:
        """Draw the same as without."""
        super().__init__(seed)
        self.ears = random.Random(seed)  # noqa: S311  # a dice of its own: the rest stays as drawn

    def _between(self) -> None:
        """Changes of some items are heard; our own are among them, and not all are heard."""
        links = list(self.rig.links.all("acme", "shop"))
        heard = [link.article for link in links if self.ears.random() < 0.4]
        self.rig.news.note("acme", "shop", heard)
