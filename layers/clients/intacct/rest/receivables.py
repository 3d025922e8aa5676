"""AR invoices and adjustments (REST reference §16.6, §16.7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentLine,
    ArInvoice,
    Document,
    DocumentResult,
    Side,
)
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, equal, first_rows
from intacct.rest.wire import (
    Json,
    amount,
    by_id,
    custom,
    dimensions,
    money,
    present,
    text,
)
from intacct.results import Found

INVOICE = "accounts-receivable/invoice"
ADJUSTMENT = "accounts-receivable/adjustment"


class CreditSign(IntEnum):
    """The sign that the amounts of a credit memo carry in this company's REST answers.

    REST does not document it (U17): a draft that is read back per tenant tells. Until it has been
    read, adjustments go over XML, where a credit memo is negative.
    """

    NEGATIVE = -1
    POSITIVE = 1


@dataclass(frozen=True, slots=True)
class Receivable:
    """The names of what a kind of AR document is looked up by and compared with."""

    object: str
    mark: str
    currency: str
    total: str
    number: str = "id"
    other_mark: str = ""

    def find(self, client: RestClient, reference: str, *, entity: str) -> list[Found]:
        """Documents that carry our reference; Sage's own reversals of them are not ours."""
        rows = first_rows(client, self.query(reference), entity=entity)
        found = [self.found(row, reference) for row in rows]
        return [one for one in found if one.result.state != _REVERSAL]

    def query(self, reference: str) -> Query:
        """Documents one of whose marks is exactly our reference."""
        marks = [mark for mark in (self.mark, self.other_mark) if mark]
        fields = (self.number, "state", "customer.id", *marks, self.currency, self.total)
        conditions = tuple(equal(mark, reference) for mark in marks)
        return Query(self.object, fields, conditions, expression="or" if self.other_mark else "")

    def found(self, row: Row, reference: str) -> Found:
        """A row of that query; the total is without its sign, which the kind gives."""
        stated = money(row.get(self.total), row.get(self.currency))
        total = abs(stated) if stated is not None else None
        return Found(
            DocumentResult(
                key=text(row["key"]),
                id=text(row.get(self.number)) or text(row["key"]),
                state=text(row.get("state")),
                total=total,
            ),
            reference=self._mark_in(row, reference),
            customer=text(row.get("customer.id")),
            total=total,
        )

    def _mark_in(self, row: Row, reference: str) -> str:
        if self.other_mark and text(row.get(self.other_mark)) == reference:
            return reference
        return text(row.get(self.mark))


_REVERSAL = "reversal"
_INVOICES = Receivable(
    INVOICE, "referenceNumber", "currency.txnCurrency", "totalTxnAmount", number="invoiceNumber"
)
_ADJUSTMENTS = Receivable(
    ADJUSTMENT,
    "adjustmentNumber",
    "txnCurrency.currency",
    "txnCurrency.totalEntered",
    number="adjustmentNumber",
    # A company that numbers adjustments itself keeps ours in the free reference only.
    other_mark="documentNumber",
)


def invoice_payload(invoice: ArInvoice) -> Json:
    """The invoice as it is created; without a state it is posted at once, as any other is refused.

    Its number is ours, and once more the reference that the look-up asks for: a company that
    numbers by itself keeps the second only.
    """
    currency = invoice.lines[0].amount.currency if invoice.lines else ""
    return present(
        {
            "customer": by_id(invoice.customer),
            "invoiceDate": invoice.dated_on.isoformat(),
            "dueDate": invoice.due_on.isoformat(),
            "invoiceNumber": invoice.reference,
            "referenceNumber": invoice.reference,
            "description": invoice.description,
            "currency": present({"txnCurrency": currency, "exchangeRate": _rate(invoice)}),
            "attachment": by_id(invoice.attachment),
            "lines": [_invoice_line(line) for line in invoice.lines],
            **custom(invoice.custom),
        }
    )


def _invoice_line(line: AccountLine) -> Json:
    return present(
        {
            "glAccount": by_id(line.account),
            "txnAmount": amount(line.amount),
            "memo": line.memo,
            "dimensions": dimensions(line.dimensions),
        }
    )


def adjustment_payload(adjustment: Adjustment, sign: CreditSign) -> Json:
    """The adjustment as it is created: a line that debits its account lowers what is owed."""
    return present(
        {
            "customer": by_id(adjustment.customer),
            "createdDate": adjustment.dated_on.isoformat(),
            "adjustmentNumber": adjustment.reference,
            "documentNumber": adjustment.invoice_number or adjustment.reference,
            "description": adjustment.description,
            "txnCurrency": {"currency": adjustment.currency},
            "exchangeRate": _rate(adjustment),
            "lines": [_adjustment_line(line, sign) for line in adjustment.lines],
            **custom(adjustment.custom),
        }
    )


def _adjustment_line(line: AdjustmentLine, sign: CreditSign) -> Json:
    lowers = line.side is Side.DEBIT
    signed = line.amount * (int(sign) if lowers else -int(sign))
    return present(
        {
            "glAccount": by_id(line.account),
            "txnCurrency": {"amount": amount(signed)},
            "memo": line.memo,
            "dimensions": dimensions(line.dimensions),
        }
    )


def _rate(document: ArInvoice | Adjustment) -> Json | None:
    """The document's own rate, or the day whose rate counts; nothing where Sage is to choose."""
    if document.exchange_rate is None and document.rate_on is None:
        return None
    rate, on = document.exchange_rate, document.rate_on or document.dated_on
    return present({"date": on.isoformat(), "rate": format(rate, "f") if rate else None})


def is_offered(document: Document, sign: CreditSign | None) -> bool:
    """Whether REST can say this invoice or adjustment exactly as it is meant.

    The posting date of an AR invoice is its summary's, which REST does not document how to set.
    """
    if isinstance(document, ArInvoice):
        return document.posted_on in (None, document.dated_on)
    return sign is not None


def find_invoices(client: RestClient, invoice: ArInvoice, *, entity: str) -> list[Found]:
    """Invoices that carry our reference."""
    return _INVOICES.find(client, invoice.reference, entity=entity)


def find_adjustments(client: RestClient, adjustment: Adjustment, *, entity: str) -> list[Found]:
    """Adjustments that carry our number."""
    return _ADJUSTMENTS.find(client, adjustment.reference, entity=entity)
