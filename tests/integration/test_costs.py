"""That an order costs at Sage what `tenant price` says: counted where it is billed."""

from __future__ import annotations

from typing import Any

import pytest

from shared.budgets.counting import mix_of_orders
from shared.budgets.depths import Depth, Volume, cost_of
from shared.connections.calls import TRANSACTIONS, CallRecords
from shared.posting.store_books import store_book
from tests.contract.conftest import simulator
from tests.integration.order_posting_rig import PostingRig, rig, sold, tenant
from tests.integration.test_order_posting_with_sage import post, sage

__all__ = ["rig", "sage", "simulator"]


def transactions(rig: PostingRig) -> int:
    records = CallRecords(rig.client, "connections")
    months: Any = rig.client.query(
        TableName="connections",
        KeyConditionExpression="pk = :calls",
        ExpressionAttributeValues={":calls": {"S": "CALLS#acme"}},
    )["Items"]
    counted = [records.of_month("acme", item["sk"]["S"]) for item in months]
    return sum(one.get(TRANSACTIONS, 0) for one in counted)


@pytest.mark.usefixtures("sage")
def test_an_order_in_full_detail_costs_what_is_foretold(rig: PostingRig) -> None:
    book = store_book(tenant(), "shop")
    assert book is not None
    facts = sold("1001")
    rig.keep(sold("1000"))
    rig.keep(facts)
    post("1000")  # what a process reads once, as the open periods, is no order's own
    before = transactions(rig)

    post("1001")

    foretold = cost_of(Depth.FULL, mix_of_orders([facts], book), Volume(1, payouts=0))
    customer = dict(foretold.parts)["CUSTOMER"]
    assert customer == 1, "made of its own by customer_sync"
    assert transactions(rig) - before == foretold.transactions - customer
