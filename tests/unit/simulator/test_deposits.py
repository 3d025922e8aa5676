"""Receipts lie undeposited until a deposit brings them to the bank (§13.4, REST §16.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simulator.rest_desk import Rest, invoice, payment
from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    customer,
    day,
    first_error,
    key_of,
    query,
    value,
)
from tests.unit.simulator.xml_desk import invoice as xml_invoice


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    return made


def receive(desk: Desk, place: str = "<undepfundsacct>1030</undepfundsacct>") -> str:
    """Pay an invoice of 100; gives the key of the payment."""
    bill = key_of(desk.result(xml_invoice("C-1")))
    return key_of(
        desk.result(
            f"<create_arpayment><customerid>C-1</customerid><paymentamount>100</paymentamount>{place}"
            f"{day('datereceived')}<paymentmethod>Printed Check</paymentmethod><arpaymentitem>"
            f"<invoicekey>{bill}</invoicekey><amount>100</amount></arpaymentitem></create_arpayment>"
        )
    )


def deposit(*keys: str, bank: str = "BANK") -> str:
    receipts = "".join(f"<receiptkey>{key}</receiptkey>" for key in keys)
    return (
        f"<record_deposit><bankaccountid>{bank}</bankaccountid>{day('depositdate')}"
        f"<depositid>SLIP-1</depositid><receiptkeys>{receipts}</receiptkeys>"
        "<description>Cheques</description></record_deposit>"
    )


def test_a_deposit_takes_receipts_from_undeposited_funds_to_the_bank(desk: Desk) -> None:
    receipts = [receive(desk), receive(desk)]
    lying = balance(desk, "1030")

    key = key_of(desk.result(deposit(*receipts)))

    assert lying == Decimal("200.00")
    assert balance(desk, "1030") == 0
    assert balance(desk, "1010") == Decimal("200.00")
    assert value(desk, "DEPOSIT", "TOTALENTERED", key) == "200"
    assert value(desk, "DEPOSIT", "RECORDID", key) == "SLIP-1"


def test_a_receipt_is_deposited_once_and_not_reversed_while_it_is(desk: Desk) -> None:
    receipt = receive(desk)
    key_of(desk.result(deposit(receipt)))

    again = desk.result(deposit(receipt))
    reversed_ = desk.result(
        f'<reverse_arpayment key="{receipt}">{day("datereversed")}</reverse_arpayment>'
    )

    assert "receipt" in first_error(again)[1]
    assert first_error(reversed_)[0]
    assert balance(desk, "1010") == Decimal("100.00")
    assert len(desk.rows(query("DEPOSIT", "RECORDNO"))) == 1


@pytest.mark.parametrize(("key", "bank"), [("99", "BANK"), ("x", "BANK"), ("1", "NONE")])
def test_a_deposit_of_nothing_that_lies_there_is_refused(desk: Desk, key: str, bank: str) -> None:
    receive(desk)

    assert first_error(desk.result(deposit(key, bank=bank)))[0]
    assert balance(desk, "1030") == Decimal("100.00")


def test_a_receipt_that_is_at_the_bank_already_is_not_deposited(desk: Desk) -> None:
    receipt = receive(desk, "<bankaccountid>BANK</bankaccountid>")

    assert first_error(desk.result(deposit(receipt)))[0]


def test_rest_makes_the_same_deposit(rest: Rest) -> None:
    rest.customer()
    bill = rest.create("accounts-receivable/invoice", invoice())
    detail = {"arInvoice": {"key": bill}, "txnCurrency": {"paymentAmount": "100.00"}}
    body: dict[str, Any] = {**payment([detail]), "undepositedGLAccount": {"id": "1030"}}
    del body["financialEntity"]
    receipt = rest.create("accounts-receivable/payment", body)
    deposited = {"txnDate": "2026-11-20", "depositId": "S-1", "bankAccount": {"id": "BANK"}}

    key = rest.create("cash-management/deposit", {**deposited, "details": [{"id": receipt}]})

    shown = rest.get("cash-management/deposit", key)
    assert (shown["totalAmount"], shown["bankAccount"]["id"]) == ("100.00", "BANK")
    assert [one["id"] for one in shown["details"]] == [receipt]
    assert rest.balances()["1010"] == "100.00"
    assert "1030" not in rest.balances()
