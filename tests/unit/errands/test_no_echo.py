"""Money that people book in Sage is not booked again when the cart is told of it (J-2.14)."""

from __future__ import annotations

from dataclasses import replace

from commerce.orders import Payment
from shared.facts.receipts import ReceiptSource, decide
from shared.facts.record import FactsRecord, order_pk
from shared.policy.orders_back import OrdersBackPolicy
from shared.postings.planner import plan
from tests.accounting.lives import SHIPPED, order_a_placed
from tests.accounting.planning import by_name
from tests.accounting.shop import book, captured, day, facts

MONEY = {"PAYMENT", "ADVANCE", "APPLY"}
BY_HAND = OrdersBackPolicy(received_in_sage=("manual",))


def kinds(*payments: Payment, policy: OrdersBackPolicy, gateway: str = "manual") -> set[str]:
    """What is planned of a shipped order that names the gateway."""
    bought = replace(order_a_placed(), gateways=(gateway,))
    known = facts(bought, SHIPPED, *payments)
    source = decide(known, ReceiptSource.UNDECIDED, policy.is_received_in_sage)
    record = FactsRecord(order_pk("acme", "shop", "1"), known, receipts=source)
    planned = plan(record.facts, {}, book())
    assert not planned.findings, planned.findings
    return {name.split(" ")[0] for name in by_name(planned)}


def test_an_order_on_account_is_invoiced_and_its_money_is_left_to_people() -> None:
    paid = replace(captured("pay-1", "1.00", day(9), "manual"), amount=order_a_placed().total)

    before = kinds(policy=BY_HAND)
    after = kinds(paid, policy=BY_HAND)

    assert before == after
    assert "INVOICE" in after
    assert not MONEY & after


def test_money_of_other_gateways_is_booked_as_ever() -> None:
    paid = replace(captured("pay-1", "1.00", day(9)), amount=order_a_placed().total)

    assert MONEY & kinds(paid, policy=BY_HAND, gateway=paid.gateway)
