"""The legacy functions of receivables' money: receive it, apply what is there (§13.4).

Business payments go by ARPYMT (`intacct.xml.payments`), which can do both at once. These remain for
companies whose role lacks ARPYMT, and for credits that ARPYMT's details do not name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intacct.documents import Application, Payment, Reference
from intacct.errors import RejectedError
from intacct.xml.currencies import add_legacy_currency
from intacct.xml.elements import Element, add, add_given, add_legacy_date, element
from intacct.xml.payments import method_label, resolved


@dataclass(frozen=True, slots=True)
class CreditApplication:
    """An advance, overpayment, credit memo or negative invoice settles invoices, without money.

    `credit` is its Sage key; the `credit_kind` and `credit` of the applications are not read.
    """

    credit: Reference
    applied_on: date
    applications: tuple[Application, ...]
    memo: str = ""


def create_payment(payment: Payment, *, base_currency: str = "") -> Element:
    """A `create_arpayment`; what is not applied stays with the customer.

    Raises:
        RejectedError: it applies credits, which this function cannot; nothing was sent.
        TypeError: an invoice is not resolved to its key.
    """
    if any(application.credit_kind is not None for application in payment.applications):
        message = "a legacy payment applies no credits: those are applied by themselves"
        raise RejectedError(message)
    function = element("create_arpayment")
    add(function, "customerid", payment.customer)
    add(function, "paymentamount", payment.amount.plain())
    add_given(
        function,
        [
            ("bankaccountid", payment.place.financial_entity),
            ("undepfundsacct", payment.place.undeposited_account),
            ("refid", payment.reference),
        ],
    )
    add_legacy_date(function, "datereceived", payment.received_on)
    add(function, "paymentmethod", method_label(payment.method))
    add_legacy_currency(function, payment.amount.currency, base_currency=base_currency)
    _add_items(function, payment.applications)
    return function


def apply_credit(application: CreditApplication) -> Element:
    """An `apply_arpayment`: too much of it is `XL03000027`.

    Raises:
        RejectedError: it settles no invoice; nothing was sent.
        TypeError: the credit or an invoice is not resolved to its key.
    """
    if not application.applications:
        message = "a credit is applied to invoices, at least one"
        raise RejectedError(message)
    function = element("apply_arpayment")
    add(function, "arpaymentkey", resolved(application.credit))
    add_legacy_date(function, "paymentdate", application.applied_on)
    add_given(function, [("memo", application.memo)])
    _add_items(add(function, "arpaymentitems"), application.applications)
    return function


def _add_items(parent: Element, applications: tuple[Application, ...]) -> None:
    for application in applications:
        item = add(parent, "arpaymentitem")
        add(item, "invoicekey", resolved(application.invoice))
        add(item, "amount", application.amount.plain())
