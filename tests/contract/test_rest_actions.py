"""Every business action that REST offers, through our client into the simulator's books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
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
    CustomerRefund,
    Dimensions,
    Document,
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
from intacct.errors import DuplicateDocumentError, PeriodClosedError, RejectedError
from intacct.rest.actions import RestActions
from intacct.rest.dimensions import dimensions, values
from intacct.rest.query import Query, rows
from intacct.rest.receivables import CreditSign
from tests.contract.conftest import RestRig, Simulator

DAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")
CLEARING = MoneyPlace(financial_entity="CLR-SHOPIFY")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


CUSTOMER = Customer(
    id="C-1001",
    name="Ada & Sons",
    contact=Contact(
        id="C-1001",
        print_as="Ada & Sons",
        email="Ada@example.com",
        address=PostalAddress(line1="1 Main St", city="San Jose", country="US"),
    ),
    term="Net 30",
)
LINES = (
    SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT, memo="blue"),
    SalesLine("MUG", Decimal(1), "Each", usd("12.50"), AT),
    SalesLine("DISCOUNT", Decimal(1), "Each", usd("-6.25"), AT),
    SalesLine("SHIPPING", Decimal(1), "Each", usd("8.00"), AT),
    SalesLine("TAX-NYS", Decimal(1), "Each", usd("2.57"), AT),
    SalesLine("TAX-NYC", Decimal(1), "Each", usd("2.89"), AT),
    SalesLine("TAX-MTA", Decimal(1), "Each", usd("0.24"), AT),
)
ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="C-1001",
    dated_on=DAY,
    due_on=DAY,
    currency="USD",
    customer_po="1001",
    lines=LINES,
)


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as rig:
        rig.post(CUSTOMER)
        yield rig
        assert rig.debits() == rig.credits()


def invoice(source: str, reference: str = "1001-INV-ABCDEFG") -> SalesDocument:
    """The invoice of the whole order, each line converted from its place there."""
    lines = tuple(
        SalesLine(
            line.item,
            line.quantity,
            line.unit,
            line.unit_price,
            line.dimensions,
            source_line=index,
        )
        for index, line in enumerate(LINES)
    )
    return SalesDocument(
        definition="Sales Invoice",
        reference=reference,
        customer="C-1001",
        dated_on=DAY,
        due_on=DAY,
        currency="USD",
        lines=lines,
        source=source,
    )


def advance(reference: str = "1001-ADV-ABCDEFG") -> Advance:
    return Advance(reference, "C-1001", DAY, usd("69.95"), CLEARING, "2050", dimensions=AT)


def paid(amount: str, *applications: Application, reference: str = "1001-PAY-ABC") -> Payment:
    return Payment(reference, "C-1001", DAY, usd(amount), CLEARING, applications)


def test_a_customer_is_found_by_id_and_by_address_in_any_case(rig: RestRig) -> None:
    for found in (
        rig.actions.find_customers(customer_id="C-1001"),
        rig.actions.find_customers(email="ada@EXAMPLE.com"),
    ):
        assert [customer.id for customer in found] == ["C-1001"]
        assert found[0].name == "Ada & Sons"
        assert found[0].term == "Net 30"
        assert found[0].contact is not None
        assert found[0].contact.email == "Ada@example.com"
    assert rig.actions.find_customers(customer_id="c-1001") == []


def test_a_customer_that_is_there_is_a_duplicate(rig: RestRig) -> None:
    with pytest.raises(DuplicateDocumentError):
        rig.post(CUSTOMER)


def test_a_contact_is_made_once(rig: RestRig) -> None:
    contact = Contact("CT-1", "Grace", email="grace@example.com")
    first = rig.actions.ensure_contact(contact, idempotency_key="ct-1")
    assert rig.actions.ensure_contact(contact, idempotency_key="ct-2") == DocumentResult(
        first.key, "CT-1", "active"
    )


def credit_memo(reference: str = "1001-CM-ABC") -> Adjustment:
    lines = (
        AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),
        AdjustmentLine("4090", Side.CREDIT, usd("2.50"), AT),
        AdjustmentLine("2100-NYS", Side.DEBIT, usd("0.90"), AT),
        AdjustmentLine("2100-NYC", Side.DEBIT, usd("1.01"), AT),
        AdjustmentLine("2100-MTA", Side.DEBIT, usd("0.09"), AT),
    )
    return Adjustment(reference, AdjustmentKind.CREDIT, "C-1001", DAY, "USD", lines)


def entry(reference: str = "1001-JE-ABC", **more: object) -> JournalEntry:
    lines = (
        JournalLine("5000", Side.DEBIT, usd("22.10"), AT),
        JournalLine("1300", Side.CREDIT, usd("22.10"), AT),
    )
    members = {"posted_on": DAY, **more}
    return JournalEntry(
        reference=reference,
        journal="GJ",
        description="Cost of goods",
        lines=lines,
        posted_on=members["posted_on"],  # type: ignore[arg-type]  # dates only, in this file
    )


def test_a_journal_entry_in_a_closed_period_is_told_apart(rig: RestRig) -> None:
    rig.simulator.company.books.periods.close("100", date(2025, 12, 31))
    with pytest.raises(PeriodClosedError):
        rig.post(entry(posted_on=date(2025, 12, 31)))
    assert rig.balances() == {}


def test_what_sage_refuses_comes_with_its_reasons(rig: RestRig) -> None:
    wrong = SalesDocument(
        "Sales Order",
        "R-1",
        "C-1001",
        DAY,
        "USD",
        (SalesLine("NO-SUCH", Decimal(1), "Each", usd("1"), AT),),
    )
    with pytest.raises(RejectedError) as caught:
        rig.post(wrong)
    assert caught.value.findings
    assert caught.value.support_id


def every_document(rig: RestRig) -> list[Document]:
    """One of each kind, posted; their references hold unresolved keys no more."""
    money, order, memo = rig.post(advance()), rig.post(ORDER), rig.post(credit_memo())
    billed = rig.post(invoice(order.key))
    applied = Application(billed.invoice_key, usd("69.95"), CreditKind.ADVANCE, money.key)
    details = (RefundDetail(CreditKind.ADJUSTMENT, memo.key, usd("24.50")),)
    documents: list[Document] = [
        ArInvoice("R-INV", "C-1001", DAY, DAY, (AccountLine("4000", usd("5.00"), AT),)),
        paid("0", applied, reference="R-APP"),
        CustomerRefund("R-RF", "C-1001", DAY, CLEARING, details),
        entry("R-JE"),
    ]
    for document in documents:
        rig.post(document)
    return [CUSTOMER, ORDER, invoice(order.key), advance(), credit_memo(), *documents]


def test_every_document_is_found_again_by_its_mark_and_only_by_it(rig: RestRig) -> None:
    for document in every_document(rig):
        (found,) = rig.actions.find(document)
        assert found.result.key
        if not isinstance(document, JournalEntry):
            assert found.customer == "C-1001"
        if not isinstance(document, Customer):
            assert found.reference == document.reference
    assert rig.actions.find(entry("R-NONE")) == []
    assert rig.actions.find(advance("R-NONE")) == []


def test_what_is_found_has_the_amount_that_was_posted(rig: RestRig) -> None:
    every_document(rig)
    expected: list[tuple[Document, str]] = [
        (ORDER, "69.95"),
        (invoice(""), "69.95"),
        (advance(), "69.95"),
        (credit_memo(), "24.50"),
    ]
    for document, amount in expected:
        (found,) = rig.actions.find(document)
        assert found.total == usd(amount)
    (billed,) = rig.actions.find(invoice(""))
    assert billed.result.invoice_key


def test_the_same_key_again_changes_nothing(rig: RestRig) -> None:
    first = rig.actions.create(entry(), idempotency_key="same")
    again = rig.actions.create(entry(), idempotency_key="same")
    assert first == again
    assert rig.balances() == {"5000": "22.10", "1300": "-22.10"}


def test_an_expired_token_is_renewed_and_nobody_notices(rig: RestRig) -> None:
    rig.simulator.post("expire", {})
    rig.post(entry())
    assert rig.mints == 2
    assert rig.balances() == {"5000": "22.10", "1300": "-22.10"}


def test_pages_bring_every_row_once(rig: RestRig) -> None:
    for number in range(7):
        rig.post(Customer(f"P-{number}", f"Number {number}"))
    query = Query("accounts-receivable/customer", ("id",))
    small = [row["id"] for row in rows(rig.client, query, entity="100", page_size=3)]
    large = [row["id"] for row in rows(rig.client, query, entity="100")]
    assert small == large
    assert len(set(small)) == len(small) >= 8


def test_dimensions_and_their_values_are_listed(rig: RestRig) -> None:
    assert "DEPARTMENT" in {dimension.name for dimension in dimensions(rig.client)}
    found = {value.id for value in values(rig.client, "DEPARTMENT")}
    assert {"WEB", "APP"} <= found


def test_credit_memos_wait_until_their_sign_is_known(rig: RestRig) -> None:
    assert RestActions(rig.client, entity="100").supports(ORDER)
    assert not RestActions(rig.client, entity="100").supports(credit_memo())
    signed = RestActions(rig.client, entity="100", credit_sign=CreditSign.NEGATIVE)
    assert signed.supports(credit_memo())
