"""Money in receivables: advances, payments with their applications, refunds (REST reference §16.8).

An on-account payment through `payment` is UNCONFIRMED (U21): money before an invoice is an advance.
"""

from __future__ import annotations

from intacct.documents import (
    Advance,
    Application,
    CreditKind,
    CustomerRefund,
    MoneyPlace,
    Payment,
    RefundDetail,
)
from intacct.rest.client import RestClient
from intacct.rest.receivables import Receivable
from intacct.rest.wire import Json, amount, by_id, by_key, dimensions, present
from intacct.results import Found

ADVANCE = "accounts-receivable/advance"
PAYMENT = "accounts-receivable/payment"
REFUND = "accounts-receivable/customer-refund"

_ADVANCES = Receivable(
    ADVANCE, "referenceNumber", "paymentInformation.currency.txnCurrency", "txnTotalEntered"
)
# The mark that both protocols can write; REST alone has a reference number beside it.
_PAYMENTS = Receivable(PAYMENT, "documentNumber", "txnCurrency.currency", "txnCurrency.totalPaid")
_REFUNDS = Receivable(REFUND, "documentNumber", "txnCurrency.currency", "txnCurrency.refundAmount")

# A credit in a payment detail: the member that names it, and the one that says how much is used.
_APPLIED = {
    CreditKind.ADVANCE: ("arAdvance", "postedAdvanceAmount"),
    CreditKind.ADJUSTMENT: ("arAdjustment", "adjustmentAmount"),
    CreditKind.OVERPAYMENT: ("arPostedOverPayment", "postedOverPaymentAmount"),
}
# The same credits as a refund names them.
_REFUNDED = {
    CreditKind.ADVANCE: "arAdvance",
    CreditKind.ADJUSTMENT: "arAdjustment",
    CreditKind.OVERPAYMENT: "overPayment",
}


def advance_payload(advance: Advance) -> Json:
    """The advance as it is created; one line carries it to the advances account."""
    received_on = advance.received_on.isoformat()
    place = advance.place
    return present(
        {
            "customer": by_id(advance.customer),
            "referenceNumber": advance.reference,
            "description": advance.description,
            "paymentInformation": present(
                {
                    "receiptDate": received_on,
                    "paymentDate": received_on,
                    "paymentMethod": advance.method.value,
                    "financialEntity": by_id(place.financial_entity),
                    "currency": {"txnCurrency": advance.amount.currency},
                }
            ),
            "glAccount": present({"undepositedGLAccountNumber": place.undeposited_account}),
            "items": [
                present(
                    {
                        "glAccount": by_id(advance.account),
                        "txnAmount": amount(advance.amount),
                        "dimensions": dimensions(advance.dimensions),
                    }
                )
            ],
        }
    )


def payment_payload(payment: Payment, *, entity: str = "") -> Json:
    """The payment as it is created: new money, credits, or both, against invoices.

    What no application uses is an overpayment; it belongs to the location of the entity.
    """
    over = payment.overpayment
    return present(
        {
            **_place(payment.place),
            "customer": by_id(payment.customer),
            "paymentMethod": payment.method.value,
            "referenceNumber": payment.reference,
            "documentNumber": payment.reference,
            "description": payment.description,
            "paymentSummary": {"receiptDate": payment.received_on.isoformat()},
            "txnCurrency": {"currency": payment.amount.currency},
            "overPaymentAmount": amount(over) if over else None,
            "overPaymentDimensions": present({"locationId": entity}) if over else None,
            "paymentDetails": [_detail(applied) for applied in payment.applications],
        }
    )


def _place(place: MoneyPlace) -> Json:
    return present(
        {
            "financialEntity": present({"entityId": place.financial_entity}),
            "undepositedGLAccount": by_id(place.undeposited_account),
        }
    )


def _detail(applied: Application) -> Json:
    invoice = {"arInvoice": by_key(applied.invoice)}
    if applied.credit_kind is None:
        return present({**invoice, "txnCurrency": {"paymentAmount": amount(applied.amount)}})
    credit, used = _APPLIED[applied.credit_kind]
    return present(
        {
            **invoice,
            credit: by_key(applied.credit),
            "txnCurrency": {used: amount(applied.amount)},
        }
    )


def refund_payload(refund: CustomerRefund) -> Json:
    """The refund as it is recorded: money that already went back elsewhere, against credits."""
    return present(
        {
            "financialEntity": by_id(refund.place.financial_entity),
            "paymentMethod": refund.method.value,
            "customer": by_id(refund.customer),
            "refundDate": refund.refunded_on.isoformat(),
            "documentNumber": refund.reference,
            "description": refund.description,
            "refundDetails": [_refunded(detail) for detail in refund.details],
        }
    )


def _refunded(detail: RefundDetail) -> Json:
    return present(
        {
            _REFUNDED[detail.kind]: by_key(detail.credit),
            "txnRefundAmount": amount(detail.amount),
        }
    )


def find_advances(client: RestClient, advance: Advance, *, entity: str) -> list[Found]:
    """Advances that carry our reference."""
    return _ADVANCES.find(client, advance.reference, entity=entity)


def find_payments(client: RestClient, payment: Payment, *, entity: str) -> list[Found]:
    """Payments that carry our reference."""
    return _PAYMENTS.find(client, payment.reference, entity=entity)


def find_refunds(client: RestClient, refund: CustomerRefund, *, entity: str) -> list[Found]:
    """Customer refunds that carry our reference."""
    return _REFUNDS.find(client, refund.reference, entity=entity)
