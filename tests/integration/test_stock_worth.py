"""The worth of stock as deployed: the handler, its adapters and clients, Sage simulated; `ops`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.documents import Dimensions, JournalEntry, JournalLine, Side
from intacct.stock import StockDocument, StockLine
from shared.bootstrap import books, inventory
from shared.bootstrap import tenants as configured
from shared.inventory.worth_store import DynamoDbWorths, KeptWorth
from shared.policy.mapping import Role
from shared.policy.stock import StockPolicy
from shared.tenants.models import Tenant
from tests.contract.conftest import Simulator, simulator
from tests.integration.carts_rig import ROOT, context, handler_of
from tests.integration.ops_rig import OpsRig
from tests.integration.ops_rig import rig as ops
from tests.integration.order_posting_rig import PostingRig, rig
from tests.integration.test_order_posting_with_sage import sage
from tests.integration.test_returned_goods import OF_SAGE

__all__ = ["ops", "rig", "sage", "simulator"]

DAY = date(2026, 3, 2)
AT = Dimensions(location="100")
CACHES = (inventory.stock_prover, inventory.stock_sync, configured.tenants)
TOLD = {"tenant": "acme", "entity": "100", "state": "equal", "difference": "0.00"}


@pytest.fixture
def company(rig: PostingRig, sage: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """Ten tees at 9.00 lie in W1, and its store has them compared with account 1300."""
    assert sage.balances() == {}, "a fresh company"
    monkeypatch.setenv("STORE_SECRET_PREFIX", "cartledger/test/stores/")
    for cached in CACHES:
        cached.cache_clear()
    known = configured.tenants().tenant("acme")
    store = known.stores[0]
    mapping = replace(store.mapping, accounts={**store.mapping.accounts, Role.INVENTORY: "1300"})
    changes = {"mapping": mapping, "stock": StockPolicy(proves_worth=True)}
    stores = (store.model_copy(update=changes),)
    tenant = known.model_copy(update={"stores": stores, "ownership": OF_SAGE})
    item = {
        "pk": {"S": "TENANT#acme"},
        "sk": {"S": "CONFIG"},
        "document": {"S": tenant.model_dump_json()},
    }
    rig.client.put_item(TableName="tenants", Item=item)
    configured.tenants.cache_clear()
    line = StockLine("TEE-STOCK", "W1", Decimal(10), "Each", unit_cost=Money.of("9.00", "USD"))
    received = StockDocument("Inventory Receipt", "RECEIVED", DAY, (line,))
    books.books_by_hand(tenant, "100").create(
        received, control_id="received", idempotency_key="received"
    )
    yield tenant
    for cached in CACHES:
        cached.cache_clear()


def capitalise(tenant: Tenant, amount: str) -> None:
    """What the goods cost is in the ledger, too."""
    money = Money.of(amount, "USD")
    lines = (
        JournalLine("1300", Side.DEBIT, money, AT),
        JournalLine("2050", Side.CREDIT, money, AT),
    )
    entry = JournalEntry("OPENING", "GJ", DAY, "Opening", lines)
    books.books(tenant, "100").create(entry, control_id="opening", idempotency_key="opening")


def ask(event: str) -> list[dict[str, object]]:
    sample = json.loads((ROOT / "events" / f"inventory_sync.{event}.json").read_bytes())
    return list(handler_of("inventory_sync")(sample, context())["worths"])


def test_stock_and_ledger_are_equal_once_both_know_of_the_goods(
    company: Tenant, rig: PostingRig
) -> None:
    (before,) = ask("worth")
    opened = [one.subject for one in rig.reviews()]
    capitalise(company, "90.00")
    (after,) = ask("worth")

    assert (before["state"], before["difference"]) == ("differs", "90.00")
    assert opened == ["worth:100"]
    assert (after["state"], after["stock"], after["ledger"]) == ("equal", "90.00", "90.00")
    assert [one.status.value for one in rig.reviews()] == ["closed"]


def test_the_schedule_proves_each_entity_once_a_day(company: Tenant) -> None:
    capitalise(company, "90.00")

    first, second = ask("schedule"), ask("schedule")

    assert [one["state"] for one in (*first, *second)] == ["equal", "skipped"]


def test_a_comparison_is_kept_as_it_was(rig: PostingRig) -> None:
    store = DynamoDbWorths(rig.client, "orders")
    at, half = datetime(2026, 3, 2, tzinfo=UTC), Decimal("0.50")
    kept = KeptWorth("2026-03-02", at, Decimal("90.00"), Decimal("90.50"), half, half, "ada")

    store.save("acme", "100", kept)

    assert store.load("acme", "100") == kept
    assert store.load("acme", "200") == KeptWorth()


def test_a_person_has_an_entity_proved_and_accepts_what_is_right(ops: OpsRig) -> None:
    functions = ops.answer_functions({"InventorySync": {"worths": [TOLD]}})

    assert ops.json("stock", "prove", "acme", "100") == TOLD
    assert "say --why" in ops.run("stock", "prove", "acme", "100", "--accept").output
    accepted = ops.run("stock", "prove", "acme", "100", "--accept", "--why", "opening balance")

    assert "equal" in accepted.output
    assert functions.asked[-1][1]["worth"]["accept_by"] == ops.desk.audit.who
    assert "no entity" in ops.run("stock", "prove", "acme", "999").output
