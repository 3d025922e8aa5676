"""`payout book`, `payout correct`, `payout awaited`, and the clearing account beside them."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from commerce.orders import Facts
from ops.payout_plans import store_book_of
from ops.place import AwsPlace
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.days import DayKey
from shared.gl.payout_days_store import DynamoDbPayoutDays
from shared.payouts.keeping import Keeper
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.payout_lives import DIRECT
from tests.accounting.shop import facts, mapping, ref
from tests.integration.ops_rig import OpsRig, rig
from tests.unit.payouts.told import payout

__all__ = ["rig"]

PAYOUT = ("acme", "shop", "po-1001")


class PayoutSync:
    """The payouts' function, which answers one report."""

    def __init__(self, rig: OpsRig, state: str = "booked") -> None:
        self.asked: list[dict[str, Any]] = []
        self._state = state
        assert isinstance(rig.desk.place, AwsPlace)
        rig.desk.place.clients["lambda"] = self

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.asked.append(json.loads(call["Payload"]))
        told = {"payout": "po-1001", "state": self._state, "entries": 1, "reasons": []}
        return {"Payload": io.BytesIO(json.dumps({"payouts": [told]}).encode())}


@pytest.fixture
def channel(rig: OpsRig) -> OpsRig:
    """A channel in `summary_payout` whose payout is kept."""
    known = rig.desk.tenants.stored("acme")
    document: dict[str, Any] = known.tenant.model_dump(mode="json")
    store = document["stores"][0]
    store["mapping"] = asdict(mapping(accounts=DIRECT, channel_customer="WEB"))
    store["policy"] |= {"posting_mode": "summary_payout", "customer_mode": "channel"}
    rig.desk.tenants.replace(known, Tenant.model_validate(document))
    desk = rig.desk
    Keeper(desk.payouts, desk.reviews, desk.clock, lambda _: None).keep("acme", payout())
    return rig


def know(rig: OpsRig, told: Facts) -> str:
    """Store an order of the channel, ready to be posted."""
    named = replace(told, ref=ref("order", "A"))
    assert named.order is not None
    placed = replace(named.order, ref=ref("order", "A"), number="#A")
    pk = order_pk("acme", "shop", "A")
    rig.desk.facts.save(FactsRecord(pk, replace(named, order=placed), status=FactsStatus.READY))
    return pk


@pytest.mark.parametrize("flags", [(), ("--even-if-incomplete",)])
def test_a_payout_is_booked_with_or_without_what_matches_no_sale(
    channel: OpsRig, flags: tuple[str, ...]
) -> None:
    function = PayoutSync(channel)

    result = channel.run("payout", "book", *PAYOUT, *flags, "--why", "before go-live")

    assert result.exit_code == 0, result.output
    (asked,) = function.asked
    assert (asked["payout"], asked.get("even_if_incomplete", False)) == ("po-1001", bool(flags))
    assert "payout book" in channel.run("audit", "acme").output


def test_a_payout_is_made_anew_by_who_asks_and_that_is_noted(channel: OpsRig) -> None:
    function = PayoutSync(channel)

    result = channel.run("payout", "correct", *PAYOUT, "--why", "sofas belong to 4001")

    assert result.exit_code == 0, result.output
    assert function.asked[0]["correct_by"] == channel.desk.audit.who
    assert "payout correct" in channel.run("audit", "acme").output


@pytest.mark.parametrize("command", ["book", "correct"])
def test_what_is_not_booked_fails_the_command(channel: OpsRig, command: str) -> None:
    PayoutSync(channel, "held")

    result = channel.run("payout", command, *PAYOUT, "--why", "month end")
    unknown = channel.run("payout", command, "acme", "shop", "po-9", "--why", "month end")

    assert (result.exit_code, unknown.exit_code) == (1, 1)
    assert "not booked: held" in result.output
    assert "has no payout" in unknown.output


def test_what_waits_for_its_payout_is_listed_and_stands_on_no_account(channel: OpsRig) -> None:
    pk = know(channel, facts(order_a_placed(), PAID, SHIPPED, one_tee_back()))

    waiting = channel.json("payout", "awaited", "acme", "shop")
    open_ = channel.json("payout", "clearing", "acme", "shop")

    assert [(one["event"], one["since"]) for one in waiting] == [
        ("sale:A:parcel-1", "2026-03-02"),
        ("refund:refund-1", "2026-03-04"),
    ]
    assert waiting[0]["clearing"] == {"amount": "69.95", "currency": "USD"}
    assert open_["rows"] == []
    planned = channel.json("order", "plan", "acme", "shop", "A")
    events = [one["event"] for one in planned["day_entries"]]
    assert (planned["postings"], events) == ([], ["sale:A:parcel-1", "refund:refund-1"])

    _claim(channel, pk, "sale:A:parcel-1")
    waiting = channel.json("payout", "awaited", "acme", "shop")
    open_ = channel.json("payout", "clearing", "acme", "shop")

    assert [one["event"] for one in waiting] == ["refund:refund-1"]
    assert [(one["what"], one["open"]) for one in open_["rows"]] == [
        ("order A", {"amount": "69.95", "currency": "USD"})
    ]


def _claim(rig: OpsRig, pk: str, event: str) -> None:
    record = rig.desk.facts.load(pk)
    assert record is not None
    book = store_book_of(rig.desk, "acme", "shop")
    entries = {one.event: one for one in plan(record.facts, {}, book).payout_entries}
    place = rig.desk.place
    claims = DynamoDbPayoutDays(place.client("dynamodb"), place.output("OrdersTableName"))
    on = entries[event].ledger_on
    claims.claim(pk, DayKey("acme", "shop", "USD", on, "po-1001"), entries[event])
