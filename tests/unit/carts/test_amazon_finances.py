"""Amazon's transactions mean what they say: sales, fees, withheld tax, refunds by line."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, PayoutCart, Reading
from carts.amazon.payouts import settlement
from carts.amazon.readings import whole_order
from carts.documents import parse
from carts.registry import adapter
from commerce.identity import refund_breaches
from commerce.orders import AdjustmentKind, Refund
from commerce.payouts import FeeKind, Payout, PayoutLineKind, PayoutStatus, payout_breaches
from tests.unit.carts.numbers import expected, facts_of, sample

SHIPPED = "SHIPPED"


def transactions() -> list[dict[str, Any]]:
    """The sample's shipment and refund."""
    found: list[dict[str, Any]] = sample("amazon", "finances_transactions")["payload"][
        "transactions"
    ]
    return found


def shipped_order() -> Any:
    document = sample("amazon", "get_order")
    document["order"]["fulfillment"]["fulfillmentStatus"] = SHIPPED
    return document


def read(*listed: dict[str, Any]) -> Reading:
    """The sample's order with these transactions, as they come off the wire."""
    plain = parse(json.dumps(listed, default=str).encode())
    return whole_order(shipped_order(), plain, "shop")


def refunds(*listed: dict[str, Any]) -> tuple[Refund, ...]:
    found = facts_of(read(*listed)).refunds
    assert [breach for refund in found for breach in refund_breaches(refund)] == []
    return found


def usd(amount: str) -> dict[str, Any]:
    return {"currencyCode": "USD", "currencyAmount": Decimal(amount)}


def branch(name: str, amount: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"breakdownType": name, "breakdownAmount": usd(amount), "breakdowns": list(parts)}


def posted(kind: str, amount: str, *branches: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "transactionId": f"t-{kind}",
        "transactionType": kind,
        "transactionStatus": "RELEASED",
        "postedDate": "2026-04-10T09:30:00Z",
        "totalAmount": usd(amount),
        "relatedIdentifiers": [],
        "items": [],
        "breakdowns": list(branches),
        **members,
    }


def item(sku: str, quantity: int, *branches: dict[str, Any]) -> dict[str, Any]:
    context = {"contextType": "ProductContext", "sku": sku, "quantityShipped": quantity}
    return {"breakdowns": list(branches), "contexts": [context]}


def whole(*listed: dict[str, Any], paid: str = "0.00", **group: Any) -> Payout:
    """A closed settlement of these transactions."""
    about = {
        "FinancialEventGroupId": "GRP1",
        "ProcessingStatus": "Closed",
        "FundTransferStatus": "Succeeded",
        "FundTransferDate": "2026-04-16T00:00:00Z",
        "OriginalTotal": {"CurrencyCode": "USD", "CurrencyAmount": Decimal(paid)},
        "FinancialEventGroupStart": "2026-03-31T00:00:00Z",
        "FinancialEventGroupEnd": "2026-04-14T00:00:00Z",
        **group,
    }
    reading = settlement(about, listed, "shop")
    assert reading.problems == ()
    assert reading.payout is not None
    return reading.payout


def test_the_sample_is_worth_what_it_is_said_to_be() -> None:
    cart, wanted = adapter("amazon"), expected("amazon", "finances_transactions")
    assert isinstance(cart, PayoutCart)

    payout = cart.read_payout("shop", sample("amazon", "finances_transactions")).payout

    assert payout is not None
    shipment = [line for line in payout.lines if line.transaction_id == "txn-test-ship-0001"]
    assert {line.order_id for line in payout.lines} == {wanted["order_id"]}
    assert payout.sum_of(PayoutLineKind.CHARGE).plain() == wanted["charge_gross"]
    assert str(sum(line.net.amount for line in shipment)) == wanted["charge_net"]
    assert payout.sum_of(PayoutLineKind.REFUND).plain() == f"-{wanted['refunded_total']}"
    assert {line.refund_id for line in payout.lines} == {"", wanted["refund_id"]}
    assert [breach.place for breach in payout_breaches(payout)] == ["amount"]


def test_a_refund_goes_to_the_line_of_its_article_with_its_tax() -> None:
    wanted = expected("amazon", "finances_transactions")

    (refund,) = refunds(*transactions())

    (line,) = refund.lines
    assert refund.ref.id == wanted["refund_id"]
    assert (line.line_id, line.quantity) == ("90000000000102", Decimal(1))
    assert line.subtotal.plain() == wanted["refund_breakdown"]["lines"]
    assert line.tax.plain() == wanted["refund_breakdown"]["line_tax"]
    assert refund.paid.plain() == wanted["refunded_total"]


def test_several_articles_with_shipping_goodwill_and_a_fee_are_told_apart() -> None:
    sales = branch("Sales", "-46.85")
    goods = branch("ProductCharges", "-30.00", branch("OurPricePrincipal", "-30.00"))
    mug = item(
        "MUG-STN-12",
        2,
        goods,
        branch("Tax", "-2.80", branch("OurPriceTax", "-2.40"), branch("ShippingTax", "-0.40")),
        branch("Shipping", "-4.99", branch("ShippingPrincipal", "-4.99")),
    )
    coasters = item(
        "COA-CRK-04",
        1,
        branch(
            "ProductCharges",
            "-8.30",
            branch("OurPricePrincipal", "-9.50"),
            branch("RestockingDeductionPrincipal", "2.20"),
            branch("GoodwillPrincipal", "-1.00"),
        ),
        branch("Tax", "-0.76", branch("OurPriceTax", "-0.76")),
        branch("AmazonFees", "1.17", branch("Commission", "1.17")),
    )
    order = [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "111"}]

    (refund,) = refunds(
        posted("Refund", "-46.85", sales, items=[mug, coasters], relatedIdentifiers=order)
    )

    lines = {line.line_id: line for line in refund.lines}
    kinds = {part.kind: part.amount.plain() for part in refund.adjustments}
    assert [line.subtotal.plain() for line in lines.values()] == ["30.00", "9.50"]
    assert [line.quantity for line in lines.values()] == [2, 1]
    assert (refund.shipping, refund.shipping_tax) != (None, None)
    assert kinds == {AdjustmentKind.GOODWILL: "1.00", AdjustmentKind.RESTOCKING_FEE: "-2.20"}
    assert refund.paid.plain() == "46.85"


def test_goods_without_known_units_are_an_allowance_with_their_tax() -> None:
    goods = branch("ProductCharges", "-4.75", branch("OurPricePrincipal", "-4.75"))
    tax = branch("Tax", "-0.38", branch("OurPriceTax", "-0.38"))
    back = posted("Refund", "-5.13", branch("Sales", "-5.13"))

    (refund,) = refunds({**back, "items": [item("COA-CRK-04", 1, goods, tax)]})

    assert refund.lines == ()
    assert [(a.kind, a.amount.plain(), a.tax.plain()) for a in refund.adjustments] == [
        (AdjustmentKind.GOODWILL, "4.75", "0.38")
    ]


def test_parts_of_one_refund_in_two_transactions_are_one_refund() -> None:
    _, refund = transactions()
    second = {**refund, "transactionId": "txn-second"}

    (found,) = refunds(refund, second)

    assert found.paid.plain() == "20.52"
    assert len(found.lines) == 2


@pytest.mark.parametrize("status", ["DEFERRED", "deferred"])
def test_what_is_deferred_is_not_refunded_yet(status: str) -> None:
    _, refund = transactions()

    assert refunds({**refund, "transactionStatus": status}) == ()


def test_money_deferred_and_released_counts_once_by_either_link() -> None:
    _, refund = transactions()
    name = refund["transactionId"]

    def linked(kind: str, to: str, **members: Any) -> dict[str, Any]:
        link = {"relatedIdentifierName": kind, "relatedIdentifierValue": to}
        related = [*refund["relatedIdentifiers"], link]
        return {**refund, "relatedIdentifiers": related, **members}

    deferred = {"transactionId": "txn-deferred", "transactionStatus": "DEFERRED_RELEASED"}
    forward = linked("RELEASE_TRANSACTION_ID", name, **deferred)
    backward = linked("DEFERRED_TRANSACTION_ID", "txn-deferred")

    assert [r.paid.plain() for r in refunds(forward, refund)] == ["10.26"]
    assert [r.paid.plain() for r in refunds({**refund, **deferred}, backward)] == ["10.26"]
    assert [r.paid.plain() for r in refunds({**refund, **deferred})] == ["10.26"]
    assert [r.paid.plain() for r in refunds(refund, refund)] == ["10.26"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"items": [item("MUG-STN-12", 1), item("COA-CRK-04", 1)]}, Code.PAYMENT_UNDECIDED),
        ({"items": [item("ELSEWHERE", 1)]}, Code.PAYLOAD_INVALID),
        ({"items": []}, Code.PAYLOAD_INVALID),
        ({"items": [item("COA-CRK-04", 1, branch("Tax", "-1.00"))]}, Code.UNBALANCED),
        ({"totalAmount": usd("-8.34")}, Code.UNBALANCED),
        ({"totalAmount": {**usd("-8.33"), "currencyCode": "EUR"}}, Code.PAYLOAD_INVALID),
        ({"totalAmount": None}, Code.PAYLOAD_INVALID),
        ({"postedDate": "yesterday"}, Code.PAYLOAD_INVALID),
        ({"transactionId": None}, Code.PAYLOAD_INVALID),
    ],
)
def test_a_refund_that_cannot_be_told_holds_the_order(members: dict[str, Any], code: Code) -> None:
    _, refund = transactions()

    reading = read({**refund, **members})

    assert reading.facts is None
    assert code in {problem.code for problem in reading.problems}


def test_a_part_of_a_refund_without_a_meaning_holds_the_order() -> None:
    sales = branch("Sales", "-3.00", branch("MysteryPrincipal", "-3.00"))

    reading = read(posted("Refund", "-3.00", sales, items=[item("COA-CRK-04", 1)]))

    assert reading.facts is None
    assert reading.problems[0].place.startswith("finances.transactions[0].breakdowns[0]")


def test_branches_that_do_not_add_up_are_held_with_their_difference() -> None:
    sales = branch("Sales", "-3.00", branch("ProductCharges", "-2.99"))

    reading = read(posted("Refund", "-3.00", sales, items=[item("COA-CRK-04", 1)]))

    (problem,) = [p for p in reading.problems if p.code is Code.UNBALANCED][:1]
    assert problem.difference is not None
    assert problem.difference.plain() == "-0.01"


def test_the_settlement_of_j_6_8_reconciles_to_its_deposit() -> None:
    sales = branch("Sales", "1030.00", branch("ProductCharges", "1030.00"))
    fees = branch(
        "Expenses",
        "-364.50",
        branch(
            "AmazonFees",
            "-364.50",
            branch("Commission", "-154.50", branch("Base", "-154.50")),
            branch("FBAPerUnitFulfillmentFee", "-210.00"),
        ),
    )
    back = branch("Sales", "-90.00", branch("ProductCharges", "-90.00"))
    credit = branch("Expenses", "10.80", branch("AmazonFees", "10.80"))
    payout = whole(
        posted("Shipment", "665.50", sales, fees),
        posted("Refund", "-79.20", back, credit),
        posted("ProductAdsPayment", "-75.00", branch("AdvertisingFee", "-75.00")),
        posted("ServiceFee", "-12.30", branch("FBAStorageFee", "-12.30")),
        posted("Adjustment", "-150.00", branch("ReserveDebit", "-150.00")),
        posted("Transfer", "549.00", branch("FundTransfer", "549.00")),
        paid="549.00",
        BeginningBalance={"CurrencyCode": "USD", "CurrencyAmount": Decimal("200.00")},
    )

    by_fee = {
        kind: sum(line.amount.amount for line in payout.lines if line.fee_kind is kind)
        for kind in FeeKind
    }
    assert payout_breaches(payout) == []
    assert (payout.status, payout.bank_reference) == (PayoutStatus.PAID, "")
    assert by_fee[FeeKind.REFERRAL] == Decimal("-143.70")
    assert by_fee[FeeKind.FULFILMENT] == Decimal("-210.00")
    assert by_fee[FeeKind.ADVERTISING] == Decimal("-75.00")
    assert by_fee[FeeKind.STORAGE] == Decimal("-12.30")
    assert payout.sum_of(PayoutLineKind.RESERVE).plain() == "50.00"
    assert payout.sum_of(PayoutLineKind.TRANSFER).plain() == "0.00"


@pytest.mark.parametrize("paid", ["0.00", "-42.00"])
def test_settlements_of_nothing_or_less_are_settlements(paid: str) -> None:
    fee = posted("ServiceFee", paid, branch("Subscription", paid))

    payout = whole(fee, paid=paid)

    assert payout_breaches(payout) == []


def test_a_name_without_meaning_is_a_line_that_says_so_and_still_counts() -> None:
    fees = branch("Expenses", "-3.00", branch("AmazonFees", "-3.00", branch("NewFee", "-3.00")))

    payout = whole(posted("Shipment", "-3.00", fees), posted("NewType", "1.00"), paid="-2.00")

    assert payout_breaches(payout) == []
    assert {line.type_name: line.is_recognized for line in payout.lines} == {
        "NewFee": False,
        "NewType": False,
    }


def test_a_granted_claim_is_a_refund_here_and_there_and_a_chargeback_is_a_dispute() -> None:
    back = branch("Sales", "-9.00", branch("ProductCharges", "-9.00"))

    payout = whole(
        posted("GuaranteeClaim", "-9.00", back), posted("Chargeback", "-9.00", back), paid="-18.00"
    )

    kinds = [PayoutLineKind.REFUND, PayoutLineKind.DISPUTE]
    assert [line.kind for line in payout.lines] == kinds
    one = item("COA-CRK-04", 1)
    told = [posted(kind, "-9.00", back, items=[one]) for kind in ("GuaranteeClaim", "Chargeback")]
    assert [refund.ref.id for refund in refunds(*told)] == ["t-GuaranteeClaim"]


def test_an_open_group_and_one_in_another_currency_say_so() -> None:
    converted = {"CurrencyCode": "EUR", "CurrencyAmount": Decimal("0.92")}
    fee = posted("ServiceFee", "1.00", branch("Subscription", "1.00"))

    waiting = whole(fee, paid="1.00", ProcessingStatus="Open")
    abroad = whole(fee, paid="1.00", ConvertedTotal=converted)

    assert waiting.status is PayoutStatus.OPEN
    assert str(abroad.bank_amount) == "0.92 EUR"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(index=st.integers(0, 400), value=_JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(index: int, value: Any) -> None:
    document = sample("amazon", "finances_transactions")
    places: list[tuple[Any, Any]] = []
    _walk(document, places)
    holder, key = places[index % len(places)]
    holder[key] = value
    cart = adapter("amazon")
    assert isinstance(cart, PayoutCart)

    reading = cart.read_payout("shop", document)

    assert reading.payout is None or not reading.problems
    if reading.payout is not None:
        payout_breaches(reading.payout)


def _walk(value: Any, places: list[tuple[Any, Any]]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in pairs:
        places.append((value, key))
        if isinstance(member, dict | list):
            _walk(member, places)


@pytest.mark.parametrize("document", [None, [], {}, {"payload": None}, {"payload": [1]}, "x", 7])
def test_a_document_of_another_form_is_no_payout(document: Any) -> None:
    cart = adapter("amazon")
    assert isinstance(cart, PayoutCart)

    assert cart.read_payout("shop", document).payout is None
