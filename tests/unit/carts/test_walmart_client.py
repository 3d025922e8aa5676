"""Walmart's API against its simulator: cursors per ship node, returns, tokens, reconciliation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, ChangedOrder, Code, Headers, StoreAccess
from carts.registry import adapter
from carts.walmart.client import WalmartClient
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import Facts, OrderStatus, PaymentStatus
from commerce.payouts import PayoutLineKind, payout_breaches
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.unrest import Trouble
from local.cart_simulators.walmart.shapes import book_id, order_id
from local.cart_simulators.walmart.simulator import WalmartSimulator
from local.cart_simulators.webhooks import Delivering, Signed
from local.intacct_simulator.clock import Clock

BASE = "http://127.0.0.1:1"
START = datetime(2026, 4, 1, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(
            sku="BLANKET",
            quantity=2,
            unit_price=Decimal("24.99"),
            discount=Decimal("5.00"),
            tax=Decimal("4.13"),
        ),
        SoldLine(sku="PILLOW", unit_price=Decimal("12.50"), tax=Decimal("1.03")),
    ),
    shipping=Decimal("5.99"),
    shipping_tax=Decimal("0.49"),
)


class Seller:
    """A simulated seller with a frozen clock, and a client whose waiting moves that clock."""

    def __init__(
        self, *, page_size: int = 50, most_listed: int = 20_000, told: str = "", **options: Any
    ) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.walmart = WalmartSimulator(clock=self.clock, **options)
        secret = self.walmart.secret() | ({"charges_per": told} if told else {})
        self.client = WalmartClient.connect(
            StoreAccess("shop", self.walmart.account, BASE, "", secret),
            transport=CartTransport(self.walmart),
            clock=self.clock.now,
            sleep=self.clock.advance,
            page_size=page_size,
            most_listed=most_listed,
        )

    def sell(self, count: int = 1, seconds: float = 1, sale: Sale = SALE) -> list[str]:
        orders = []
        for _ in range(count):
            orders.append(order_id(self.walmart.orders.place(sale)))
            self.clock.advance(seconds)
        return orders

    def changed(self, since: datetime, until: datetime) -> list[ChangedOrder]:
        pages = self.client.changed_orders(since=since, until=until)
        return [row for page in pages for row in page]

    def facts(self, purchase_order: str) -> Facts:
        reading = self.client.order(purchase_order)
        assert reading.problems == ()
        assert reading.facts is not None
        return reading.facts


def test_an_order_is_worth_its_charges_and_their_tax() -> None:
    seller = Seller()
    (sold,) = seller.sell()

    facts = seller.facts(sold)

    assert facts.order is not None
    assert order_breaches(facts.order) == []
    assert facts.order.total.plain() == "69.12"
    assert len(facts.order.lines) == 3
    assert facts.order.payment_status is PaymentStatus.AUTHORIZED
    assert facts.payments == ()


def test_what_left_is_received_line_by_line() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    book = seller.walmart.orders
    blanket = book.order(book_id(sold)).lines[0].id
    seller.clock.set(START + timedelta(hours=2), freeze=True)
    book.ship(book_id(sold), {blanket: 1})

    facts = seller.facts(sold)

    assert [payment.amount.plain() for payment in facts.payments] == ["31.03"]
    assert [parcel.shipped_at for parcel in facts.fulfilments] == [START + timedelta(hours=2)]
    assert facts.order is not None
    assert facts.order.payment_status is PaymentStatus.PARTIALLY_PAID


def test_each_unit_that_goes_back_is_a_refund_of_its_own() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    book = seller.walmart.orders
    blanket = book.order(book_id(sold)).lines[0].id
    book.ship(book_id(sold))
    book.refund(book_id(sold), {blanket: 1})
    one = {refund.ref.id for refund in seller.facts(sold).refunds}
    book.refund(book_id(sold), {blanket: 1})

    refunds = seller.facts(sold).refunds

    assert [breach for refund in refunds for breach in refund_breaches(refund)] == []
    assert sorted(refund.paid.plain() for refund in refunds) == ["24.55", "24.56"]
    assert one < {refund.ref.id for refund in refunds}


def test_a_cancelled_order_has_no_amounts_and_is_told_as_one() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.walmart.orders.cancel(book_id(sold))

    order = seller.facts(sold).order

    assert order is not None
    assert (order.status, order.lines, order.total.plain()) == (OrderStatus.CANCELLED, (), "0.00")


@pytest.mark.parametrize(("told", "total"), [("line", "69.12"), ("unit", "124.71")])
def test_a_line_of_several_units_is_held_until_it_is_said_what_charges_are_per(
    told: str, total: str
) -> None:
    telling = Seller(splits_units=False, told=told)
    (sold,) = telling.sell()
    undecided = WalmartClient.connect(
        StoreAccess("shop", "", BASE, "", telling.walmart.secret() | {"charges_per": ""}),
        transport=CartTransport(telling.walmart),
    )

    held = undecided.order(sold)
    facts = telling.facts(sold)

    assert held.facts is None
    assert {problem.code for problem in held.problems} == {Code.CONFIGURATION_MISSING}
    assert facts.order is not None
    assert order_breaches(facts.order) == []
    assert facts.order.total.plain() == total


def test_a_refund_of_units_that_charges_are_per_is_held() -> None:
    seller = Seller(splits_units=False, told="unit")
    (sold,) = seller.sell()
    book = seller.walmart.orders
    book.refund(book_id(sold), {book.order(book_id(sold)).lines[0].id: 1})

    reading = seller.client.order(sold)

    assert reading.facts is None
    assert [problem.place for problem in reading.problems] == [
        "order.orderLines.orderLine[0].refund"
    ]


def test_all_kinds_of_ship_nodes_are_asked_page_by_page() -> None:
    seller = Seller(page_size=7)
    sold = seller.sell(60)
    seller.clock.advance(600)

    rows = seller.changed(START, START + timedelta(hours=1))

    assert sorted(row.order_id for row in rows) == sorted(sold)
    assert not any(row.is_follower for row in rows)


def test_a_window_of_more_orders_than_walmart_lists_is_halved() -> None:
    seller = Seller(page_size=10, most_listed=15)
    sold = seller.sell(90)
    seller.clock.advance(600)

    rows = seller.changed(START, START + timedelta(hours=1))

    assert {row.order_id for row in rows} == set(sold)
    assert len(rows) == len(sold)


def test_more_orders_in_a_second_than_walmart_lists_are_said() -> None:
    seller = Seller(most_listed=5)
    seller.sell(30, seconds=0)
    seller.clock.advance(600)

    with pytest.raises(CartApiError, match="more than 5 orders were modified in one second"):
        seller.changed(START, START + timedelta(minutes=1))


def test_a_refund_that_only_a_return_tells_of_has_its_order_read_once_more() -> None:
    seller = Seller(refunds_touch_orders=False)
    (sold,) = seller.sell()
    book = seller.walmart.orders
    seller.clock.advance(7200)
    book.refund(book_id(sold), {book.order(book_id(sold)).lines[0].id: 1})
    seller.clock.advance(600)
    window = (START + timedelta(hours=1), seller.clock.now())

    first, again = seller.changed(*window), seller.changed(*window)

    assert [(row.order_id, row.is_follower) for row in first] == [(sold, True)]
    assert again == []


def test_a_refund_that_its_order_shows_is_told_beside_the_orders_own_change() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    book = seller.walmart.orders
    book.refund(book_id(sold), {book.order(book_id(sold)).lines[0].id: 1})
    seller.clock.advance(600)

    rows = seller.changed(START, seller.clock.now())

    assert [row.is_follower for row in rows if row.order_id == sold] == [False, True, True]


def test_a_page_that_nobody_took_is_told_again() -> None:
    seller = Seller(refunds_touch_orders=False)
    (sold,) = seller.sell()
    book = seller.walmart.orders
    seller.clock.advance(7200)
    book.refund(book_id(sold), {book.order(book_id(sold)).lines[0].id: 1})
    seller.clock.advance(600)
    window = (START + timedelta(hours=1), seller.clock.now())
    for page in seller.client.changed_orders(since=window[0], until=window[1]):
        if page:
            break

    assert [row.order_id for row in seller.changed(*window)] == [sold]


@pytest.mark.parametrize("seed", range(4))
def test_orders_that_change_while_they_are_listed_are_all_found_in_their_last_version(
    seed: int,
) -> None:
    trouble = Trouble(change_chance=0.9, most_changes=4, most_latency_seconds=20)
    seller = Seller(seed=seed, trouble=trouble, page_size=20)
    sold = seller.sell(100)
    seen: dict[str, datetime] = {}
    begin, until = START, START + timedelta(hours=3)

    while begin < until:
        end = begin + timedelta(hours=1)
        seller.clock.set(max(seller.clock.now(), end + timedelta(minutes=2)), freeze=True)
        for row in seller.changed(begin - timedelta(minutes=15), end):
            seen[row.order_id] = max(seen.get(row.order_id, row.updated_at), row.updated_at)
        begin = end

    last = {order_id(order): order.updated_at for order in seller.walmart.orders}
    settled = {name: at for name, at in last.items() if at < until}
    assert sorted(seen) == sorted(sold)
    assert {name: seen[name] for name in settled} == settled


def test_an_ended_token_is_renewed_once_and_unseen() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.client.order(sold)
    seller.walmart.expire_tokens()

    seller.client.order(sold)

    assert [call.status for call in seller.walmart.calls][-3:] == [401, 200, 200]
    assert seller.walmart.tokens.issued == 2


def test_an_empty_bucket_is_waited_for_and_no_call_refused() -> None:
    seller = Seller(page_size=5, calls_at_once=2)
    seller.sell(80, seconds=0)
    seller.clock.advance(600)

    seller.changed(START, START + timedelta(hours=1))

    assert {call.status for call in seller.walmart.calls} == {200}


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_the_wire_are_waited_out(seed: int) -> None:
    seller = Seller(seed=seed, trouble=Trouble(fault_chance=0.2))
    sold = seller.sell(30)
    seller.clock.advance(600)

    rows = seller.changed(START, START + timedelta(minutes=5))

    assert {row.order_id for row in rows} == set(sold)


def test_a_fortnights_rows_add_up_to_what_is_paid() -> None:
    seller = Seller()
    first, second = seller.sell(2)
    book = seller.walmart.orders
    for sold in (first, second):
        book.ship(book_id(sold))
    book.refund(book_id(first), {book.order(book_id(first)).lines[1].id: 1})
    seller.clock.advance(30 * 86400)

    (reading,) = seller.client.payouts(since=START, until=seller.clock.now())

    payout = reading.payout
    assert payout is not None
    assert payout_breaches(payout) == []
    assert payout.sum_of(PayoutLineKind.CHARGE).plain() == "126.94"
    assert payout.sum_of(PayoutLineKind.REFUND).plain() == "-12.50"
    assert payout.fees.plain() == "17.16"
    assert {line.order_id for line in payout.lines} == {first, second}
    assert payout.ref.id == "20260330-20260412"


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"Amount\n1.00\n"])
def test_a_report_that_is_no_archive_of_one_file_is_refused(content: bytes) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("availableReconFiles"):
            return httpx.Response(200, json={"availableApReportDates": ["04142026"]})
        return httpx.Response(200, content=content)

    http = httpx.Client(base_url=BASE, transport=httpx.MockTransport(answer))

    with pytest.raises(CartApiError, match="another shape"):
        list(WalmartClient(http, "shop").payouts(since=START, until=START + timedelta(days=30)))


def test_what_lies_beyond_walmarts_reach_is_said() -> None:
    seller = Seller()

    with pytest.raises(CartApiError, match="180 days, not those of 2025-09-30") as caught:
        seller.changed(START - timedelta(days=183), START)

    assert caught.value.is_lasting


def test_an_unknown_order_is_a_lasting_error() -> None:
    with pytest.raises(CartApiError, match="no such order"):
        Seller().client.order("3800000009999")


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"list": []},
        {"list": {"elements": {"order": [{}]}}},
        {"list": {"elements": {"order": "x"}}},
        {"list": {"meta": {"nextCursor": 7}}},
        {"list": {"meta": {"nextCursor": "?"}}},
    ],
)
def test_an_answer_of_another_shape_is_refused(document: Any) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=document))
    http = httpx.Client(base_url=BASE, transport=transport)
    client = WalmartClient(http, "shop", clock=lambda: START)

    with pytest.raises(CartApiError, match="another shape"):
        list(client.changed_orders(since=START - timedelta(hours=1), until=START))


def test_what_the_simulator_sends_is_genuine_and_names_the_order() -> None:
    seller = Seller()
    seller.walmart.outbox.delivering = Delivering(url="https://hooks.example")
    (sold,) = seller.sell()
    seen: list[Signed] = []

    def take(_url: str, signed: Signed) -> int:
        seen.append(signed)
        return 200

    seller.walmart.outbox.pump(take)

    cart, secret = adapter("walmart"), seller.walmart.secret()
    assert len(seen) == 1
    assert cart.is_genuine(Headers(seen[0].headers), seen[0].body, secret)
    assert not cart.is_genuine(Headers({}), seen[0].body, secret)
    assert sold.encode() in seen[0].body
