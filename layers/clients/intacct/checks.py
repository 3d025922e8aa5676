"""What Sage would refuse of a document for a reason that we can know: found before it is sent.

All findings at once. Over XML a request that the schema refuses would fail whole, with all its
other documents (XML reference §1 no. 9); over either protocol a refusal costs a transaction.
"""

from __future__ import annotations

from decimal import Decimal

from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    Advance,
    ArInvoice,
    Contact,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
    Side,
)
from intacct.findings import Findings
from intacct.rates import is_worth
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.stock_checks import movement_findings
from intacct.undoing import CloseSalesDocument, ReverseDocument

# The two lengths that are documented (REST reference §5); other limits are only guidance, and what
# Sage refuses for them comes back with its text (U9).
PAYMENT_REFERENCE_MAX = 21
PAYMENT_DESCRIPTION_MAX = 1000


def refuse_the_impossible(document: Document) -> None:  # noqa: C901  # one per kind
    """Let a document pass that Sage may take.

    Raises:
        RejectedError: Sage would refuse it; it carries every finding, and nothing was sent.
    """
    found = Findings()
    match document:
        case Customer():
            customer_findings(document, found)
        case SalesDocument():
            _sales_document(document, found)
        case ArInvoice():
            _invoice(document, found)
        case Adjustment():
            _adjustment(document, found)
        case Advance():
            _advance(document, found)
        case Payment():
            _payment(document, found)
        case CustomerRefund():
            _refund(document, found)
        case JournalEntry():
            journal_findings(document, found)
        case StatisticalEntry():
            statistical_findings(document, found)
        case StockDocument() | WarehouseTransfer():
            movement_findings(document, found)
        case ReverseDocument() | CloseSalesDocument():
            found.needs(key=document.key)
    found.refuse("document")


def customer_findings(customer: Customer, found: Findings) -> None:
    """What is wrong with a customer."""
    found.marks(id=customer.id)
    found.needs(name=customer.name)
    found.currency(customer.currency)
    found.custom(customer.custom)
    if customer.contact is not None:
        contact_findings(customer.contact, found, place="/contact")


def contact_findings(contact: Contact, found: Findings, *, place: str = "") -> None:
    """What is wrong with a contact, by itself or inside of a customer."""
    if not place:
        found.marks(id=contact.id)
    found.needs_at(place, print_as=contact.print_as)
    found.country(contact.address.country, f"{place}/address/country")


def _sales_document(document: SalesDocument, found: Findings) -> None:
    found.marks(reference=document.reference)
    found.needs(
        definition=document.definition,
        customer=document.customer,
        currency=document.currency,
    )
    found.currency(document.currency)
    found.custom(document.custom)
    found.has_lines(document.lines)
    rate = document.exchange_rate
    if rate is not None and not rate > 0:
        found.add("EXCHANGE_RATE", "an exchange rate is positive", "/exchange_rate")
    for index, line in enumerate(document.lines):
        place = f"/lines/{index}"
        found.needs_at(place, item=line.item, unit=line.unit)
        found.in_currency(line.unit_price, document.currency, f"{place}/unit_price")
        if not line.quantity > 0:
            found.add("QUANTITY", "a quantity is positive", f"{place}/quantity")
        if line.source_line is not None and not document.source:
            text = "a line converts a line of a source, and the document names none"
            found.add("NO_SOURCE", text, f"{place}/source_line")
        found.custom(line.custom, f"{place}/custom")
        found.dimensions(line.dimensions, place)
    for index, subtotal in enumerate(document.subtotals):
        place = f"/subtotals/{index}"
        found.needs_at(place, name=subtotal.name)
        found.in_currency(subtotal.amount, document.currency, f"{place}/amount")


def _invoice(invoice: ArInvoice, found: Findings) -> None:
    found.marks(reference=invoice.reference)
    found.needs(customer=invoice.customer)
    found.custom(invoice.custom)
    found.has_lines(invoice.lines)
    currency = invoice.lines[0].amount.currency if invoice.lines else ""
    for index, line in enumerate(invoice.lines):
        place = f"/lines/{index}"
        found.needs_at(place, account=line.account)
        found.in_currency(line.amount, currency, f"{place}/amount")
        found.dimensions(line.dimensions, place)


def _adjustment(adjustment: Adjustment, found: Findings) -> None:
    found.marks(reference=adjustment.reference)
    found.needs(
        customer=adjustment.customer,
        currency=adjustment.currency,
    )
    found.custom(adjustment.custom)
    found.has_lines(adjustment.lines)
    debt = Decimal(0)
    for index, line in enumerate(adjustment.lines):
        place = f"/lines/{index}"
        found.needs_at(place, account=line.account)
        found.in_currency(line.amount, adjustment.currency, f"{place}/amount")
        found.dimensions(line.dimensions, place)
        debt += -line.amount.amount if line.side is Side.DEBIT else line.amount.amount
    if adjustment.lines and (adjustment.kind is AdjustmentKind.CREDIT) is not (debt < 0):
        # The sum gives the kind over XML (§13.3): the opposite would be booked.
        text = "the lines lower the debt for a credit memo, and raise it for a debit memo"
        found.add("SIGN", text, "/lines")


def _advance(advance: Advance, found: Findings) -> None:
    found.marks(reference=advance.reference)
    found.needs(customer=advance.customer, account=advance.account)
    found.positive(advance.amount, "/amount")
    found.dimensions(advance.dimensions, "")


def _payment(payment: Payment, found: Findings) -> None:
    found.marks(reference=payment.reference)
    found.needs(customer=payment.customer)
    found.limits(PAYMENT_REFERENCE_MAX, reference=payment.reference)
    found.limits(PAYMENT_DESCRIPTION_MAX, description=payment.description)
    if payment.amount.is_negative:
        found.add("AMOUNT", "money received is never negative", "/amount")
    # Its details are required (§13.4): money without an invoice is an advance.
    found.has_lines(payment.applications, "/applications")
    new = Decimal(0)
    for index, applied in enumerate(payment.applications):
        place = f"/applications/{index}"
        found.positive(applied.amount, f"{place}/amount")
        found.in_currency(applied.amount, payment.amount.currency, f"{place}/amount")
        if not applied.invoice:
            found.add("MISSING", "invoice is required", f"{place}/invoice")
        if applied.credit_kind is None:
            new += applied.amount.amount
        elif not applied.credit:
            found.add("MISSING", "credit is required", f"{place}/credit")
    if new > payment.amount.amount:
        found.add("OVERAPPLIED", "more is applied than was received", "/applications")


def _refund(refund: CustomerRefund, found: Findings) -> None:
    found.marks(reference=refund.reference)
    found.needs(customer=refund.customer)
    found.has_lines(refund.details, "/details")
    if not refund.place.financial_entity:
        text = "a customer refund is paid from a financial entity, not from an account"
        found.add("FINANCIAL_ENTITY_MISSING", text, "/place")
    currency = refund.details[0].amount.currency if refund.details else ""
    for index, detail in enumerate(refund.details):
        place = f"/details/{index}"
        found.positive(detail.amount, f"{place}/amount")
        found.in_currency(detail.amount, currency, f"{place}/amount")
        if not detail.credit:
            found.add("MISSING", "credit is required", f"{place}/credit")


def journal_findings(entry: JournalEntry, found: Findings) -> None:
    """What is wrong with a journal entry: its sides must be equal (GL-1009).

    They are compared in each currency by itself, or where the worth of lines is stated, in the
    entity's currency, in which Sage compares them.
    """
    found.marks(reference=entry.reference)
    found.needs(journal=entry.journal, description=entry.description)
    found.custom(entry.custom)
    sums: dict[str, Decimal] = {}
    for index, line in enumerate(entry.lines):
        place = f"/lines/{index}"
        found.needs_at(place, account=line.account)
        found.dimensions(line.dimensions, place)
        if line.amount.is_negative:
            found.add("NEGATIVE_LINE", "a journal line is never negative", place)
        if line.worth is not None:
            found.positive(line.worth, f"{place}/worth")
            if not is_worth(line):
                found.add("RATE", f"no rate makes {line.amount} worth {line.worth}", place)
        amount = (line.amount if line.worth is None else line.worth).rounded()
        signed = amount.amount if line.side is Side.DEBIT else -amount.amount
        sums[amount.currency] = sums.get(amount.currency, Decimal(0)) + signed
    if {line.side for line in entry.lines} != set(Side):
        found.add("ONE_SIDED", "a journal entry has at least one debit and one credit", "/lines")
    if entry.reverses_on is not None and entry.reverses_on <= entry.posted_on:
        text = "an entry is reversed on a later day than it is posted"
        found.add("REVERSED_TOO_EARLY", text, "/reverses_on")
    for currency, difference in sorted(sums.items()):
        if difference:
            text = f"debits less credits are {difference} {currency}"
            found.add("UNBALANCED", text, "/lines")


def statistical_findings(entry: StatisticalEntry, found: Findings) -> None:
    """What is wrong with a statistical entry."""
    found.marks(reference=entry.reference)
    found.needs(journal=entry.journal, description=entry.description)
    found.has_lines(entry.lines)
    for index, line in enumerate(entry.lines):
        place = f"/lines/{index}"
        found.needs_at(place, account=line.account)
        found.dimensions(line.dimensions, place)
        if not line.quantity > 0:
            found.add("QUANTITY", "a statistical quantity is positive", f"{place}/quantity")
