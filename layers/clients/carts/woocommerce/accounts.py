"""Customers of one WooCommerce site, as far as the books may write them.

A change names its members alone; company, phone and address are those of the billing address. The
site keeps neither an exemption nor a payment term. Source: WooCommerce REST API v3, `customers`.
"""

from __future__ import annotations

from typing import Any

from carts.accounts import DONE, Account, AccountAddress, without_nothing
from carts.catalogue import Written
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi, NotFoundError
from carts.woocommerce.listings import Ask, another_shape


class WooCommerceAccounts:
    """See `carts.accounts.AccountClient` for the promises."""

    account_members = frozenset({"first_name", "last_name", "company", "email", "phone", "address"})

    def __init__(self, api: JsonApi, ask: Ask) -> None:
        """`ask` reads past the site's caches; `api` writes."""
        self._api = api
        self._ask = ask

    def account(self, account_id: str) -> Account | None:
        """The customer as it is now; None where the site knows no such."""
        if not (account_id.isascii() and account_id.isdigit()):
            return None
        try:
            document = self._ask(f"/customers/{account_id}", {}).document
        except NotFoundError:
            return None
        if not isinstance(document, dict) or to_identifier(document.get("id")) != account_id:
            raise another_shape()
        return _read(Node(document, "customer", []))

    def change_account(self, account_id: str, change: Account) -> Written:
        """Set what the change states; an e-mail address is that of account and invoices."""
        billing = without_nothing(
            {
                "first_name": change.first_name,
                "last_name": change.last_name,
                "company": change.company,
                "email": change.email,
                "phone": change.phone,
            }
        )
        told: dict[str, Any] = without_nothing(
            {
                "first_name": change.first_name,
                "last_name": change.last_name,
                "email": change.email,
            }
        )
        if change.address is not None:
            billing |= {
                "address_1": change.address.line1,
                "address_2": change.address.line2,
                "city": change.address.city,
                "state": change.address.region,
                "postcode": change.address.postal_code,
                "country": change.address.country,
            }
        if billing:
            told["billing"] = billing
        self._api.send("PUT", f"/customers/{account_id}", told)
        return DONE


def _read(node: Node) -> Account:
    billing = node.node("billing") or Node({}, "billing", [])
    return Account(
        first_name=node.text("first_name"),
        last_name=node.text("last_name"),
        company=billing.text("company"),
        email=node.text("email"),
        phone=billing.text("phone"),
        address=AccountAddress(
            line1=billing.text("address_1"),
            line2=billing.text("address_2"),
            city=billing.text("city"),
            region=billing.text("state"),
            postal_code=billing.text("postcode"),
            country=billing.text("country"),
        ),
    )
