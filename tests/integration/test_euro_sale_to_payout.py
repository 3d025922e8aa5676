"""A sale in euros as deployed: posted from its queue and paid out in dollars (S11)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import PayoutReading
from functions.payout_sync import app as payout_sync
from intacct.capabilities import CAPABILITIES, Protocol
from shared.bootstrap import books as real_books
from shared.customers.access import StoreClients
from shared.tenants.models import Tenant
from tests.accounting.shop import mapping
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import PostingRig, context, rig
from tests.integration.test_order_posting_with_sage import post, sage
from tests.scenarios.foreign_rig import CONVERTED, FX, Fx, fx, paid_out, sold

__all__ = ["fx", "rig", "sage", "simulator"]

ACCOUNTS = {role.value: account for role, account in FX.items()}


class _Cart:
    """A cart's API that tells one payout: 100.00 EUR became 108.00 USD, less two fees."""

    def payouts(self, **_: Any) -> Iterator[PayoutReading]:
        yield PayoutReading(paid_out(*CONVERTED))


def _forget() -> None:
    """As in a fresh process: nothing is kept of what bootstrap built."""
    real_books.close()
    for name, module in list(sys.modules.items()):
        if name.startswith("shared.bootstrap"):
            for member in list(vars(module).values()):
                clear = getattr(member, "cache_clear", None)
                if clear is not None:
                    clear()


@pytest.fixture
def deployed(sage: Simulator, fx: Fx, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fx]:
    """The posting side before books in dollars that know euros, with the cart's API behind it."""
    assert sage is fx.sage.simulator
    monkeypatch.setenv("STORE_SECRET_PREFIX", "cartledger/test/stores/")
    monkeypatch.setattr(StoreClients, "client", lambda *_: _Cart())
    yield fx
    _forget()


def _configure(rig: PostingRig, protocols: dict[str, str]) -> None:
    """The store's books, whose payouts are compared with what Sage booked of their receipts."""
    keys = {"pk": {"S": "TENANT#acme"}, "sk": {"S": "CONFIG"}}
    stored = rig.client.get_item(TableName="tenants", Key=keys)["Item"]["document"]["S"]
    document = json.loads(stored)
    document["intacct"]["protocols"] = protocols
    document["stores"] = [
        {
            "id": "shop",
            "cart": "shopify",
            "entity": "100",
            "mapping": json.loads(json.dumps(asdict(mapping(accounts=ACCOUNTS)))),
            "policy": {"clearing_differences": "fx"},
            "go_live_on": "2026-03-01",
        }
    ]
    Tenant.model_validate(document)
    changed = {**keys, "document": {"S": json.dumps(document)}}
    rig.client.put_item(TableName="tenants", Item=changed)
    _forget()


BY_XML = {
    action.value: Protocol.XML.value
    for action, capability in CAPABILITIES.items()
    if Protocol.XML in capability.offered
}
"""Everything that XML offers; the rest stays with REST."""


@pytest.mark.parametrize("protocols", [{}, BY_XML], ids=["usual", "xml"])
def test_a_sale_in_euros_goes_through_the_queue_and_the_payout_into_the_books_once(
    protocols: dict[str, str], rig: PostingRig, deployed: Fx
) -> None:
    """S11: J-8.1, J-8.2 and J-8.3."""
    _configure(rig, protocols)
    rig.keep(sold("100.00"))

    posted = [post("order-1"), post("order-1")]
    paid = [payout_sync.handler({}, context(300_000)) for _ in range(2)]

    assert posted == [{"batchItemFailures": []}] * 2
    assert rig.reviews() == []
    assert [each["state"] for answer in paid for each in answer["payouts"]] == ["booked"]
    assert deployed.balances == {
        "7100": Decimal("0.50"),
        "1010": Decimal("103.18"),
        "6100": Decimal("3.20"),
        "6105": Decimal("1.62"),
        "4000": Decimal("-108.50"),
    }
    assert deployed.held_in("1100") == {}
