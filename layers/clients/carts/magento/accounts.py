"""Customers of one Magento store, as far as the books may write them.

A customer is written whole: it is read, changed where the books say otherwise, and sent back with
all its addresses, since one that is left out is deleted. The default billing address is the one
that is changed; a region goes by the store's own number. Exemptions and terms are customer groups
and are left alone. Source: Adobe Commerce REST, `PUT /V1/customers/:id`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from carts.accounts import DONE, Account, AccountAddress, without_nothing
from carts.catalogue import WriteOutcome, Written
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi, NotFoundError
from carts.magento.searches import another_shape

Json = dict[str, Any]


class MagentoAccounts:
    """See `carts.accounts.AccountClient` for the promises."""

    account_members = frozenset(
        {"first_name", "last_name", "company", "email", "phone", "address", "tax_id"}
    )

    def __init__(self, api: JsonApi) -> None:
        """Ask `api`."""
        self._api = api

    def account(self, account_id: str) -> Account | None:
        """The customer as it is now; None where the store knows no such."""
        document = self._document(account_id)
        return None if document is None else _read(document)

    def change_account(self, account_id: str, change: Account) -> Written:
        """Set what the change states, in the whole customer as it is a moment before."""
        document = self._document(account_id)
        if document is None:
            return Written(WriteOutcome.REFUSED, "the store knows no such customer")
        document |= without_nothing(
            {
                "firstname": change.first_name,
                "lastname": change.last_name,
                "email": change.email,
                "taxvat": change.tax_id,
            }
        )
        if not {name for name, _ in change.stated()}.isdisjoint({"company", "phone", "address"}):
            changed = self._address(_billing(document) or _new_address(document), change)
            if changed is None:
                return Written(WriteOutcome.REFUSED, "the store knows no such region")
            others = [one for one in _addresses(document) if one.get("id") != changed.get("id")]
            document["addresses"] = [*others, changed]
        self._api.send_once("PUT", f"/customers/{account_id}", {"customer": document})
        return DONE

    def _document(self, account_id: str) -> Json | None:
        if not (account_id.isascii() and account_id.isdigit()):
            return None
        try:
            document = self._api.get(f"/customers/{account_id}").document
        except NotFoundError:
            return None
        if not isinstance(document, dict) or to_identifier(document.get("id")) != account_id:
            raise another_shape()
        return dict(document)

    def _address(self, known: Json, change: Account) -> Json | None:
        """The address with what the change states; None where its region cannot be named."""
        address = {
            **known,
            **without_nothing({"company": change.company, "telephone": change.phone}),
        }
        if change.address is None:
            return address
        lines = [line for line in (change.address.line1, change.address.line2) if line]
        address |= {
            "street": lines,
            "city": change.address.city,
            "postcode": change.address.postal_code,
            "country_id": change.address.country,
        }
        region = self._region(change.address)
        if region is None:
            return None
        address.pop("region", None)
        address.pop("region_id", None)
        return {**address, **region}

    def _region(self, address: AccountAddress) -> Json | None:
        """The region by the store's own number, or as free text where the country has no list."""
        if not address.region:
            return {}
        try:
            path = f"/directory/countries/{quote(address.country, safe='')}"
            document = self._api.get(path).document
        except NotFoundError:
            return None
        regions = [*Node(document, "country", []).nodes("available_regions")]
        if not regions:
            return {"region": {"region": address.region}}
        wanted = address.region.casefold()
        for one in regions:
            if wanted in (one.text("code").casefold(), one.text("name").casefold()):
                number = int(one.identifier("id"))
                told = {"region_code": one.text("code"), "region": one.text("name")}
                return {"region_id": number, "region": {**told, "region_id": number}}
        return None


def _addresses(document: Json) -> list[Json]:
    listed = document.get("addresses") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise another_shape()
    return listed


def _billing(document: Json) -> Json | None:
    """The default billing address."""
    named = to_identifier(document.get("default_billing"))
    for one in _addresses(document):
        if one.get("default_billing") is True or (named and to_identifier(one.get("id")) == named):
            return one
    return None


def _new_address(document: Json) -> Json:
    return {
        "firstname": document.get("firstname", ""),
        "lastname": document.get("lastname", ""),
        "default_billing": True,
    }


def _read(document: Json) -> Account:
    node = Node(document, "customer", [])
    billing = Node(_billing(document) or {}, "address", [])
    street = [*billing.texts("street"), "", ""]
    region = billing.node("region") or Node({}, "region", [])
    return Account(
        first_name=node.text("firstname"),
        last_name=node.text("lastname"),
        company=billing.text("company"),
        email=node.text("email"),
        phone=billing.text("telephone"),
        address=AccountAddress(
            line1=street[0],
            line2=street[1],
            city=billing.text("city"),
            region=region.text("region_code") or region.text("region"),
            postal_code=billing.text("postcode"),
            country=billing.text("country_id"),
        ),
        tax_id=node.text("taxvat"),
    )
