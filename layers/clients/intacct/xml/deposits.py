"""Receipts that go to the bank together: `record_deposit` (§13.4)."""

from __future__ import annotations

from intacct.entries import Deposit
from intacct.xml.elements import Element, add, add_given, add_legacy_date, element
from intacct.xml.payments import resolved


def record_deposit(deposit: Deposit) -> Element:
    """The function that deposits receipts that lay undeposited.

    Raises:
        TypeError: a receipt is not resolved to its key.
    """
    function = element("record_deposit")
    add(function, "bankaccountid", deposit.bank_account)
    add_legacy_date(function, "depositdate", deposit.deposited_on)
    add(function, "depositid", deposit.reference)
    keys = add(function, "receiptkeys")
    for receipt in deposit.receipts:
        add(keys, "receiptkey", resolved(receipt))
    add_given(function, [("description", deposit.description)])
    return function
