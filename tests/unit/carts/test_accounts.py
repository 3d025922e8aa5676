"""Buyers' accounts in carts: what is read of them, and that a change names nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from carts.accounts import Account, AccountAddress, AccountClient
from carts.adapter import CartApiError, StoreAccess
from carts.bigcommerce.client import BigCommerceClient
from carts.catalogue import WriteOutcome
from carts.magento.client import MagentoClient
from carts.shopify.client import ShopifyClient
from carts.woocommerce.client import WooCommerceClient

Json = dict[str, Any]
LONDON = AccountAddress("12 St James's Sq", "Flat 2", "London", "LND", "SW1Y 4LB", "GB")
JANE = Account(
    first_name="Jane",
    last_name="Roe",
    company="Roe Ltd",
    email="jane@example.com",
    phone="+442012345678",
    address=LONDON,
)


class Site:
    """A cart that answers by method and path; `faults` are its next answers, or errors, instead.

    What it answers is lost on the way as long as `loses` says so.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Any] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.faults: list[httpx.Response | httpx.TransportError | None] = []
        self.loses: Callable[[], bool] = lambda: False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.calls.append((request.method, request.url.path, body))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, httpx.TransportError):
            raise fault
        if fault is not None:
            return fault
        path = request.url.path
        found = self.answers.get((request.method, path), httpx.Response(404, json={}))
        answer = found(body) if callable(found) else found
        if self.loses():
            message = "gone"
            raise httpx.ReadTimeout(message)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def written(self) -> list[Any]:
        return [body for method, _, body in self.calls if method in ("PUT", "POST")]


def access(token: str, base_url: str, domain: str = "") -> StoreAccess:
    return StoreAccess("shop", domain, base_url, token)


def options(site: Site) -> Json:
    return {"transport": httpx.MockTransport(site), "sleep": lambda _: None}


# WooCommerce

WOO = "/wp-json/wc/v3/customers/25"
WOO_CUSTOMER: Json = {
    "id": 25,
    "email": "jane@example.com",
    "first_name": "Jane",
    "last_name": "Roe",
    "billing": {
        "company": "Roe Ltd",
        "phone": "+442012345678",
        "address_1": "12 St James's Sq",
        "address_2": "Flat 2",
        "city": "London",
        "state": "LND",
        "postcode": "SW1Y 4LB",
        "country": "GB",
    },
    "shipping": {"city": "Paris"},
}


@pytest.fixture
def woo() -> tuple[Site, WooCommerceClient]:
    site = Site()
    site.answers["GET", WOO] = site.answers["PUT", WOO] = WOO_CUSTOMER
    return site, WooCommerceClient.connect(access("ck:cs", "http://127.0.0.1:1"), **options(site))


def test_woocommerce_shows_an_account_and_its_billing_address(
    woo: tuple[Site, WooCommerceClient],
) -> None:
    _, client = woo

    assert isinstance(client, AccountClient)
    assert client.account("25") == JANE
    assert client.account("26") is None
    assert client.account("../orders") is None


def test_woocommerce_is_told_what_changes_and_nothing_else(
    woo: tuple[Site, WooCommerceClient],
) -> None:
    site, client = woo

    done = client.change_account("25", Account(email="new@example.com", address=LONDON))

    assert done.outcome is WriteOutcome.DONE
    assert site.written == [
        {
            "email": "new@example.com",
            "billing": {
                "email": "new@example.com",
                "address_1": "12 St James's Sq",
                "address_2": "Flat 2",
                "city": "London",
                "state": "LND",
                "postcode": "SW1Y 4LB",
                "country": "GB",
            },
        }
    ]


def test_a_change_that_the_site_refuses_is_told_without_what_it_said(
    woo: tuple[Site, WooCommerceClient],
) -> None:
    site, client = woo
    site.answers["PUT", WOO] = httpx.Response(400, json={"message": "jane@example.com is taken"})

    refused = client.change_account("25", Account(email="jane@example.com"))

    assert refused.outcome is WriteOutcome.REFUSED
    assert "jane" not in refused.message


def test_a_busy_site_is_asked_again_and_one_that_stays_away_is_unknown(
    woo: tuple[Site, WooCommerceClient],
) -> None:
    site, client = woo
    site.faults = [httpx.Response(429, headers={"Retry-After": "1"})]

    assert client.change_account("25", Account(phone="1")).outcome is WriteOutcome.DONE
    site.faults = [httpx.ReadTimeout("gone") for _ in range(9)]

    assert client.change_account("25", Account(phone="1")).outcome is WriteOutcome.UNKNOWN


# Magento

MAGENTO = "/rest/default/V1/customers/7"
COUNTRY = "/rest/default/V1/directory/countries/US"
HOME: Json = {
    "id": 3,
    "firstname": "Jane",
    "lastname": "Roe",
    "company": "Roe Ltd",
    "telephone": "555",
    "street": ["1 Main St"],
    "city": "Austin",
    "postcode": "78701",
    "country_id": "US",
    "region": {"region_code": "TX", "region": "Texas", "region_id": 57},
    "region_id": 57,
    "default_billing": True,
}
MAGENTO_CUSTOMER: Json = {
    "id": 7,
    "group_id": 2,
    "website_id": 1,
    "default_billing": "3",
    "email": "jane@example.com",
    "firstname": "Jane",
    "lastname": "Roe",
    "taxvat": "US1",
    "addresses": [{"id": 2, "city": "Paris"}, HOME],
    "custom_attributes": [{"attribute_code": "loyalty", "value": "gold"}],
}


@pytest.fixture
def magento() -> tuple[Site, MagentoClient]:
    site = Site()
    site.answers["GET", MAGENTO] = MAGENTO_CUSTOMER
    site.answers["PUT", MAGENTO] = MAGENTO_CUSTOMER
    site.answers["GET", COUNTRY] = {
        "id": "US",
        "available_regions": [
            {"id": "12", "code": "CA", "name": "California"},
            {"id": "57", "code": "TX", "name": "Texas"},
        ],
    }
    return site, MagentoClient.connect(access("token", "http://127.0.0.1:1"), **options(site))


def test_magento_shows_a_customer_and_its_default_billing_address(
    magento: tuple[Site, MagentoClient],
) -> None:
    _, client = magento

    assert client.account("7") == Account(
        first_name="Jane",
        last_name="Roe",
        company="Roe Ltd",
        email="jane@example.com",
        phone="555",
        address=AccountAddress("1 Main St", "", "Austin", "TX", "78701", "US"),
        tax_id="US1",
    )
    assert client.account("8") is None


def test_magento_gets_the_whole_customer_with_what_changes(
    magento: tuple[Site, MagentoClient],
) -> None:
    site, client = magento
    moved = AccountAddress("9 Oak Ave", "", "Fresno", "ca", "93650", "US")

    done = client.change_account("7", Account(email="new@example.com", address=moved))

    ((whole),) = site.written
    assert done.outcome is WriteOutcome.DONE
    assert whole["customer"] == {
        **MAGENTO_CUSTOMER,
        "email": "new@example.com",
        "addresses": [
            {"id": 2, "city": "Paris"},
            {
                **HOME,
                "street": ["9 Oak Ave"],
                "city": "Fresno",
                "postcode": "93650",
                "region_id": 12,
                "region": {"region_code": "CA", "region": "California", "region_id": 12},
            },
        ],
    }


def test_a_region_that_magento_does_not_know_is_refused_unsent(
    magento: tuple[Site, MagentoClient],
) -> None:
    site, client = magento
    nowhere = AccountAddress("9 Oak Ave", "", "Fresno", "XX", "93650", "US")

    refused = client.change_account("7", Account(address=nowhere))

    assert refused.outcome is WriteOutcome.REFUSED
    assert site.written == []


def test_a_first_billing_address_of_magento_carries_the_customers_name(
    magento: tuple[Site, MagentoClient],
) -> None:
    site, client = magento
    site.answers["GET", MAGENTO] = {**MAGENTO_CUSTOMER, "addresses": [], "default_billing": None}

    unknown = client.change_account("7", Account(address=LONDON, phone="1"))
    site.answers["GET", "/rest/default/V1/directory/countries/GB"] = {"id": "GB"}
    client.change_account("7", Account(address=LONDON, phone="1"))

    ((whole),) = site.written
    (address,) = whole["customer"]["addresses"]
    assert unknown.outcome is WriteOutcome.REFUSED
    assert (address["firstname"], address["lastname"], address["telephone"]) == ("Jane", "Roe", "1")
    assert address["region"] == {"region": "LND"}
    assert address["default_billing"] is True


def test_a_lost_answer_of_magento_is_not_sent_again(magento: tuple[Site, MagentoClient]) -> None:
    site, client = magento
    site.faults = [None, httpx.ReadTimeout("gone")]

    assert client.change_account("7", Account(phone="1")).outcome is WriteOutcome.UNKNOWN
    assert len(site.written) == 1
    site.faults = [None, httpx.Response(502)]
    assert client.change_account("7", Account(phone="1")).outcome is WriteOutcome.UNKNOWN
    assert len(site.written) == 2
    site.faults = [None, httpx.ConnectError("no"), httpx.Response(429)]
    assert client.change_account("7", Account(phone="1")).outcome is WriteOutcome.DONE


# BigCommerce

BIG = "/stores/abc123/v3/customers"
BIG_CUSTOMER: Json = {
    "id": 5,
    "first_name": "Jane",
    "last_name": "Roe",
    "company": "Roe Ltd",
    "email": "jane@example.com",
    "phone": "555",
}


@pytest.fixture
def big() -> tuple[Site, BigCommerceClient]:
    site = Site()
    site.answers["GET", BIG] = {"data": [BIG_CUSTOMER]}
    site.answers["PUT", BIG] = {"data": [BIG_CUSTOMER]}
    of = access("token", "http://127.0.0.1:1", "abc123")
    return site, BigCommerceClient.connect(of, **options(site))


def test_bigcommerce_shows_and_takes_what_is_no_address(
    big: tuple[Site, BigCommerceClient],
) -> None:
    site, client = big

    shown = client.account("5")
    done = client.change_account("5", Account(company="Roe Inc"))

    assert shown == replace(JANE, phone="555", address=None)
    assert "address" not in client.account_members
    assert done.outcome is WriteOutcome.DONE
    assert site.written == [[{"id": 5, "company": "Roe Inc"}]]


def test_a_customer_that_bigcommerce_leaves_out_is_looked_at_again(
    big: tuple[Site, BigCommerceClient],
) -> None:
    site, client = big
    site.answers["PUT", BIG] = {"data": []}

    assert client.change_account("5", Account(phone="1")).outcome is WriteOutcome.UNKNOWN
    site.answers["GET", BIG] = {"data": []}
    assert client.account("5") is None
    site.answers["GET", BIG] = {"data": [{**BIG_CUSTOMER, "id": 6}]}
    with pytest.raises(CartApiError):
        client.account("5")


# Shopify

GRAPH = "/admin/api/2026-01/graphql.json"
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


def test_personal_data_does_not_show() -> None:
    assert "Jane" not in repr(JANE)
    assert "London" not in repr(LONDON)
