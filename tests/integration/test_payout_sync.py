"""The function that reads payouts, and the commands that show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carts.adapter import PayoutReading
from commerce.payouts import FeeKind, Payout, PayoutLineKind, PayoutStatus
from intacct.documents import JournalEntry
from shared.bootstrap import ledger
from shared.bootstrap.facts import facts_store
from shared.bootstrap.payouts import payouts
from shared.customers.access import StoreClients
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.records import State
from shared.payouts.store import PayoutKey
from shared.tenants.models import Tenant
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.payout_lives import DIRECT, PAYOUT_ACCOUNTS
from tests.accounting.shop import facts, mapping, ref
from tests.fakes import FakeBooks
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant
from tests.unit.payouts.told import line, payout

__all__ = ["rig"]

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


class _Client:
    """A cart's API with two payouts, one of which is a cent off."""

    def payouts(self, **_: Any) -> Iterator[PayoutReading]:
        yield PayoutReading(self._sent("po-1", "159.34"))
        yield PayoutReading(self._sent("po-2", "159.35"))

    @staticmethod
    def _sent(payout_id: str, amount: str) -> Payout:
        return payout(amount=amount, payout_id=payout_id, sent_at=YESTERDAY)


def with_accounts(accounts: dict[str, str]) -> Tenant:
    go_live_on = (YESTERDAY - timedelta(days=2)).date().isoformat()
    return tenant(go_live_on=go_live_on, mapping={"version": "1", "accounts": accounts})


@pytest.mark.parametrize("name", ["schedule", "on_demand"])
def test_a_run_keeps_payouts_and_holds_the_one_that_does_not_add_up(
    name: str, rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.put_tenant(with_accounts({"payout_clearing": "1100"}))
    monkeypatch.setattr(StoreClients, "client", lambda *_: _Client())
    event = json.loads((ROOT / "events" / f"payout_sync.{name}.json").read_bytes())
    sync = handler_of("payout_sync")

    first, second = sync(event, context()), sync(event, context())

    (done,), (again,) = first["stores"], second["stores"]
    assert (done["store"], done["outcome"], done["payouts"]) == ("shop", "complete", 2)
    assert (again["outcome"], again["payouts"]) == ("complete", 0)
    states = {r.payout.ref.id: r.state.value for r in payouts().heads("acme", "shop")}
    assert states == {"po-1": "due", "po-2": "held"}
    assert [(each["payout"], each["state"]) for each in first["payouts"]] == [("po-1", "waiting")]
    assert second["payouts"] == []


def test_a_store_without_access_is_skipped_with_a_line_in_the_answer(rig: CartRig) -> None:
    rig.put_tenant(with_accounts({"payout_clearing": "1100"}))

    (done,) = handler_of("payout_sync")({}, context())["stores"]

    assert (done["outcome"], done["detail"]) == ("skipped", "no access to the store's API")


def test_one_payout_is_booked_by_hand_without_reading_the_store(rig: CartRig) -> None:
    event = json.loads((ROOT / "events" / "payout_sync.one_payout.json").read_bytes())

    answer = handler_of("payout_sync")(event, context())

    assert answer["stores"] == []
    assert [each["state"] for each in answer["payouts"]] == ["waiting"]
    assert rig.keys() == []


def test_a_payout_goes_from_the_cart_into_the_books_once(
    rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = {role.value: account for role, account in PAYOUT_ACCOUNTS.items()}
    rig.put_tenant(with_accounts(accounts))
    monkeypatch.setattr(StoreClients, "client", lambda *_: _Client())
    books = FakeBooks()
    monkeypatch.setattr(ledger, "books", lambda _tenant, _entity: books)
    sync = handler_of("payout_sync")

    first, second = sync({}, context()), sync({}, context())

    assert [(each["payout"], each["state"]) for each in first["payouts"]] == [("po-1", "booked")]
    assert second["payouts"] == []
    ((entry, _),) = books.documents
    assert isinstance(entry, JournalEntry)
    assert {(x.account, x.side.value, x.amount.plain(), x.memo) for x in entry.lines} == {
        ("1120", "debit", "159.34", "payout po-1"),
        ("6100", "debit", "6.11", "payout po-1"),
        ("1100", "credit", "165.45", "payout po-1"),
    }
    chain = ledger.ledger().chain(PayoutKey("acme", "shop", "po-1").ledger_pk)
    assert [record.state for record in chain.values()] == [State.DONE]


def test_a_payout_comes_with_its_sales_and_is_made_anew_by_hand(
    rig: CartRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.put_tenant(_with_sales())
    books = FakeBooks()
    monkeypatch.setattr(ledger, "books", lambda _tenant, _entity: books)
    monkeypatch.setattr(StoreClients, "client", lambda *_: _OneOrder())
    sync = handler_of("payout_sync")

    waits = sync({}, context())["payouts"]
    pk = order_pk("acme", "shop", "A")
    known = facts(replace(order_a_placed(), ref=ref("order", "A")), PAID, SHIPPED)
    facts_store().save(FactsRecord(pk, known, status=FactsStatus.READY))
    wanted = {"tenant": "acme", "store": "shop", "payout": "po-1"}
    booked = sync(wanted, context())["payouts"]
    again = sync({**wanted, "correct_by": "Ada"}, context())["payouts"]

    assert [(one["state"], one["reasons"]) for one in waits] == [("held", ["DAY_INCOMPLETE"])]
    assert [one["state"] for one in (*booked, *again)] == ["booked", "booked"]
    ((entry, _),) = books.documents
    assert isinstance(entry, JournalEntry)
    assert entry.is_batch
    money = {(x.account, x.side.value): x.amount.plain() for x in entry.lines}
    assert (money["1010", "debit"], money["4000", "credit"]) == ("67.62", "62.50")
    assert not any(account == "1100" for account, _ in money)
    stored = facts_store().load(pk)
    assert stored is not None
    assert stored.configured


class _OneOrder:
    """A cart's API with one payout, of order A."""

    def payouts(self, **_: Any) -> Iterator[PayoutReading]:
        charge = line(
            "1",
            PayoutLineKind.CHARGE,
            "69.95",
            "2.33",
            order_id="A",
            fee_kind=FeeKind.PROCESSING,
        )
        told = payout(
            (charge,),
            amount="67.62",
            status=PayoutStatus.PAID,
            payout_id="po-1",
            sent_at=YESTERDAY,
            arrived_at=YESTERDAY,
        )
        yield PayoutReading(told)


def _with_sales() -> Tenant:
    chart = mapping(accounts=DIRECT, channel_customer="C-ADA")
    go_live_on = (YESTERDAY - timedelta(days=2)).date().isoformat()
    policy = {
        "posting_mode": "summary_payout",
        "customer_mode": "channel",
        "payout_months": "deposit",
    }
    return tenant(go_live_on=go_live_on, mapping=asdict(chart), policy=policy)
