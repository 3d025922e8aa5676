"""Many documents in one call, and composites, through our client into the simulator's books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    ArInvoice,
    Customer,
    Dimensions,
    Document,
    DocumentResult,
    JournalEntry,
    JournalLine,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.errors import NotSentError, OutcomeUnknownError, RejectedError
from intacct.rest import contacts, customers
from intacct.rest.answers import Answer
from intacct.rest.composite import Step, result_of, run
from intacct.rest.wire import object_path
from tests.contract.conftest import RestRig, Simulator

DAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def customer(number: int) -> Customer:
    return Customer(f"C-{number}", f"Customer {number}")


def invoice(number: int, *, account: str = "4000") -> ArInvoice:
    lines = (AccountLine(account, usd("10.00"), AT),)
    return ArInvoice(f"INV-{number}", f"C-{number}", DAY, DAY, lines)


def order(number: int) -> SalesDocument:
    return SalesDocument(
        "Sales Order",
        f"SO-{number}",
        f"C-{number}",
        DAY,
        "USD",
        (SalesLine("TEE", Decimal(1), "Each", usd("25.00"), AT),),
        due_on=DAY,
    )


def keys(prefix: str, count: int) -> list[str]:
    return [f"{prefix}-{number}" for number in range(count)]


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as rig:
        made = rig.actions.create_many([customer(n) for n in range(4)], keys("customer", 4))
        assert all(isinstance(one, DocumentResult) for one in made)
        yield rig
        assert rig.debits() == rig.credits()


def test_many_invoices_are_posted_in_one_call_and_found_one_by_one(rig: RestRig) -> None:
    documents = [invoice(number) for number in range(4)]

    outcomes = rig.actions.create_many(documents, keys("k", 4))

    assert rig.balances() == {"1200": "40.00", "4000": "-40.00"}
    for document, outcome in zip(documents, outcomes, strict=True):
        (found,) = rig.actions.find(document)
        assert isinstance(outcome, DocumentResult)
        assert found.result.key == outcome.key


def test_one_bad_row_is_refused_and_the_others_are_posted(rig: RestRig) -> None:
    documents = [invoice(0), invoice(1, account="NOWHERE"), invoice(2)]

    first, second, third = rig.actions.create_many(documents, keys("k", 3))

    assert isinstance(second, RejectedError)
    assert second.findings
    assert isinstance(first, DocumentResult)
    assert isinstance(third, DocumentResult)
    assert rig.balances() == {"1200": "20.00", "4000": "-20.00"}


def test_one_bad_row_of_an_atomic_batch_undoes_the_others(rig: RestRig) -> None:
    documents = [invoice(0), invoice(1, account="NOWHERE"), invoice(2)]

    first, second, third = rig.actions.create_many(documents, keys("k", 3), is_atomic=True)

    assert [type(one) for one in (first, second, third)] == [
        NotSentError,
        RejectedError,
        NotSentError,
    ]
    assert rig.balances() == {}
    repaired: list[Document] = [invoice(number) for number in range(3)]
    again = rig.actions.create_many(repaired, keys("k2", 3), is_atomic=True)
    assert all(isinstance(one, DocumentResult) for one in again)
    assert rig.balances() == {"1200": "30.00", "4000": "-30.00"}


def test_the_same_batch_again_answers_the_same_and_posts_nothing(rig: RestRig) -> None:
    documents = [invoice(number) for number in range(3)]

    first = rig.actions.create_many(documents, keys("k", 3))
    second = rig.actions.create_many(documents, keys("k", 3))

    assert first == second
    assert rig.balances() == {"1200": "30.00", "4000": "-30.00"}


def test_a_batch_whose_answer_is_lost_is_in_the_books_and_unknown_to_us(rig: RestRig) -> None:
    rig.simulator.post(
        "faults",
        {"mishap": "drop-after", "method": "POST", "path": "receivable/invoice", "times": 1},
    )
    documents = [invoice(number) for number in range(3)]

    outcomes = rig.actions.create_many(documents, keys("k", 3))

    assert [type(one) for one in outcomes] == [OutcomeUnknownError] * 3
    assert [len(rig.actions.find(document)) for document in documents] == [1, 1, 1]


def test_orders_and_their_invoices_are_posted_in_batches_with_their_receivables(
    rig: RestRig,
) -> None:
    orders = [order(number) for number in range(4)]
    made = rig.actions.create_many(orders, keys("order", 4))
    sources = [one.key for one in made if isinstance(one, DocumentResult)]

    invoices = [
        replace(
            one,
            definition="Sales Invoice",
            reference=one.reference.replace("SO", "INV"),
            source=source,
            lines=(replace(one.lines[0], source_line=0),),
        )
        for one, source in zip(orders, sources, strict=True)
    ]
    invoiced = rig.actions.create_many(invoices, keys("invoice", 4))

    assert [one.total for one in invoiced if isinstance(one, DocumentResult)] == [usd("25.00")] * 4
    receivables = {one.invoice_key for one in invoiced if isinstance(one, DocumentResult)}
    assert len(receivables - {""}) == 4
    assert rig.balances() == {"1200": "100.00", "4000": "-100.00"}


def test_documents_of_several_objects_keep_their_order(rig: RestRig) -> None:
    lines = (
        JournalLine("5000", Side.DEBIT, usd("3.00"), AT),
        JournalLine("1300", Side.CREDIT, usd("3.00"), AT),
    )
    entry = JournalEntry("JE-1", "GJ", DAY, "Cost", lines)
    documents: list[Document] = [invoice(0), entry, invoice(1)]

    outcomes = rig.actions.create_many(documents, keys("k", 3))

    for document, outcome in zip(documents, outcomes, strict=True):
        (found,) = rig.actions.find(document)
        assert isinstance(outcome, DocumentResult)
        assert found.result.key == outcome.key


def test_a_contact_and_its_customer_are_made_in_one_call(rig: RestRig) -> None:
    guest = {"id": "GUEST-9", "printAs": "Grace"}
    steps = [
        Step("POST", object_path(contacts.OBJECT), guest, "contact", idempotency_key="k-1"),
        Step(
            "POST",
            object_path(customers.OBJECT),
            {
                "id": "C-9",
                "name": "Grace",
                "contacts": {"primary": {"key": result_of("contact")}},
            },
            idempotency_key="k-2",
        ),
    ]

    outcomes = run(rig.client, steps, entity="100")

    assert all(isinstance(one, Answer) for one in outcomes)
    (found,) = rig.actions.find(Customer("C-9", "Grace"))
    assert found.reference == "C-9"


def test_what_follows_a_refused_step_was_not_done(rig: RestRig) -> None:
    steps = [
        Step("POST", object_path(contacts.OBJECT), {"id": "GUEST-9"}, idempotency_key="k-1"),
        Step(
            "POST",
            object_path(customers.OBJECT),
            {"id": "C-9", "name": "Grace"},
            idempotency_key="k-2",
        ),
    ]

    outcomes = run(rig.client, steps, entity="100")

    assert [type(one) for one in outcomes] == [RejectedError, NotSentError]
    assert rig.actions.find(Customer("C-9", "Grace")) == []
