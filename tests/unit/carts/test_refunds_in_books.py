"""What money for a line that did not come back leaves in the books, from the carts' documents."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from carts.adapter import Reading
from carts.documents import Node
from carts.registry import adapter
from carts.woocommerce.readings import whole_order
from commerce.orders import Facts
from shared.facts.checks import findings_of
from shared.facts.merge import merge
from shared.facts.receipts import ReceiptSource, bookable, decide
from shared.policy.mapping import TaxRule, Tender
from tests.accounting.journals import net, play
from tests.accounting.lives import OrderLife
from tests.accounting.shop import TAXES, book, mapping
from tests.unit.carts.numbers import edited, facts_of
from tests.unit.carts.woocommerce_readings import REFUNDED, document

CLEARING = "1102"
WALMART = "get_order_refunded_line"
LINE = "order.orderLines.orderLine.2"
CHARGE = f"{LINE}.refund.refundCharges.refundCharge.0.charge"


def balances(*heard: Reading) -> dict[str, Decimal]:
    """What an order leaves that was told so, in that sequence, each posted as it is heard of."""
    stages: list[Facts] = []
    for reading in heard:
        told = facts_of(reading)
        stages.append(merge(stages[-1], told) if stages else told)
    known = stages[-1]
    assert known.order is not None
    source = decide(known, ReceiptSource.UNDECIDED)
    assert findings_of(known, source) == ()
    tenders = {payment.gateway for payment in known.payments}
    tenders |= {paid.gateway for refund in known.refunds for paid in refund.transactions}
    chart = mapping(
        tenders=tuple(Tender(name, CLEARING, financial_entity="CLR") for name in sorted(tenders)),
        taxes=(*TAXES, *(TaxRule(tax.title, "2110", "TAX-VAT") for tax in known.order.all_taxes)),
    )
    books = replace(book(chart=chart), base_currency=known.order.currency)
    life = OrderLife(books, tuple(bookable(stage, source) for stage in stages))
    found = net(play(life).lines())
    return {account: amount for account, amount in found.items() if amount}


def woocommerce(*, by_hand: bool = False) -> Reading:
    def on_a_line(refunds: Any) -> None:
        refunds[0]["line_items"][0] |= {"quantity": 0, "total": "-5.00", "total_tax": "-1.00"}
        refunds[0] |= {"amount": "6.00", "refunded_payment": not by_hand}

    def told(order: Any) -> None:
        order |= {"status": "completed", "date_completed_gmt": "2026-04-05T10:00:00"}
        order["refunds"][0]["total"] = "-6.00"

    order = Node(document(REFUNDED, told), "", [])
    return whole_order(order, "shop", document("refunds_of_7001", on_a_line))


def walmart(**changes: Any) -> Reading:
    return adapter("walmart").read("shop", "order", edited("walmart", WALMART, changes))


def without_refund(reading: Reading) -> dict[str, Decimal]:
    assert reading.facts is not None
    return balances(replace(reading, facts=replace(reading.facts, refunds=())))


@pytest.mark.parametrize("by_hand", [False, True])
def test_an_amount_on_a_line_of_woocommerce_is_credited_with_its_tax(*, by_hand: bool) -> None:
    sold, left = without_refund(woocommerce()), balances(woocommerce(by_hand=by_hand))

    owed = {"1200": Decimal("-6.00")} if by_hand else {}
    paid = Decimal("0.00") if by_hand else Decimal("6.00")
    assert left == owed | {
        **sold,
        "4095": Decimal("5.00"),
        "2110": sold["2110"] + Decimal("1.00"),
        CLEARING: sold[CLEARING] - paid,
    }


def test_a_part_of_a_line_of_walmart_is_credited_with_its_tax() -> None:
    told = walmart(**{f"{CHARGE}.chargeAmount.amount": -5, f"{CHARGE}.tax.taxAmount.amount": -0.41})
    sold = without_refund(told)

    assert balances(told) == {
        **sold,
        "4095": Decimal("5.00"),
        "2105": sold["2105"] + Decimal("0.41"),
        CLEARING: sold[CLEARING] - Decimal("5.41"),
    }


def test_a_line_first_heard_of_when_refunded_leaves_the_same_books() -> None:
    late = walmart(**{f"{LINE}.orderLineStatuses.orderLineStatus.0.status": "Refund"})

    assert balances(late) == balances(walmart())
    assert balances(late)["4095"] == Decimal("12.50")


@pytest.mark.parametrize("back", [(12.5, 1.03), (5, 0.41)], ids=["whole", "part"])
def test_the_states_of_a_line_lead_to_the_same_books_in_any_sequence(
    back: tuple[float, float],
) -> None:
    status, date = f"{LINE}.orderLineStatuses.orderLineStatus.0.status", f"{LINE}.statusDate"
    told = {f"{CHARGE}.chargeAmount.amount": -back[0], f"{CHARGE}.tax.taxAmount.amount": -back[1]}
    states = (
        walmart(**{status: "Created", f"{LINE}.refund": None}),
        walmart(**{date: 1775232300000, f"{LINE}.refund": None}),
        walmart(**{date: 1775318700000, **told}),
        walmart(**{status: "Refund", date: 1775405100000, **told}),
    )

    wanted = balances(states[-1])

    for way in permutations(states):
        assert balances(*way) == wanted
