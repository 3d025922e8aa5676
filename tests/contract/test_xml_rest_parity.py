"""One business, told once over REST and once over XML: equal books, and each reads the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

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
    Dimensions,
    Document,
    DocumentResult,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.xml.actions import XmlActions
from tests.contract.conftest import RestRig, Simulator
from tests.contract.xml_rig import XmlRig

Post = Callable[[Document], DocumentResult]
DAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")
CLEARING = MoneyPlace(financial_entity="CLR-SHOPIFY")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


CUSTOMER = Customer(
    id="C-1001",
    name="Ada",
    contact=Contact(id="C-1001", print_as="Ada", email="ada@example.com"),
    term="Net 30",
)
ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="C-1001",
    dated_on=DAY,
    due_on=DAY,
    currency="USD",
    lines=(
        SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT, source_line=None),
        SalesLine("DISCOUNT", Decimal(1), "Each", usd("-5.00"), AT),
        SalesLine("SHIPPING", Decimal(1), "Each", usd("8.00"), AT),
    ),
)
ADVANCE = Advance(
    reference="1001-ADV-ABCDEFGH",
    customer="C-1001",
    received_on=DAY,
    amount=usd("53.00"),
    place=CLEARING,
    account="2050",
    dimensions=AT,
)
CREDIT = Adjustment(
    reference="1001-CM-ABCDEFGH",
    kind=AdjustmentKind.CREDIT,
    customer="C-1001",
    dated_on=DAY,
    currency="USD",
    lines=(
        AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),
        AdjustmentLine("4090", Side.CREDIT, usd("2.50"), AT),
    ),
)
AR_INVOICE = ArInvoice(
    reference="1002-INV-ABCDEFGH",
    customer="C-1001",
    dated_on=DAY,
    due_on=DAY,
    lines=(AccountLine("4000", usd("70.00"), AT),),
)
JOURNAL = JournalEntry(
    reference="GL-20261120-ABCDEFGH",
    journal="GJ",
    posted_on=DAY,
    description="Shop sales",
    lines=(
        JournalLine("1100", Side.DEBIT, usd("12.34"), AT),
        JournalLine("4001", Side.CREDIT, usd("12.34"), AT),
    ),
)


def invoice_of(order: DocumentResult) -> SalesDocument:
    lines = tuple(replace(line, source_line=n) for n, line in enumerate(ORDER.lines))
    return replace(
        ORDER,
        definition="Sales Invoice",
        reference="1001-INV-ABCDEFGH",
        source=order.key,
        lines=lines,
    )


def payment_of(reference: str, *applications: Application, money: str = "0.00") -> Payment:
    return Payment(reference, "C-1001", DAY, usd(money), CLEARING, applications)


def tell(post: Post) -> list[Document]:
    """Order, advance, invoice, application, credit memo, AR invoice, payment, journal."""
    order = post(ORDER)
    advance = post(ADVANCE)
    invoice_document = invoice_of(order)
    invoice = post(invoice_document)
    applied = payment_of(
        "1001-APP-ABCDEFGH",
        Application(invoice.invoice_key, usd("53.00"), CreditKind.ADVANCE, advance.key),
    )
    post(applied)
    post(CREDIT)
    ar_invoice = post(AR_INVOICE)
    paid = payment_of("1002-PAY-ABCDEFGH", Application(ar_invoice.key, usd("70.00")), money="70.00")
    post(paid)
    post(JOURNAL)
    return [ORDER, ADVANCE, invoice_document, applied, CREDIT, AR_INVOICE, paid, JOURNAL]


def over_xml(actions: XmlActions) -> Post:
    def post(document: Document) -> DocumentResult:
        mark = document.id if isinstance(document, Customer) else document.reference
        return actions.create(document, control_id=mark)

    return post


@pytest.fixture
def rest(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as rig:
        yield rig


def test_both_protocols_leave_equal_books(rest: RestRig, simulator: Simulator) -> None:
    xml = XmlRig()
    post = over_xml(xml.actions("100"))
    rest.post(CUSTOMER)
    post(CUSTOMER)

    tell(rest.post)
    tell(post)

    rows = xml.company.books.trial_balance()
    told_over_xml = {row.account: row.balance for row in rows if row.balance}
    assert told_over_xml == simulator.balances()
    assert told_over_xml["1100"] == Decimal("135.34")


def test_what_rest_wrote_xml_finds_under_the_same_key(rest: RestRig, simulator: Simulator) -> None:
    written: dict[str, DocumentResult] = {}

    def post(document: Document) -> DocumentResult:
        result = rest.post(document)
        if not isinstance(document, Customer):
            written[document.reference] = result
        return result

    post(CUSTOMER)
    documents = tell(post)
    actions = XmlRig(simulator.company).actions("100")

    for document in documents:
        assert not isinstance(document, Customer)
        found = actions.find(document)
        assert [one.reference for one in found] == [document.reference]
        assert found[0].result.key == written[document.reference].key
        over_rest = rest.actions.find(document)
        assert [one.result.key for one in over_rest] == [found[0].result.key]
        assert over_rest[0].customer == found[0].customer
