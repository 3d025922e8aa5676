"""Shapes that Amazon really answers with: each is read to the cent, or held by name."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, PayoutReading, Reading
from carts.amazon.adapter import ADAPTER
from carts.amazon.payouts import loose_transactions, settlement
from carts.amazon.readings import whole_order
from carts.documents import Node, parse
from carts.shapes import Source, shapes
from commerce.payouts import FeeKind, PayoutLine, PayoutLineKind, payout_breaches
from tests.unit.carts.numbers import edited, facts_of, numbers, order_of, sample

GROUP = "_Tq7Zk0-nC5xVw2RsJ9bLhYdE4mPaGf1uXo8iQy3tB"
SHIPPED = "-Wm3Vd8_pLkR5tYhN2sQxZc7JbGf0eUa9oI4rTyH6gE"
RELATED = [
    ("ORDER_ID", "902-0000017-0000017"),
    ("SHIPMENT_ID", "not only letters: 14/17 (b)"),
    ("FINANCIAL_EVENT_GROUP_ID", GROUP),
]


def worth(amount: float) -> dict[str, Any]:
    return {"currencyAmount": amount, "currencyCode": "SEK"}


def branch(name: str, amount: float, *parts: dict[str, Any]) -> dict[str, Any]:
    told = {"breakdownType": name, "breakdownAmount": worth(amount)}
    return {**told, "breakdowns": list(parts) or None}


def item(sku: str, *branches: dict[str, Any]) -> dict[str, Any]:
    context = {
        "contextType": "ProductContext",
        "sku": sku,
        "asin": "B0TEST0117",
        "quantityShipped": 1,
        "fulfillmentNetwork": "AFN",
    }
    return {"description": "x", "breakdowns": list(branches), "contexts": [context]}


FEES_OF_ONE = branch(
    "AmazonFees",
    -50.5,
    branch("FBAPerUnitFulfillmentFee", -20.5, branch("Base", -16.4), branch("Tax", -4.1)),
    branch("Commission", -30, branch("Base", -30)),
)
FEES_OF_OTHER = branch("AmazonFees", -12, branch("Commission", -12))
SOLD = [branch("Tax", 40), branch("ProductCharges", 160), branch("Shipping", 20)]


def transaction(*items: dict[str, Any], fees: float, **members: Any) -> dict[str, Any]:
    """A shipment as the Finances API tells it: split no further than the items' trees."""
    return {
        "sellingPartnerMetadata": {
            "sellingPartnerId": "A0TEST",
            "marketplaceId": "A2NODRKZP88ZB9",
            "accountType": "Standard Orders",
        },
        "transactionType": "Shipment",
        "transactionId": SHIPPED,
        "transactionStatus": None,
        "relatedIdentifiers": [
            {"relatedIdentifierName": name, "relatedIdentifierValue": value}
            for name, value in RELATED
        ],
        "totalAmount": worth(round(220 + fees, 2)),
        "description": "Order Payment",
        "postedDate": "2026-01-18T12:45:47Z",
        "items": list(items),
        "breakdowns": [
            branch("Sales", 220, *SOLD),
            branch("Expenses", fees, branch("AmazonFees", fees)),
        ],
        "contexts": None,
        **members,
    }


def received(document: Any) -> Any:
    """The document as it is after it came over the wire."""
    return parse(json.dumps(document).encode())


def read(*told: dict[str, Any]) -> PayoutReading:
    root = Node({"transactions": received(list(told))}, "", [])
    return loose_transactions(root.nodes("transactions"), "shop")


def lines_of(reading: PayoutReading) -> tuple[PayoutLine, ...]:
    assert reading.problems == ()
    assert reading.payout is not None
    return reading.payout.lines


def test_ids_in_base64_may_begin_with_a_dash_or_an_underscore() -> None:
    reading = read(transaction(item("A", *SOLD, FEES_OF_ONE), fees=-50.5))

    assert reading.payout is not None
    assert reading.payout.ref.id == GROUP
    assert {line.transaction_id for line in reading.payout.lines} == {SHIPPED}


def test_fees_that_only_the_items_split_are_booked_by_their_own_names() -> None:
    told = transaction(item("A", *SOLD, FEES_OF_ONE), item("B", FEES_OF_OTHER), fees=-62.5)

    lines = lines_of(read(told))

    assert [(line.type_name, line.net.plain(), line.fee_kind) for line in lines] == [
        ("Sales", "220.00", None),
        ("FBAPerUnitFulfillmentFee", "-20.50", FeeKind.FULFILMENT),
        ("Commission", "-42.00", FeeKind.REFERRAL),
    ]


def test_fees_that_the_items_split_into_another_sum_stay_one_amount() -> None:
    lines = lines_of(read(transaction(item("A", *SOLD, FEES_OF_ONE), fees=-51)))

    assert [(line.type_name, line.net.plain()) for line in lines] == [
        ("Sales", "220.00"),
        ("AmazonFees", "-51.00"),
    ]


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        (
            {
                "transactionType": "ServiceFee",
                "breakdowns": [branch("FBAStorageFee", -9.9)],
                "totalAmount": worth(-9.9),
                "items": [],
            },
            [("FBAStorageFee", "-9.90", PayoutLineKind.FEE, True)],
        ),
        (
            {
                "transactionType": "SomethingNew",
                "breakdowns": [branch("NeverSeenFee", -1.25)],
                "totalAmount": worth(-1.25),
                "items": None,
            },
            [("NeverSeenFee", "-1.25", PayoutLineKind.ADJUSTMENT, False)],
        ),
        (
            {
                "breakdowns": {"breakdowns": [branch("Sales", 39.200000000000003)]},
                "totalAmount": worth(39.2),
            },
            [("Sales", "39.20", PayoutLineKind.CHARGE, True)],
        ),
    ],
    ids=["a fee of the account", "a name that is not known", "a list inside an object"],
)
def test_a_transaction_of_that_shape_is_read_to_the_cent(
    members: dict[str, Any], wanted: list[tuple[str, str, PayoutLineKind, bool]]
) -> None:
    lines = lines_of(read(transaction(fees=0, **members)))

    told = [(x.type_name, x.net.plain(), x.kind, x.is_recognized) for x in lines]
    assert told == wanted


def by_sign(order_id: str = RELATED[0][1], **members: Any) -> dict[str, Any]:
    """A refund sorted by sign: fees that came back as sales, what the buyer got as expenses."""
    told = transaction(
        item(
            "MUG-STN-12",
            branch("ProductCharges", -15, branch("OurPricePrincipal", -15)),
            branch("Tax", -1.2, branch("OurPriceTax", -1.2)),
            branch(
                "AmazonFees", 1.8, branch("Commission", 2.25), branch("RefundCommission", -0.45)
            ),
        ),
        fees=0,
        transactionType="Refund",
        transactionId="refund-1",
        totalAmount=worth(-14.4),
        breakdowns=[
            branch("Sales", 1.8, branch("AmazonFees", 1.8)),
            branch("Expenses", -16.2, branch("ProductCharges", -15), branch("Tax", -1.2)),
        ],
        relatedIdentifiers=[
            {"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": order_id},
            {"relatedIdentifierName": "REFUND_ID", "relatedIdentifierValue": "R-7"},
        ],
    )
    return {**told, **members}


def test_a_refund_sorted_by_sign_is_told_from_the_fees_that_came_back() -> None:
    lines = lines_of(read(by_sign()))

    assert [(x.type_name, x.net.plain(), x.kind, x.refund_id) for x in lines] == [
        ("Commission", "2.25", PayoutLineKind.FEE, "R-7"),
        ("RefundCommission", "-0.45", PayoutLineKind.FEE, "R-7"),
        ("Refunded Sales", "-16.20", PayoutLineKind.REFUND, "R-7"),
    ]


def test_a_refund_sorted_by_sign_gives_its_order_what_the_buyer_got() -> None:
    document = sample("amazon", "get_order")
    dollars = json.loads(json.dumps(by_sign("111-0000001-0000001")).replace("SEK", "USD"))

    (made,) = facts_of(whole_order(document, received([dollars]), "shop")).refunds

    assert (made.ref.id, made.credit.plain(), made.paid.plain()) == ("R-7", "16.20", "16.20")
    parts = [(line.line_id, line.subtotal.plain(), line.tax.plain()) for line in made.lines]
    assert parts == [("90000000000101", "15.00", "1.20")]


def test_a_reimbursement_among_the_sales_is_no_sale() -> None:
    told = transaction(
        fees=0,
        transactionType="FBAInventoryReimbursement",
        breakdowns=[branch("Sales", 6.22, branch("FBAInventoryReimbursement", 6.22))],
        totalAmount=worth(6.22),
        items=[{**item("A"), "breakdowns": None, "relatedIdentifiers": None}],
    )

    assert [(x.type_name, x.net.plain(), x.kind) for x in lines_of(read(told))] == [
        ("FBAInventoryReimbursement", "6.22", PayoutLineKind.ADJUSTMENT)
    ]


def test_a_tree_that_does_not_add_up_is_held_with_the_difference() -> None:
    reading = read(transaction(fees=-50.5, totalAmount=worth(169.51)))

    assert reading.payout is None
    (problem,) = reading.problems
    assert (problem.code, problem.place) == (Code.UNBALANCED, "transactions[0].totalAmount")
    assert problem.difference is not None
    assert problem.difference.plain() == "0.01"


def test_a_group_of_events_with_several_traces_is_one_payout() -> None:
    group = {
        "FinancialEventGroupId": GROUP,
        "ProcessingStatus": "Closed",
        "FundTransferStatus": "Succeeded",
        "OriginalTotal": {"CurrencyCode": "SEK", "CurrencyAmount": 169.5},
        "ConvertedTotal": None,
        "FundTransferDate": "2026-01-30T19:24:35Z",
        "TraceId": "1, 2",
        "AccountTail": "181",
        "BeginningBalance": {"CurrencyCode": "SEK", "CurrencyAmount": 0.0},
        "FinancialEventGroupStart": "2026-01-16T19:15:59Z",
        "FinancialEventGroupEnd": "2026-01-30T19:15:59Z",
    }

    reading = settlement(received(group), received([transaction(fees=-50.5)]), "shop")

    assert reading.payout is not None
    assert payout_breaches(reading.payout) == []
    assert reading.payout.bank_reference == "1, 2"


def order(changes: dict[str, Any]) -> Reading:
    wrapped = {f"order.{path}": value for path, value in changes.items()}
    return ADAPTER.read("shop", "order", edited("amazon", "get_order", wrapped))


@pytest.mark.parametrize(
    "changes",
    [
        {"buyer": None, "recipient": None},
        {"buyer": {"buyerEmail": None, "buyerName": None}, "payment": None, "programs": None},
        {"orderAliases": [], "proceeds.breakdowns.3.status": "PENDING"},
        {"orderItems.0.product.price": None},
        {"orderItems.0.tax": None, "orderItems.1.tax": None},
    ],
    ids=["nobody told", "a buyer without a name", "no alias", "no unit price", "no tax model"],
)
def test_an_order_without_what_amazon_may_keep_back_is_worth_the_same(
    changes: dict[str, Any],
) -> None:
    told = numbers(facts_of(order(changes)))

    assert told["balanced"]
    assert Decimal(told["total"]) == Decimal("51.05")


@pytest.mark.parametrize("marketplace", ["ARBP9OOSHTCHU", "AE08WJ6YKNBMC"])
def test_a_cancelled_order_of_a_site_has_the_currency_of_that_site(marketplace: str) -> None:
    changes = {
        "salesChannel.marketplaceId": marketplace,
        "fulfillment.fulfillmentStatus": "CANCELLED",
        "proceeds": None,
    }

    assert order_of(order(changes)).currency in ("EGP", "ZAR")


@pytest.mark.parametrize(
    "document",
    [
        {"payload": {"AmazonOrderId": "902-0000017-0000017", "OrderStatus": "Shipped"}},
        {"payload": {"Orders": [{"AmazonOrderId": "902-0000017-0000017"}]}},
        {"payload": {"AmazonOrderId": "902-0000017-0000017", "OrderItems": []}},
        {"AmazonOrderId": "902-0000017-0000017", "OrderTotal": {"Amount": "5.00"}},
        {"payload": {"FinancialEvents": {"ShipmentEventList": []}}},
    ],
    ids=["an order", "a page", "its items", "a bare order", "financial events"],
)
def test_documents_of_the_version_that_amazon_ends_are_held_by_that_name(
    document: dict[str, Any],
) -> None:
    source = Source(document)
    (seen,) = next(s for s in shapes("amazon") if s.fits(source)).seen(source)

    assert seen.reading is not None
    assert seen.reading.facts is None
    (problem,) = seen.reading.problems
    assert problem.code is Code.CONFIGURATION_MISSING
    assert "v0" in problem.message
