"""The documents of the stories: one customer, one order, and what an accountant makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    Advance,
    Application,
    ArInvoice,
    Contact,
    CreditKind,
    Customer,
    CustomerRefund,
    Dimensions,
    DocumentResult,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    PostalAddress,
    RefundDetail,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.masters import AttachedFile, Attachment, Folder

DAY = date(2026, 11, 20)
LATER = date(2026, 11, 21)
AT = Dimensions(location="100", department="WEB")
CLEARING = MoneyPlace(financial_entity="CLR-SHOPIFY")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


CUSTOMER = Customer(
    id="C-1001",
    name="Ada & Sons",
    contact=Contact(
        id="C-1001",
        print_as="Ada & Sons",
        first_name="Ada",
        email="ada@example.com",
        phone="555-0100",
        address=PostalAddress("1 Main St", city="San Jose", state="CA", country="US"),
    ),
    currency="USD",
    term="Net 30",
    tax_id="12-3456789",
)
ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="C-1001",
    dated_on=DAY,
    due_on=LATER,
    currency="USD",
    customer_po="1001",
    memo="Web order 1001",
    lines=(
        SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT, memo="blue"),
        SalesLine("DISCOUNT", Decimal(1), "Each", usd("-5.00"), AT),
        SalesLine("SHIPPING", Decimal(1), "Each", usd("8.00"), AT),
        SalesLine("TAX-NYS", Decimal(1), "Each", usd("2.12"), AT),
    ),
)
BILL = ArInvoice(
    "1002-INV-ABCDEFG", "C-1001", DAY, LATER, (AccountLine("4000", usd("70.00"), AT, "goods"),)
)
ADVANCE = Advance("1001-ADV-ABCDEFG", "C-1001", DAY, usd("55.12"), CLEARING, "2050", dimensions=AT)
CREDIT = Adjustment(
    "1001-CM-ABCDEFGH",
    AdjustmentKind.CREDIT,
    "C-1001",
    DAY,
    "USD",
    (
        AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),
        AdjustmentLine("4090", Side.CREDIT, usd("2.50"), AT),
    ),
    description="A tee came back",
)
DEBIT = Adjustment(
    "1001-DM-ABCDEFGH",
    AdjustmentKind.DEBIT,
    "C-1001",
    DAY,
    "USD",
    (AdjustmentLine("4010", Side.CREDIT, usd("4.00"), AT),),
)
ENTRY = JournalEntry(
    reference="GL-20261120-ABC",
    journal="GJ",
    posted_on=DAY,
    description="Cost of goods",
    lines=(
        JournalLine("5000", Side.DEBIT, usd("22.10"), AT),
        JournalLine("1300", Side.CREDIT, usd("22.10"), AT, "two tees"),
    ),
)
FOLDER = Folder("ORDERS", "Order papers")
PAPERS = Attachment("A-1001", "Order 1001", "ORDERS", (AttachedFile("order.txt", b"hello"),))


def converted(
    source: DocumentResult,
    definition: str,
    reference: str,
    quantities: tuple[str, ...] = ("2", "1", "1", "1"),
) -> SalesDocument:
    """The order's lines, or so much of them, as a document made from it or of what came of it."""
    lines = tuple(
        replace(line, quantity=Decimal(quantity), source_line=place)
        for place, (line, quantity) in enumerate(zip(ORDER.lines, quantities, strict=True))
        if Decimal(quantity)
    )
    return replace(
        ORDER, definition=definition, reference=reference, source=source.key, lines=lines
    )


def invoice_of(order: DocumentResult, reference: str = "1001-INV-ABCDEFG") -> SalesDocument:
    return converted(order, "Sales Invoice", reference)


def paid(reference: str, money: str, *applications: Application) -> Payment:
    return Payment(
        reference, "C-1001", DAY, usd(money), CLEARING, applications, description="card 4242"
    )


def settled(invoice: str, amount: str) -> Application:
    return Application(invoice, usd(amount))


def credited(invoice: str, amount: str, kind: CreditKind, credit: DocumentResult) -> Application:
    return Application(invoice, usd(amount), kind, credit.key)


def refund_of(kind: CreditKind, credit: DocumentResult, amount: str) -> CustomerRefund:
    details = (RefundDetail(kind, credit.key, usd(amount)),)
    return CustomerRefund("1001-RF-ABCDEFGH", "C-1001", DAY, CLEARING, details)
