"""The order book of a simulated shop: every change is a version with a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.cart_simulators.orders import (
    Change,
    Event,
    GivenBack,
    OrderLine,
    Parcel,
    RefundedLine,
    Sale,
    ShopOrder,
)
from local.intacct_simulator.clock import Clock

_LINES_PER_ORDER = 100


class UnknownOrderError(LookupError):
    """The shop has no such order."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The times of update of an order's versions, the first one first."""

    times: tuple[datetime, ...]

    @property
    def last(self) -> datetime:
        """When it was changed last."""
        return self.times[-1]


class OrderBook:
    """All orders of a shop."""

    def __init__(self, clock: Clock, *, first_id: int = 1001) -> None:
        """Ids count up from `first_id`; `clock` tells the shop's time."""
        self._clock = clock
        self._next_id = first_id
        self._next_part = 1
        self._orders: dict[int, ShopOrder] = {}
        self._versions: dict[int, list[datetime]] = {}
        self.lateness = timedelta(0)
        """How long before now the next change says that it happened: it was written late."""
        self.listeners: list[Callable[[Change], None]] = []

    def __iter__(self) -> Iterator[ShopOrder]:
        """Every order, in the order of ids."""
        return iter(list(self._orders.values()))

    def __len__(self) -> int:
        """How many orders there are."""
        return len(self._orders)

    def order(self, order_id: object) -> ShopOrder:
        """The order of that id, given as a number or as text.

        Raises:
            UnknownOrderError: there is none.
        """
        text = str(order_id)
        found = self._orders.get(int(text)) if text.isdigit() else None
        if found is None:
            message = f"no order {text}"
            raise UnknownOrderError(message)
        return found

    def versions(self) -> dict[str, Versions]:
        """Every order's versions, by id as text."""
        return {str(key): Versions(tuple(times)) for key, times in self._versions.items()}

    def place(self, sale: Sale, *, order_id: int = 0) -> ShopOrder:
        """Take an order; a paid one is paid at once. `order_id` 0 takes the next one."""
        number = order_id or self._next_id
        self._next_id = max(self._next_id, number) + 1
        now = self._now()
        lines = tuple(
            OrderLine(id=number * _LINES_PER_ORDER + index, **dict(line))
            for index, line in enumerate(sale.lines)
        )
        order = ShopOrder(number, sale, lines, placed_at=now, updated_at=now)
        order.paid_at = now if sale.is_paid else None
        self._orders[number] = order
        self._versions[number] = [now]
        self._tell(Change(Event.PLACED, order, 1))
        if sale.is_paid:
            self._tell(Change(Event.PAID, order, 1))
        return order

    def pay(self, order_id: object) -> ShopOrder:
        """Receive the order's whole total."""
        order = self.order(order_id)
        order.paid_at = self._now()
        return self._changed(Event.PAID, order)

    def ship(self, order_id: object, quantities: Mapping[int, int] | None = None) -> ShopOrder:
        """Send a parcel: everything that has not left, or `quantities` by line id."""
        order = self.order(order_id)
        left = {line.id: line.quantity - order.shipped(line.id) for line in order.lines}
        wanted = dict(left if quantities is None else quantities)
        wanted = {line_id: number for line_id, number in wanted.items() if number}
        parcel = Parcel(self._part(), self._now(), wanted)
        order.parcels.append(parcel)
        return self._changed(Event.SHIPPED, order, parcel.id)

    def refund(self, order_id: object, quantities: Mapping[int, int]) -> ShopOrder:
        """Take units back, by line id, and pay them back."""
        order = self.order(order_id)
        lines = []
        for line in order.lines:
            if number := quantities.get(line.id, 0):
                before = order.returned(line.id)
                net, tax = (line.share(each, before, number) for each in (line.net, line.tax))
                lines.append(RefundedLine(line.id, number, net, tax))
        refund = GivenBack(self._part(), self._now(), tuple(lines))
        order.refunds.append(refund)
        return self._changed(Event.REFUNDED, order, refund.id)

    def cancel(self, order_id: object) -> ShopOrder:
        """Cancel the order; no money moves by that."""
        order = self.order(order_id)
        order.cancelled_at = self._now()
        return self._changed(Event.CANCELLED, order)

    def touch(self, order_id: object) -> ShopOrder:
        """Change something that means nothing to the books."""
        order = self.order(order_id)
        order.touches += 1
        return self._changed(Event.TOUCHED, order)

    def _changed(self, event: Event, order: ShopOrder, part_id: int = 0) -> ShopOrder:
        written = (self._now() - self.lateness).replace(microsecond=0)
        order.updated_at = max(order.updated_at, written)
        order.version += 1
        self._versions[order.id].append(order.updated_at)
        self._tell(Change(event, order, order.version, part_id))
        return order

    def _tell(self, change: Change) -> None:
        for listener in self.listeners:
            listener(change)

    def _part(self) -> int:
        self._next_part += 1
        return 50_000 + self._next_part

    def _now(self) -> datetime:
        """Whole seconds, as carts keep them."""
        return self._clock.stamp()
