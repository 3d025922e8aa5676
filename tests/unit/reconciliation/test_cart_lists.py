"""The carts' own lists beside the facts: what nobody told of is named, and asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from carts.adapter import CartApiError, ChangedOrder, Code, Problem, Reading
from shared.reconciliation.cart_lists import LOOKS_MAX, SETTLED, TURN
from shared.reconciliation.differences import Cause
from shared.reconciliation.page import page
from shared.reconciliation.statement import CartList, Statement, Verdict, decode, encode
from shared.reconciliation.tables import table
from tests.accounting.lives import order_a
from tests.unit.reconciliation.world import ENTITY, World, order_facts

ON = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 16, tzinfo=UTC)
BUSY = CartApiError("it is busy")
SOLD = order_facts("1001", order_a().stages[-1])


@dataclass
class Cart:
    """A cart's list in pages of two, and the orders in it."""

    world: World
    updates: dict[str, datetime] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    windows: list[tuple[datetime, datetime]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    fails_after: int | None = None
    page_takes: timedelta = timedelta(0)
    error: Exception = BUSY

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        self.windows.append((since, until))
        rows = sorted((at, i) for i, at in self.updates.items() if since <= at < until)
        for number, start in enumerate(range(0, len(rows), 2)):
            if self.fails_after is not None and number >= self.fails_after:
                raise self.error
            self.world.company.clock.advance(self.page_takes.total_seconds())
            yield [ChangedOrder(i, at) for at, i in rows[start : start + 2]]

    def order(self, order_id: str) -> Reading:
        self.looks.append(order_id)
        if order_id not in self.readings:
            message = "the cart knows no such order"
            raise CartApiError(message, is_lasting=True)
        return self.readings[order_id]


@pytest.fixture
def world() -> World:
    """An order that is posted, in a shop that is live."""
    made = World()
    live = [
        one.model_copy(update={"go_live_on": "2026-03-01"}) if one.id == "shop" else one
        for one in made.tenant.stores
    ]
    made.tenant = made.tenant.model_copy(update={"stores": tuple(live)})
    made.sell(SOLD)
    made.next_morning()
    return made


@pytest.fixture
def cart(world: World) -> Cart:
    """The shop's cart, which lists the order that is known."""
    made = Cart(world, {"1001": AT})
    world.carts["shop"] = made
    return made


def lost(name: str) -> Reading:
    """A reading of an order that nobody told of."""
    return Reading(order_facts(name, order_a().stages[-1]))


def shop(statement: Statement) -> CartList:
    return next(one for one in statement.lists if one.store == "shop")


def test_a_list_that_holds_what_we_hold_leaves_the_day_equal(world: World, cart: Cart) -> None:
    statement = world.prove(ON)

    assert statement.verdict is Verdict.EQUAL
    assert shop(statement) == CartList("shop", listed=1)
    assert cart.looks == []
    begin, end = datetime(2026, 3, 2, 5, tzinfo=UTC), datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert cart.windows == [(begin, end)]


def test_an_order_that_nobody_told_of_is_named_with_its_total_and_asked_for(
    world: World, cart: Cart
) -> None:
    cart.updates |= {"1002": AT, "1003": AT}
    cart.readings["1002"] = lost("1002")
    world.sell(order_facts("1003", order_a().stages[-1]))

    statement = world.prove(ON)

    (found,) = statement.differences
    assert (found.cause, found.subject, found.since) == (
        Cause.NOT_TOLD,
        "order 1002",
        date(2026, 3, 1),
    )
    assert found.amount == Decimal("-69.95")
    assert shop(statement) == CartList("shop", listed=3, missing=1)
    assert statement.verdict is Verdict.OPEN
    (asked,) = world.queue.events
    assert (asked.store, asked.resource_id, asked.as_of) == ("shop", "1002", AT)
    invoices = next(k for s in statement.stores for k in s.kinds if k.kind == "invoice")
    assert invoices.wanted_amount == invoices.proved_amount == Decimal("139.90")


def test_it_stays_open_on_the_days_after_until_its_facts_come(world: World, cart: Cart) -> None:
    cart.updates["1002"] = AT
    cart.readings["1002"] = lost("1002")
    world.prove(ON)
    world.next_morning()

    open_still = world.prove(ON + timedelta(days=1))
    world.sell(order_facts("1002", order_a().stages[-1]))
    world.next_morning()
    closed = world.prove(ON + timedelta(days=2))

    assert [one.subject for one in open_still.differences] == ["order 1002"]
    assert len(world.queue.events) == 2
    assert closed.differences == ()
    assert shop(closed) == CartList("shop")


def test_an_order_that_the_cart_deleted_since_is_missing_no_more(world: World, cart: Cart) -> None:
    cart.updates["1002"] = AT
    world.prove(ON)
    world.next_morning()
    del cart.updates["1002"]

    statement = world.prove(ON + timedelta(days=1))

    assert (statement.differences, shop(statement).missing) == ((), 0)


def test_an_order_that_cannot_be_read_is_named_without_amount(world: World, cart: Cart) -> None:
    cart.updates["1002"] = AT

    (found,) = world.prove(ON).differences

    assert found.amount is None
    assert found.text.endswith("and cannot be read: the cart knows no such order")


@pytest.mark.parametrize("is_draft", [True, False])
def test_what_is_never_booked_is_asked_for_and_not_missed(
    world: World, cart: Cart, *, is_draft: bool
) -> None:
    test = lost("1002")
    assert test.facts is not None
    assert test.facts.order is not None
    order = replace(test.facts.order, is_test=True)
    cart.updates["1002"] = AT
    cart.readings["1002"] = Reading(None if is_draft else replace(test.facts, order=order))

    statement = world.prove(ON)

    assert statement.verdict is Verdict.EQUAL
    assert shop(statement) == CartList("shop", listed=2)
    assert [one.resource_id for one in world.queue.events] == ["1002"]


def test_an_order_whose_document_has_problems_is_missing(world: World, cart: Cart) -> None:
    cart.updates["1002"] = AT
    cart.readings["1002"] = Reading(None, (Problem(Code.PAYLOAD_INVALID, "total", "is no amount"),))

    assert [one.subject for one in world.prove(ON).differences] == ["order 1002"]


def test_only_so_many_orders_are_looked_at_and_all_are_named(world: World, cart: Cart) -> None:
    names = [str(2000 + number) for number in range(LOOKS_MAX + 5)]
    cart.updates |= dict.fromkeys(names, AT)
    cart.readings |= {name: lost(name) for name in names}

    first = world.prove(ON)
    world.next_morning()
    second = world.prove(ON + timedelta(days=1))

    assert len(cart.looks) == LOOKS_MAX
    assert shop(first).missing == shop(second).missing == len(names)
    assert {one.subject for one in first.differences} == {f"order {name}" for name in names}
    assert len(second.differences) == len(names)


def test_a_list_that_takes_too_long_says_so_and_names_what_was_read(
    world: World, cart: Cart
) -> None:
    cart.updates |= {"1002": AT, "1003": AT, "1004": AT}
    cart.page_takes = TURN

    statement = world.prove(ON)

    assert shop(statement) == CartList(
        "shop", 2, 1, "there was no time to read the list to its end"
    )
    assert [one.subject for one in statement.differences] == ["order 1002"]
    assert cart.looks == []


def test_a_cart_that_fails_breaks_no_proof(world: World, cart: Cart) -> None:
    cart.fails_after = 0
    busy = world.prove(ON)
    cart.error = KeyError("orders")
    odd = world.prove(ON)

    assert (busy.verdict, odd.verdict) == (Verdict.EQUAL, Verdict.EQUAL)
    assert shop(busy).not_asked == "the cart's API: it is busy"
    assert shop(odd).not_asked == "the comparison broke off: KeyError"


def test_an_order_that_could_not_be_asked_for_is_asked_for_by_the_next_proof(
    world: World, cart: Cart
) -> None:
    cart.updates["1002"] = AT
    world.queue.is_down = True
    first = world.prove(ON)
    world.queue.is_down = False

    second = world.prove(ON)

    assert shop(first).not_asked == "what is missing could not be asked for"
    assert shop(second) == CartList("shop", listed=2, missing=1)
    assert world.queue.ids == ["1002"]


def test_what_changed_a_moment_ago_speaks_against_nobody(world: World, cart: Cart) -> None:
    world.company.clock.set(AT, freeze=True)
    cart.updates |= {"1002": AT - SETTLED, "1003": AT - SETTLED - timedelta(minutes=1)}

    statement = world.prove(ON)

    assert [one.subject for one in statement.differences] == ["order 1003"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"go_live_on": ""}, "the store has no go-live date"),
        ({"go_live_on": "2026-03-03"}, "nothing of the day is old enough"),
    ],
)
def test_a_store_whose_orders_are_not_polled_is_not_asked(
    world: World, cart: Cart, change: dict[str, str], reason: str
) -> None:
    stores = tuple(one.model_copy(update=change) for one in world.tenant.stores)
    world.tenant = world.tenant.model_copy(update={"stores": stores})

    statement = world.prove(ON)

    assert shop(statement).not_asked.startswith(reason)
    assert cart.windows == []


def test_a_store_without_access_is_not_asked(world: World) -> None:
    assert shop(world.prove(ON)).not_asked == "no access to the store's API"
    assert world.tenant.entity(ENTITY) is not None


def test_page_tables_and_file_show_the_lists(world: World, cart: Cart) -> None:
    cart.updates["1002"] = AT
    statement = world.prove(ON)

    text = page(statement).decode()
    rows = [
        (row["store"], row["cart"], row["difference"], row["text"])
        for row in csv.DictReader(io.StringIO(table(statement).decode()))
        if row["section"] == "cart lists"
    ]

    assert "The carts' own lists of the day" in text
    assert "not asked: the store has no go-live date" in text
    assert ("shop", "2", "-1", "every order of the list") in rows
    assert decode(encode(statement)) == statement
