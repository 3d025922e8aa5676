"""Payments into a summary, and the parts of a payment's detail (§13.4)."""

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
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    return made


def summary(desk: Desk, place: str = "<bankaccountid>BANK</bankaccountid>") -> str:
    return key_of(
        desk.result(
            f"<create_arpaymentbatch><batchtitle>Monday</batchtitle>{place}{day('datecreated')}"
            "</create_arpaymentbatch>"
        )
    )


def payment(bill: str, place: str, more: str = "") -> str:
    return (
        f"<create><ARPYMT>{place}<PAYMENTMETHOD>Cash</PAYMENTMETHOD><CUSTOMERID>C-1</CUSTOMERID>"
        f"<RECEIPTDATE>11/20/2026</RECEIPTDATE><ARPYMTDETAILS><ARPYMTDETAIL><RECORDKEY>{bill}"
        f"</RECORDKEY><TRX_PAYMENTAMOUNT>100</TRX_PAYMENTAMOUNT>{more}</ARPYMTDETAIL>"
        "</ARPYMTDETAILS></ARPYMT></create>"
    )


BANK = "<FINANCIALENTITY>BANK</FINANCIALENTITY>"


@pytest.mark.parametrize("by", ["key", "title"])
def test_a_payment_goes_where_its_summary_lies(desk: Desk, by: str) -> None:
    bill, made = key_of(desk.result(invoice("C-1"))), summary(desk)

    name = made if by == "key" else "Monday"
    desk.rows(payment(bill, f"<PRBATCH>{name}</PRBATCH>"))

    assert balance(desk, "1010") == Decimal("100.00")
    (row,) = desk.rows(query("ARPYMT", "PRBATCH PRBATCHKEY FINANCIALENTITY"))
    assert [field.text for field in row] == ["Monday", made, "BANK"]


def test_a_summary_that_is_not_there_is_refused(desk: Desk) -> None:
    bill = key_of(desk.result(invoice("C-1")))

    errorno, text = first_error(desk.result(payment(bill, "<PRBATCH>Tuesday</PRBATCH>")))

    assert errorno == "BL01001973"
    assert "'Tuesday'" in text


ENTRIES = (
    "INLINEENTRYKEY OVERPAYMENTENTRYKEY NEGATIVEINVOICEENTRYKEY ADVANCEENTRYKEY POSADJENTRYKEY "
    "ADJUSTMENTENTRYKEY TRX_TOTALDISCOUNTTOAPPLY DISCOUNTDATE INLINEKEY TRX_INLINEAMOUNT"
)


def test_the_parts_of_a_detail_may_all_be_there_and_empty(desk: Desk) -> None:
    bill = key_of(desk.result(invoice("C-1")))

    desk.rows(payment(bill, BANK, "".join(f"<{name}/>" for name in ENTRIES.split())))

    assert balance(desk, "1010") == Decimal("100.00")


@pytest.mark.parametrize(
    "more",
    [
        "<ADVANCEENTRYKEY>12345</ADVANCEENTRYKEY>",
        "<ENTRYKEY>12345</ENTRYKEY>",
        "<POSADJENTRYKEY>12345</POSADJENTRYKEY>",
        "<NEGATIVEINVOICEENTRYKEY>x</NEGATIVEINVOICEENTRYKEY>",
        "<OVERPAYMENTENTRYKEY>1</OVERPAYMENTENTRYKEY>",
        "<INLINEENTRYKEY>1</INLINEENTRYKEY>",
        "<INLINEKEY>{bill}</INLINEKEY><TRX_INLINEAMOUNT>5</TRX_INLINEAMOUNT>",
        "<TRX_TOTALDISCOUNTTOAPPLY>5</TRX_TOTALDISCOUNTTOAPPLY>",
        "<DISCOUNTDATE>soon</DISCOUNTDATE>",
    ],
)
def test_a_part_of_a_detail_that_cannot_be_followed_is_refused(desk: Desk, more: str) -> None:
    bill = key_of(desk.result(invoice("C-1")))

    first_error(desk.result(payment(bill, BANK, more.format(bill=bill))))

    assert desk.rows(query("ARPYMT", "RECORDNO")) == []


def test_a_line_of_the_credit_may_be_named_and_no_discount_taken(desk: Desk) -> None:
    bill = key_of(desk.result(invoice("C-1")))
    memo = key_of(
        desk.result(
            f"<create_aradjustment><customerid>C-1</customerid>{day('datecreated')}"
            "<aradjustmentitems><lineitem><glaccountno>4000</glaccountno><amount>-20</amount>"
            "<locationid>100</locationid></lineitem></aradjustmentitems></create_aradjustment>"
        )
    )
    ((line,), (billed,)) = (
        desk.rows(query(name, "RECORDNO")) for name in ("ARADJUSTMENTITEM", "ARINVOICEITEM")
    )
    more = (
        f"<ENTRYKEY>{billed[0].text}</ENTRYKEY><ADJUSTMENTKEY>{memo}</ADJUSTMENTKEY>"
        f"<ADJUSTMENTENTRYKEY>{line[0].text}</ADJUSTMENTENTRYKEY>"
        "<TRX_ADJUSTMENTAMOUNT>20</TRX_ADJUSTMENTAMOUNT>"
        "<TRX_TOTALDISCOUNTTOAPPLY>0.00</TRX_TOTALDISCOUNTTOAPPLY>"
        "<DISCOUNTDATE>11/20/2026</DISCOUNTDATE>"
    )

    desk.rows(payment(bill, BANK, more).replace(">100<", ">80<"))

    assert [row[0].text for row in desk.rows(query("ARINVOICE", "TOTALDUE"))] == ["0"]
    (row,) = desk.rows(query("ARPYMTDETAIL", "ADJUSTMENTENTRYKEY DISCOUNTDATE"))
    assert [field.text for field in row] == [line[0].text, "11/20/2026"]
