"""What all simulated carts share: orders that add up, trouble by the seed, webhooks, limits."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cart_simulators.book import OrderBook, UnknownOrderError
from local.cart_simulators.limits import Bucket, Tokens
from local.cart_simulators.orders import Event, Sale, SoldLine
from local.cart_simulators.unrest import Trouble, Unrest
from local.cart_simulators.webhooks import Delivering, Hook, Outbox, Signed
from local.cart_simulators.wire import Dropped, to_json
from local.intacct_simulator.clock import Clock

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
LISTENER = "http://127.0.0.1/hook"


def frozen() -> Clock:
    clock = Clock()
    clock.set(NOW, freeze=True)
    return clock


def sale(quantity: int = 3, price: str = "9.99", tax: str = "1.00") -> Sale:
    line = SoldLine(sku="A", quantity=quantity, unit_price=Decimal(price), tax=Decimal(tax))
    return Sale(lines=(line,), shipping=Decimal("4.90"))


@given(
    quantity=st.integers(1, 9),
    cents=st.integers(1, 99_999),
    discount=st.integers(0, 100),
    tax=st.integers(0, 999),
)
def test_what_is_given_back_unit_by_unit_adds_up_to_what_was_paid(
    quantity: int, cents: int, discount: int, tax: int
) -> None:
    line = SoldLine(
        sku="A",
        quantity=quantity,
        unit_price=Decimal(cents) / 100,
        discount=min(Decimal(discount) / 100, Decimal(cents) / 100),
        tax=Decimal(tax) / 100,
    )
    book = OrderBook(frozen())
    order = book.place(Sale(lines=(line,)))

    for _ in range(quantity):
        book.refund(order.id, {order.lines[0].id: 1})

    assert order.refunded == order.total
    assert order.returned(order.lines[0].id) == quantity


def test_every_change_is_a_version_whose_time_never_goes_back() -> None:
    clock = frozen()
    book = OrderBook(clock)
    seen: list[Event] = []
    book.listeners.append(lambda change: seen.append(change.event))
    order = book.place(sale())
    clock.advance(60)

    book.ship(order.id)
    book.lateness = timedelta(seconds=90)
    book.touch(order.id)

    assert seen == [Event.PLACED, Event.PAID, Event.SHIPPED, Event.TOUCHED]
    assert book.versions()[str(order.id)].times == (NOW, *[NOW + timedelta(seconds=60)] * 2)
    assert order.is_shipped
    with pytest.raises(UnknownOrderError):
        book.order("999")


def test_a_seed_repeats_its_trouble() -> None:
    trouble = Trouble(fault_chance=0.5)

    def struck(seed: int) -> list[int]:
        unrest = Unrest.of(seed, trouble)
        found = []
        for _ in range(40):
            try:
                answer = unrest.strike()
            except Dropped:
                found.append(-1)
            else:
                found.append(answer.status if answer else 200)
        return found

    assert struck(7) == struck(7)
    assert {-1, 200, 429, 503} <= set(struck(7))


def test_orders_change_between_pages_and_some_are_written_late() -> None:
    clock = frozen()
    book = OrderBook(clock)
    book.place(sale())
    clock.advance(3600)
    unrest = Unrest.of(1, Trouble(change_chance=1.0, latest_write_seconds=90))

    unrest.stir(book)

    (versions,) = book.versions().values()
    assert len(versions.times) > 1
    assert clock.now() - timedelta(seconds=91) < versions.last <= clock.now()
    assert book.lateness == timedelta(0)


def outbox(retries: tuple[float, ...] = (), **rules: float) -> tuple[Outbox, Clock]:
    clock = frozen()
    box = Outbox(clock, random.Random(3), retries)  # noqa: S311  # a repeatable dice
    box.delivering = Delivering.model_validate({"url": LISTENER, **rules})
    return box, clock


def hook(topic: str = "orders/paid") -> Hook:
    return Hook(topic, "1", lambda: Signed(b"{}", {}))


def test_deliveries_are_lost_or_doubled_as_told() -> None:
    lost, _ = outbox(lost=1.0)
    doubled, _ = outbox(doubled=1.0)
    for box in (lost, doubled):
        box.put(hook())

    assert [box.pump(lambda *_: 200) for box in (lost, doubled)] == [0, 2]
    assert [status for _, _, status in doubled.sent] == [200, 200]


def test_deliveries_wait_for_their_time() -> None:
    box, clock = outbox(most_delay_seconds=100)
    box.put(hook())

    at_once = box.pump(lambda *_: 200)
    clock.advance(100)

    assert (at_once, box.pump(lambda *_: 200), box.waiting) == (0, 1, 0)


def test_a_failed_delivery_is_sent_again_as_the_cart_does_and_no_more_often() -> None:
    box, clock = outbox(retries=(60, 300))
    none, _ = outbox()
    box.put(hook())
    none.put(hook())

    for _ in range(5):
        box.pump(lambda *_: 500)
        none.pump(lambda *_: 500)
        clock.advance(300)

    assert len(box.sent) == 3
    assert len(none.sent) == 1


def test_nobody_is_told_where_nobody_listens() -> None:
    box, _ = outbox()
    box.delivering = Delivering()
    box.put(hook())

    assert box.waiting == 0


def test_points_refill_with_time_and_no_further_than_the_bucket() -> None:
    clock = frozen()
    bucket = Bucket(clock, capacity=10, per_second=2)

    assert bucket.take(9)
    assert not bucket.take(2)
    assert bucket.seconds_until(5) == 2.0
    clock.advance(2)
    assert bucket.take(5)
    clock.advance(3600)
    assert bucket.available == 10


def test_tokens_end_by_time_and_by_order() -> None:
    clock = frozen()
    tokens = Tokens(clock, seconds=3600)
    token = tokens.issue()

    valid = tokens.is_valid(token)
    clock.advance(3600)

    assert (valid, tokens.is_valid(token), tokens.is_valid("none")) == (True, False, False)
    other = tokens.issue()
    tokens.expire_all()
    assert not tokens.is_valid(other)


def test_decimals_become_json_numbers_digit_by_digit() -> None:
    document = {"a": Decimal("1.10"), "b": [Decimal("1E+2")], "c": "1.10"}

    assert to_json(document) == b'{"a":1.10,"b":[100],"c":"1.10"}'
