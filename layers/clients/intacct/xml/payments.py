"""Money and credits in receivables: ARADVANCE and ARPYMT, both generic creates (§13.4)."""

from __future__ import annotations

from intacct.documents import (
    Advance,
    Application,
    CreditKind,
    KeyOf,
    MoneyPlace,
    Payment,
    PaymentMethod,
    Reference,
)
from intacct.xml.currencies import generic_currency
from intacct.xml.dimensions import generic
from intacct.xml.elements import Element, add, add_given, date_text, element

ADVANCE_FIELDS = (
    "RECORDNO",
    "RECORDID",
    "STATE",
    "CUSTOMERID",
    "DOCNUMBER",
    "CURRENCY",
    "TRX_TOTALENTERED",
)
PAYMENT_FIELDS = ADVANCE_FIELDS

_METHODS = {
    PaymentMethod.CREDIT_CARD: "Credit Card",
    PaymentMethod.EFT: "EFT",
    PaymentMethod.CASH: "Cash",
    PaymentMethod.CHECK: "Printed Check",
}
# The fields that name a credit and how much of it is used.
_CREDIT_FIELDS = {
    CreditKind.ADVANCE: ("ADVANCEKEY", "TRX_POSTEDADVANCEAMOUNT"),
    CreditKind.ADJUSTMENT: ("ADJUSTMENTKEY", "TRX_ADJUSTMENTAMOUNT"),
    CreditKind.OVERPAYMENT: ("OVERPAYMENTKEY", "TRX_POSTEDOVERPAYMENTAMOUNT"),
}


def create_advance(advance: Advance, *, base_currency: str = "") -> Element:
    """A `create` of one ARADVANCE, posted at once."""
    function = element("create")
    record = add(function, "ARADVANCE")
    add(record, "CUSTOMERID", advance.customer)
    add(record, "PAYMENTMETHOD", method_label(advance.method))
    add(record, "PAYMENTDATE", date_text(advance.received_on))
    add(record, "RECEIPTDATE", date_text(advance.received_on))
    _add_place(record, advance.place)
    add(record, "DOCNUMBER", advance.reference)
    add_given(record, [("DESCRIPTION", advance.description)])
    add_given(record, generic_currency(advance.amount.currency, base_currency=base_currency))
    add(record, "ACTION", "Submit")
    line = add(add(record, "ARADVANCEITEMS"), "ARADVANCEITEM")
    add(line, "ACCOUNTNO", advance.account)
    add(line, "TRX_AMOUNT", advance.amount.plain())
    add_given(line, generic(advance.dimensions, location="LOCATIONID", department="DEPARTMENTID"))
    return function


def create_payment(payment: Payment, *, base_currency: str = "", entity: str = "") -> Element:
    """A `create` of one ARPYMT: new money, credits, or both, against invoices.

    What no application uses is an overpayment; it belongs to the location of the entity.
    """
    function = element("create")
    record = add(function, "ARPYMT")
    _add_place(record, payment.place)
    add(record, "PAYMENTMETHOD", method_label(payment.method))
    add(record, "CUSTOMERID", payment.customer)
    add(record, "DOCNUMBER", payment.reference)
    add_given(record, [("DESCRIPTION", payment.description)])
    add(record, "RECEIPTDATE", date_text(payment.received_on))
    add(record, "PAYMENTDATE", date_text(payment.received_on))
    add_given(record, generic_currency(payment.amount.currency, base_currency=base_currency))
    add(record, "TRX_AMOUNTTOPAY", payment.amount.plain())
    if payment.overpayment:
        add(record, "OVERPAYMENTAMOUNT", payment.overpayment.plain())
        add_given(record, [("OVERPAYMENTLOCATIONID", entity)])
    add(record, "ACTION", "Submit")
    details = add(record, "ARPYMTDETAILS")
    for application in payment.applications:
        _add_detail(details, application)
    return function


def _add_detail(details: Element, application: Application) -> None:
    detail = add(details, "ARPYMTDETAIL")
    add(detail, "RECORDKEY", resolved(application.invoice))
    if application.credit_kind is None:
        add(detail, "TRX_PAYMENTAMOUNT", application.amount.plain())
        return
    key, amount = _CREDIT_FIELDS[application.credit_kind]
    add(detail, key, resolved(application.credit))
    add(detail, amount, application.amount.plain())


def _add_place(record: Element, place: MoneyPlace) -> None:
    add_given(
        record,
        [
            ("FINANCIALENTITY", place.financial_entity),
            ("UNDEPOSITEDACCOUNTNO", place.undeposited_account),
        ],
    )


def method_label(method: PaymentMethod) -> str:
    """What XML calls a way of paying (§13.4)."""
    return _METHODS[method]


def resolved(reference: Reference) -> str:
    """The Sage key behind a reference; resolving it is the duty of whoever applies the plan."""
    if isinstance(reference, KeyOf):
        message = "a reference to another posting must be resolved before it is sent"
        raise TypeError(message)
    return reference
