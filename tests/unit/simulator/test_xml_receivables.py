"""Invoices, adjustments and payments through the simulated gateway (§13.2 to §13.4)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    customer,
    day,
    first_error,
    invoice,
    key_of,
    query,
    value,
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.rows(customer("C-1"))
    return desk


def test_the_official_sdks_order_of_an_invoice_is_tolerated(desk: Desk) -> None:
    head = "<action>Submit</action><batchkey/><invoiceno>I-1</invoiceno><ponumber>W-1</ponumber>"
    sdk = head + "<onhold>false</onhold><description>d</description>"

    key = key_of(desk.result(invoice("C-1", head=sdk)))

    assert value(desk, "ARINVOICE", "RECORDID", key) == "I-1"
    assert value(desk, "ARINVOICE", "DOCNUMBER", key) == "W-1"
    assert value(desk, "ARINVOICE", "STATE", key) == "Posted"


def test_a_draft_invoice_posts_nothing(desk: Desk) -> None:
    key = key_of(desk.result(invoice("C-1", head="<action>Draft</action>")))

    assert value(desk, "ARINVOICE", "STATE", key) == "Draft"
    assert balance(desk, "1200") == 0


def test_an_invoice_is_reversed(desk: Desk) -> None:
    key = key_of(desk.result(invoice("C-1")))

    desk.result(f'<reverse_invoice key="{key}">{day("datereversed")}</reverse_invoice>')

    assert value(desk, "ARINVOICE", "STATE", key) == "Reversed"
    assert balance(desk, "1200") == 0


def adjustment(amount: str) -> str:
    return (
        f"<create_aradjustment><customerid>C-1</customerid>{day('datecreated')}"
        "<adjustmentno>CM-1</adjustmentno><action>Submit</action><aradjustmentitems><lineitem>"
        f"<glaccountno>4095</glaccountno><amount>{amount}</amount><locationid>100</locationid>"
        "</lineitem></aradjustmentitems></create_aradjustment>"
    )


@pytest.mark.parametrize(("amount", "owed"), [("-20.00", "-20.00"), ("20.00", "20.00")])
def test_a_negative_adjustment_is_a_credit_memo(desk: Desk, amount: str, owed: str) -> None:
    key_of(desk.result(adjustment(amount)))

    assert balance(desk, "1200") == Decimal(owed)
    assert balance(desk, "4095") == -Decimal(owed)


def test_a_credit_memo_is_applied_to_an_invoice(desk: Desk) -> None:
    invoice_key = key_of(desk.result(invoice("C-1")))
    memo = key_of(desk.result(adjustment("-20.00")))
    applied = (
        f"<apply_arpayment><arpaymentkey>{memo}</arpaymentkey>{day('paymentdate')}"
        f"<arpaymentitems><arpaymentitem><invoicekey>{invoice_key}</invoicekey>"
        "<amount>{amount}</amount></arpaymentitem></arpaymentitems></apply_arpayment>"
    )

    too_much = desk.result(applied.format(amount="20.01"))
    key_of(desk.result(applied.format(amount="20.00")))

    assert first_error(too_much)[0] == "XL03000027"
    assert value(desk, "ARINVOICE", "TOTALDUE", invoice_key) == "80"
    assert value(desk, "ARINVOICE", "STATE", invoice_key) == "Partially Paid"


def payment(invoice_key: str, amount: str, paid: str) -> str:
    return (
        f"<create_arpayment><customerid>C-1</customerid><paymentamount>{paid}</paymentamount>"
        f"<bankaccountid>BANK</bankaccountid><refid>CH-1</refid>{day('datereceived')}"
        f"<paymentmethod>Credit Card</paymentmethod><arpaymentitem>"
        f"<invoicekey>{invoice_key}</invoicekey><amount>{amount}</amount></arpaymentitem>"
        "</create_arpayment>"
    )


def test_a_payment_moves_the_amounts_due_and_can_be_reversed(desk: Desk) -> None:
    invoice_key = key_of(desk.result(invoice("C-1")))

    paid = key_of(desk.result(payment(invoice_key, "100.00", "100.00")))
    state_when_paid = value(desk, "ARINVOICE", "STATE", invoice_key)
    reversal = f'<reverse_arpayment key="{paid}">{day("datereversed")}</reverse_arpayment>'
    desk.result(reversal)

    assert state_when_paid == "Paid"
    assert value(desk, "ARINVOICE", "TOTALDUE", invoice_key) == "100"
    assert balance(desk, "1010") == 0


def test_a_payment_cannot_apply_more_than_it_brings(desk: Desk) -> None:
    invoice_key = key_of(desk.result(invoice("C-1")))

    result = desk.result(payment(invoice_key, "100.00", "90.00"))

    assert first_error(result)[0] == "XL03000027"


def test_what_a_payment_leaves_over_stays_with_the_customer(desk: Desk) -> None:
    invoice_key = key_of(desk.result(invoice("C-1")))
    more = payment(invoice_key, "100.00", "100.05").replace(
        "<datereceived>", "<overpaylocid>100</overpaylocid><datereceived>"
    )

    key = key_of(desk.result(more))

    assert value(desk, "ARPYMT", "OVERPAYMENTAMOUNT", key) == "0.05"
    assert balance(desk, "1010") == Decimal("100.05")


@pytest.mark.parametrize(
    "part",
    [
        "<taxentries><taxentry><detailid>VAT</detailid></taxentry></taxentries>",
        "<allocationid>A</allocationid>",
        (
            "<customfields><customfield><customfieldname>GLDIMX</customfieldname>"
            "<customfieldvalue>1</customfieldvalue></customfield></customfields>"
        ),
    ],
)
def test_what_the_books_cannot_keep_is_refused_and_not_dropped(desk: Desk, part: str) -> None:
    ordered = {
        "<allocationid>": "<locationid>",
        "<customfields>": "</lineitem>",
        "<taxentries>": "</lineitem>",
    }
    before = next(place for start, place in ordered.items() if part.startswith(start))

    result = desk.result(invoice("C-1").replace(before, part + before, 1))

    assert first_error(result)[0] in ("BL01001973", "XL03000010")
    assert desk.rows(query("ARINVOICE", "RECORDNO")) == []
