"""Following Sage on the deployed stack: with its own rights, its own tables and the simulator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from intacct.reading import Kept
from local.demo.carts import CartShops
from local.demo.memory import Memory
from local.demo.tenant import tenant_of_shops
from local.stack import LocalStack
from shared.changes.tombstones import DynamoDbTombstones
from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import Condition, CustomerLink, Origin

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TENANT = "followed"
NOWHERE = "999999"
"""A key that no customer of the company has."""


def followed(memory: Memory, **wanted: Any) -> dict[str, dict[str, Any]]:
    """What the deployed function did, by kind."""
    told = memory.invoke("IntacctPollerFunctionName", {"tenant": TENANT, **wanted})
    return {place["kind"]: place for place in told["places"]}


def test_every_kind_is_read_compared_and_kept_with_the_functions_own_rights(
    stack: LocalStack,
) -> None:
    with CartShops() as shops:
        shop, access = shops.add(TENANT, "shopify"), stack.simulator
        tenant = tenant_of_shops(TENANT, access, [shop])
        stack.load_tenant(tenant, access.secret(), shops.secrets())
        orders = stack.outputs["OrdersTableName"]
        link = CustomerLink(
            TENANT, "BUYER", TENANT, "C-NOWHERE", Origin.MATCHED, Condition.GOOD,
            datetime.now(UTC), key=NOWHERE,
        )  # fmt: skip
        DynamoDbLinks(stack.client("dynamodb"), orders).put_new(link)
        memory = Memory(stack, TENANT)

        first = followed(memory)
        again = followed(memory)
        forced = followed(memory, kind="customer", entity="", is_forced=True, looks=True)

        assert {kind: one["outcome"] for kind, one in first.items()} == {
            kind.value: "complete" for kind in Kept if kind is not Kept.WAREHOUSE
        }
        assert again == {}
        customers = first["customer"]
        assert customers["compared"] == 1
        assert customers["gone"] + customers["held"] == 1
        assert forced["customer"]["outcome"] == "complete"
        stones = list(DynamoDbTombstones(stack.client("dynamodb"), orders).of_entity(TENANT, ""))
        assert [one.gone.key for one in stones] == [NOWHERE] * customers["gone"]
