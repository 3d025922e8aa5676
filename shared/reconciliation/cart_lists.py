"""The cart's own list of a day's orders beside our facts: what no webhook and no poll told of.

An order counts on the day that it was last changed on, so that every order is in one day's list. It
costs nothing at Sage and few calls of the cart: a list tells ids and times alone, and only orders
that are missing here are looked at. Each of those is asked for as a poll would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from carts.adapter import CartApiError, CartClient, ChangedOrder
from commerce.orders import Order
from shared.customers.scope import out_of_scope
from shared.gl.calendar import day_end
from shared.gl.dates import ledger_date
from shared.intake.archive import NotKeptError
from shared.intake.cart_events import CartEvents
from shared.polling.poller import go_live
from shared.polling.windows import hint
from shared.ports import Clock
from shared.reconciliation.book import ProofBook, Sources
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.rows import Row, order_name
from shared.reconciliation.statement import CartList
from shared.tenants.models import Entity, Store, Tenant

TURN = timedelta(seconds=60)
"""How long one store's list is read at most: other stores and Sage are read in the same run."""

SETTLED = timedelta(minutes=30)
"""How old a change is before it speaks against us: webhook, poll and queue need their time."""

LOOKS_MAX = 25
"""How many missing orders of a store one proof looks at: carts give few calls a minute."""

UNSEEN = 0
"""The version of a row whose order has no facts; facts are counted from one."""


@dataclass(frozen=True, slots=True)
class CartLists:
    """Compares carts' lists with the facts.

    `client_of` gives the client of a store's API, None where no access was given.
    """

    client_of: Callable[[Tenant, Store], CartClient | None]
    events: CartEvents
    sources: Sources
    book: ProofBook
    clock: Clock

    def compare(
        self, tenant: Tenant, entity: Entity, on: date, deadline: datetime
    ) -> tuple[CartList, ...]:
        """Compare the lists of all stores of an entity on a ledger day with their facts.

        What is missing here gets a row in the proof book, which stays until its facts came or its
        cart does not list it any more, and a hint to `customer_sync`. Whatever goes wrong with one
        store is said in its own answer and breaks no proof.
        """
        stores = [store for store in tenant.stores if store.entity == entity.id]
        return tuple(
            _Comparison(self, tenant, entity, store, on, deadline).told() for store in stores
        )


@dataclass(slots=True)
class _Comparison:
    """One store's list of one day."""

    parts: CartLists
    tenant: Tenant
    entity: Entity
    store: Store
    on: date
    deadline: datetime
    listed: int = 0
    missing: dict[str, ChangedOrder] = field(default_factory=dict)
    looks: int = LOOKS_MAX
    named: int = 0

    @property
    def is_late(self) -> bool:
        """Whether this store's time is over."""
        return self.parts.clock() >= self.deadline

    def told(self) -> CartList:
        """Read the list, name what is missing, and say how far that came."""
        try:
            refusal = self._compare()
        except CartApiError as error:
            refusal = f"the cart's API: {error}"
        except NotKeptError:
            refusal = "what is missing could not be asked for"
        except Exception as error:  # noqa: BLE001  # a process edge: the proof goes on
            refusal = f"the comparison broke off: {type(error).__name__}"
        return CartList(self.store.id, self.listed, self.named, refusal)

    def _compare(self) -> str:
        """Compare, and say why not to the end; empty where it was."""
        begin, until = self._window()
        started = go_live(self.tenant, self.store)
        if self.tenant.is_paused:
            return "the tenant is paused"
        if started is None:
            return "the store has no go-live date"
        if max(begin, started) >= until:
            return "nothing of the day is old enough, or the store was not live yet"
        self.deadline = min(self.deadline, self.parts.clock() + TURN)
        client = self.parts.client_of(self.tenant, self.store)
        if client is None:
            return "no access to the store's API"
        is_whole = self._read(client, max(begin, started), until)
        self._look_again(client)
        for one in self.missing.values():
            self._name(client, one)
        return "" if is_whole else "there was no time to read the list to its end"

    def _window(self) -> tuple[datetime, datetime]:
        """The instants of the ledger day, as far as it is old enough."""
        zone, ends_at = self.entity.zone, self.entity.day_ends_at
        begin = day_end(self.on - timedelta(days=1), zone, ends_at)
        until = day_end(self.on, zone, ends_at)
        return begin.astimezone(UTC), min(until, self.parts.clock() - SETTLED).astimezone(UTC)

    def _read(self, client: CartClient, begin: datetime, until: datetime) -> bool:
        """Go through the list page by page and keep what has no facts; whether to its end."""
        for page in client.changed_orders(since=begin, until=until):
            told = {one.order_id: one for one in page}
            self.listed += len(told)
            seen = self._known(told)
            self.missing |= {name: one for name, one in told.items() if name not in seen}
            if self.is_late:
                return False
        return True

    def _known(self, order_ids: Iterable[str]) -> set[str]:
        return self.parts.sources.known(self.tenant.id, self.store.id, order_ids)

    def _look_again(self, client: CartClient) -> None:
        """Orders that were missing before: the cart may have deleted them since."""
        for row in list(self._standing()):
            order_id = row.name.partition("#")[2]
            if order_id in self.missing or self._known([order_id]):
                continue
            if not self._may_look():
                self.named += 1
                continue
            at = datetime.fromisoformat(row.differences[0].found)
            pages = client.changed_orders(since=at, until=at + timedelta(seconds=1))
            there = [one for page in pages for one in page if one.order_id == order_id]
            if there:
                self.missing[order_id] = there[0]
            else:
                self._clear(order_id)

    def _may_look(self) -> bool:
        """Take one look at a single order, as long as there are looks and time."""
        if self.looks <= 0 or self.is_late:
            return False
        self.looks -= 1
        return True

    def _standing(self) -> Iterator[Row]:
        book, tenant = self.parts.book, self.tenant.id
        for head in book.heads(tenant, self.store.id):
            if head.version == UNSEEN and head.is_open and head.name.startswith(order_name("")):
                row = book.row(tenant, self.store.id, head.name)
                if row is not None and row.differences:
                    yield row

    def _name(self, client: CartClient, one: ChangedOrder) -> None:
        """Ask for the order, and keep that it is missing, unless it is nothing to be booked."""
        self.parts.events.send(hint(self.tenant, self.store, one, self.parts.clock()))
        order, text = self._looked(client, one)
        if order is not None and out_of_scope(self.tenant, self.store, order):
            return
        if order is None and not text:
            self._clear(one.order_id)
            return
        self.named += 1
        self.parts.book.put(self.tenant.id, self._row(one, order, text))

    def _looked(self, client: CartClient, one: ChangedOrder) -> tuple[Order | None, str]:
        """The order as its cart tells it, and what is said of it; neither of what is no order."""
        usual = "the cart lists it, and nobody told of it; it was asked for"
        if not self._may_look():
            return None, usual
        try:
            reading = client.order(one.order_id)
        except CartApiError as error:
            return None, f"{usual}, and cannot be read: {error}"
        order = reading.facts.order if reading.facts else None
        if order is None and not reading.problems:
            return None, ""
        return order, usual

    def _row(self, one: ChangedOrder, order: Order | None, text: str) -> Row:
        at = order.placed_at if order else one.updated_at
        zone, ends_at = self.entity.zone, self.entity.day_ends_at
        total = order.total if order else None
        currency = total.currency if total else self.entity.base_currency
        name = order_name(one.order_id)
        untold = Difference(
            store=self.store.id,
            subject=name.replace("#", " "),
            cause=Cause.NOT_TOLD,
            what="order",
            text=text,
            since=min(self.on, ledger_date(at, zone, ends_at)),
            amount=-total.amount if total else None,
            currency=currency,
            member="listed",
            found=one.updated_at.isoformat(),
        )
        return Row(self.store.id, name, UNSEEN, currency, differences=(untold,))

    def _clear(self, order_id: str) -> None:
        """Nothing is missing of an order that the cart does not have, or that is none."""
        name, book = order_name(order_id), self.parts.book
        known = book.row(self.tenant.id, self.store.id, name)
        if known is not None and known.version == UNSEEN and known.differences:
            book.put(self.tenant.id, Row(self.store.id, name, UNSEEN, known.currency))
