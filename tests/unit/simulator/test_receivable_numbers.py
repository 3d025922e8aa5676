"""Records of receivables share one sequence of numbers: a number alone names one (§13.4)."""

from __future__ import annotations

from typing import Any

import pytest

from local.intacct_simulator.books.store import Store
from tests.unit.simulator.xml_desk import Desk, customer, day, invoice, key_of, query, value


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.rows(customer("C-1"))
    return desk


ADVANCE = (
    "<create><ARADVANCE><CUSTOMERID>C-1</CUSTOMERID><PAYMENTMETHOD>Cash</PAYMENTMETHOD>"
    "<PAYMENTDATE>11/20/2026</PAYMENTDATE><RECEIPTDATE>11/20/2026</RECEIPTDATE>{place}"
    "<ARADVANCEITEMS><ARADVANCEITEM><ACCOUNTNO>2050</ACCOUNTNO><TRX_AMOUNT>30</TRX_AMOUNT>"
    "<LOCATIONID>100</LOCATIONID></ARADVANCEITEM></ARADVANCEITEMS></ARADVANCE></create>"
)
IN_BANK = "<FINANCIALENTITY>BANK</FINANCIALENTITY>"
UNDEPOSITED = "<UNDEPOSITEDACCOUNTNO>1030</UNDEPOSITEDACCOUNTNO>"


def advance(desk: Desk, place: str = IN_BANK) -> str:
    return str(desk.rows(ADVANCE.format(place=place))[0].findtext("RECORDNO"))


def credit_memo(desk: Desk) -> str:
    return key_of(
        desk.result(
            f"<create_aradjustment><customerid>C-1</customerid>{day('datecreated')}"
            "<aradjustmentitems><lineitem><glaccountno>4095</glaccountno><amount>-5</amount>"
            "<locationid>100</locationid></lineitem></aradjustmentitems></create_aradjustment>"
        )
    )


def payment(desk: Desk) -> str:
    return key_of(
        desk.result(
            "<create_arpayment><customerid>C-1</customerid><paymentamount>7</paymentamount>"
            "<undepfundsacct>1030</undepfundsacct><overpaylocid>100</overpaylocid>"
            f"{day('datereceived')}<paymentmethod>Cash</paymentmethod></create_arpayment>"
        )
    )


def available(desk: Desk, advance_key: str) -> Any:
    record = desk.company.books.get("ar_advance", int(advance_key))
    assert record is not None
    return desk.company.books.derived("ar_advance", record)["available"]


def applied(desk: Desk, credit: str, bill: str, amount: str) -> Any:
    return desk.result(
        f"<apply_arpayment><arpaymentkey>{credit}</arpaymentkey>{day('paymentdate')}"
        f"<arpaymentitems><arpaymentitem><invoicekey>{bill}</invoicekey>"
        f"<amount>{amount}</amount></arpaymentitem></arpaymentitems></apply_arpayment>"
    )


def test_no_two_records_of_receivables_have_one_number(desk: Desk) -> None:
    keys = [advance(desk), credit_memo(desk), key_of(desk.result(invoice("C-1"))), payment(desk)]

    assert len(set(keys)) == len(keys)


def test_the_credit_is_applied_that_is_named(desk: Desk) -> None:
    prepaid, memo = advance(desk), credit_memo(desk)
    bill = key_of(desk.result(invoice("C-1")))

    key_of(applied(desk, memo, bill, "5"))

    assert value(desk, "ARADJUSTMENT", "TOTALDUE", memo) == "0"
    assert available(desk, prepaid) == 30
    assert value(desk, "ARINVOICE", "TOTALDUE", bill) == "95"


def test_a_deposit_takes_the_receipt_that_is_named(desk: Desk) -> None:
    payment(desk)
    prepaid = advance(desk, UNDEPOSITED)

    key_of(
        desk.result(
            f"<record_deposit><bankaccountid>BANK</bankaccountid>{day('depositdate')}"
            f"<depositid>SLIP-1</depositid><receiptkeys><receiptkey>{prepaid}</receiptkey>"
            "</receiptkeys></record_deposit>"
        )
    )

    [taken] = desk.company.books.lines("deposit", 1)
    assert (taken.get("advance"), taken.get("payment")) == (int(prepaid), None)


def test_books_of_an_earlier_version_go_on_after_their_highest_number() -> None:
    store = Store({"bill": "shared", "receipt": "shared"})
    store.restore({"tables": {"bill": [{"key": 5}]}, "last_keys": {"bill": 5, "receipt": 3}})

    assert store.insert("receipt", {})["key"] == 6
    assert store.insert("other", {})["key"] == 1


def test_numbers_go_on_after_books_are_loaded_again(desk: Desk) -> None:
    advance(desk)
    memo = credit_memo(desk)
    kept = desk.company.books.store.snapshot()
    other = Desk()
    other.company.books.store.restore(kept)

    made = key_of(other.result(invoice("C-1")))

    assert int(made) > int(memo)
    assert other.rows(query("ARINVOICE", "RECORDNO"))[0].findtext("RECORDNO") == made
