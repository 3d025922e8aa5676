"""Many documents in one XML request, against the simulator's books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from intacct.documents import Document, DocumentResult
from intacct.errors import DuplicateDocumentError, IntacctError, RejectedError
from tests.contract.test_xml_actions import (
    ADVANCE,
    CREDIT_MEMO,
    CUSTOMER,
    INVOICE,
    JOURNAL,
    ORDER,
    TODAY,
    invoice_of,
    post,
    usd,
)
from tests.contract.xml_rig import XmlRig


@pytest.fixture
def rig() -> XmlRig:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")
    return rig


def test_documents_of_many_kinds_are_posted_in_one_request(rig: XmlRig) -> None:
    documents: list[Document] = [ORDER, CREDIT_MEMO, INVOICE, ADVANCE, JOURNAL]

    outcomes = rig.actions().create_many(documents, ["a", "b", "c", "d", "e"])

    assert [type(each) for each in outcomes] == [DocumentResult] * 5
    for document, outcome in zip(documents, outcomes, strict=True):
        (found,) = rig.actions().find(document)
        assert isinstance(outcome, DocumentResult)
        assert found.result.key == outcome.key


def test_a_refused_document_does_not_stop_the_next(rig: XmlRig) -> None:
    unknown = replace(INVOICE, reference="1009-INV", customer="NOBODY")

    first, second, third = rig.actions().create_many([JOURNAL, unknown, INVOICE], ["a", "b", "c"])

    assert isinstance(first, DocumentResult)
    assert isinstance(second, RejectedError)
    assert isinstance(third, DocumentResult)


def test_a_transaction_leaves_nothing_when_one_document_is_refused(rig: XmlRig) -> None:
    unknown = replace(INVOICE, reference="1009-INV", customer="NOBODY")

    outcomes = rig.actions().create_many(
        [JOURNAL, unknown, INVOICE], ["a", "b", "c"], transaction=True
    )

    assert all(isinstance(each, RejectedError) for each in outcomes)
    assert [rig.actions().find(each) for each in (JOURNAL, unknown, INVOICE)] == [[], [], []]
    assert Decimal(rig.balance("4000")) == 0


def test_a_repeated_batch_posts_nothing_twice(rig: XmlRig) -> None:
    rig.actions().create_many([JOURNAL, INVOICE], ["a", "b"])

    again = rig.actions().create_many([JOURNAL, INVOICE], ["a", "b"])

    assert [type(each) for each in again] == [DuplicateDocumentError] * 2
    assert len(rig.actions().find(JOURNAL)) == 1


def test_many_orders_convert_together(rig: XmlRig) -> None:
    orders = [replace(ORDER, reference=f"20{n:02}-SO") for n in range(12)]
    made = rig.actions().create_many(orders, [f"o{n}" for n in range(12)])
    invoices = [
        replace(invoice_of(each), reference=f"20{n:02}-INV")
        for n, each in enumerate(made)
        if isinstance(each, DocumentResult)
    ]

    outcomes = rig.actions().create_many(invoices, [f"i{n}" for n in range(12)])

    assert not [each for each in outcomes if isinstance(each, IntacctError)]
    assert {each.total for each in outcomes if isinstance(each, DocumentResult)} == {usd("50.00")}
    assert Decimal(rig.balance("4000")) == Decimal(-600)
    assert invoices[0].dated_on == TODAY


def test_orders_that_are_not_read_back_are_named_well_enough_to_be_converted(rig: XmlRig) -> None:
    sent: list[httpx.Request] = []
    rig.sessions.current("")
    rig.http.event_hooks = {"request": [sent.append]}

    (order,) = rig.actions().create_many([ORDER], ["o"], reads_back=False)

    assert isinstance(order, DocumentResult)
    assert (order.key, order.id, order.total) == ("Sales Order-SO0001", "Sales Order-SO0001", None)
    assert len(sent) == 1
    (invoice,) = rig.actions().create_many([invoice_of(order)], ["i"])
    assert isinstance(invoice, DocumentResult)
    assert invoice.total == usd("50.00")
