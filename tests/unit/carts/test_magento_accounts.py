"""Magento takes a customer whole, with its regions by name."""

from __future__ import annotations

import httpx
import pytest

from carts.accounts import Account, AccountAddress
from carts.catalogue import WriteOutcome
from carts.magento.client import MagentoClient
from tests.unit.carts.account_site import LONDON, Json, Site, access, options

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
