"""Documents that are there, changed and undone over XML in the simulator's books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from intacct.changes import (
    CloseSalesDocument,
    DeleteSalesDocument,
    LineUpdate,
    ReverseDocument,
    Reversible,
    UpdateSalesDocument,
)
from intacct.documents import (
    AdjustmentKind,
    AdjustmentLine,
    Application,
    DocumentResult,
    SalesLine,
    Side,
)
from intacct.errors import RejectedError
from intacct.xml.legacy_payments import CreditApplication
from intacct.xml.records import XmlRecords
from tests.contract.test_xml_actions import (
    AT,
    CREDIT_MEMO,
    CUSTOMER,
    INVOICE,
    ORDER,
    TODAY,
    invoice_of,
    payment_of,
    post,
    usd,
)
from tests.contract.xml_rig import XmlRig

LATER = date(2026, 11, 21)


@pytest.fixture
def rig() -> XmlRig:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")
    return rig


@pytest.fixture
def records(rig: XmlRig) -> XmlRecords:
    return XmlRecords(rig.gateway, base_currency="USD")


def lines_of(rig: XmlRig, order: DocumentResult) -> list[str]:
    return [str(line["key"]) for line in rig.company.books.lines("sales_document", int(order.key))]


def test_an_order_changes_in_its_header_and_its_lines(rig: XmlRig, records: XmlRecords) -> None:
    order = post(rig, ORDER, "order")
    first, second, third = lines_of(rig, order)
    doubled = replace(ORDER.lines[0], quantity=Decimal(4))
    added = SalesLine("TEE", Decimal(1), "Each", usd("25.00"), AT)
    change = UpdateSalesDocument(
        definition="Sales Order",
        key=order.key,
        due_on=LATER,
        customer_po="PO-7",
        memo="Changed",
        added=(added,),
        changed=(LineUpdate(first, doubled),),
        removed=(second,),
    )

    records.change(change, control_id="change")

    (found,) = rig.actions().find(ORDER)
    assert found.result.total == usd("133.00")  # 4 and 1 at 25, shipping 8, no discount
    document = rig.company.books.get("sales_document", int(order.key)) or {}
    assert (document["memo"], document["due_date"]) == ("Changed", LATER)
    assert third in lines_of(rig, order)


def test_a_line_that_the_order_does_not_have_is_not_sent(rig: XmlRig, records: XmlRecords) -> None:
    order = post(rig, ORDER, "order")
    change = UpdateSalesDocument("Sales Order", order.key, removed=("999999",))

    with pytest.raises(RejectedError) as caught:
        records.change(change, control_id="change")

    assert caught.value.findings[0].target == "/lines/999999"


def test_a_closed_order_converts_no_more(rig: XmlRig, records: XmlRecords) -> None:
    order = post(rig, ORDER, "order")

    records.change(CloseSalesDocument("Sales Order", order.key, order.id), control_id="close")

    assert rig.actions().find(ORDER)[0].result.state == "closed"
    with pytest.raises(RejectedError):
        post(rig, invoice_of(order), "invoice")


def test_an_order_is_deleted_and_a_converted_one_is_not(rig: XmlRig, records: XmlRecords) -> None:
    order = post(rig, ORDER, "order")
    kept = post(rig, replace(ORDER, reference="1002-SO"), "kept")
    post(rig, invoice_of(kept), "invoice")

    records.change(DeleteSalesDocument("Sales Order", order.key), control_id="delete")

    assert rig.actions().find(ORDER) == []
    with pytest.raises(RejectedError):
        records.change(DeleteSalesDocument("Sales Order", kept.key), control_id="again")


def test_a_sales_return_of_a_part_credits_the_customer(rig: XmlRig) -> None:
    order = post(rig, ORDER, "order")
    invoice = post(rig, invoice_of(order), "invoice")
    back = replace(
        invoice_of(invoice, quantity="1"), definition="Sales Return", reference="1001-RET"
    )

    returned = post(rig, back, "return")

    assert returned.total == usd("25.00")
    assert Decimal(rig.balance("1200")) == Decimal("25.00")


def test_an_invoice_is_reversed_on_its_own_day(rig: XmlRig, records: XmlRecords) -> None:
    invoice = post(rig, INVOICE, "invoice")

    reversal = ReverseDocument(Reversible.AR_INVOICE, invoice.key, LATER, "Ordered twice")
    records.change(reversal, control_id="reverse")

    assert Decimal(rig.balance("1200")) == 0
    assert rig.actions().find(INVOICE)[0].result.state == "reversed"


def test_a_reversed_payment_leaves_its_invoice_due_again(rig: XmlRig, records: XmlRecords) -> None:
    invoice = post(rig, INVOICE, "invoice")
    paid = post(rig, payment_of(invoice, "90.00"), "payment")

    records.change(ReverseDocument(Reversible.PAYMENT, paid.key, LATER), control_id="reverse")

    assert Decimal(rig.balance("1200")) == Decimal("90.00")
    assert rig.actions().find(INVOICE)[0].result.state == "posted"


def test_a_paid_invoice_is_not_reversed(rig: XmlRig, records: XmlRecords) -> None:
    invoice = post(rig, INVOICE, "invoice")
    post(rig, payment_of(invoice, "90.00"), "payment")

    with pytest.raises(RejectedError):
        records.change(
            ReverseDocument(Reversible.AR_INVOICE, invoice.key, LATER), control_id="reverse"
        )


def test_an_unpaid_invoice_is_deleted(rig: XmlRig, records: XmlRecords) -> None:
    invoice = post(rig, INVOICE, "invoice")

    records.delete_document(Reversible.AR_INVOICE, invoice.key, control_id="delete")

    assert rig.actions().find(INVOICE) == []
    assert Decimal(rig.balance("1200")) == 0


def test_a_payment_is_not_deleted_over_xml(records: XmlRecords) -> None:
    with pytest.raises(ValueError, match="deletes no payment"):
        records.delete_document(Reversible.PAYMENT, "1", control_id="delete")


def test_money_beyond_the_invoice_stays_with_the_customer(rig: XmlRig, records: XmlRecords) -> None:
    invoice = post(rig, INVOICE, "invoice")
    payment = replace(payment_of(invoice, "90.00"), amount=usd("100.00"))

    made = records.receive_payment(payment, control_id="pay")

    assert made.key.isdecimal()
    assert rig.actions().find(INVOICE)[0].result.state == "paid"
    assert Decimal(rig.balance("1100")) == Decimal("100.00")


def test_an_advance_is_not_reversed_over_xml(records: XmlRecords) -> None:
    with pytest.raises(ValueError, match="reverses no advance"):
        records.change(ReverseDocument(Reversible.ADVANCE, "1", LATER), control_id="reverse")


def test_a_debit_memo_raises_what_the_customer_owes(rig: XmlRig) -> None:
    fee = AdjustmentLine("4000", Side.CREDIT, usd("15.00"), AT)
    memo = replace(CREDIT_MEMO, kind=AdjustmentKind.DEBIT, lines=(fee,), reference="1001-DM")

    post(rig, memo, "debit")

    assert Decimal(rig.balance("1200")) == Decimal("15.00")
    assert rig.actions().find(memo)[0].total == usd("15.00")


def test_a_credit_memo_is_applied_by_the_legacy_function(rig: XmlRig, records: XmlRecords) -> None:
    invoice = post(rig, INVOICE, "invoice")
    memo = post(rig, CREDIT_MEMO, "credit")
    applied = CreditApplication(memo.key, TODAY, (Application(invoice.key, usd("24.50")),))

    records.apply_credit(applied, control_id="apply")

    assert rig.actions().find(INVOICE)[0].result.state == "partiallyPaid"
    assert Decimal(rig.balance("1200")) == Decimal("65.50")
