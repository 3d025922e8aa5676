"""The common half of every simulated cart: time, orders, trouble, webhooks, and the way in.

A cart's folder subclasses `CartSimulator`: it gives routes, the shape of orders, and the webhooks
of a change. It imports no client of ours: what it imitates is read from the carts reference.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from local.cart_simulators.book import OrderBook, UnknownOrderError
from local.cart_simulators.catalogue import Catalogue, UnknownProductError
from local.cart_simulators.orders import Change, Event, GivenBack, ShopOrder
from local.cart_simulators.unrest import CALM, Trouble, Unrest
from local.cart_simulators.webhooks import Hook, Outbox, Send
from local.cart_simulators.wire import Answer, Refusal, Request, Route, json_answer
from local.intacct_simulator.clock import Clock


@dataclass(frozen=True, slots=True)
class Call:
    """One answered request, for the log of tests."""

    at: datetime
    method: str
    path: str
    status: int


class CartSimulator(ABC):
    """One shop of one cart."""

    name: ClassVar[str]
    first_id: ClassVar[int] = 1001
    retries: ClassVar[tuple[float, ...]] = ()
    """Pauses in seconds after which the cart sends a failed delivery again."""
    default_location: ClassVar[str] = ""
    """Where stock is that nobody placed; empty where the cart knows one place only."""
    sells_from_stock: ClassVar[bool] = True
    """Whether an order lowers what the cart shows; else a parcel does."""

    def __init__(
        self, *, clock: Clock | None = None, seed: int = 0, trouble: Trouble = CALM
    ) -> None:
        """`clock` real by default; the same seed and calls give the same trouble."""
        self.clock = clock or Clock()
        self.orders = OrderBook(self.clock, first_id=self.first_id)
        self.catalogue = Catalogue(self.clock, default_location=self.default_location)
        self.unrest = Unrest.of(seed, trouble)
        self.outbox = Outbox(self.clock, Unrest.of(seed + 1).dice, self.retries)
        self.send: Send | None = None
        """How deliveries leave where that is not by HTTP."""
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self._routes = tuple(self.routes())
        self.orders.listeners.append(self._announce)

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """The endpoints; the first that fits a request serves it."""

    @abstractmethod
    def hooks(self, change: Change) -> Sequence[Hook]:
        """The webhooks that the cart sends of a change."""

    @abstractmethod
    def secret(self) -> dict[str, Any]:
        """What a store's secret must hold to use the API and to prove deliveries."""

    @property
    @abstractmethod
    def account(self) -> str:
        """The shop's domain or seller, as a store's configuration names it."""

    def shown_id(self, order: ShopOrder) -> str:
        """The id that the cart's API gives an order."""
        return str(order.id)

    def changed_at(self, order: ShopOrder) -> datetime:
        """When the cart's API says that an order was changed last."""
        return order.updated_at

    def owed(self, order: ShopOrder) -> Decimal:
        """What the buyer owes the seller, as the cart's API tells it."""
        return order.total

    def given_back(self, refund: GivenBack) -> Decimal:
        """What the seller gave back, as the cart's API tells it."""
        return refund.amount

    def has_taken(self, order: ShopOrder) -> bool:
        """Whether the cart's API says of a paid order that its money was taken."""
        return order.paid_at is not None

    def before(self, request: Request) -> None:  # noqa: B027  # a cart may have no limits
        """Check credentials and limits.

        Raises:
            Refusal: the cart refuses the request.
        """

    def expire_tokens(self) -> None:  # noqa: B027  # a cart's tokens may have no end
        """End every access token now; nothing to do where tokens do not end."""

    def answer(self, request: Request) -> Answer:
        """Serve one request.

        Raises:
            Dropped: the connection breaks, by the seed.
        """
        with self.lock:
            self.unrest.pass_time(self.clock)
            answer = self._served(request)
            self.calls.append(Call(self.clock.now(), request.method, request.path, answer.status))
            return answer

    def _served(self, request: Request) -> Answer:
        if (fault := self.unrest.strike()) is not None:
            return fault
        for each in self._routes:
            fits = each.pattern.fullmatch(request.path)
            if fits and each.method == request.method:
                return self._handled(each, request, fits.groupdict())
        return json_answer({"error": "no such endpoint in the simulator"}, 404)

    def _handled(self, found: Route, request: Request, parts: dict[str, str]) -> Answer:
        try:
            self.before(request)
            answer = found.handler(request, **parts)
        except Refusal as refusal:
            return refusal.answer
        except (UnknownOrderError, UnknownProductError):
            return self.not_found()
        if found.is_listing:
            self.unrest.stir(self.orders)
        if found.lists_products:
            self.unrest.stir_products(self.catalogue)
        return answer

    def not_found(self) -> Answer:
        """What the cart answers of an order or product that it does not know."""
        return json_answer({"error": "not found"}, 404)

    def _announce(self, change: Change) -> None:
        order = change.order
        if change.event is Event.PLACED and self.sells_from_stock:
            for line in order.lines:
                self.catalogue.sell(line.sku, line.quantity)
        if change.event is Event.SHIPPED and not self.sells_from_stock:
            left = order.parcels[-1].quantities
            for line in order.lines:
                self.catalogue.sell(line.sku, left.get(line.id, 0))
        for hook in self.hooks(change):
            self.outbox.put(hook)
