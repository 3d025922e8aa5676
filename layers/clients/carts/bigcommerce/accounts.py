"""Customers of one BigCommerce store, as far as the books may write them.

The store keeps a list of addresses, none of which is the one to bill, so no address is written, nor
a tax number; an exemption is a tax service's own category. Source: BigCommerce V3, `customers`.
"""

from __future__ import annotations

from typing import Any

from carts.accounts import DONE, Account, without_nothing
from carts.bigcommerce.calls import Calls, another_shape, data_of
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node, to_identifier

_CUSTOMERS = "/v3/customers"


class BigCommerceAccounts:
    """See `carts.accounts.AccountClient` for the promises."""

    account_members = frozenset({"first_name", "last_name", "company", "email", "phone"})

    def __init__(self, calls: Calls) -> None:
        """Ask by `calls`."""
        self._calls = calls

    def account(self, account_id: str) -> Account | None:
        """The customer as it is now; None where the store knows no such."""
        if not _is_number(account_id):
            return None
        rows = data_of(self._calls.ask(_CUSTOMERS, {"id:in": account_id, "limit": "1"}))
        if not rows:
            return None
        if to_identifier(rows[0].get("id")) != account_id:
            raise another_shape()
        node = Node(rows[0], "customer", [])
        return Account(
            first_name=node.text("first_name"),
            last_name=node.text("last_name"),
            company=node.text("company"),
            email=node.text("email"),
            phone=node.text("phone"),
        )

    def change_account(self, account_id: str, change: Account) -> Written:
        """Set what the change states."""
        if not _is_number(account_id):
            return Written(WriteOutcome.REFUSED, "the store's ids are numbers")
        told: dict[str, Any] = without_nothing(
            {
                "first_name": change.first_name,
                "last_name": change.last_name,
                "company": change.company,
                "email": change.email,
                "phone": change.phone,
            }
        )
        rows = data_of(self._calls.send("PUT", _CUSTOMERS, [{"id": int(account_id), **told}]))
        if account_id not in {to_identifier(row.get("id")) for row in rows}:
            return Written(WriteOutcome.UNKNOWN, "the store's answer leaves this customer out")
        return DONE


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
