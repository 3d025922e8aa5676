"""Facts survive storage exactly, and damaged bytes are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.codec import CodecError, canonical, decode, encode, fingerprint
from commerce.money import Money
from commerce.orders import (
    Facts,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    Refund,
    RefundLine,
    TaxLine,
    Version,
)

NOW = datetime(2026, 4, 2, 14, 14, 5, tzinfo=UTC)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def facts() -> Facts:
    tax = TaxLine("State", usd("2.50"), rate=Decimal("0.1"))
    line = OrderLine(
        id="1",
        sku="A",
        title="Ärmel",
        quantity=Decimal("1.500"),
        unit_price=usd("10.00"),
        gross=usd("15.00"),
        discount=usd("0"),
        taxes=(tax,),
    )
    order = Order(
        ref=Ref("shopify", "shop", "order", "9007199254740993"),
        number="#1",
        version=Version(NOW, "d"),
        placed_at=NOW.astimezone(timezone(timedelta(hours=-5))),
        status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
        currency="USD",
        total=usd("17.50"),
        lines=(line,),
        outstanding=usd("0.00"),
        tags=("a", "b"),
    )
    payment = Payment(
        ref=Ref("shopify", "shop", "payment", "7"),
        order_id="1",
        kind=PaymentKind.SALE,
        state=PaymentState.SUCCESS,
        gateway="g",
        amount=usd("17.50"),
        processed_at=NOW,
    )
    refund = Refund(
        ref=Ref("shopify", "shop", "refund", "8"),
        order_id="1",
        created_at=NOW,
        currency="USD",
        lines=(RefundLine("1", Decimal(1), usd("10"), usd("1")),),
        shipping=usd("1"),
        transactions=(replace(payment, kind=PaymentKind.REFUND),),
    )
    parcel = Fulfilment(
        ref=Ref("shopify", "shop", "fulfilment", "5"),
        order_id="1",
        shipped_at=NOW,
        lines=(FulfilmentLine("1", Decimal(1)),),
    )
    return Facts(order.ref, order, (payment,), (parcel,), (refund,))


def test_facts_come_back_as_they_went_in_digit_for_digit() -> None:
    stored = decode(encode(facts()))

    assert stored == facts()
    assert str(stored.order and stored.order.lines[0].quantity) == "1.500"


def test_facts_without_an_order_come_back_without_one() -> None:
    bare = replace(facts(), order=None)

    assert decode(encode(bare)) == bare


@given(
    st.decimals(
        min_value=-(10**14), max_value=10**14, allow_nan=False, allow_infinity=False, places=4
    )
)
def test_any_amount_survives(amount: Decimal) -> None:
    order = facts().order
    assert order is not None
    changed = replace(facts(), order=replace(order, total=Money(amount, "USD")))

    back = decode(encode(changed)).order

    assert back is not None
    assert back.total.amount.as_tuple() == amount.as_tuple()


def test_equal_values_written_differently_have_one_fingerprint() -> None:
    order = facts().order
    assert order is not None
    short = replace(order, total=usd("17.5"), placed_at=order.placed_at.astimezone(UTC))

    assert fingerprint(short) == fingerprint(order)
    assert fingerprint(replace(order, total=usd("17.51"))) != fingerprint(order)
    assert b"17.5 USD" in canonical(order)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"schema":2,"facts":{}}',
        b'{"schema":1,"facts":null}',
        b'{"schema":1,"facts":{}}',
        b'{"schema":1,"facts":{"ref":{"cart":"s","store":"s","type":"t","id":7}}}',
        b'{"schema":1,"facts":{"ref":{"cart":"s","store":"s","type":"t","id":"7"},"x":1}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


@given(st.data())
def test_a_changed_member_is_refused_or_read_never_another_exception(data: st.DataObject) -> None:
    stored = encode(facts()).decode()
    start = data.draw(st.integers(0, len(stored) - 1))
    junk = data.draw(st.sampled_from(['"', "1", "null", "{}", "[]", "x", "", "USD", "-"]))
    changed = stored[:start] + junk + stored[start + 1 :]

    try:
        result = decode(changed.encode())
    except CodecError:
        return

    assert isinstance(result, Facts)
