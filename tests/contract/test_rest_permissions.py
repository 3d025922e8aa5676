"""The probe tells what a role lacks and what it has too much, and writes nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import closing
from typing import cast

import pytest

from intacct.capabilities import Action
from intacct.permissions import PermissionReport
from intacct.rest.client import RestClient
from intacct.rest.permission_probe import PermissionProbe
from intacct.transport import allowed_transport, http_client
from local.intacct_simulator.rest.schema import SCHEMAS, Schema
from tests.contract.conftest import HeldTokens, RestRig, Simulator

READ = ["list", "view"]
POSTING = {
    "customer": [*READ, "add"],
    "contact": [*READ, "add"],
    "ar_invoice": [*READ, "add"],
    "sales_document": [*READ, "add"],
    "item": READ,
    "warehouse": READ,
}
ACTIONS = (Action.CUSTOMER, Action.SALES_DOCUMENT, Action.AR_INVOICE)


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as rig:
        yield rig


def probe(
    rig: RestRig, permissions: dict[str, list[str]] | None, *actions: Action
) -> PermissionReport:
    """The report for a new user of those rights; None means all rights."""
    company = rig.simulator.company
    company.add_user("ws_probe", "secret-of-the-probe", permissions=permissions)
    tokens = HeldTokens(
        rig.endpoint, rig.simulator.credentials.username.replace("ws_cartledger", "ws_probe")
    )
    http = http_client(allowed_transport(rig.simulator.rest_url))
    numbers = itertools.count(1)
    with closing(http):
        client = RestClient(http, rig.simulator.rest_url, tokens, monotonic=time.monotonic)
        tried = PermissionProbe(
            client,
            entity="100",
            new_key=lambda: f"probe-{next(numbers)}",
            stock_definition="Inventory Receipt",
        )
        return tried.report(actions)


def test_a_role_that_covers_what_is_needed_is_sufficient(rig: RestRig) -> None:
    found = probe(rig, POSTING, *ACTIONS)
    assert found == PermissionReport()
    assert found.is_sufficient


def test_each_right_that_is_missing_is_named(rig: RestRig) -> None:
    role = {**POSTING, "customer": READ, "ar_invoice": ["list", "add"], "item": []}
    found = probe(rig, role, *ACTIONS)
    assert found.missing == (
        "Accounts Receivable: Customers (Add)",
        "Accounts Receivable: Invoices (View)",
        "Inventory Control: Items (List)",
        "Inventory Control: Items (View)",
    )
    assert not found.is_sufficient


def test_rights_to_write_that_nobody_needs_are_named_and_rights_to_read_are_not(
    rig: RestRig,
) -> None:
    role = {
        **POSTING,
        "customer": [*READ, "add", "edit", "delete"],
        "journal_entry": [*READ, "add"],
        "department": READ,
    }
    found = probe(rig, role, *ACTIONS)
    assert found.missing == ()
    assert found.excess == (
        "Accounts Receivable: Customers (Edit)",
        "General Ledger: Journal entries (Add)",
        "General Ledger: Statistical journal entries (Add)",
    )


def test_what_the_company_does_not_offer_is_unclear_where_it_is_needed(
    rig: RestRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(cast("dict[str, Schema]", SCHEMAS), "cash-management/deposit")

    found = probe(rig, None, Action.CUSTOMER, Action.DEPOSIT)
    assert found.missing == ()
    assert found.unclear == (
        "Cash Management: Deposits (Add)",
        "Cash Management: Deposits (List)",
        "Cash Management: Deposits (View)",
    )


def test_probing_an_almighty_user_writes_nothing(rig: RestRig) -> None:
    books = rig.simulator.company.books
    before = len(list(books.select("audit_history")))

    found = probe(rig, None, *ACTIONS)

    assert "Order Entry: Order entry transactions (Delete)" in found.excess
    written = list(books.select("audit_history"))[before:]
    assert [row["object_name"] for row in written] == ["user"]
