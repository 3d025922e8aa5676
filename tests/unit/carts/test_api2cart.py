"""API2Cart: odd shapes mean what they say, and only the recipe in use counts as a proof."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, Headers, Reading, UnknownTopicError
from carts.api2cart.orders import order_reading
from carts.api2cart.readings import page_orders
from carts.documents import Node
from carts.registry import adapter
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import AdjustmentKind, PaymentStatus, Refund, TaxCollector
from tests.unit.carts.numbers import (
    EVENTS,
    SUM_NAMES,
    edited,
    expected,
    facts_of,
    numbers,
    order_of,
    sample,
    vectors,
)

_VECTORS = vectors("api2cart")
REFUNDED = "order_info_partial_refund"


def read(document: Any, topic: str = "order") -> Reading:
    return adapter("api2cart").read("shop", topic, document)


def refund_of(changes: dict[str, Any]) -> Refund:
    return facts_of(read(edited("api2cart", REFUNDED, changes))).refunds[0]


@pytest.mark.parametrize("name", [REFUNDED, "order_info_array_shape_cancelled"])
def test_an_order_maps_to_its_expected_numbers(name: str) -> None:
    wanted = expected("api2cart", name)

    reading = read(sample("api2cart", name))

    assert numbers(facts_of(reading)) == {key: wanted[key] for key in SUM_NAMES}
    assert order_of(reading).number == wanted["order_number"]


def test_an_order_of_a_list_maps_to_its_expected_numbers() -> None:
    wanted = expected("api2cart", "order_list")["orders"][0]
    page = Node(sample("api2cart", "order_list"), "", [])

    found = [numbers(facts_of(order_reading(each, "shop"))) for each in page_orders(page)]

    assert found == [{key: wanted[key] for key in SUM_NAMES}]


def test_a_refund_maps_to_its_expected_parts_once() -> None:
    wanted = expected("api2cart", REFUNDED)

    refunds = facts_of(read(sample("api2cart", REFUNDED))).refunds

    parts = wanted["refund_breakdown"]
    assert [refund.ref.id for refund in refunds] == wanted["refund_ids"]
    line = refunds[0].lines[0]
    assert (line.subtotal.plain(), line.tax.plain()) == (parts["lines"], parts["line_tax"])


def test_a_refund_that_only_the_status_tells_of_is_held() -> None:
    reading = read(edited("api2cart", REFUNDED, {"result.refunds": []}))

    assert reading.facts is None
    assert [(p.code, p.place) for p in reading.problems] == [
        (Code.UNBALANCED, "result.status.refund_info")
    ]


@pytest.mark.parametrize(
    ("fee", "total", "kind", "amount"),
    [
        (2, 21.61, AdjustmentKind.GOODWILL, "2.00"),
        (2, 17.61, AdjustmentKind.RESTOCKING_FEE, "-2.00"),
    ],
)
def test_the_total_of_a_refund_tells_which_way_a_fee_went(
    fee: int, total: float, kind: AdjustmentKind, amount: str
) -> None:
    changes = {
        "result.refunds.0.fee": fee,
        "result.refunds.0.total": total,
        "result.status.refund_info": None,
    }

    refund = refund_of(changes)

    assert [(a.kind, a.amount.plain()) for a in refund.adjustments] == [(kind, amount)]
    assert refund_breaches(refund) == []


def test_tax_inside_the_items_of_a_refund_is_taken_out() -> None:
    changes = {"result.refunds.0.total": 18.0, "result.status.refund_info": None}

    line = refund_of(changes).lines[0]

    assert (line.subtotal.plain(), line.tax.plain()) == ("16.39", "1.61")


@pytest.mark.parametrize("quantity", [None, 0, "0"])
def test_an_amount_on_a_line_without_units_is_an_allowance(quantity: Any) -> None:
    refund = refund_of({"result.refunds.0.items.0.qty": quantity})

    assert refund.lines == ()
    assert [(a.kind, a.amount.plain(), a.tax.plain()) for a in refund.adjustments] == [
        (AdjustmentKind.GOODWILL, "18.00", "1.61")
    ]
    assert refund_breaches(refund) == []


def test_a_refund_without_items_is_goodwill() -> None:
    refund = refund_of({"result.refunds.0.items": []})

    assert [(a.amount.plain(), a.tax.plain()) for a in refund.adjustments] == [("18.00", "1.61")]
    assert refund_breaches(refund) == []


def test_a_subtotal_that_is_net_of_the_discount_takes_no_discount_off_again() -> None:
    """As Etsy states it: prices after discount, and the discount told beside them."""
    changes = {
        "result.total.subtotal_ex_tax": 63.0,
        "result.order_products.0.price": 18.0,
        "result.order_products.1.price": 9.0,
    }

    order = order_of(read(edited("api2cart", REFUNDED, changes)))

    assert order_breaches(order) == []
    assert [line.discount.plain() for line in order.lines] == ["0.00", "0.00"]


def test_a_discount_that_only_the_order_states_is_shared_by_value() -> None:
    changes = {
        "result.order_products.0.discount_amount": None,
        "result.order_products.1.discount_amount": None,
    }

    order = order_of(read(edited("api2cart", REFUNDED, changes)))

    assert [line.discount.plain() for line in order.lines] == ["6.00", "1.00"]
    assert order_breaches(order) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("result.total.total", 78.44),
        ("result.total.subtotal_ex_tax", 70.01),
        ("result.total.total_discount", 7.01),
        ("result.total.shipping_ex_tax", 9.01),
        ("result.total.total_tax", 6.44),
        ("result.totals.total", 78.44),
        ("result.order_products.0.price", 20.01),
        ("result.order_products.0.quantity", 4),
        ("result.order_products.0.discount_amount", 6.01),
        ("result.refunds.0.total", 19.62),
        ("result.refunds.0.items.0.refund", 18.01),
    ],
)
def test_one_cent_more_anywhere_is_never_believed(path: str, value: Any) -> None:
    reading = read(edited("api2cart", REFUNDED, {path: value}))

    if reading.facts is not None:
        facts = reading.facts
        assert facts.order is not None
        assert order_breaches(facts.order) or refund_breaches(facts.refunds[0])


def test_tax_whose_parts_do_not_add_up_stays_with_the_order() -> None:
    changes = {"result.order_products.0.tax_value": None}

    order = order_of(read(edited("api2cart", REFUNDED, changes)))

    assert [tax.amount.plain() for tax in order.all_taxes] == ["6.43"]
    assert {tax.collected_by for tax in order.all_taxes} == {TaxCollector.UNKNOWN}
    assert order_breaches(order) == []


def test_a_bare_date_is_taken_as_utc_and_flagged() -> None:
    order = order_of(read(sample("api2cart", "order_info_array_shape_cancelled")))

    assert order.placed_at.isoformat() == "2026-04-03T09:00:00+00:00"
    assert order.source_flags == ("ZONE_ASSUMED",)


@pytest.mark.parametrize("value", [None, {}, {"iso3": None}, {"iso3": "usd"}, []])
def test_a_currency_is_never_guessed(value: Any) -> None:
    reading = read(edited("api2cart", REFUNDED, {"result.currency": value}))

    assert reading.facts is None
    assert "result.currency.iso3" in [problem.place for problem in reading.problems]


def test_an_error_in_the_envelope_is_a_problem_without_its_text() -> None:
    reading = read(sample("api2cart", "error_no_parameter"))

    assert [problem.message for problem in reading.problems] == [
        "the API answered with the error 109"
    ]


def test_what_was_paid_tells_the_receipt() -> None:
    paid = facts_of(read(sample("api2cart", REFUNDED)))
    partly = facts_of(read(edited("api2cart", REFUNDED, {"result.total.total_paid": 10})))
    unsaid = facts_of(read(sample("api2cart", "order_info_array_shape_cancelled")))

    assert [str(p.amount) for p in paid.payments] == ["78.43 USD"]
    assert (partly.payments, unsaid.payments) == ((), ())
    assert unsaid.order is not None
    assert unsaid.order.payment_status is PaymentStatus.UNKNOWN


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    profile = "a" if "plus-body" in vector["scheme"] else "b"
    other = "b" if profile == "a" else "a"
    secret = {"webhook_profile": profile, "webhook_secrets": ["new", vector["secret"]]}
    lower = {name.lower(): value for name, value in vector["headers"].items()}
    api2cart = adapter("api2cart")

    genuine = api2cart.is_genuine(Headers(lower), _body(vector), secret)
    otherwise = api2cart.is_genuine(
        Headers(lower), _body(vector), {**secret, "webhook_profile": other}
    )

    assert genuine is (vector["expect"] == "valid")
    assert not otherwise


def _body(vector: dict[str, Any]) -> bytes:
    if "body_file" in vector:
        return (EVENTS / "api2cart" / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def test_all_vectors_of_api2cart_are_here() -> None:
    assert len(_VECTORS) == 5


@given(st.binary(max_size=40), st.text(max_size=40), st.sampled_from(["a", "b", "off", ""]))
def test_no_guess_is_accepted(body: bytes, value: str, profile: str) -> None:
    secret = {"webhook_profile": profile, "webhook_secrets": ["s"]}

    assert not adapter("api2cart").is_genuine(Headers({"X-Webhook-Signature": value}), body, secret)


def test_what_the_secret_lacks_is_named() -> None:
    api2cart = adapter("api2cart")

    assert api2cart.missing_members({}) == ["webhook_profile", "webhook_secrets"]
    assert api2cart.missing_members({"webhook_profile": "off", "webhook_secrets": ["s"]}) == [
        "webhook_profile"
    ]


def test_a_delivery_names_its_order_and_is_told_by_its_content() -> None:
    headers = Headers({"X-Webhook-Entity": "order", "X-Webhook-Action": "update"})
    document = sample("api2cart", "webhook_order_update")
    api2cart = adapter("api2cart")

    first = api2cart.describe(headers, b"1", document)
    again = api2cart.describe(headers, b"1", document)
    other = api2cart.describe(headers, b"2", document)

    assert first == again
    assert first.key != other.key
    assert first.resource_id == expected("api2cart", "webhook_order_update")["order_id"]
    assert (first.topic, first.is_handled) == ("order/update", True)
    assert read(document, first.topic) == Reading(None, needs_fetch=True)


@pytest.mark.parametrize("document", [None, [], [1, 2], "x", 7, {}, {"id": "", "order_id": []}])
def test_a_body_of_another_form_names_no_order(document: Any) -> None:
    delivery = adapter("api2cart").describe(Headers({}), b"", document)

    assert (delivery.topic, delivery.resource_id, delivery.is_handled) == ("unknown", "", False)
    with pytest.raises(UnknownTopicError):
        read({}, delivery.topic)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(index=st.integers(0, 400), value=_JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(index: int, value: Any) -> None:
    document = edited("api2cart", REFUNDED, {})
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
