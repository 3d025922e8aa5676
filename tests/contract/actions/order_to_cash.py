"""Stories of customers, sales documents, receivables and their money."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from intacct.capabilities import Action
from intacct.changes import (
    CloseSalesDocument,
    DeleteSalesDocument,
    LineUpdate,
    ReverseDocument,
    Reversible,
    UpdateSalesDocument,
)
from intacct.documents import Application, Contact, CreditKind, Customer, DocumentResult, SalesLine
from tests.contract.actions.documents import (
    ADVANCE,
    AT,
    BILL,
    CREDIT,
    CUSTOMER,
    DEBIT,
    FOLDER,
    LATER,
    ORDER,
    PAPERS,
    converted,
    credited,
    eur,
    invoice_of,
    paid,
    refund_of,
    settled,
)
from tests.contract.actions.stories import story
from tests.contract.actions.teller import Teller


@story(Action.CUSTOMER)
def with_a_contact_and_without(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.post(Customer("C-2", "No contact"))


@story(Action.CUSTOMER)
def with_its_papers(teller: Teller) -> None:
    teller.create(FOLDER)
    teller.create(PAPERS)
    teller.post(replace(CUSTOMER, attachment=PAPERS.id))


@story(Action.CONTACT)
def of_a_guest(teller: Teller) -> None:
    assert CUSTOMER.contact is not None
    teller.create(replace(CUSTOMER.contact, id="GUEST-7", company_name="Ada & Sons, Inc."))
    teller.create(Contact("GUEST-8", "Grace"))


@story(Action.SALES_DOCUMENT)
def order_alone(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.create(FOLDER)
    teller.create(PAPERS)
    teller.post(replace(ORDER, attachment=PAPERS.id))


@story(
    Action.SALES_DOCUMENT, a1200="55.12", a4000="-50.00", a4090="5.00", a4010="-8.00",
    a2100_NYS="-2.12",
)  # fmt: skip
def order_shipped_and_invoiced_in_full(teller: Teller) -> None:
    teller.post(CUSTOMER)
    order = teller.post(ORDER)
    shipment = teller.post(converted(order, "Shipment", "1001-SHP-ABCDEFG"))
    invoice = teller.post(invoice_of(shipment))
    assert invoice.invoice_key


@story(
    Action.SALES_DOCUMENT, a1200="55.12", a4000="-50.00", a4090="5.00", a4010="-8.00",
    a2100_NYS="-2.12",
)  # fmt: skip
def order_invoiced_in_two_parts(teller: Teller) -> None:
    teller.post(CUSTOMER)
    order = teller.post(ORDER)
    first = converted(order, "Sales Invoice", "1001-INV-1", ("1", "0", "1", "0"))
    second = converted(order, "Sales Invoice", "1001-INV-2", ("1", "1", "0", "1"))
    teller.post(first)
    teller.post(second)


@story(
    Action.SALES_DOCUMENT, a1200="30.12", a4000="-50.00", a4095="25.00", a4090="5.00",
    a4010="-8.00", a2100_NYS="-2.12",
)  # fmt: skip
def part_of_an_invoice_comes_back(teller: Teller) -> None:
    teller.post(CUSTOMER)
    invoice = teller.post(invoice_of(teller.post(ORDER)))
    teller.post(converted(invoice, "Sales Return", "1001-SR-ABCDEFG", ("1", "0", "0", "0")))


@story(Action.SALES_DOCUMENT, a1200="55.00", a4000="-55.00")
def order_and_invoice_in_another_currency(teller: Teller) -> None:
    teller.post(CUSTOMER)
    line = SalesLine("TEE", Decimal(2), "Each", eur("25.00"), AT)
    order = replace(ORDER, currency="EUR", exchange_rate=Decimal("1.1"), lines=(line,))
    made = teller.post(order)
    converting = replace(line, source_line=0)
    invoice = replace(order, definition="Sales Invoice", reference="1001-INV-EUR", source=made.key)
    teller.post(replace(invoice, lines=(converting,)))


@story(Action.AR_INVOICE, a1200="70.00", a4000="-70.00")
def billed_with_its_papers(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.create(FOLDER)
    teller.create(PAPERS)
    teller.post(replace(BILL, attachment=PAPERS.id, description="Fair stand"))


@story(Action.ADVANCE, a1100="55.12", a2050="-55.12")
def received_before_the_invoice(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.post(ADVANCE)


@story(Action.PAYMENT, a1100="70.00", a4000="-70.00")
def an_invoice_in_two_payments(teller: Teller) -> None:
    bill = _billed(teller)
    teller.post(paid("1002-PAY-1", "20.00", settled(bill.key, "20.00")))
    teller.post(paid("1002-PAY-2", "50.00", settled(bill.key, "50.00")))


@story(
    Action.PAYMENT, a1100="55.12", a4000="-50.00", a4090="5.00", a4010="-8.00",
    a2100_NYS="-2.12",
)  # fmt: skip
def an_advance_applied_to_an_order_entry_invoice(teller: Teller) -> None:
    teller.post(CUSTOMER)
    money = teller.post(ADVANCE)
    invoice = teller.post(invoice_of(teller.post(ORDER)))
    applied = credited(invoice.invoice_key, "55.12", CreditKind.ADVANCE, money)
    teller.post(paid("1001-APP-ABCDEFG", "0.00", applied))


@story(Action.PAYMENT, a1100="47.50", a4000="-70.00", a4095="25.00", a4090="-2.50")
def a_credit_memo_and_money_together(teller: Teller) -> None:
    bill = _billed(teller)
    memo = teller.post(CREDIT)
    applied = credited(bill.key, "22.50", CreditKind.ADJUSTMENT, memo)
    teller.post(paid("1002-APP-ABCDEFG", "0.00", applied))
    teller.post(paid("1002-PAY-ABCDEFG", "47.50", settled(bill.key, "47.50")))


@story(Action.PAYMENT, a1100="75.00", a4000="-70.00", a2050="-5.00")
def more_money_than_is_due(teller: Teller) -> None:
    bill = _billed(teller)
    teller.post(paid("1002-PAY-ABCDEFG", "75.00", settled(bill.key, "70.00")))


@story(Action.ADJUSTMENT, a1200="-22.50", a4095="25.00", a4090="-2.50")
def a_credit_memo(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.post(CREDIT)


@story(Action.ADJUSTMENT, a1200="48.82", a4000="-75.95", a4095="27.13")
def a_credit_memo_applied_in_another_currency(teller: Teller) -> None:
    teller.post(CUSTOMER)
    bill = teller.post(replace(BILL, lines=(replace(BILL.lines[0], amount=eur("70.00")),)))
    returned = replace(CREDIT.lines[0], amount=eur("25.00"))
    memo = teller.post(replace(CREDIT, currency="EUR", lines=(returned,)))
    applied = Application(bill.key, eur("25.00"), CreditKind.ADJUSTMENT, memo.key)
    teller.post(replace(paid("1002-APP-EUR", "0.00", applied), amount=eur("0.00")))


@story(Action.ADJUSTMENT, a1200="4.00", a4010="-4.00")
def a_debit_memo(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.post(DEBIT)


@story(Action.CUSTOMER_REFUND)
def of_an_advance(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.post(refund_of(CreditKind.ADVANCE, teller.post(ADVANCE), "55.12"))


@story(Action.CUSTOMER_REFUND, a1100="-22.50", a4095="25.00", a4090="-2.50")
def of_a_credit_memo(teller: Teller) -> None:
    teller.post(CUSTOMER)
    teller.post(refund_of(CreditKind.ADJUSTMENT, teller.post(CREDIT), "22.50"))


@story(Action.UPDATE_SALES_DOCUMENT)
def header_and_lines(teller: Teller) -> None:
    order = _ordered(teller)
    teller.create(FOLDER)
    teller.create(PAPERS)
    first, second, *_ = teller.line_keys("sales_document", order)
    fewer = replace(ORDER.lines[0], quantity=Decimal(1))
    added = replace(ORDER.lines[2], unit_price=ORDER.lines[2].unit_price * 2)
    teller.change(
        UpdateSalesDocument(
            ORDER.definition,
            order.key,
            order.id,
            due_on=LATER,
            memo="Changed",
            customer_po="1001-B",
            attachment=PAPERS.id,
            added=(added,),
            changed=(LineUpdate(first, fewer),),
            removed=(second,),
        )
    )


@story(Action.CLOSE_SALES_DOCUMENT)
def nothing_more_is_delivered(teller: Teller) -> None:
    order = _ordered(teller)
    teller.change(CloseSalesDocument(ORDER.definition, order.key, order.id))


@story(Action.DELETE_SALES_DOCUMENT)
def an_order_that_nothing_came_of(teller: Teller) -> None:
    order = _ordered(teller)
    teller.change(DeleteSalesDocument(ORDER.definition, order.key, order.id))


@story(Action.REVERSE_AR_INVOICE)
def billed_by_mistake(teller: Teller) -> None:
    bill = _billed(teller)
    teller.change(ReverseDocument(Reversible.AR_INVOICE, bill.key, LATER, "Twice"))


@story(Action.REVERSE_ADJUSTMENT)
def credited_by_mistake(teller: Teller) -> None:
    teller.post(CUSTOMER)
    memo = teller.post(CREDIT)
    teller.change(ReverseDocument(Reversible.ADJUSTMENT, memo.key, LATER, "Wrong order"))


@story(Action.REVERSE_PAYMENT, a1200="70.00", a4000="-70.00")
def charged_back(teller: Teller) -> None:
    bill = _billed(teller)
    payment = teller.post(paid("1002-PAY-ABCDEFG", "70.00", settled(bill.key, "70.00")))
    teller.change(ReverseDocument(Reversible.PAYMENT, payment.key, LATER, "Charged back"))


@story(Action.REVERSE_ADVANCE)
def received_by_mistake(teller: Teller) -> None:
    teller.post(CUSTOMER)
    money = teller.post(ADVANCE)
    teller.change(ReverseDocument(Reversible.ADVANCE, money.key, LATER))


@story(Action.REVERSE_CUSTOMER_REFUND, a1100="55.12", a2050="-55.12")
def a_refund_that_bounced(teller: Teller) -> None:
    teller.post(CUSTOMER)
    money = teller.post(ADVANCE)
    refund = teller.post(refund_of(CreditKind.ADVANCE, money, "55.12"))
    teller.change(ReverseDocument(Reversible.CUSTOMER_REFUND, refund.key, LATER))


def _billed(teller: Teller) -> DocumentResult:
    teller.post(CUSTOMER)
    return teller.post(BILL)


def _ordered(teller: Teller) -> DocumentResult:
    teller.post(CUSTOMER)
    return teller.post(ORDER)
