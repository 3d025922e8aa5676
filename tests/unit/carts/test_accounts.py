"""Accounts of WooCommerce and BigCommerce are read, and told what changes and nothing else."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from carts.accounts import Account, AccountClient
from carts.adapter import CartApiError
from carts.bigcommerce.client import BigCommerceClient
from carts.catalogue import WriteOutcome
from carts.woocommerce.client import WooCommerceClient
from tests.unit.carts.account_site import JANE, LONDON, Json, Site, access, options

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


def test_personal_data_does_not_show() -> None:
    assert "Jane" not in repr(JANE)
    assert "London" not in repr(LONDON)
