"""Documents are collected in summaries, whose day they post on (§13.2 to §13.4)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    customer,
    day,
    first_error,
    invoice,
    key_of,
    value,
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    return made


def summary(desk: Desk, function: str = "create_invoicebatch", place: str = "") -> str:
    content = f"<batchtitle>Shop</batchtitle>{place}{day('datecreated')}"
    return key_of(desk.result(f"<{function}>{content}</{function}>".replace("<day>20", "<day>21")))


def test_an_invoice_posts_on_the_day_of_its_summary(desk: Desk) -> None:
    key = summary(desk)

    bill = key_of(desk.result(invoice("C-1", head=f"<batchkey>{key}</batchkey>")))

    assert value(desk, "ARINVOICE", "PRBATCH", bill) == "Shop"
    assert value(desk, "ARINVOICE", "PRBATCHKEY", bill) == key
    assert value(desk, "ARINVOICE", "WHENPOSTED", bill) == "11/21/2026"


def test_a_payment_goes_where_its_summary_says(desk: Desk) -> None:
    key = summary(desk, "create_arpaymentbatch", "<undepfundsacct>1030</undepfundsacct>")
    bill = key_of(desk.result(invoice("C-1")))

    key_of(
        desk.result(
            "<create_arpayment><customerid>C-1</customerid><paymentamount>100</paymentamount>"
            f"<batchkey>{key}</batchkey>{day('datereceived')}<paymentmethod>Cash</paymentmethod>"
            f"<arpaymentitem><invoicekey>{bill}</invoicekey><amount>100</amount></arpaymentitem>"
            "</create_arpayment>"
        )
    )

    assert balance(desk, "1030") == 100


@pytest.mark.parametrize("key", ["9", "x", "adjustments"])
def test_a_summary_that_is_not_there_or_of_another_kind_is_refused(desk: Desk, key: str) -> None:
    if key == "adjustments":
        key = summary(desk, "create_aradjustmentbatch")

    refused = desk.result(invoice("C-1", head=f"<batchkey>{key}</batchkey>"))

    assert first_error(refused)[1].startswith(f"The summary '{key}' is invalid")
