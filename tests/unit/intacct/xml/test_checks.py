"""What is refused before it is sent, with all its findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from commerce.money import Money
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    Application,
    ArInvoice,
    CreditKind,
    Document,
    DocumentResult,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    SalesDocument,
    Side,
)
from intacct.errors import IntacctError, RejectedError
from intacct.xml.actions import XmlActions
from tests.unit.intacct.xml.answers import answered, done
from tests.unit.intacct.xml.scripted import Rig

DAY = date(2026, 1, 15)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


JOURNAL = JournalEntry(
    "GL-1",
    "GJ",
    DAY,
    "Sales",
    (
        JournalLine("1100", Side.DEBIT, usd("5.00")),
        JournalLine("4000", Side.CREDIT, usd("5.00")),
    ),
)
PAYMENT = Payment(
    "PAY-1",
    "C-1",
    DAY,
    usd("5.00"),
    MoneyPlace(financial_entity="CLR"),
    (Application("7", usd("5.00")),),
)
CROOKED = replace(
    JOURNAL,
    lines=(
        JournalLine("1100", Side.DEBIT, usd("-5.00")),
        JournalLine("1200", Side.DEBIT, Money.of("1.00", "EUR")),
    ),
    reverses_on=DAY,
)


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        (SalesDocument("Sales Order", "SO", "C-1", DAY, "USD", ()), ["NO_LINES"]),
        (ArInvoice("I", "C-1", DAY, DAY, ()), ["NO_LINES"]),
        (Adjustment("A", AdjustmentKind.CREDIT, "C-1", DAY, "USD", ()), ["NO_LINES"]),
        (
            CROOKED,
            ["NEGATIVE_LINE", "ONE_SIDED", "REVERSED_TOO_EARLY", "UNBALANCED", "UNBALANCED"],
        ),
        (replace(PAYMENT, applications=()), ["NO_LINES"]),
        (replace(PAYMENT, applications=(Application("7", usd("6.00")),)), ["OVERAPPLIED"]),
        (replace(PAYMENT, applications=(Application("7", usd("0.00")),)), ["AMOUNT"]),
    ],
)
def test_what_sage_would_refuse_is_not_sent_and_told_whole(
    document: Document, codes: list[str]
) -> None:
    rig = Rig()

    with pytest.raises(RejectedError) as caught:
        XmlActions(rig.gateway, base_currency="USD").create(document, control_id="c")

    assert list(caught.value.codes) == codes
    assert caught.value.control_id == "c"
    assert rig.requests == []


def test_the_possible_passes() -> None:
    credit = Application("7", usd("5.00"), CreditKind.ADVANCE, "9")
    applied = replace(PAYMENT, amount=usd("0.00"), applications=(credit,))
    row = '<data listtype="objects" count="1"><x><RECORDNO>1</RECORDNO></x></data>'
    rig = Rig(answered(*(done(mark, data=row) for mark in "abc")))

    outcomes = XmlActions(rig.gateway).create_many([JOURNAL, PAYMENT, applied], ["a", "b", "c"])

    assert [type(each) for each in outcomes] == [DocumentResult] * 3


def test_one_impossible_document_does_not_hold_the_others_back() -> None:
    row = '<data listtype="objects" count="1"><glbatch><RECORDNO>1</RECORDNO></glbatch></data>'
    rig = Rig(answered(done("b", data=row)))

    first, second = XmlActions(rig.gateway).create_many([CROOKED, JOURNAL], ["a", "b"])

    assert isinstance(first, IntacctError)
    assert isinstance(second, DocumentResult)
    assert rig.control_ids(0) == ["b"]
