"""What a delivery does not tell is fetched from the cart once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from carts.adapter import CartApiError, Reading
from carts.documents import parse
from carts.registry import adapter
from shared.customers.sync import SyncOutcome
from shared.facts.record import FactsStatus
from shared.postings.plan import Reason
from tests.unit.customers.sync_rig import ORDER_ID, SHOPIFY, Rig, ScriptedClient, changed, sample


class TestFetching:
    """The cart's API fills in what a delivery leaves open."""

    @staticmethod
    def whole() -> Reading:
        return adapter("shopify").read(
            "shop", "orders/updated", parse((SHOPIFY / "orders_paid.json").read_bytes())
        )

    def test_a_hint_is_followed(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)

        report = rig.hint("2026-04-02T14:14:07Z")

        assert report.outcome is SyncOutcome.READY
        assert client.asked == [ORDER_ID]

    def test_a_hint_to_a_version_older_than_the_known_one_costs_no_call(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)
        rig.take(sample("orders_paid"))

        older = rig.hint("2026-04-02T14:14:06Z")
        newer = rig.hint("2026-04-02T14:14:08Z")

        assert older.outcome is SyncOutcome.UNCHANGED
        assert newer.outcome is SyncOutcome.UNCHANGED
        assert client.asked == [ORDER_ID]

    def test_a_second_change_within_one_second_is_not_taken_for_the_first(self) -> None:
        document = json.loads((SHOPIFY / "orders_paid.json").read_bytes())
        pending = {**document, "financial_status": "pending", "total_outstanding": "117.97"}
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)
        rig.take(pending, "orders/create")

        report = rig.hint("2026-04-02T14:14:07Z")

        assert report.outcome is SyncOutcome.READY
        assert client.asked == [ORDER_ID]
        assert rig.record.known.payments

    def test_a_hint_without_access_is_ignored(self) -> None:
        assert Rig().hint("2026-04-02T14:14:07Z").outcome is SyncOutcome.IGNORED

    def test_a_refund_before_its_order_fetches_it(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)

        report = rig.take(sample("refunds_create"), "refunds/create")

        assert report.outcome is SyncOutcome.READY
        assert len(rig.record.facts.refunds) == 1

    def test_an_edit_fetches_the_order(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)
        event = rig.event(sample("orders_edited"), "orders/edited")

        report = rig.again(event.model_copy(update={"resource_id": ORDER_ID}))

        assert report.outcome is SyncOutcome.READY

    def test_an_outage_of_the_cart_sends_the_event_back(self) -> None:
        rig = Rig(client=ScriptedClient(CartApiError("busy")))

        with pytest.raises(CartApiError):
            rig.hint("2026-04-02T14:14:07Z")

    def test_a_refused_token_is_a_finding_and_holds_no_good_order(self) -> None:
        client = ScriptedClient(CartApiError("401", is_lasting=True))
        rig = Rig(client=client)
        rig.take(sample("orders_paid"))

        report = rig.hint("2026-04-03T00:00:00Z")

        assert report.outcome is SyncOutcome.HELD
        assert rig.reasons == {Reason.CONFIGURATION_MISSING}
        assert rig.record.status is FactsStatus.READY

    def test_a_fetched_order_settles_what_the_delivery_left_open(self) -> None:
        whole = self.whole()
        assert whole.facts is not None
        transaction = replace(
            whole.facts.payments[0], ref=replace(whole.facts.payments[0].ref, id="71")
        )
        fetched = replace(whole.facts, payments=(transaction,))
        rig = Rig(client=ScriptedClient(Reading(fetched)))

        report = rig.take(changed(sample("orders_paid"), payment_gateway_names=["a", "b"]))

        assert report.outcome is SyncOutcome.READY
        assert [p.ref.id for p in rig.record.facts.payments] == ["71"]
