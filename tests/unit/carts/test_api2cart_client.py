"""API2Cart against its simulator: cursors that stand alone, errors in good answers, odd shapes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, ChangedOrder, Headers, StoreAccess
from carts.api2cart.client import Api2CartClient
from carts.registry import adapter
from commerce.codec import canonical
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import Facts, FulfillmentStatus, OrderStatus, PaymentStatus
from local.cart_simulators.api2cart.simulator import Api2CartSimulator
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.unrest import Trouble
from local.cart_simulators.webhooks import Delivering, Signed
from local.intacct_simulator.clock import Clock

BASE = "http://127.0.0.1:1"
START = datetime(2026, 4, 1, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(
            sku="TAP",
            quantity=3,
            unit_price=Decimal("20.00"),
            discount=Decimal("6.00"),
            tax=Decimal("4.83"),
        ),
        SoldLine(sku="WASHER", unit_price=Decimal("10.00"), tax=Decimal("0.80")),
    ),
    shipping=Decimal("9.00"),
    shipping_tax=Decimal("0.80"),
)


class Shop:
    """A simulated store with a frozen clock, and a client whose waiting moves that clock."""

    def __init__(
        self, *, page_size: int = 50, secret: dict[str, Any] | None = None, **options: Any
    ) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.cart = Api2CartSimulator(clock=self.clock, **options)
        self.client = Api2CartClient.connect(
            StoreAccess("shop", "demo", BASE, "", self.cart.secret() | (secret or {})),
            transport=CartTransport(self.cart),
            clock=self.clock.now,
            sleep=self.clock.advance,
            page_size=page_size,
        )

    def sell(self, count: int = 1, seconds: float = 1, sale: Sale = SALE) -> list[str]:
        orders = []
        for _ in range(count):
            orders.append(str(self.cart.orders.place(sale).id))
            self.clock.advance(seconds)
        return orders

    def changed(self, since: datetime, until: datetime) -> list[ChangedOrder]:
        pages = self.client.changed_orders(since=since, until=until)
        return [row for page in pages for row in page]

    def facts(self, order_id: str) -> Facts:
        reading = self.client.order(order_id)
        assert reading.problems == ()
        assert reading.facts is not None
        return reading.facts


def answering(*documents: Any) -> tuple[Api2CartClient, list[float]]:
    """A client of a server that answers these in turn, the last one for ever; and its waits."""
    given = list(documents)
    waits: list[float] = []

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=given.pop(0) if len(given) > 1 else given[0])

    http = httpx.Client(base_url=BASE, transport=httpx.MockTransport(answer))
    client = Api2CartClient(http, "shop", clock=lambda: START, sleep=waits.append)
    return client, waits


def test_an_order_is_told_with_what_was_paid() -> None:
    shop = Shop()
    (sold,) = shop.sell()

    facts = shop.facts(sold)

    assert facts.order is not None
    assert order_breaches(facts.order) == []
    assert facts.order.total.plain() == "79.43"
    assert facts.order.payment_status is PaymentStatus.PAID
    assert [payment.amount.plain() for payment in facts.payments] == ["79.43"]
    assert facts.fulfilments == ()


def test_odd_shapes_tell_the_same_but_for_the_zone_of_their_dates() -> None:
    plain, odd = Shop(), Shop(is_odd=True)
    told = []
    for shop in (plain, odd):
        (sold,) = shop.sell()
        book = shop.cart.orders
        book.ship(sold)
        book.refund(sold, {book.order(sold).lines[0].id: 1})
        told.append(shop.facts(sold))

    first, second = (facts.order for facts in told)

    assert first is not None
    assert second is not None
    assert canonical(told[0].refunds) == canonical(told[1].refunds)
    assert canonical(told[0].fulfilments) == canonical(told[1].fulfilments)
    assert (first.lines, first.total, first.placed_at) == (
        second.lines,
        second.total,
        second.placed_at,
    )
    assert (first.source_flags, second.source_flags) == ((), ("ZONE_ASSUMED",))


def test_an_order_that_its_cart_calls_completed_left_whole_when_that_was_noted() -> None:
    shop = Shop()
    (sold,) = shop.sell()
    book = shop.cart.orders
    shop.clock.set(START + timedelta(hours=5), freeze=True)
    book.ship(sold)
    shop.clock.advance(86400)
    book.touch(sold)

    facts = shop.facts(sold)

    assert facts.order is not None
    assert facts.order.fulfillment_status is FulfillmentStatus.FULFILLED
    (parcel,) = facts.fulfilments
    assert parcel.shipped_at == START + timedelta(hours=5)
    assert [line.quantity for line in parcel.lines] == [Decimal(3), Decimal(1)]


def test_a_refund_is_told_with_its_tax() -> None:
    shop = Shop()
    (sold,) = shop.sell()
    book = shop.cart.orders
    book.refund(sold, {book.order(sold).lines[0].id: 1})

    (refund,) = shop.facts(sold).refunds

    assert refund_breaches(refund) == []
    assert refund.paid.plain() == "19.61"


def test_a_cancelled_order_is_told_as_one_and_left_nowhere() -> None:
    shop = Shop()
    (sold,) = shop.sell()
    shop.cart.orders.ship(sold)
    shop.cart.orders.cancel(sold)

    facts = shop.facts(sold)

    assert facts.order is not None
    assert facts.order.status is OrderStatus.CANCELLED
    assert facts.fulfilments == ()


@pytest.mark.parametrize("knows_cursors", [True, False])
@pytest.mark.parametrize("is_odd", [True, False])
def test_all_changed_orders_are_found_by_cursor_or_by_halves(
    *, knows_cursors: bool, is_odd: bool
) -> None:
    shop = Shop(page_size=7, knows_cursors=knows_cursors, is_odd=is_odd)
    sold = shop.sell(40)
    shop.clock.advance(600)

    rows = shop.changed(START, START + timedelta(hours=1))

    assert sorted(row.order_id for row in rows) == sorted(sold)


def test_a_window_is_half_open() -> None:
    shop = Shop()
    first, second = shop.sell(2)

    before = shop.changed(START, START + timedelta(seconds=1))
    after = shop.changed(START + timedelta(seconds=1), START + timedelta(minutes=1))

    assert [row.order_id for row in before] == [first]
    assert [row.order_id for row in after] == [second]


def test_more_orders_of_a_second_than_a_page_holds_are_said_where_there_is_no_cursor() -> None:
    shop = Shop(page_size=5, knows_cursors=False)
    shop.sell(20, seconds=0)
    shop.clock.advance(600)

    with pytest.raises(CartApiError, match="no cursor to go on by") as caught:
        shop.changed(START, START + timedelta(minutes=1))

    assert caught.value.is_lasting


def test_a_page_that_is_just_full_is_all_there_is() -> None:
    shop = Shop(page_size=5, knows_cursors=False)
    sold = shop.sell(5, seconds=0)
    shop.clock.advance(600)

    rows = shop.changed(START, START + timedelta(minutes=1))

    assert [row.order_id for row in rows] == sold


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knows_cursors", [True, False])
def test_orders_that_change_while_they_are_listed_are_all_found_in_their_last_version(
    seed: int, *, knows_cursors: bool
) -> None:
    trouble = Trouble(change_chance=0.9, most_changes=4, most_latency_seconds=20)
    shop = Shop(seed=seed, trouble=trouble, page_size=20, knows_cursors=knows_cursors)
    sold = shop.sell(60)
    seen: dict[str, datetime] = {}
    begin, until = START, START + timedelta(hours=3)

    while begin < until:
        end = begin + timedelta(hours=1)
        shop.clock.set(max(shop.clock.now(), end + timedelta(minutes=2)), freeze=True)
        for row in shop.changed(begin - timedelta(minutes=15), end):
            seen[row.order_id] = max(seen.get(row.order_id, row.updated_at), row.updated_at)
        begin = end

    last = {str(order.id): order.updated_at for order in shop.cart.orders}
    settled = {name: at for name, at in last.items() if at < until}
    assert set(settled) <= set(seen) <= set(sold)
    assert {name: seen[name] for name in settled} == settled
    assert len(settled) > len(sold) / 3


def test_a_spent_quota_is_waited_for() -> None:
    shop = Shop(page_size=2, calls_at_once=3)
    sold = shop.sell(80)
    shop.clock.advance(600)

    rows = shop.changed(START, START + timedelta(minutes=5))

    assert {row.order_id for row in rows} == set(sold)


def test_a_job_in_progress_is_waited_for_and_then_given_up_for_now() -> None:
    client, waits = answering({"return_code": 12, "return_message": "Job in progress"})

    with pytest.raises(CartApiError, match="busy") as caught:
        client.order("9101")

    assert not caught.value.is_lasting
    assert waits == [1, 2, 4]


@pytest.mark.parametrize(
    ("code", "said", "is_lasting"),
    [
        (109, "does not take the parameters", True),
        ("114", "does not take the parameters", True),
        (112, "no such order", True),
        (2, "the error 2", False),
        ("SECRET-9101", "the error unknown", False),
    ],
)
def test_an_error_in_a_good_answer_is_told_by_its_number_alone(
    code: Any, said: str, *, is_lasting: bool
) -> None:
    client, _ = answering({"return_code": code, "return_message": "Kim Example"})

    with pytest.raises(CartApiError, match=said) as caught:
        client.order("9101")

    assert caught.value.is_lasting is is_lasting
    assert "Kim" not in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_an_order_known_by_its_number_only_is_asked_by_that() -> None:
    asked: list[str] = []
    shop = Shop()
    (sold,) = shop.sell()

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode().partition("&")[0])
        if "order_id" not in asked[-1]:
            return httpx.Response(
                200, json={"return_code": 112, "return_message": "", "result": {}}
            )
        return CartTransport(shop.cart).handle_request(request)

    http = httpx.Client(
        base_url=f"{BASE}/v1.1",
        transport=httpx.MockTransport(answer),
        headers={"x-api-key": "demo-api2cart-key", "x-store-key": "demo-api2cart-store-key"},
    )

    reading = Api2CartClient(http, "shop").order(sold)

    assert reading.facts is not None
    assert asked == [f"id={sold}", f"order_id={sold}"]


@pytest.mark.parametrize("is_odd", [True, False])
def test_an_order_paid_in_test_mode_is_a_test(*, is_odd: bool) -> None:
    quiet = Shop(has_test_payments=True, is_odd=is_odd)
    asking = Shop(has_test_payments=True, is_odd=is_odd, secret={"reads_transactions": True})
    live = Shop(is_odd=is_odd, secret={"reads_transactions": True})

    orders = [shop.facts(shop.sell()[0]).order for shop in (quiet, asking, live)]

    assert [order.is_test if order else None for order in orders] == [False, True, False]


def test_what_lies_beyond_the_carts_reach_is_said() -> None:
    shop = Shop(secret={"reach_days": 90})

    with pytest.raises(CartApiError, match="90 days, not those of 2025-12-30") as caught:
        shop.changed(START - timedelta(days=92), START)

    assert caught.value.is_lasting


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_the_wire_are_waited_out(seed: int) -> None:
    shop = Shop(seed=seed, trouble=Trouble(fault_chance=0.2), page_size=8)
    sold = shop.sell(30)
    shop.clock.advance(600)

    rows = shop.changed(START, START + timedelta(minutes=5))

    assert {row.order_id for row in rows} == set(sold)


@pytest.mark.parametrize(
    ("base_url", "members"),
    [
        ("", {"api_key": ""}),
        ("", {"store_key": None}),
        ("", {"reach_days": "ninety"}),
        ("", {"reach_days": True}),
        ("https://evil.example", {}),
        ("http://api.api2cart.com", {}),
    ],
)
def test_keys_go_to_api2cart_only(base_url: str, members: dict[str, Any]) -> None:
    secret = Shop().cart.secret() | members

    with pytest.raises(CartApiError) as caught:
        adapter("api2cart").client(StoreAccess("shop", "x", base_url, "", secret))

    assert caught.value.is_lasting
    assert "demo-api2cart" not in str(caught.value)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"return_code": 0},
        {"return_code": 0, "result": {"order": [{"id": "1"}]}},
        {"return_code": 0, "result": {"order": [7]}},
        {"return_code": 0, "result": {"order": []}, "pagination": {"next": 7}},
    ],
)
def test_an_answer_of_another_shape_is_refused(document: Any) -> None:
    client, _ = answering(document)

    with pytest.raises(CartApiError, match="another shape"):
        list(client.changed_orders(since=START - timedelta(hours=1), until=START))


@pytest.mark.parametrize("profile", ["a", "b"])
def test_what_the_simulator_signs_is_genuine_and_names_the_order(profile: str) -> None:
    shop = Shop(profile=profile)
    shop.cart.outbox.delivering = Delivering(url="https://hooks.example")
    (sold,) = shop.sell()
    seen: list[Signed] = []

    def take(_url: str, signed: Signed) -> int:
        seen.append(signed)
        return 200

    shop.cart.outbox.pump(take)

    cart, secret = adapter("api2cart"), shop.cart.secret()
    assert len(seen) == 1
    assert cart.is_genuine(Headers(seen[0].headers), seen[0].body, secret)
    assert not cart.is_genuine(Headers(seen[0].headers), seen[0].body + b" ", secret)
    assert sold.encode() in seen[0].body
