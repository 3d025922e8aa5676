"""Shopify takes customer, address and tag each by its own mutation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx

from carts.accounts import Account
from carts.catalogue import WriteOutcome
from carts.shopify.client import ShopifyClient
from tests.unit.carts.account_site import GRAPH, JANE, LONDON, Json, Site, access, options

SHOPIFY_CUSTOMER: Json = {
    "id": "gid://shopify/Customer/99",
    "firstName": "Jane",
    "lastName": "Roe",
    "taxExempt": False,
    "tags": ["vip", "term: Net 30"],
    "defaultEmailAddress": {"emailAddress": "jane@example.com"},
    "defaultPhoneNumber": {"phoneNumber": "+442012345678"},
    "defaultAddress": {
        "id": "gid://shopify/MailingAddress/1",
        "company": "Roe Ltd",
        "address1": "12 St James's Sq",
        "address2": "Flat 2",
        "city": "London",
        "provinceCode": "LND",
        "zip": "SW1Y 4LB",
        "countryCodeV2": "GB",
    },
}


def shop(customer: Json | None, errors: Json | None = None) -> tuple[Site, ShopifyClient]:
    """A shop with one customer, whose mutations complain as `errors` say."""
    site = Site()

    def answer(body: Json) -> Json:
        if body["query"].startswith("query"):
            return {"data": {"customer": customer}}
        names = (
            "customerUpdate",
            "customerAddressUpdate",
            "customerAddressCreate",
            "tagsAdd",
            "tagsRemove",
        )
        name = next(one for one in names if f"{one}(" in body["query"])
        told = (errors or {}).get(name, [])
        return {"data": {name: {"userErrors": told}}}

    answers: Callable[[Json], Json] = answer
    site.answers["POST", GRAPH] = answers
    return site, ShopifyClient.connect(access("token", "http://127.0.0.1:1"), **options(site))


def mutations(site: Site) -> list[Json]:
    return [one["variables"] for one in site.written if one["query"].startswith("mutation")]


def test_shopify_shows_a_customer_its_default_address_and_its_term() -> None:
    _, client = shop(SHOPIFY_CUSTOMER)
    _, empty = shop(None)

    assert client.account("99") == replace(JANE, tax_exempt=False, term="Net 30")
    assert empty.account("99") is None


def test_shopify_is_told_customer_address_and_tag_each_by_its_own_mutation() -> None:
    site, client = shop(SHOPIFY_CUSTOMER)
    change = Account(last_name="Doe", tax_exempt=True, company="Doe Ltd", term="Net 60")

    done = client.change_account("99", change)

    gid = "gid://shopify/Customer/99"
    assert done.outcome is WriteOutcome.DONE
    assert mutations(site) == [
        {"input": {"id": gid, "lastName": "Doe", "taxExempt": True}},
        {
            "customer": gid,
            "id": "gid://shopify/MailingAddress/1",
            "address": {"company": "Doe Ltd"},
        },
        {"id": gid, "tags": ["term: Net 30"]},
        {"id": gid, "tags": ["term: Net 60"]},
    ]


def test_a_customer_of_shopify_without_address_gets_one() -> None:
    site, client = shop({**SHOPIFY_CUSTOMER, "defaultAddress": None})

    client.change_account("99", Account(address=LONDON))

    (told,) = mutations(site)
    assert told["customer"] == "gid://shopify/Customer/99"
    assert told["address"]["provinceCode"] == "LND"


def test_what_shopify_complains_of_is_told_by_its_field_alone() -> None:
    wrong = [{"field": ["input", "email"], "message": "jane@example.com has been taken"}]
    _, client = shop(SHOPIFY_CUSTOMER, {"customerUpdate": wrong})

    refused = client.change_account("99", Account(email="jane@example.com", company="X"))

    assert (refused.outcome, refused.message) == (
        WriteOutcome.REFUSED,
        "the shop refuses input.email",
    )


def test_a_lost_answer_of_shopify_is_not_sent_again() -> None:
    site, client = shop(SHOPIFY_CUSTOMER)
    site.faults = [None, httpx.ReadTimeout("gone")]

    assert client.change_account("99", Account(phone="1")).outcome is WriteOutcome.UNKNOWN
    assert len(mutations(site)) == 1
    _, nobody = shop(None)
    assert nobody.change_account("99", Account(phone="1")).outcome is WriteOutcome.REFUSED
