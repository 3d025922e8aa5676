"""Amazon's orders mean what they say, and its notifications come from a queue only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, Headers, Reading, UnknownTopicError
from carts.amazon.orders import order_reading
from carts.amazon.readings import page_orders
from carts.documents import Node, parse
from carts.registry import adapter
from commerce.identity import order_breaches
from commerce.orders import OrderStatus, PaymentStatus, TaxCollector
from tests.unit.carts.numbers import (
    SUM_NAMES,
    edited,
    expected,
    facts_of,
    numbers,
    order_of,
    sample,
)

ITEM = "order.orderItems.0"
STATE = "order.fulfillment.fulfillmentStatus"


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "USD"}


def read(document: Any, topic: str = "order") -> Reading:
    return adapter("amazon").read("shop", topic, document)


def with_breakdown(kind: str, amount: str, total: str, **details: str) -> Any:
    document = edited("amazon", "get_order", {"order.proceeds.grandTotal": usd(total)})
    entry: dict[str, Any] = {"type": kind, "subtotal": usd(amount)}
    entry["detailedBreakdowns"] = [
        {"subtype": name, "value": usd(value)} for name, value in details.items()
    ]
    document["order"]["orderItems"][0]["proceeds"]["breakdowns"].append(entry)
    return document


def test_an_order_maps_to_its_expected_numbers() -> None:
    wanted = expected("amazon", "get_order")

    reading = read(sample("amazon", "get_order"))

    assert numbers(facts_of(reading)) == {key: wanted[key] for key in SUM_NAMES}
    assert order_of(reading).number == wanted["order_number"]


def test_a_page_holds_an_order_a_cancelled_one_and_one_that_waits() -> None:
    wanted = expected("amazon", "search_orders_page")["orders"]
    page = Node(sample("amazon", "search_orders_page"), "", [])

    first, second, third = [order_reading(node, "shop") for node in page_orders(page)]

    sold, cancelled = order_of(first), order_of(second)
    assert (sold.ref.id, sold.total.plain()) == (wanted[0]["order_id"], wanted[0]["total"])
    assert (cancelled.ref.id, cancelled.status) == (wanted[1]["order_id"], OrderStatus.CANCELLED)
    assert (str(cancelled.total), cancelled.lines) == ("0.00 USD", ())
    assert cancelled.cancelled_at is not None
    assert third == Reading(None)


def test_tax_is_amazons_where_it_says_so_and_nobodys_where_the_model_is_another() -> None:
    other = {f"{ITEM}.tax.taxCollections.0.model": "ODD"}
    none: dict[str, Any] = {f"{ITEM}.tax": None}

    said = order_of(read(sample("amazon", "get_order")))
    odd = order_of(read(edited("amazon", "get_order", other)))
    own = order_of(read(edited("amazon", "get_order", none)))

    assert {tax.collected_by for tax in said.all_taxes} == {TaxCollector.MARKETPLACE}
    assert odd.lines[0].taxes[0].collected_by is TaxCollector.UNKNOWN
    assert own.lines[0].taxes[0].collected_by is TaxCollector.SELLER


def test_tax_of_the_shipping_stays_with_the_shipping() -> None:
    order = order_of(read(sample("amazon", "get_order")))

    assert [tax.amount.plain() for tax in order.lines[0].taxes] == ["2.40"]
    assert [tax.amount.plain() for tax in order.shipping_lines[0].taxes] == ["0.40"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_discount_lowers_the_total_whatever_its_sign(sign: str) -> None:
    document = with_breakdown(
        "DISCOUNT", f"{sign}3.00", "48.05", ITEM=f"{sign}2.00", SHIPPING=f"{sign}1.00"
    )

    order = order_of(read(document))

    assert order_breaches(order) == []
    assert order.lines[0].discount.plain() == "2.00"
    assert order.shipping_lines[0].discount.plain() == "1.00"


def test_a_gift_wrap_is_a_charge() -> None:
    order = order_of(read(with_breakdown("GIFT_WRAP", "4.00", "55.05")))

    assert order_breaches(order) == []
    assert [charge.amount.plain() for charge in order.charges] == ["4.00", "3.00"]


def test_details_that_do_not_add_up_are_held() -> None:
    reading = read(with_breakdown("DISCOUNT", "3.00", "48.05", ITEM="2.00"))

    assert reading.facts is None
    assert [p.code for p in reading.problems] == [Code.UNBALANCED]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order.proceeds.grandTotal", "51.06"),
        ("order.proceeds.breakdowns.3.subtotal", "3.01"),
        (f"{ITEM}.proceeds.breakdowns.0.subtotal", "30.01"),
        (f"{ITEM}.proceeds.breakdowns.1.subtotal", "5.00"),
        (f"{ITEM}.proceeds.breakdowns.2.subtotal", "2.81"),
    ],
)
def test_one_cent_more_anywhere_is_never_believed(path: str, value: str) -> None:
    reading = read(edited("amazon", "get_order", {path: usd(value)}))

    if reading.facts is not None:
        assert order_breaches(order_of(reading))


def test_an_order_that_left_is_paid_and_its_items_are_parcels() -> None:
    waiting = facts_of(read(sample("amazon", "get_order")))
    shipped = facts_of(read(edited("amazon", "get_order", {STATE: "SHIPPED"})))
    changes = {STATE: "PARTIALLY_SHIPPED", f"{ITEM}.fulfillment.quantityFulfilled": 2}
    partly = facts_of(read(edited("amazon", "get_order", changes)))

    assert (waiting.payments, waiting.fulfilments) == ((), ())
    assert [str(payment.amount) for payment in shipped.payments] == ["51.05 USD"]
    assert len(shipped.fulfilments) == 2
    assert (partly.payments, len(partly.fulfilments)) == ((), 1)
    assert partly.order is not None
    assert partly.order.payment_status is PaymentStatus.AUTHORIZED


def test_an_item_that_was_cancelled_is_no_part_of_the_order() -> None:
    document = edited("amazon", "get_order", {"order.proceeds.grandTotal": usd("40.79")})
    item = document["order"]["orderItems"][1]
    del item["proceeds"]
    item["cancellation"] = {"cancellationExecution": {"cancelledBy": "MERCHANT"}}

    order = order_of(read(document))

    assert [line.id for line in order.lines] == ["90000000000101"]
    assert order_breaches(order) == []


def test_prices_that_hide_their_tax_are_said_to() -> None:
    def of(marketplace: str, currency: str) -> Any:
        document = edited("amazon", "get_order", {})
        order = document["order"]
        order["salesChannel"]["marketplaceId"] = marketplace
        order["proceeds"]["grandTotal"] = {"amount": "47.49", "currencyCode": currency}
        for holder in (order, *order["orderItems"]):
            kept = [b for b in holder["proceeds"]["breakdowns"] if b["type"] != "TAX"]
            for entry in kept:
                entry["subtotal"]["currencyCode"] = currency
            holder["proceeds"]["breakdowns"] = kept
        for item in order["orderItems"]:
            item["product"]["price"]["unitPrice"]["currencyCode"] = currency
        return document

    german = order_of(read(of("A1PA6795UKMFR9", "EUR")))
    american = order_of(read(of("ATVPDKIKX0DER", "USD")))

    assert (german.tax_known, american.tax_known) == (False, True)
    assert order_breaches(german) == order_breaches(american) == []


def test_an_order_of_another_channel_is_told_there_and_says_nothing_here() -> None:
    changes = {"order.salesChannel.channelName": "NON_AMAZON", "order.proceeds": None}

    assert read(edited("amazon", "get_order", changes)) == Reading(None)


def test_a_replacement_of_no_value_is_one() -> None:
    document = edited("amazon", "get_order", {"order.proceeds": {"grandTotal": usd("0.00")}})
    document["order"]["associatedOrders"] = [{"associationType": "REPLACEMENT_ORIGINAL_ID"}]
    for item in document["order"]["orderItems"]:
        item["proceeds"] = {"breakdowns": [{"type": "ITEM", "subtotal": usd("0.00")}]}

    assert order_of(read(document)).is_replacement
    assert not order_of(read(sample("amazon", "get_order"))).is_replacement


@pytest.mark.parametrize(
    ("path", "value", "place", "code"),
    [
        (STATE, "ODD", "order.fulfillment.fulfillmentStatus", Code.PAYLOAD_INVALID),
        (
            "order.salesChannel.marketplaceId",
            "X",
            "order.salesChannel.marketplaceId",
            Code.CONFIGURATION_MISSING,
        ),
        (
            f"{ITEM}.proceeds.breakdowns.0.type",
            "MAGIC",
            "order.orderItems[0].proceeds.breakdowns[0].type",
            Code.PAYLOAD_INVALID,
        ),
        (
            f"{ITEM}.quantityOrdered",
            "1.5",
            "order.orderItems[0].quantityOrdered",
            Code.PAYLOAD_INVALID,
        ),
        ("order.orderItems", [], "order.orderItems", Code.PAYLOAD_INVALID),
        ("order.proceeds", None, "order.proceeds.grandTotal", Code.PAYLOAD_INVALID),
    ],
)
def test_doubt_is_held_at_its_place(path: str, value: Any, place: str, code: Code) -> None:
    reading = read(edited("amazon", "get_order", {path: value}))

    assert reading.facts is None
    assert {p.place: p.code for p in reading.problems}.get(place) is code


def test_a_message_of_the_queue_names_order_seller_and_notification() -> None:
    wanted = expected("amazon", "order_change_notification")
    record = sample("amazon", "sqs_event_order_change")["Records"][0]
    body = record["body"].encode()

    delivery = adapter("amazon").describe(Headers({}), body, parse(body))
    bridged = adapter("amazon").describe(Headers({}), b"", {"detail": parse(body)})

    assert delivery.key == wanted["dedup_id"]
    assert delivery.resource_id == wanted["order_id"]
    assert (delivery.account, delivery.is_handled) == ("a0testseller01", True)
    assert bridged == delivery
    assert read(parse(body), delivery.topic) == Reading(None, needs_fetch=True)


def test_two_types_with_one_id_are_two_deliveries() -> None:
    document = sample("amazon", "order_change_notification")

    first = adapter("amazon").describe(Headers({}), b"", document)
    other = {**document, "NotificationType": "FBA_INVENTORY_AVAILABILITY_CHANGES"}
    second = adapter("amazon").describe(Headers({}), b"", other)

    assert first.key != second.key
    assert not second.is_handled
    with pytest.raises(UnknownTopicError):
        read(other, second.topic)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)), st.binary(max_size=20))
def test_nothing_over_http_is_amazon(headers: dict[str, str], body: bytes) -> None:
    assert not adapter("amazon").is_genuine(Headers(headers), body, {"webhook_secrets": ["s"]})
    assert adapter("amazon").missing_members({}) == []


@pytest.mark.parametrize("document", [None, [], {}, {"Payload": 1, "detail": []}, "x", 7])
def test_a_body_of_another_form_is_told_by_its_bytes(document: Any) -> None:
    delivery = adapter("amazon").describe(Headers({}), b"x", document)

    assert (delivery.topic, delivery.resource_id, delivery.is_handled) == ("unknown", "", False)
    assert delivery.account == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(index=st.integers(0, 400), value=_JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(index: int, value: Any) -> None:
    document = edited("amazon", "get_order", {})
    places: list[tuple[Any, Any]] = []
    _walk(document, places)
    holder, key = places[index % len(places)]
    holder[key] = value

    reading = read(document)

    assert (reading.facts is None) == bool(reading.problems)


def _walk(value: Any, places: list[tuple[Any, Any]]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in pairs:
        places.append((value, key))
        if isinstance(member, dict | list):
            _walk(member, places)
