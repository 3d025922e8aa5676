"""The admin API: what it shows, what it turns, and that it shows nothing secret."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from local.intacct_simulator.company import Company
from local.intacct_simulator.seed.fill import demo_data
from tests.unit.simulator.rest_desk import Rest, invoice

PATH = "/objects/accounts-receivable/customer"
SECRETS = ("demo-client-secret", "demo-user-password", "demo-sender-password")


def test_the_log_names_requests_and_counts_transactions(rest: Rest, client: httpx.Client) -> None:
    rest.customer()
    rest.entity = "100"
    rest.send("GET", PATH, expect=200)

    log = client.get("/_sim/log").json()

    seen = [(one["method"], one["path"], one["status"], one["entity"]) for one in log["requests"]]
    assert seen == [
        ("POST", "/oauth2/token", 200, ""),
        ("POST", PATH, 201, ""),
        ("GET", PATH, 200, "100"),
    ]
    assert log["transactions"] == {"rest": 2}


def test_the_log_holds_nothing_secret_or_personal(rest: Rest, client: httpx.Client) -> None:
    rest.customer(contacts={"default": {"printAs": "Ada", "email1": "ada@example.com"}})
    rest.send("GET", PATH)

    text = client.get("/_sim/log").text

    assert rest.token not in text
    assert "ada@example.com" not in text
    assert not [secret for secret in SECRETS if secret in text]


def test_the_log_can_be_cleared(rest: Rest, client: httpx.Client) -> None:
    rest.send("GET", PATH)

    client.delete("/_sim/log")

    assert client.get("/_sim/log").json() == {"requests": [], "transactions": {}}


def test_the_clock_is_set_and_advanced(client: httpx.Client, company: Company) -> None:
    client.post("/_sim/clock", json={"set": "2026-12-31T23:59:59Z", "freeze": True})
    client.post("/_sim/clock", json={"advance_seconds": 2})

    assert client.get("/_sim/clock").json() == {
        "now": "2027-01-01T00:00:01+00:00",
        "is_frozen": True,
    }
    assert company.clock.today() == date(2027, 1, 1)


def test_an_unknown_knob_of_the_clock_is_refused(client: httpx.Client) -> None:
    assert client.post("/_sim/clock", json={"speed": 2}).status_code == 400


def test_everything_expires_at_once(rest: Rest, client: httpx.Client, company: Company) -> None:
    rest.send("GET", PATH, expect=200)
    session = company.sessions.open("ws_cartledger", "")

    ended = client.post("/_sim/expire").json()

    assert ended == {"tokens": 1, "sessions": 1}
    assert company.sessions.use(session.id) is None
    rest.send("GET", PATH, expect=400)


def test_the_trial_balance_has_a_date_and_an_entity(rest: Rest, client: httpx.Client) -> None:
    rest.customer()
    rest.create("accounts-receivable/invoice", invoice("12.34"))

    after = client.get("/_sim/trial-balance", params={"as_of": "2026-11-20"}).json()
    before = client.get("/_sim/trial-balance", params={"as_of": "2026-11-19"}).json()
    other = client.get("/_sim/trial-balance", params={"entity": "200"}).json()

    assert {(row["account"], row["debit"], row["credit"]) for row in after["rows"]} == {
        ("1200", "12.34", "0.00"),
        ("4000", "0.00", "12.34"),
    }
    assert after["totals"]["100"] == {
        "currency": "USD",
        "debit": "12.34",
        "credit": "12.34",
        "is_balanced": True,
    }
    assert before["rows"] == other["rows"] == []


def test_a_test_can_add_accounts_and_items(rest: Rest, client: httpx.Client) -> None:
    answer = client.post(
        "/_sim/seed",
        json={
            "accounts": ["2100-CA credit B Sales tax payable, California"],
            "items": [{"id": "TAX-CA", "name": "California sales tax", "revenue": "2100-CA"}],
        },
    )

    rows = rest.query(
        "inventory-control/item",
        ["inventory.glGroup.revenueGLAccount.id"],
        filters=[{"$eq": {"id": "TAX-CA"}}],
    )
    added = answer.json()["added"]
    assert (added["accounts"], added["items"]) == (1, 1)
    assert rows == [{"inventory.glGroup.revenueGLAccount.id": "2100-CA"}]


def test_a_seed_that_refers_to_nothing_adds_nothing(client: httpx.Client, rest: Rest) -> None:
    before = len(rest.query("general-ledger/account", ["id"]))

    answer = client.post(
        "/_sim/seed",
        json={
            "accounts": ["9999 debit B A new one"],
            "items": [{"id": "X", "name": "X", "revenue": "nowhere"}],
        },
    )

    assert answer.status_code == 400
    assert len(rest.query("general-ledger/account", ["id"])) == before


def test_the_demo_company_holds_what_the_reference_lists(rest: Rest) -> None:
    accounts = {row["id"] for row in rest.query("general-ledger/account", ["id"])}
    statistical = rest.query("general-ledger/statistical-account", ["id"])
    definitions = {row["id"] for row in rest.query("order-entry/txn-definition", ["id"])}
    terms = {row["id"] for row in rest.query("accounts-receivable/term", ["id"])}
    currencies = [row["id"] for row in rest.query("company-config/txn-currency", ["id"])]
    periods = rest.query("general-ledger/reporting-period", ["id"])

    assert {"1010", "1030", "2100-NYS", "2100-MN", "2201", "4001", "7990"} <= accounts
    assert "STAT-ORDERS" not in accounts
    assert {row["id"] for row in statistical} == {"STAT-ORDERS", "STAT-UNITS", "STAT-REFUNDS"}
    assert {"Sales Order", "Sales Invoice", "Sales Return", "Shipment"} <= definitions
    assert {"Net 30", "Due on Receipt"} <= terms
    assert currencies == ["USD", "EUR", "GBP", "JPY"]
    assert len(periods) == 36


def test_seeding_twice_adds_nothing_new(client: httpx.Client) -> None:
    data = {name: part for name, part in demo_data().items() if name != "rates"}

    added = client.post("/_sim/seed", json=data).json()["added"]

    assert set(added.values()) == {0}


@pytest.mark.parametrize(
    "body", [{"nothing": 1}, {"token_seconds": "soon"}, {"rotate_refresh_tokens": 1}]
)
def test_a_switch_that_does_not_exist_or_fit_is_refused(
    client: httpx.Client, body: dict[str, object]
) -> None:
    assert client.post("/_sim/switches", json=body).status_code == 400


def test_a_switch_takes_effect(client: httpx.Client, rest: Rest) -> None:
    client.post("/_sim/switches", json={"token_seconds": 60})

    assert rest.sign_in()["expires_in"] == 60


def test_what_a_person_edits_by_hand_is_read_and_stamped(client: httpx.Client, rest: Rest) -> None:
    item = rest.query("inventory-control/item", ["key", "name"])[0]
    wanted = {"object": "item", "key": item["key"], "fields": {"name": "another"}}

    edited = client.post("/_sim/edit", json=wanted)
    refused = client.post("/_sim/edit", json={**wanted, "fields": {"nothing": 1}})

    found = rest.query("inventory-control/item", ["key", "name", "audit.modifiedBy"])
    (row,) = [row for row in found if row["key"] == item["key"]]
    assert edited.json() == {"object": "item", "key": item["key"], "changed": ["name"]}
    assert (row["name"], row["audit.modifiedBy"]) == ("another", "999")
    assert refused.status_code == 400


def test_the_page_is_served(client: httpx.Client) -> None:
    answer = client.get("/_sim/")

    assert answer.status_code == 200
    assert "Sage Intacct simulator" in answer.text


def test_health_names_the_company(client: httpx.Client) -> None:
    assert client.get("/_sim/health").json() == {
        "status": "ok",
        "company_id": "cartledger-demo-imp",
    }
