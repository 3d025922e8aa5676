"""Customers of one Shopify store, as far as the books may write them.

Name, e-mail and phone are the customer's, company and address those of the default address. The
shop keeps no payment term for consumers: it is a tag, `term: Net 30`. Source: the GraphQL Admin API
of version 2026-01 (`customerUpdate`, `customerAddressUpdate`, `tagsAdd`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carts.accounts import DONE, Account, AccountAddress, without_nothing
from carts.adapter import CartApiError
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node
from carts.shopify.graph_api import GraphApi

TERM = "term: "
"""What the tag of a payment term begins with."""

_CUSTOMER = """query Customer($id: ID!) {
  customer(id: $id) {
    id firstName lastName taxExempt tags
    defaultEmailAddress { emailAddress }
    defaultPhoneNumber { phoneNumber }
    defaultAddress { id company address1 address2 city provinceCode zip countryCodeV2 }
  }
}"""

_CHANGE = """mutation ChangeCustomer($input: CustomerInput!) {
  customerUpdate(input: $input) { userErrors { field message } }
}"""

_CHANGE_ADDRESS = """mutation ChangeAddress(
  $customer: ID!, $id: ID!, $address: MailingAddressInput!
) {
  customerAddressUpdate(customerId: $customer, addressId: $id, address: $address) {
    userErrors { field message }
  }
}"""

_NEW_ADDRESS = """mutation NewAddress($customer: ID!, $address: MailingAddressInput!) {
  customerAddressCreate(customerId: $customer, address: $address, setAsDefault: true) {
    userErrors { field message }
  }
}"""

_ADD_TAGS = """mutation AddTags($id: ID!, $tags: [String!]!) {
  tagsAdd(id: $id, tags: $tags) { userErrors { field message } }
}"""

_REMOVE_TAGS = """mutation RemoveTags($id: ID!, $tags: [String!]!) {
  tagsRemove(id: $id, tags: $tags) { userErrors { field message } }
}"""


class ShopifyAccounts:
    """See `carts.accounts.AccountClient` for the promises."""

    account_members = frozenset(
        {
            "first_name",
            "last_name",
            "company",
            "email",
            "phone",
            "address",
            "tax_exempt",
            "term",
        }
    )

    def __init__(self, graph: GraphApi) -> None:
        """Ask `graph`."""
        self._graph = graph

    def account(self, account_id: str) -> Account | None:
        """The customer as it is now; None where the shop knows no such."""
        node = self._node(account_id)
        return None if node is None else _read(node)

    def change_account(self, account_id: str, change: Account) -> Written:
        """Set what the change states: of the customer, its default address, and its tags."""
        node = self._node(account_id)
        if node is None:
            return Written(WriteOutcome.REFUSED, "the shop knows no such customer")
        for name, mutation, variables in _mutations(_gid(account_id), node, change):
            payload = self._graph.send_once(mutation, variables).get(name)
            errors = [*Node(payload, name, []).nodes("userErrors")]
            if errors:
                field = ".".join(errors[0].texts("field")) or "the customer"
                return Written(WriteOutcome.REFUSED, f"the shop refuses {field}")
        return DONE

    def _node(self, account_id: str) -> Node | None:
        told = self._graph.ask(_CUSTOMER, {"id": _gid(account_id)}).get("customer")
        if told is None:
            return None
        if not isinstance(told, dict):
            message = "the shop's answer has another shape than documented"
            raise CartApiError(message, is_lasting=True)
        return Node(told, "customer", [])


def _mutations(gid: str, node: Node, change: Account) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is to be called: the payload's name, the mutation and its variables."""
    customer: dict[str, Any] = without_nothing(
        {
            "firstName": change.first_name,
            "lastName": change.last_name,
            "email": change.email,
            "phone": change.phone,
        }
    )
    if change.tax_exempt is not None:
        customer["taxExempt"] = change.tax_exempt
    if customer:
        yield "customerUpdate", _CHANGE, {"input": {"id": gid, **customer}}
    address = _address(change)
    if address:
        known = node.node("defaultAddress")
        variables = {"customer": gid, "address": address}
        if known is None:
            yield "customerAddressCreate", _NEW_ADDRESS, variables
        else:
            told = {**variables, "id": known.text("id")}
            yield "customerAddressUpdate", _CHANGE_ADDRESS, told
    if change.term is not None:
        yield from _tags(gid, node, f"{TERM}{change.term}")


def _tags(gid: str, node: Node, wanted: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """One tag of a term, in place of whatever others there are."""
    others = [tag for tag in node.texts("tags") if tag.startswith(TERM) and tag != wanted]
    if others:
        yield "tagsRemove", _REMOVE_TAGS, {"id": gid, "tags": others}
    yield "tagsAdd", _ADD_TAGS, {"id": gid, "tags": [wanted]}


def _address(change: Account) -> dict[str, str]:
    told = without_nothing({"company": change.company})
    if change.address is not None:
        told |= {
            "address1": change.address.line1,
            "address2": change.address.line2,
            "city": change.address.city,
            "provinceCode": change.address.region,
            "zip": change.address.postal_code,
            "countryCode": change.address.country,
        }
    return told


def _read(node: Node) -> Account:
    nothing = Node({}, "customer", [])
    address = node.node("defaultAddress") or nothing
    terms = [tag.removeprefix(TERM) for tag in node.texts("tags") if tag.startswith(TERM)]
    return Account(
        first_name=node.text("firstName"),
        last_name=node.text("lastName"),
        company=address.text("company"),
        email=(node.node("defaultEmailAddress") or nothing).text("emailAddress"),
        phone=(node.node("defaultPhoneNumber") or nothing).text("phoneNumber"),
        address=AccountAddress(
            line1=address.text("address1"),
            line2=address.text("address2"),
            city=address.text("city"),
            region=address.text("provinceCode"),
            postal_code=address.text("zip"),
            country=address.text("countryCodeV2"),
        ),
        tax_exempt=node.flag("taxExempt"),
        term=terms[0] if len(terms) == 1 else "",
    )


def _gid(account_id: str) -> str:
    return f"gid://shopify/Customer/{account_id}"
