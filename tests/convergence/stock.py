"""One drawn history of stock: edits on both sides, sales, faults; what each place must end with.

Whatever happens, a run never changes what its owner says, and once nobody edits any more the other
side shows the owner's figure and stays there. A person is waited for only where reliability §3.4
wants one: an adjustment whose every request was lost, as often as it may be sent.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from carts.adapter import CartApiError
from carts.catalogue import NewLevel, WriteOutcome, Written
from intacct.documents import Document, DocumentResult
from intacct.errors import NotSentError, OutcomeUnknownError
from local.cart_simulators.orders import Sale, SoldLine
from shared.inventory.counts import CountBook
from shared.ledger.resolving import MOST_RESENDS
from shared.ownership.table import Side
from tests.unit.inventory.rig import Rig, Shop, policy, table

CARTS: Mapping[str, tuple[str, ...]] = {
    "shopify": ("71001", "71002"),
    "magento": ("default", "east"),
    "woocommerce": ("",),
}
"""Carts and the locations that histories use of them."""

_STEPS = (8, 18)
_MOST = 60
_ROUNDS = 4
"""Looks that a history has after its last edit, and again after a person's answer."""


class DivergedError(AssertionError):
    """A place shows what its owner does not say, or a run wrote on the owner's side."""


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse and a location of every store of the history."""

    warehouse: str
    location: str
    owner: Side


class StockHistory:
    """A history that its seed decides."""

    def __init__(self, seed: int) -> None:
        """Draw the cart, the owners and the policy."""
        self.dice = random.Random(seed)  # noqa: S311  # a repeatable dice, no secret
        self.cart = self.dice.choice(sorted(CARTS))
        self.places = [
            Place(f"W{number}", location, self.dice.choice(list(Side)))
            for number, location in enumerate(CARTS[self.cart])
        ]
        self.buffer = Decimal(self.dice.choice((0, 0, 2)))
        self.pack = Decimal(self.dice.choice((1, 1, 3)))
        pairs = [(one.warehouse, one.location) for one in self.places]
        drawn = policy(*pairs, buffer=self.buffer, pack=self.pack)
        is_shared = all(one.owner is Side.SAGE for one in self.places)
        stores = self.dice.choice((1, 2)) if is_shared else 1
        owners = {one.warehouse: one.owner for one in self.places}
        self.rig = Rig(*[drawn] * stores, cart=self.cart, ownership=table(**owners))
        self.skus = [f"SKU-{number}" for number in range(self.dice.randint(1, 4))]
        self.sold: list[tuple[str, str, int]] = []
        self.lost: Counter[str] = Counter()
        """How often a request of each control id never reached the company."""
        self.rig.sage.create = self._noting(self.rig.sage.create)  # type: ignore[method-assign]
        for sku in self.skus:
            levels = {f"L{one.location}": self._packs() for one in self.places}
            for shop in self.rig.shops:
                shop.offer(sku, **levels)
            for one in self.places:
                self.rig.sage.has(sku, one.warehouse, self.dice.randint(0, _MOST))

    def live(self) -> None:
        """Live it to its end.

        Raises:
            DivergedError: a place shows what its owner does not say.
        """
        events: Sequence[Callable[[], None]] = (
            self._counts_in_sage,
            self._counts_in_the_cart,
            self._allocates,
            self._sells,
            self._books,
            self._runs,
            self._runs_in_trouble,
        )
        for _ in range(self.dice.randint(*_STEPS)):
            self.dice.choice(events)()
            self.rig.later(self.dice.choice((1, 6, 20, 45)))
        self._rests()

    def _rests(self) -> None:
        while self.sold:
            self._books()
        for _ in range(_ROUNDS):
            self._round()
        if self._answers():
            for _ in range(_ROUNDS):
                self._round()
        self._compare()
        if any(self._round()):
            message = "something still travels although nobody edits"
            raise DivergedError(message)
        self._compare()

    def _answers(self) -> bool:
        """A person answers what waits for one, as its review says; whether anything did.

        Raises:
            DivergedError: nobody is told of an adjustment that is not settled, or it waits although
                it is in the books or was not lost as often as it may be sent.
        """
        open_books = [book for book in self.rig.counts.stored.values() if book.opened is not None]
        for book in open_books:
            self._must_wait(book)
        if open_books:
            self._run(0, release_by="ann")
        return bool(open_books)

    def _must_wait(self, book: CountBook) -> None:
        """One store alone counts: what a cart owns has no second store."""
        ((_, record),) = self.rig.ledger.chain(book.ledger_pk).items()
        times, number = self.lost[record.control_id], record.document_number
        if times <= MOST_RESENDS or number in self.rig.sage.marks():
            message = f"adjustment {number} waits for a person, and was lost {times} times"
            raise DivergedError(message)
        if not any(number in told for told in self.rig.findings()):
            message = f"nobody is told that adjustment {number} waits"
            raise DivergedError(message)

    def _noting(self, create: Callable[..., DocumentResult]) -> Callable[..., DocumentResult]:
        """The company's door, where it is noted which requests never came through."""

        def noted(document: Document, *, control_id: str, **others: Any) -> DocumentResult:
            booked = len(self.rig.sage.documents)
            try:
                return create(document, control_id=control_id, **others)
            except OutcomeUnknownError:
                self.lost[control_id] += len(self.rig.sage.documents) == booked
                raise

        return noted

    def _round(self) -> list[int]:
        """A run of every store an hour later; what each carried."""
        self.rig.later(60)
        self.rig.sage.faults.clear()
        done = [self._run(number) for number in range(len(self.rig.shops))]
        return [report.written + report.counted for report in done]

    # What people do, on either side, whether it is theirs or not

    def _packs(self) -> int:
        return int(self.dice.randint(0, _MOST // int(self.pack)) * self.pack)

    def _counts_in_sage(self) -> None:
        place, sku = self.dice.choice(self.places), self.dice.choice(self.skus)
        self.rig.sage.has(sku, place.warehouse, self.dice.randint(0, _MOST))

    def _counts_in_the_cart(self) -> None:
        shop, place = self.dice.choice(self.rig.shops), self.dice.choice(self.places)
        shop.count(self.dice.choice(self.skus), place.location, self._packs())

    def _allocates(self) -> None:
        place, sku = self.dice.choice(self.places), self.dice.choice(self.skus)
        self.rig.sage.taken[sku, place.warehouse] = self.dice.randint(0, 3)

    def _sells(self) -> None:
        """A buyer takes some; Sage hears of it when the order is booked."""
        first, sku = self.places[0], self.dice.choice(self.skus)
        if self.cart == "magento" or first.owner is Side.CART:
            return
        shop, quantity = self.dice.choice(self.rig.shops), self.dice.randint(1, 2)
        line = SoldLine(sku=sku, quantity=quantity, unit_price=Decimal(10))
        shop.cart.orders.place(Sale(lines=(line,)))
        self.sold.append((shop.store.id, sku, quantity))
        self._tell()

    def _books(self) -> None:
        """The oldest sale comes into the books, where it is taken out of the first warehouse."""
        if not self.sold:
            return
        _, sku, quantity = self.sold.pop(0)
        self.rig.sage.on_hand[sku, self.places[0].warehouse] -= quantity
        self._tell()

    def _tell(self) -> None:
        self.rig.on_the_way.clear()
        for store, sku, quantity in self.sold:
            way = self.rig.on_the_way.setdefault(store, {})
            way[sku] = way.get(sku, Decimal(0)) + quantity

    # Runs

    def _runs(self) -> None:
        self._run(self.dice.randrange(len(self.rig.shops)))

    def _run(self, number: int, **order: Any) -> Any:
        before = self._owned()
        report = self.rig.run(number, **order)
        if self._owned() != before:
            message = "a run wrote on the owner's side"
            raise DivergedError(message)
        return report

    def _runs_in_trouble(self) -> None:
        """A run whose requests are lost on their way there or back, on either side."""
        trouble = self.dice.choice(("after", "before", "down", "cart lost", "cart down", "late"))
        shop = self.rig.shop
        ask = shop.client.set_stock
        if trouble in ("after", "before"):
            self.rig.sage.fail(trouble, OutcomeUnknownError("lost"))
        elif trouble == "down":
            self.rig.sage.fail("before", NotSentError("down"))
        elif trouble == "late":
            self.rig.sage.late = dict(self.rig.sage.on_hand)
            self._counts_in_sage()
        else:
            shop.client.set_stock = _lost(ask) if trouble == "cart lost" else _down
        try:
            self._run(0)
        finally:
            shop.client.set_stock = ask
            self.rig.sage.late = None

    # What must be true

    def _owned(self) -> dict[tuple[str, ...], Decimal]:
        """What the owners say."""
        told: dict[tuple[str, ...], Decimal] = {}
        for place in self.places:
            for sku in self.skus:
                if place.owner is Side.SAGE:
                    told[sku, place.warehouse] = self.rig.sage.on_hand[sku, place.warehouse]
                    continue
                for shop in self.rig.shops:
                    told[sku, place.location, shop.store.id] = shop.level(sku, place.location)
        return told

    def _compare(self) -> None:
        unsettled = [name for name, book in self.rig.counts.stored.items() if book.opened]
        if unsettled:
            message = f"adjustments are not settled: {unsettled}"
            raise DivergedError(message)
        for place in self.places:
            for sku in self.skus:
                for shop in self.rig.shops:
                    self._compare_one(place, sku, shop)

    def _compare_one(self, place: Place, sku: str, shop: Shop) -> None:
        on_hand = self.rig.sage.on_hand[sku, place.warehouse]
        shown = shop.level(sku, place.location)
        if place.owner is Side.CART:
            wanted = shown if shown >= 0 and shown % self.pack == 0 else on_hand
            wrong = on_hand != wanted
        else:
            taken = 0 if self.cart == "magento" else self.rig.sage.taken[sku, place.warehouse]
            free = (on_hand - taken - self.buffer) / self.pack
            wanted = max(Decimal(0), free.to_integral_value(ROUND_FLOOR) * self.pack)
            wrong = shown != wanted
        if wrong:
            message = f"{sku} at {place}: Sage has {on_hand}, the cart shows {shown}"
            raise DivergedError(message)


def _lost(ask: Callable[[Sequence[NewLevel]], Any]) -> Callable[[Sequence[NewLevel]], Any]:
    """The cart does it, and nobody hears of it."""

    def lost(levels: Sequence[NewLevel]) -> list[Written]:
        ask(levels)
        return [Written(WriteOutcome.UNKNOWN)] * len(levels)

    return lost


def _down(levels: Sequence[NewLevel]) -> list[Written]:
    message = f"{len(levels)} levels could not be told"
    raise CartApiError(message)
